//! Pull requests of forks: another job comments, which trusts nothing that the fork's job has written.

use serde_json::{Value, json};

use super::fake::{BASE, FORK, Forge, HEAD, Pull};
use super::job::Job;
use super::reports::{KEY, artifact, report, zip};

const NAME: &str = "importgate-report";

/// A forge on which the fork's pull request is number 7, and its run has these artifacts.
fn forge(artifacts: Vec<(&str, Vec<u8>)>) -> Forge {
    let forge = Forge::new();
    forge.with(|state| {
        state.pulls[0].repository = FORK;
        state.artifacts = artifacts
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect();
    });
    forge
}

/// What a job says that refuses an artifact, and that it comments on nothing.
#[track_caller]
fn refused(artifact: Vec<u8>) -> String {
    let forge = forge(vec![(NAME, artifact)]);
    let run = Job::workflow_run(&forge).run(&[]).expect_code(0);
    assert_eq!(forge.writes(), Vec::<String>::new(), "{run:?}");
    assert!(
        run.stdout.starts_with("::warning title=importgate::no comment: "),
        "{run:?}"
    );
    run.stdout
}

#[test]
fn a_fork_gets_one_comment_that_says_who_measured() {
    let forge = forge(vec![
        ("coverage", b"not a zip file".to_vec()),
        ("importgate-report-3.13", artifact(&report(KEY, "fail"))),
        (
            "importgate-report-3.12",
            artifact(&report("cpython-3.12-linux-x86_64", "pass")),
        ),
        ("importgate-reports", b"nor this".to_vec()),
    ]);
    let job = Job::workflow_run(&forge);
    for _ in 0..2 {
        job.run(&["--expect", "3.12", "--expect", "3.11"]).expect_code(0);
    }
    assert_eq!(forge.writes(), ["POST on 7"]);
    let body = forge.the_comment().body;
    assert!(body.contains("The contributor's own job measured this"), "{body}");
    assert!(body.contains("runs/100/attempts/1"), "{body}");
    assert!(body.contains("| ❔ | `3.11` | no report in this run |"), "{body}");
    forge.with(|state| {
        let asked = state.seen.iter().find(|request| request.path().ends_with("/pulls"));
        let head = asked.and_then(|request| request.query("head"));
        assert_eq!(head.as_deref(), Some("stranger:a%20branch%2Fof%20%267"));
    });
}

#[test]
fn the_pull_request_is_the_one_with_the_commit_of_the_fork_and_no_other() {
    let other = |number| Pull {
        repository: FORK,
        ..Pull::open(number)
    };
    let cases = [
        vec![Pull {
            head: HEAD.replace('a', "b"),
            ..other(7)
        }],
        vec![Pull {
            repository: BASE,
            ..other(7)
        }],
        vec![other(7), other(8)],
        vec![],
    ];
    for pulls in cases {
        let forge = forge(vec![(NAME, artifact(&report(KEY, "fail")))]);
        forge.with(|state| state.pulls = pulls);
        Job::workflow_run(&forge)
            .run(&[])
            .expect_code(0)
            .expect_said("::notice title=importgate::no comment: ");
        assert_eq!(forge.writes(), Vec::<String>::new());
    }
}

#[test]
fn what_an_artifact_says_of_a_pull_request_is_refused_with_it() {
    let mut forged = report(KEY, "fail");
    forged["pull_request"] = json!(1);
    assert!(refused(artifact(&forged)).contains("/pull_request"));
    // A file beside the report is not even looked at.
    let report = report(KEY, "fail").to_string();
    let forge = forge(vec![(
        NAME,
        zip(&[
            ("pr-number.txt", b"1"),
            ("report.json", report.as_bytes()),
            ("comment.md", b"# hi"),
        ]),
    )]);
    Job::workflow_run(&forge).run(&[]).expect_code(0);
    assert_eq!(forge.writes(), ["POST on 7"]);
}

#[test]
fn a_bomb_a_name_that_leads_elsewhere_and_a_crowd_are_refused() {
    let bomb = zip(&[("report.json", &vec![b' '; 70 * 1024 * 1024])]);
    assert!(bomb.len() < 100_000);
    assert!(refused(bomb).contains("unpacks to more than"));
    let text = report(KEY, "fail").to_string();
    for name in ["../report.json", "//report.json", "a/../report.json", "C:\\report.json"] {
        // What writes zip files here puts such names right, so that they have to be put into what it wrote.
        let plain = "x".repeat(name.len());
        let mut packed = zip(&[(&plain, text.as_bytes())]);
        replace(&mut packed, plain.as_bytes(), name.as_bytes());
        assert!(refused(packed).contains("there is no report.json in it"), "{name}");
    }
    let twice = zip(&[("report.json", text.as_bytes()), ("report.json", b"{}")]);
    assert!(refused(twice).contains("more than one report.json"));
    let crowd: Vec<(String, &[u8])> = (0..100).map(|number| (format!("{number}.txt"), &b""[..])).collect();
    let crowd: Vec<(&str, &[u8])> = crowd.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(refused(zip(&crowd)).contains("more than 64 entries"));
    assert!(refused(vec![0; 9 * 1024 * 1024]).contains("more than 8388608 bytes"));
    assert!(refused(b"PK no zip file".to_vec()).contains("cannot be read"));
}

#[test]
fn another_version_and_what_is_no_report_are_refused() {
    for version in [1, 3] {
        let mut other = report(KEY, "fail");
        other["version"] = json!(version);
        assert!(refused(artifact(&other)).contains(&format!("has format {version}")));
    }
    let cut = report(KEY, "fail").to_string();
    assert!(refused(zip(&[("report.json", &cut.as_bytes()[..cut.len() / 2])])).contains("not JSON"));
    assert!(refused(artifact(&json!("hello"))).contains("not a report"));
}

#[test]
fn names_and_messages_are_text_and_nothing_else() {
    const HOSTILE: &str = "</details><img src=x onerror=alert(1)> @acme/everyone #1 [link](https://host.example) ![i](https://host.example/i.png) \
                           ``` \u{202e}gnp.exe -->\n\n# heading\n::error::x";
    let mut report = report(KEY, "fail");
    for pointer in [
        "/targets/0/module",
        "/findings/0/message",
        "/findings/0/budget/text",
        "/environment/python_version",
    ] {
        *report.pointer_mut(pointer).expect("it is there") = Value::from(HOSTILE);
    }
    report["findings"][0]["target"] = Value::from(HOSTILE);
    report["findings"][0]["details"] = json!([HOSTILE]);
    report["environment"]["key"] = Value::from("a --> <b>@acme</b>,x:pass legs=");
    let forge = forge(vec![(NAME, artifact(&report))]);
    Job::workflow_run(&forge).run(&[]).expect_code(0);
    let body = forge.the_comment().body;
    let (first, rest) = body.split_once('\n').expect("a marker");
    assert_eq!(first.matches("-->").count(), 1, "{first}");
    assert!(!body.contains('\u{202e}'), "{body}");
    let mut is_block = false;
    for line in rest.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
            continue;
        }
        let text = outside_of_code(line);
        for acting in ["<img", "@acme", "](https://host.example", "#1 "] {
            assert!(is_block || !text.contains(acting), "{acting} in {line}");
        }
        assert!(is_block || line != "# heading", "{body}");
    }
    // The same job again finds its comment by the marker that these names are in.
    forge.writes();
    Job::workflow_run(&forge).run(&[]).expect_code(0);
    assert_eq!(forge.writes(), Vec::<String>::new());
}

/// What a reader of Markdown would look for markup in.
fn outside_of_code(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let length = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
        let fence = "`".repeat(length);
        text.push_str(&rest[..start]);
        let inside = &rest[start + length..];
        let end = inside.match_indices('`').map(|(index, _)| index).find(|index| {
            let run = inside[*index..].bytes().take_while(|byte| *byte == b'`').count();
            run == length && !inside[..*index].ends_with('`')
        });
        match end {
            Some(end) => rest = &inside[end + length..],
            None => {
                text.push_str(&fence);
                rest = inside;
            }
        }
    }
    text + rest
}

/// Replaces some bytes by as many others wherever they stand.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    for start in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[start..].starts_with(from) {
            bytes[start..start + to.len()].copy_from_slice(to);
        }
    }
}

#[test]
fn a_run_that_says_nothing_leaves_no_comment_and_brings_up_to_date_what_stands() {
    let forge = forge(vec![(NAME, artifact(&report(KEY, "fail")))]);
    Job::after(&forge, 100, "push", "failure")
        .run(&[])
        .expect_code(0)
        .expect_said("started by push");
    Job::after(&forge, 100, "pull_request", "cancelled")
        .run(&[])
        .expect_code(0)
        .expect_said("::notice ");
    assert_eq!(forge.writes(), Vec::<String>::new());
    Job::workflow_run(&forge).run(&[]).expect_code(0);
    forge.with(|state| state.artifacts.clear());
    Job::after_run(&forge, 101).run(&[]).expect_code(0);
    let body = forge.the_comment().body;
    assert!(
        body.contains("## ❔ importgate: inconclusive") && body.contains("This run has no report"),
        "{body}"
    );

    let empty = Forge::new();
    empty.with(|state| state.pulls[0].repository = FORK);
    Job::workflow_run(&empty).run(&[]).expect_code(0);
    assert_eq!(empty.writes(), Vec::<String>::new());
}

#[test]
fn files_of_this_job_are_not_what_another_measured() {
    let forge = forge(Vec::new());
    let job = Job::workflow_run(&forge);
    let run = job.comment(&report(KEY, "fail")).expect_code(2);
    assert!(run.stderr.contains("leave out --report"), "{run:?}");
}
