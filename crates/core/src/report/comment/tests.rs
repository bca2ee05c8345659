//! Comments as they go from run to run and from job to job, on reports typed by hand.

use super::*;
use crate::budgets::BudgetLine;
use crate::report::{Finding, Report, fixture, markdown};

const ME: &str = "bot";
const HEAD: &str = "aaaaaaaaaaaaaaaa";
const FIRST: &str = "cpython-3.12-linux-x86_64";
const SECOND: &str = "cpython-3.13-linux-x86_64";

fn leg(key: &str, mut report: Report) -> Report {
    report.environment.key.0 = key.to_owned();
    report
}

fn draft(run: u64, reports: &[Report]) -> Draft<'_> {
    Draft {
        gate: "importgate".to_owned(),
        run: Run::new(run, 1, HEAD).expect("a commit"),
        reports,
        expected: Vec::new(),
        origin: Origin::Repository,
        link: None,
        policy: Policy::Changes,
        dialect: Dialect::GitHub,
    }
}

/// A pull request, on which jobs comment.
#[derive(Default)]
struct Thread(Vec<Comment>);

impl Thread {
    /// Does what the draft's job would, until nothing is left to do; the number of requests that changed something.
    fn take(&mut self, draft: &Draft<'_>) -> usize {
        let mut number = 0;
        for _ in 0..8 {
            let Plan::Steps(steps) = plan(&self.0, ME, draft) else {
                return number;
            };
            number += steps.len();
            steps.into_iter().for_each(|step| self.step(step));
        }
        panic!("it does not come to rest: {:?}", self.0)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Create { body } => self.0.push(Comment {
                id: self.0.last().map_or(1, |last| last.id + 1),
                author: ME.to_owned(),
                body,
            }),
            Step::Update { id, body } => {
                let comment = self.0.iter_mut().find(|comment| comment.id == id);
                comment.expect("it is there").body = body;
            }
            Step::Delete { id } => self.0.retain(|comment| comment.id != id),
        }
    }

    #[track_caller]
    fn body(&self) -> &str {
        match &self.0[..] {
            [only] => &only.body,
            all => panic!("{} comments", all.len()),
        }
    }

    fn title(&self) -> &str {
        self.body().lines().nth(1).unwrap_or_default()
    }
}

#[test]
fn a_comment_is_made_kept_and_settled() {
    let (bad, good) = ([fixture::report()], [fixture::passing()]);
    let mut thread = Thread::default();
    assert_eq!(thread.take(&draft(1, &good)), 0);
    assert_eq!(thread.take(&draft(2, &bad)), 1);
    assert_eq!(thread.title(), "## ❌ importgate: fail");
    assert_eq!(thread.take(&draft(3, &bad)), 0, "it says so already");
    assert_eq!(thread.take(&draft(4, &good)), 1);
    assert_eq!(
        thread.title(),
        "✅ importgate: all within budget again, measured at aaaaaaa."
    );
    assert_eq!(thread.take(&draft(5, &good)), 0);
    assert_eq!(thread.take(&draft(6, &bad)), 1);
    assert_eq!(plan(&thread.0, ME, &draft(5, &good)), Plan::Superseded { run: 6 });
}

#[test]
fn who_always_wants_one_has_one() {
    let good = [fixture::passing()];
    let always = |run| Draft {
        policy: Policy::Always,
        ..draft(run, &good)
    };
    let mut thread = Thread::default();
    assert_eq!(thread.take(&always(1)), 1);
    assert_eq!(thread.title(), "✅ importgate: all within budget, measured at aaaaaaa.");
}

#[test]
fn the_legs_of_a_run_come_to_the_same_in_any_order_and_however_often() {
    let legs = [
        [leg(FIRST, fixture::passing())],
        [leg(SECOND, fixture::report())],
        [leg("cpython-3.14-linux-x86_64", fixture::inconclusive())],
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut thread = Thread::default();
        for _ in 0..2 {
            for index in order {
                thread.take(&draft(1, &legs[index]));
            }
        }
        assert_eq!(thread.title(), "## ❌ importgate: fail");
        assert!(
            thread.body().contains("now imports torch"),
            "what fails is told: {}",
            thread.body()
        );
        for [report] in &legs {
            let key = &report.environment.key.0;
            assert!(
                thread.body().contains(&format!("| `{key}` |")),
                "{order:?}: {}",
                thread.body()
            );
        }
    }
}

#[test]
fn a_job_that_did_not_see_another_one_loses_nothing_of_it() {
    let (one, other) = ([leg(FIRST, fixture::report())], [leg(SECOND, fixture::report())]);
    let mut thread = Thread::default();
    // Both look before either has written, and each writes what it saw fit.
    for draft in [draft(1, &one), draft(1, &other)] {
        let Plan::Steps(steps) = plan(&[], ME, &draft) else {
            panic!("news")
        };
        steps.into_iter().for_each(|step| thread.step(step));
    }
    assert_eq!(thread.0.len(), 2);
    // Then each looks again.
    thread.take(&draft(1, &one));
    thread.take(&draft(1, &other));
    for key in [FIRST, SECOND] {
        assert!(
            thread.body().contains(&format!("| ❌ | `{key}` |")),
            "{}",
            thread.body()
        );
    }
}

#[test]
fn a_leg_that_was_there_before_is_waited_for_and_the_last_one_settles() {
    let bad = [FIRST, SECOND].map(|key| leg(key, fixture::report()));
    let good = [FIRST, SECOND].map(|key| [leg(key, fixture::passing())]);
    let mut thread = Thread::default();
    thread.take(&draft(1, &bad));
    thread.take(&draft(2, &good[0]));
    assert_eq!(thread.title(), "## ❔ importgate: inconclusive");
    assert!(
        thread
            .body()
            .contains(&format!("| ❔ | `{SECOND}` | no report in this run |"))
    );
    thread.take(&draft(2, &good[1]));
    assert!(
        thread.title().starts_with("✅ importgate: all within budget again"),
        "{}",
        thread.body()
    );
}

#[test]
fn a_missing_leg_is_news() {
    let good = [leg(FIRST, fixture::passing())];
    let expecting = Draft {
        expected: vec!["3.12".to_owned(), "3.13".to_owned(), "3".to_owned()],
        ..draft(1, &good)
    };
    let mut thread = Thread::default();
    thread.take(&expecting);
    assert_eq!(thread.title(), "## ❔ importgate: inconclusive");
    assert!(
        thread.body().contains("| ❔ | `3.13` |") && !thread.body().contains("| `3.12` |"),
        "{}",
        thread.body()
    );
    let late = [leg(SECOND, fixture::passing())];
    thread.take(&Draft {
        expected: vec!["3.13".to_owned()],
        ..draft(1, &late)
    });
    assert!(
        thread.body().contains("| ❔ | `3` |") && !thread.body().contains("| `3.13` |"),
        "{}",
        thread.body()
    );
}

#[test]
fn comments_of_others_and_of_other_gates_are_not_touched() {
    let bad = [fixture::report()];
    let mut thread = Thread::default();
    thread.take(&draft(1, &bad));
    let body = thread.0[0].body.clone();
    let said = |id, author: &str, body: String| Comment {
        id,
        author: author.to_owned(),
        body,
    };
    let others = vec![
        said(1, "stranger", body.clone()),
        said(2, ME, format!("Look at this:\n{body}")),
        said(3, ME, body.replace("gate=importgate", "gate=services")),
    ];
    assert!(
        matches!(&plan(&others, ME, &draft(2, &bad)), Plan::Steps(steps) if matches!(steps[..], [Step::Create { .. }]))
    );
}

#[test]
fn a_body_fits_and_says_what_it_left_out_the_most_important_first() {
    let failing = |number: usize| {
        let mut report = fixture::report();
        let template = report.findings[0].clone();
        report.findings.extend((0..number).map(|number| Finding {
            target: format!("shop.module_{number}"),
            message: format!("takes {number} ms, {}", "and more ".repeat(40)),
            causes: Vec::new(),
            budget: template.budget.clone().map(|budget| BudgetLine {
                line: Some(number),
                ..budget
            }),
            ..template.clone()
        }));
        report
    };
    let legs = |number: u32, findings: usize| -> Vec<Report> {
        let key = |minor: u32| format!("cpython-3.{minor}-linux-x86_64");
        (0..number).map(|minor| leg(&key(minor), failing(findings))).collect()
    };
    let (one, few, crowd) = (legs(1, 300), legs(3, 150), legs(70, 2));
    for (dialect, most) in [
        (Dialect::GitHub, 65_536),
        (Dialect::GitLab, 65_536),
        (Dialect::Bitbucket, 32_768),
    ] {
        for reports in [&one, &few, &crowd] {
            let mut thread = Thread::default();
            thread.take(&Draft {
                dialect,
                ..draft(1, reports)
            });
            let body = thread.body();
            assert!(body.chars().count() <= most, "{} of {most}", body.len());
            assert!(Marker::of(body).is_some());
            assert!(body.contains("left out for want of room"), "{body}");
        }
    }
    assert_eq!(Dialect::GitHub.most_bytes(), markdown::COMMENT_BYTES);
}

#[test]
fn where_html_is_text_there_is_none_but_what_code_printed() {
    let mut report = fixture::report();
    for finding in &mut report.findings {
        finding.details = vec!["</details>".to_owned(), "<sub>x</sub>".to_owned()];
    }
    let reports = [leg(FIRST, report.clone()), leg(SECOND, report)];
    let mut thread = Thread::default();
    thread.take(&Draft {
        dialect: Dialect::Bitbucket,
        ..draft(1, &reports)
    });
    let body = thread.body();
    assert!(body.starts_with("[//]: # (importgate:1 "), "{body}");
    let mut blocks = body.split("```");
    let outside: String = blocks.clone().step_by(2).collect();
    for tag in ["<details>", "<summary>", "</details>", "<sub>"] {
        assert!(!outside.contains(tag), "{tag} in {outside}");
    }
    assert!(blocks.any(|block| block.contains("\n</details>\n")), "{body}");
    assert!(body.contains("**❌ cpython-3.12-linux-x86_64: fail**"), "{body}");
}
