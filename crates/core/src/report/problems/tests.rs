//! Where problems are shown, and which of them are the same in the next run.

use super::*;
use crate::observed::{EnvironmentKey, Place};
use crate::report::{CauseKind, fixture};

const TORCH: &str = "line shop/database/models.py:14";

/// The problems of a report that was made at the root of the fixture's repository.
fn of(report: &Report) -> Vec<Problem> {
    problems(report, &fixture::repository())
}

/// The problem of the cause that is known by this id in the fixture.
fn of_torch(edit: impl Fn(&mut Cause)) -> Problem {
    let mut report = fixture::report();
    edit(&mut report.causes[0]);
    let id = report.causes[0].id.clone();
    for finding in &mut report.findings {
        finding
            .causes
            .iter_mut()
            .filter(|of| *of == TORCH)
            .for_each(|of| of.clone_from(&id));
    }
    of(&report).swap_remove(0)
}

fn place(file: &str, line: u32) -> Option<Place> {
    Some(Place {
        file: file.to_owned(),
        line,
    })
}

fn line(problem: &Problem) -> String {
    format!("{}:{}", problem.location().path, problem.location().line)
}

#[test]
fn a_problem_is_at_the_line_of_its_cause_or_at_the_last_own_line_on_the_way_there() {
    assert_eq!(line(&of_torch(|_| {})), "shop/database/models.py:14");
    let in_library = |cause: &mut Cause| {
        cause.file = Some("/usr/lib/python3/dist-packages/torch/__init__.py".to_owned());
        cause.line = Some(900);
    };
    assert_eq!(line(&of_torch(in_library)), "shop/database/vectors.py:3");
    let all_in_library = |cause: &mut Cause| {
        in_library(cause);
        for step in &mut cause.chain {
            step.place = place(".venv/lib/python3.13/site-packages/torch/nn.py", 7);
        }
    };
    assert_eq!(line(&of_torch(all_in_library)), "budgets.toml:3", "the line that asked");
}

#[test]
fn what_nothing_points_at_is_shown_in_the_budgets_file_where_it_has_to_be_shown_somewhere() {
    let problems = of(&fixture::report());
    let stale = |problem: &&Problem| problem.rule == Code::StaleBaselineEntry;
    let stale = problems.iter().find(stale).expect("in the fixture");
    assert_eq!((stale.spot.as_ref(), line(stale).as_str()), (None, "budgets.toml:1"));
    let elsewhere = Report {
        budgets: "/etc/importgate/budgets.toml".to_owned(),
        ..fixture::report()
    };
    assert_eq!(
        line(
            of(&elsewhere)
                .iter()
                .find(|problem| problem.spot.is_none())
                .expect("one")
        ),
        "budgets.toml:1"
    );
}

#[test]
fn the_way_is_told_as_far_as_it_leads_through_the_repository() {
    let told = |problem: &Problem| -> Vec<String> {
        let step = |step: &Remark| format!("{}:{} {}", step.spot.path, step.spot.line, step.text);
        problem.steps.iter().map(step).collect()
    };
    let expected = [
        "shop/database/models.py:14 shop.database.models imports shop.database.vectors",
        "shop/database/vectors.py:3 shop.database.vectors imports torch",
    ];
    assert_eq!(told(&of_torch(|_| {})), expected);
    let problem = of_torch(|cause| cause.chain[1].place = place("/site/vectors.py", 3));
    assert_eq!(
        told(&problem),
        ["shop/database/models.py:14 shop.database.models imports shop.database.vectors -> torch"]
    );
}

#[test]
fn a_problem_is_the_same_at_another_line_with_other_figures_and_in_another_folder() {
    let before = of_torch(|_| {});
    let moved = of_torch(|cause| {
        cause.id = "line shop/database/models.py:19".to_owned();
        cause.line = Some(19);
        cause.time_ms = 12.0;
        cause.targets[0].time_ms = 12.0;
        cause.targets[0].target = "shop.cli".to_owned();
    });
    assert_eq!(before.fingerprint(), moved.fingerprint());
    let other_module = of_torch(|cause| cause.module = "jax".to_owned());
    assert_ne!(before.fingerprint(), other_module.fingerprint());

    let mut report = fixture::report();
    for cause in &mut report.causes {
        cause.id = cause.id.replace("shop/", "../shop/");
        cause.file.iter_mut().for_each(|file| *file = format!("../{file}"));
    }
    for finding in &mut report.findings {
        finding
            .causes
            .iter_mut()
            .for_each(|id| *id = id.replace("shop/", "../shop/"));
    }
    let from_below = problems(&report, &fixture::repository_seen_from("shop"));
    assert_eq!(line(&from_below[0]), "shop/database/models.py:14");
    assert_eq!(from_below[0].fingerprint(), before.fingerprint());
}

#[test]
fn the_statement_tells_lines_of_one_file_apart_and_equal_ones_are_counted() {
    let with = |statements: [&str; 2]| {
        let mut report = fixture::report();
        report.findings.clear();
        report.causes.clear();
        for (number, statement) in (1..).zip(statements) {
            let id = format!("line shop/a.py:{number}");
            let cause = fixture::cause(&id, CauseKind::Import, Vec::new(), ("shop.a", f64::from(number), 0, 1));
            report.causes.push(Cause {
                file: Some("shop/a.py".to_owned()),
                line: Some(number),
                module: statement.to_owned(),
                ..cause
            });
            report.findings.push(Finding {
                causes: vec![id],
                ..fixture::finding(Code::Forbidden, Severity::Error, "shop.a", "loads it")
            });
        }
        of(&report).iter().map(Problem::fingerprint).collect::<Vec<_>>()
    };
    let [different, same] = [with(["json", "decimal"]), with(["json", "json"])];
    assert_ne!(different[0], different[1]);
    assert_ne!(same[0], same[1]);
    // The second line costs more and is read first; the first line is the same in both.
    assert_eq!(same[1], different[1]);
}

#[test]
fn without_a_cause_the_targets_tell_one_problem_from_another_and_figures_do_not() {
    let with = |target: &str, message: &str, budget: &str| {
        let mut report = fixture::report();
        let finding = report.findings[1].clone();
        let asked = finding.budget.clone().map(|line| crate::budgets::BudgetLine {
            text: budget.to_owned(),
            ..line
        });
        report.findings = vec![Finding {
            target: target.to_owned(),
            message: message.to_owned(),
            budget: asked,
            ..finding
        }];
        of(&report)[0].fingerprint()
    };
    let first = with(
        "layer:services",
        "takes 31 ms",
        "layers.services.max-total-time = \"30ms\"",
    );
    assert_eq!(
        first,
        with(
            "layer:services",
            "takes 3.1 s",
            "layers.services.max-total-time = \"25ms\""
        )
    );
    assert_ne!(
        first,
        with(
            "layer:database",
            "takes 31 ms",
            "layers.services.max-total-time = \"30ms\""
        )
    );
    let of_run = |message: &str| with("", message, "");
    assert_eq!(of_run("2 entries are stale"), of_run("13 entries are stale"));
    assert_ne!(of_run("shop.a is stale"), of_run("shop.b is stale"));
}

#[test]
fn targets_are_part_of_the_fingerprint_only_where_equal_ones_collapse() {
    let one = of_torch(|_| {});
    let mut two = one.clone();
    two.targets.push("shop.cli".to_owned());
    assert_eq!(one.fingerprint(), two.fingerprint());
    assert_ne!(one.fingerprint_with_targets(), two.fingerprint_with_targets());
    let mut turned = two.clone();
    turned.targets.reverse();
    assert_eq!(two.fingerprint_with_targets(), turned.fingerprint_with_targets());
}

#[test]
fn the_rule_of_several_findings_does_not_go_by_what_they_cost() {
    let with = |costs: [f64; 2]| {
        let mut report = fixture::report();
        let targets = ["shop.cli", "shop.mailer"];
        let mut paying = targets.map(|_| report.causes[0].targets[0].clone());
        for (paying, (target, cost)) in paying.iter_mut().zip(targets.iter().zip(costs)) {
            (paying.target, paying.time_ms) = ((*target).to_owned(), cost);
        }
        report.causes[0].targets = paying.to_vec();
        let codes = [Code::Regression, Code::Forbidden].iter().zip(targets);
        let finding = |(code, target): (&Code, &str)| Finding {
            causes: vec![TORCH.to_owned()],
            ..fixture::finding(*code, Severity::Error, target, "is too much")
        };
        report.findings = codes.map(finding).collect();
        let problem = of(&report).swap_remove(0);
        (problem.codes[0], problem.rule)
    };
    assert_eq!(with([30.0, 10.0]), (Code::Regression, Code::Regression));
    assert_eq!(with([10.0, 30.0]), (Code::Forbidden, Code::Regression));
}

#[test]
fn what_two_environments_say_is_said_once_with_both() {
    let mut other = fixture::report();
    other.environment.key = EnvironmentKey("cpython-3.14-linux-x86_64".to_owned());
    other.causes[0].time_ms = 9_000.0;
    let repository = fixture::repository();
    let together = of_all(&[fixture::report(), other], &repository);
    assert_eq!(together.len(), of(&fixture::report()).len());
    for problem in &together {
        let named = "(cpython-3.13-linux-x86_64, cpython-3.14-linux-x86_64)";
        assert!(problem.message()[0].ends_with(named), "{problem:?}");
    }
    let alone = of_all(&[fixture::report()], &repository);
    assert!(alone.iter().all(|problem| problem.environments.is_empty()));
}
