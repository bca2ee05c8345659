//! Accepting a regression, from the check that fails to the recording that makes it the new normal.

use importgate_core::checks::{ByChange, Code, LooseningKind, Severity};

use crate::support::{Project, Run, assert_no_checkout_is_left, commit, committed};

/// A module that computes for so many milliseconds.
fn computing(ms: u32) -> String {
    format!(
        "import time\nend = time.process_time() + {}\nwhile time.process_time() < end:\n    pass\n",
        f64::from(ms) / 1e3
    )
}

const FILE: &str = ".importgate/allow/measured--regression.toml";
const ACCEPT: [&str; 9] = [
    "allow",
    "measured",
    "--reason",
    "the new tax tables",
    "--until",
    "2027-03-31",
    "--owner",
    "ada",
    "--quiet",
];

fn allow(project: &Project, words: &[&str]) -> Run {
    let words: Vec<&str> = ACCEPT
        .iter()
        .chain(&["--today", "2027-01-15", "--samples", "6"])
        .chain(words)
        .copied()
        .collect();
    project.run(&words)
}

fn check_on(project: &Project, day: &str, words: &[&str]) -> Run {
    let words: Vec<&str> = ["--samples", "6", "--today", day]
        .iter()
        .chain(words)
        .copied()
        .collect();
    project.check(&words)
}

#[test]
fn a_regression_is_accepted_up_to_its_value_ends_and_is_folded_into_the_baseline() {
    let project = Project::of_module("", "").recorded();
    project.write("measured.py", computing(40));
    check_on(&project, "2027-01-15", &[])
        .expect_code(1)
        .only(Code::Regression);

    let accepted = allow(&project, &[]).expect_code(0);
    assert!(
        accepted
            .stdout
            .contains(&format!("wrote {FILE}: regression of measured accepts up to")),
        "{}",
        accepted.stdout
    );
    let passing = check_on(&project, "2027-01-15", &[]).expect_code(0);
    let note = passing.only(Code::Allowed);
    assert_eq!(note.severity, Severity::Note);
    assert!(
        note.message.ends_with("until 2027-03-31: the new tax tables (ada)"),
        "{}",
        note.message
    );
    let [loosened] = &passing.report().loosened[..] else {
        panic!("{:?}", passing.report().loosened);
    };
    assert_eq!(
        (loosened.target.as_str(), loosened.rule, loosened.by_change),
        ("measured", Some(Code::Regression), None)
    );
    assert!(
        passing.stdout.contains("Loosened (1):\n  measured: regression accepts"),
        "{}",
        passing.stdout
    );

    let warned = check_on(&project, "2027-03-31", &[]).expect_code(0);
    assert!(warned.only(Code::AllowanceEnds).message.contains("that ends today"));
    let ended = check_on(&project, "2027-04-01", &[]).expect_code(1);
    assert!(
        ended
            .only(Code::AllowanceEnded)
            .message
            .contains("this change touches what it loads")
    );

    project.write("measured.py", computing(400));
    let worse = check_on(&project, "2027-01-15", &[]).expect_code(1);
    assert!(
        worse
            .only(Code::Regression)
            .message
            .contains("is accepted already in place of"),
        "{}",
        worse.stdout
    );

    project.write("measured.py", computing(40));
    let folded = project.record(&["--fold", "--quiet"]).expect_code(0);
    assert!(
        folded
            .stdout
            .contains(&format!("removed {FILE}: the baseline has what it accepted")),
        "{}",
        folded.stdout
    );
    let settled = check_on(&project, "2027-04-01", &["--strict"]).expect_code(0);
    assert!(
        settled.report().findings.is_empty() && settled.report().loosened.is_empty(),
        "{}",
        settled.stdout
    );
}

#[test]
fn a_count_is_accepted_as_it_is_and_needed_for_as_long_as_the_ceiling_stays() {
    let project = Project::of_module("import json\n", "max-modules = 2\nforbid = [\"json\"]\n");
    let words = ["measured", "over-modules", "--reason", "json", "--quiet"];
    let accepted = project.run(&[&["allow"], &words[..]].concat()).expect_code(0);
    assert!(
        accepted.stdout.contains("measured--over-modules.toml"),
        "{}",
        accepted.stdout
    );
    let failing = project.check(&[]).expect_code(1);
    assert_eq!(
        failing.only(Code::Forbidden).severity,
        Severity::Error,
        "another rule stays"
    );
    assert_eq!(failing.only(Code::Allowed).severity, Severity::Note);
    let accepted = project
        .run(&["allow", "measured", "--reason", "json", "--quiet"])
        .expect_code(0);
    assert!(
        accepted.stdout.contains("measured--forbidden-json.toml"),
        "{}",
        accepted.stdout
    );
    project.check(&[]).expect_code(0);
    project.record(&["--fold"]).expect_code(0);
    assert_eq!(project.check(&[]).expect_code(0).report().loosened.len(), 2);

    project.write("measured.py", "");
    let unused = project.check(&[]).expect_code(0);
    let codes: Vec<Code> = unused.report().findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::UnusedAllowance; 2], "{}", unused.stdout);
    project.check(&["--strict"]).expect_code(1);
}

#[test]
fn a_layer_is_accepted_target_by_target_in_one_run_and_what_passes_is_passed_over() {
    let project = Project::new("[layers.app]\nmodules = [\"app.*\"]\nmax-modules = 3\n");
    project.write("app/__init__.py", "");
    for (name, text) in [("one", "import json\n"), ("two", "import csv\n"), ("slim", "")] {
        project.write(&format!("app/{name}.py"), text);
    }
    let words = [
        "allow",
        "layer:app",
        "over-modules",
        "--reason",
        "the codecs",
        "--quiet",
    ];
    let dry = project.run(&[&words[..], &["--dry-run"]].concat()).expect_code(0);
    assert!(
        dry.stdout
            .contains("would write .importgate/allow/app.one--over-modules.toml"),
        "{}",
        dry.stdout
    );
    assert!(!project.path(".importgate").exists());
    project.run(&words).expect_code(0);
    for (name, is_there) in [("one", true), ("two", true), ("slim", false)] {
        let file = project.path(&format!(".importgate/allow/app.{name}--over-modules.toml"));
        assert_eq!(file.exists(), is_there, "{name}");
    }
    let report = project.check(&["--select", "no-clock"]).expect_code(0);
    assert!(report.stdout.contains("the codecs"), "{}", report.stdout);
    // One that cannot be accepted stops it before anything is written.
    project.write("app/broken.py", "raise RuntimeError('no')\n");
    std::fs::remove_dir_all(project.path(".importgate")).expect("the folder");
    let words = ["allow", "app.*", "--reason", "the codecs", "--quiet"];
    let refused = project.run(&words).expect_code(2);
    assert!(
        refused.stderr.contains("import-failed of app.broken has no limit"),
        "{}",
        refused.stderr
    );
    assert!(!project.path(".importgate").exists());
    for name in ["one", "two", "broken"] {
        project.write(&format!("app/{name}.py"), "");
    }
    let refused = project.run(&words).expect_code(2);
    assert!(
        refused.stderr.contains("none of the 4 targets that app.* means fails"),
        "{}",
        refused.stderr
    );
}

#[test]
fn one_file_accepts_what_a_common_import_costs_in_every_target() {
    let project = Project::new("[layers.app]\nmodules = [\"app.*\"]\nmax-modules = 3\n");
    project.write("app/__init__.py", "");
    project.write("common.py", "import argparse\n");
    for name in ["one", "two", "three"] {
        project.write(&format!("app/{name}.py"), "import common\n");
    }
    let words = ["allow", "cause:argparse", "--reason", "the command line", "--quiet"];
    let refused = project
        .run(&[&["allow", "cause:torch"], &words[2..]].concat())
        .expect_code(2);
    assert!(
        refused
            .stderr
            .contains("nothing that fails goes back to torch, but to argparse"),
        "{}",
        refused.stderr
    );
    project.run(&words).expect_code(0);
    let text = project.read(".importgate/allow/cause-argparse--over-modules.toml");
    assert!(
        text.contains("cause = \"argparse\"\nrule = \"over-modules\"\n"),
        "{text}"
    );
    let files = std::fs::read_dir(project.path(".importgate/allow")).expect("the folder");
    assert_eq!(files.count(), 1);
    let no_clock = ["--select", "no-clock"];
    let passing = project.check(&no_clock).expect_code(0);
    let allowed = passing
        .report()
        .findings
        .iter()
        .filter(|found| found.code == Code::Allowed);
    assert_eq!(allowed.count(), 3, "{}", passing.stdout);
    assert_eq!(passing.report().loosened.len(), 1);
    project.write("app/two.py", "import common, sqlite3\n");
    let failing = project.check(&no_clock).expect_code(1);
    assert_eq!(failing.only(Code::OverModules).target, "app.two", "{}", failing.stdout);
    for name in ["one", "two", "three"] {
        project.write(&format!("app/{name}.py"), "");
    }
    let unused = project.check(&no_clock).expect_code(0);
    assert_eq!(
        unused.only(Code::UnusedAllowance).target,
        "cause:argparse",
        "{}",
        unused.stdout
    );
}

#[test]
fn nothing_is_accepted_where_nothing_fails_and_files_are_read_strictly() {
    let project = Project::of_module("", "max-modules = 20\n");
    let refused = project
        .run(&["allow", "measured", "--reason", "x", "--quiet"])
        .expect_code(2);
    assert!(
        refused.stderr.contains("measured fails by nothing"),
        "{}",
        refused.stderr
    );
    let refused = project
        .run(&["allow", "measured", "--reason", "x", "--until", "2020-01-01"])
        .expect_code(2);
    assert!(
        refused.stderr.contains("--until is a day that is over"),
        "{}",
        refused.stderr
    );

    let file = ".importgate/allow/a.toml";
    project.write(file, "target = \"measured\"\nrul = \"over-time\"\n");
    let refused = project.run(&["check", "--quiet"]).expect_code(2);
    for part in [
        "unknown key `rul`",
        "--> .importgate/allow/a.toml:2:1",
        "did you mean `rule`?",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    std::fs::remove_file(project.path(file)).expect("the file");
    std::os::unix::fs::symlink("/etc/hosts", project.path(file)).expect("a link");
    let refused = project.run(&["check", "--quiet"]).expect_code(2);
    assert!(
        refused.stderr.contains("an allowance is a file, and this is a link"),
        "{}",
        refused.stderr
    );
}

#[test]
fn beside_a_base_the_report_says_what_the_change_accepts() {
    let project = committed(Project::of_module("", "max-modules = 1\n"));
    project.write("measured.py", "import json\n");
    project
        .run(&["allow", "measured", "--reason", "json", "--quiet"])
        .expect_code(0);
    let seen = project
        .check(&["--against", "HEAD", "--select", "no-clock"])
        .expect_code(0);
    assert_eq!(
        seen.report().loosened[0].by_change,
        Some(ByChange::Added),
        "{}",
        seen.stdout
    );
    assert!(seen.stdout.contains("Loosened (1 by this change):"), "{}", seen.stdout);
    assert_no_checkout_is_left(&project);
}

#[test]
fn a_limit_that_the_change_raises_is_told_with_and_without_a_base() {
    let project = committed(Project::of_module("", "max-modules = 5\nforbid = [\"json\"]\n"));
    project.write("budgets.toml", "[modules.measured]\nmax-modules = 9\n");
    for words in [
        &["--select", "no-clock"][..],
        &["--select", "no-clock", "--against", "HEAD"],
    ] {
        let seen = project.check(words).expect_code(0);
        let told = seen
            .report()
            .loosened
            .iter()
            .map(|one| (one.kind, one.key.as_deref(), one.from.as_deref(), one.to.as_deref()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (LooseningKind::LimitRaised, Some("max-modules"), Some("5"), Some("9")),
                (LooseningKind::LimitRemoved, Some("forbid"), Some("json"), None),
            ],
            "{}",
            seen.stdout
        );
    }
    commit(&project);
    let settled = project.check(&["--select", "no-clock"]).expect_code(0);
    assert_eq!(settled.report().loosened, []);
}

#[test]
fn what_has_ended_fails_nobody_who_did_not_touch_it() {
    let project = committed(Project::of_module("", "max-modules = 2\n").recorded());
    project.write("measured.py", "import json\nimport argparse\nimport logging\n");
    let accept = [
        "allow",
        "measured",
        "over-modules",
        "--reason",
        "x",
        "--until",
        "2027-03-31",
        "--today",
        "2027-01-15",
        "--quiet",
    ];
    project.run(&accept).expect_code(0);
    let ended = ["--select", "no-clock", "--today", "2027-04-01"];
    let touched = project.check(&ended).expect_code(1);
    assert_eq!(
        touched.only(Code::AllowanceEnded).severity,
        Severity::Error,
        "{}",
        touched.stdout
    );
    commit(&project);
    project.write("README.md", "somebody else's change");
    let other = project.check(&ended).expect_code(0);
    assert_eq!(
        other.only(Code::AllowanceEnded).severity,
        Severity::Warning,
        "{}",
        other.stdout
    );
    project.check(&[&ended[..], &["--strict"]].concat()).expect_code(1);
}

#[test]
fn what_is_accepted_of_a_cause_is_folded_once_all_targets_are_recorded() {
    let project = Project::new("[layers.app]\nmodules = [\"app.*\"]\nmax-new-modules = 0\n");
    project.write("app/__init__.py", "");
    project.write("common.py", "");
    for name in ["one", "two", "three"] {
        project.write(&format!("app/{name}.py"), "import common\n");
    }
    let project = project.recorded();
    project.write("common.py", "import argparse\n");
    let no_clock = ["--select", "no-clock"];
    project.check(&no_clock).expect_code(1);
    let words = ["allow", "cause:argparse", "--reason", "the command line", "--quiet"];
    project.run(&words).expect_code(0);
    const FILE: &str = ".importgate/allow/cause-argparse--over-new-modules.toml";
    assert!(project.read(FILE).contains("cause = \"argparse\""));
    project.check(&no_clock).expect_code(0);
    // Two of three targets still need it.
    let of_one = project.record(&["app.one", "--fold", "--quiet"]).expect_code(0);
    assert!(!of_one.stdout.contains("removed"), "{}", of_one.stdout);
    assert!(project.path(FILE).exists());
    project.check(&no_clock).expect_code(0);
    let tried = project.record(&["--fold", "--dry-run", "--quiet"]).expect_code(0);
    assert!(
        tried.stdout.contains(&format!("would remove {FILE}")),
        "{}",
        tried.stdout
    );
    assert!(project.path(FILE).exists());
    let of_all = project.record(&["--fold", "--quiet"]).expect_code(0);
    assert!(
        of_all
            .stdout
            .contains(&format!("removed {FILE}: the baseline has what it accepted")),
        "{}",
        of_all.stdout
    );
    assert!(!project.path(FILE).exists());
    let strict = project.check(&[&no_clock[..], &["--strict"]].concat()).expect_code(0);
    assert!(
        strict.report().findings.is_empty() && strict.report().loosened.is_empty(),
        "{}",
        strict.stdout
    );
}
