//! A job of the repository's own that checks and comments: first, again, after a recovery, beside other jobs.

use serde_json::json;

use super::fake::{BOT, Comment, Forge, HEAD, Pull, ended};
use super::job::Job;
use super::reports::{KEY, report};

const OTHER: &str = "cpython-3.12-linux-x86_64";

#[test]
fn there_is_one_comment_from_the_first_run_to_the_recovery() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("commented on #7");
    let first = forge.the_comment();
    let lines: Vec<&str> = first.body.lines().collect();
    assert!(
        lines[0].starts_with("<!-- importgate:1 gate=importgate run=100 "),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "## ❌ importgate: fail");
    assert!(
        first.body.contains("loads 90 modules, 40 over its 50"),
        "{}",
        first.body
    );
    assert!(
        first
            .body
            .contains("[this run](https://github.example/acme/shop/actions/runs/100/attempts/1)"),
        "{}",
        first.body
    );

    let again = job.with("GITHUB_RUN_ID", "101");
    again.comment(&report(KEY, "inconclusive")).expect_code(0);
    let second = forge.the_comment();
    assert_eq!(second.id, first.id);
    assert!(
        second.body.contains("## ❔ importgate: inconclusive"),
        "{}",
        second.body
    );

    let well = again.with("GITHUB_RUN_ID", "102");
    well.comment(&report(KEY, "pass")).expect_code(0);
    let recovered = forge.the_comment();
    assert_eq!(recovered.id, first.id);
    assert_eq!(recovered.body.trim_end().lines().count(), 2, "{}", recovered.body);
    assert!(
        recovered.body.contains("✅ importgate: all within budget again"),
        "{}",
        recovered.body
    );

    forge.writes();
    let still_well = well.with("GITHUB_RUN_ID", "103");
    still_well
        .comment(&report(KEY, "pass"))
        .expect_code(0)
        .expect_said("is up to date");
    assert_eq!(forge.writes(), Vec::<String>::new());
}

#[test]
fn nothing_is_said_where_nothing_is_worth_it_and_nothing_sent_where_nothing_changed() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    job.comment(&report(KEY, "pass"))
        .expect_code(0)
        .expect_said("nothing is worth one");
    assert_eq!(forge.comments().len(), 0);
    job.comment(&report(KEY, "fail")).expect_code(0);
    assert_eq!(forge.writes(), ["POST on 7"]);
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("is up to date");
    assert_eq!(forge.writes(), Vec::<String>::new());
}

#[test]
fn its_comment_is_found_on_any_page_and_no_other_is_taken_for_it() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    job.comment(&report(KEY, "fail")).expect_code(0);
    let own = forge.the_comment();
    forge.with(|state| {
        state.page = 2;
        let said = |author: &str, body: String| Comment {
            id: 0,
            author: author.to_owned(),
            body,
        };
        let mut all = vec![
            // Somebody copies the comment, or the bot quotes it, or it is another gate's.
            said("stranger", own.body.clone()),
            said(BOT, format!("> {}", own.body)),
            said(BOT, own.body.replace("gate=importgate", "gate=other")),
            said("reviewer", "nice".to_owned()),
        ];
        all.push(own.clone());
        all.push(said("reviewer", "thanks".to_owned()));
        for (index, comment) in all.iter_mut().enumerate() {
            comment.id = index as u64 + 1;
        }
        state.comments = all;
    });
    forge.writes();
    job.with("GITHUB_RUN_ID", "101")
        .comment(&report(KEY, "inconclusive"))
        .expect_code(0);
    assert_eq!(forge.writes(), ["PATCH 5"]);
}

#[test]
fn jobs_that_find_none_at_once_leave_one_with_the_legs_of_both() {
    for (one, other) in [
        ("fail", "fail"),
        ("fail", "pass"),
        ("pass", "fail"),
        ("inconclusive", "fail"),
    ] {
        let forge = Forge::new();
        forge.with(|state| state.together = 2);
        let jobs = [KEY, OTHER].map(|key| (Job::pull_request(&forge), key));
        let verdicts = [one, other];
        let children: Vec<_> = jobs
            .iter()
            .zip(verdicts)
            .map(|((job, key), verdict)| job.start(&["--report", &job.file(&report(key, verdict))]))
            .collect();
        for child in children {
            ended(child).expect_code(0);
        }
        let body = forge.the_comment().body;
        assert!(body.contains("## ❌ importgate: fail"), "{one} and {other}: {body}");
        if [one, other] != ["pass", "fail"] && [one, other] != ["fail", "pass"] {
            for key in [KEY, OTHER] {
                assert!(body.contains(&format!("`{key}`")), "{one} and {other}: {body}");
            }
        }
    }
}

#[test]
fn legs_that_report_one_after_the_other_share_a_comment_that_recovers_when_all_have() {
    let forge = Forge::new();
    let run = |id: &str, key: &str, verdict: &str| {
        let job = Job::pull_request(&forge).with("GITHUB_RUN_ID", id);
        job.comment(&report(key, verdict)).expect_code(0);
        forge.the_comment().body
    };
    run("100", KEY, "fail");
    let both = run("100", OTHER, "fail");
    assert!(
        both.contains(&format!("| ❌ | `{OTHER}` | fail, by another job of this run |")),
        "{both}"
    );
    assert!(both.contains("loads 90 modules"), "{both}");
    let waiting = run("101", KEY, "pass");
    assert!(waiting.contains("## ❔ importgate: inconclusive"), "{waiting}");
    assert!(
        waiting.contains(&format!("| ❔ | `{OTHER}` | no report in this run |")),
        "{waiting}"
    );
    let recovered = run("101", OTHER, "pass");
    assert_eq!(recovered.trim_end().lines().count(), 2, "{recovered}");
}

#[test]
fn the_reports_of_a_matrix_are_one_comment_that_names_a_missing_leg() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    let (one, other) = (job.file(&report(KEY, "pass")), job.file(&report(OTHER, "fail")));
    let words = ["--report", &one, "--report", &other, "--expect", "3.12,3.13,3.14"];
    job.run(&words).expect_code(0);
    let body = forge.the_comment().body;
    for row in [
        format!("| ✅ | `{KEY}` | 1 target within budget |"),
        format!("| ❌ | `{OTHER}` | 1 error in 1 of 1 targets (over-modules) |"),
        "| ❔ | `3.14` | no report in this run |".to_owned(),
    ] {
        assert!(body.contains(&row), "{row}: {body}");
    }
}

#[test]
fn a_token_of_an_app_finds_its_comment_once_it_knows_its_name() {
    let forge = Forge::new();
    forge.with(|state| state.bot = "our-app[bot]");
    let job = Job::pull_request(&forge);
    let run = |id: &str, verdict: &str| {
        let job = Job::pull_request(&forge).with("GITHUB_RUN_ID", id);
        job.comment(&report(KEY, verdict)).expect_code(0);
    };
    run("100", "fail");
    run("101", "inconclusive");
    let comments = forge.comments();
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert_eq!((comments[0].id, comments[0].author.as_str()), (1, "our-app[bot]"));
    assert!(comments[0].body.contains("inconclusive"));
    // Whoever says so is spared the detour.
    forge.writes();
    let file = job.file(&report(KEY, "fail"));
    let named = job.with("GITHUB_RUN_ID", "102");
    named
        .run(&["--report", &file, "--author", "our-app[bot]"])
        .expect_code(0);
    assert_eq!(forge.writes(), ["PATCH 1"]);
}

#[test]
fn a_duplicate_of_an_earlier_day_goes() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    job.comment(&report(KEY, "fail")).expect_code(0);
    forge.with(|state| {
        let copy = Comment {
            id: 9,
            ..state.comments[0].clone()
        };
        state.comments.push(copy);
    });
    job.comment(&report(KEY, "fail")).expect_code(0);
    assert_eq!(forge.the_comment().id, 1);
}

#[test]
fn a_newer_run_and_a_newer_commit_are_left_alone() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge).with("GITHUB_RUN_ATTEMPT", "2");
    job.comment(&report(KEY, "fail")).expect_code(0);
    forge.writes();
    let older = job.with("GITHUB_RUN_ATTEMPT", "1");
    older
        .comment(&report(KEY, "pass"))
        .expect_code(0)
        .expect_said("superseded: run 100");
    let newest = older.with("GITHUB_RUN_ID", "102");
    let moved = Pull {
        head: HEAD.replace('a', "b"),
        ..Pull::open(7)
    };
    for pull in [
        moved,
        Pull {
            state: "closed",
            ..Pull::open(7)
        },
    ] {
        forge.with(|state| state.pulls = vec![pull]);
        newest
            .comment(&report(KEY, "pass"))
            .expect_code(0)
            .expect_said("::notice title=importgate::no comment: ");
    }
    assert_eq!(forge.writes(), Vec::<String>::new());
}

#[test]
fn what_is_no_job_of_a_pull_request_is_left_with_a_word() {
    let forge = Forge::new();
    for name in ["push", "merge_group", "pull_request_target"] {
        let job = Job::of_event(&forge, name, 1);
        job.comment(&report(KEY, "fail"))
            .expect_code(0)
            .expect_said("there is nothing to comment on");
    }
    let job = Job::pull_request(&forge).with("GITHUB_TOKEN", "");
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("GITHUB_TOKEN is not set");
    assert_eq!(forge.comments().len(), 0);
}

#[test]
fn mistakes_are_mistakes() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    job.run(&["--report", "nowhere.json"]).expect_code(3);
    job.run(&["--id", "a b"]).expect_code(2);
    job.comment(&json!({ "dependencies": {} })).expect_code(3);
    let open = Job::pull_request(&forge).with("GITHUB_API_URL", "http://host.example/api");
    let said = open.comment(&report(KEY, "fail")).expect_code(2);
    assert!(said.stderr.contains("a token does not travel in the open"), "{said:?}");
    let nowhere = Job::bare().run(&["--report", "report.json"]).expect_code(2);
    assert!(nowhere.stderr.contains("name the service with --forge"), "{nowhere:?}");
}

#[test]
fn a_dry_run_shows_the_comment_and_sends_nothing() {
    let forge = Forge::new();
    let job = Job::pull_request(&forge);
    let file = job.file(&report(KEY, "fail"));
    job.run(&["--report", &file, "--dry-run"])
        .expect_code(0)
        .expect_said("would comment on #7:\n\n<!-- importgate:1 ");
    assert_eq!(forge.writes(), Vec::<String>::new());
}
