//! One check on many machines: `--shard`, and what `merge` makes of what the shards wrote.

use std::io::Write;
use std::process::Command;

use importgate_core::checks::{Code, Verdict};
use importgate_core::report::Report;

use super::support::{Project, Run, shop};

const FILE: &str = "budgets.baseline.json";

/// Forty small modules in two layers, of which one fails to import, one loads what is forbidden and one is over its ceiling.
fn forty() -> Project {
    let project = Project::new(
        "[layers.first]\nmodules = [\"shop.first.*\"]\nforbid = [\"json\"]\n\n[layers.second]\nmodules = [\"shop.second.*\"]\nmax-modules = 4\n",
    );
    for layer in ["first", "second"] {
        project.write(&format!("src/shop/{layer}/__init__.py"), "");
        for index in 0..20 {
            let source = match (layer, index) {
                ("first", 3) => "import json\n",
                ("first", 17) => "import nothing_of_this_name\n",
                ("second", 11) => "import colorsys, this_is_one_of_ours\n",
                _ => "VALUE = 1\n",
            };
            project.write(&format!("src/shop/{layer}/module_{index:02}.py"), source);
        }
    }
    project.write("src/this_is_one_of_ours.py", "");
    project.write("src/shop/__init__.py", "");
    project
}

fn run(project: &Project, words: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = project.command(words);
    for (name, _) in std::env::vars() {
        if ["CI_", "CIRCLE", "BUILDKITE", "BITBUCKET_", "SEMAPHORE", "GITHUB_RUN"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command.env_remove("GITLAB_CI").envs(variables.iter().copied());
    Run::of(command, project)
}

fn check_shard(project: &Project, shard: &str, into: &str, variables: &[(&str, &str)]) -> Run {
    let format = format!("json={into}");
    run(
        project,
        &["check", "--samples", "1", "--shard", shard, "--format", &format],
        variables,
    )
}

fn report(project: &Project, path: &str) -> Report {
    serde_json::from_str(&project.read(path)).expect("a report")
}

fn verdicts(report: &Report) -> Vec<(String, Verdict)> {
    let rows = report.targets.iter();
    rows.map(|row| (row.module.clone(), row.verdict)).collect()
}

fn found(report: &Report) -> Vec<(Code, String)> {
    let findings = report.findings.iter();
    findings.map(|finding| (finding.code, finding.target.clone())).collect()
}

#[test]
fn forty_targets_in_four_shards_are_what_one_run_is_and_a_missing_shard_is_no_verdict() {
    let project = forty();
    run(
        &project,
        &["check", "--samples", "1", "--format", "json=whole.json"],
        &[],
    )
    .expect_code(1);
    let whole = report(&project, "whole.json");
    assert_eq!(whole.targets.len(), 40);

    let mut failing = 0;
    for number in 1..=4 {
        // As a service hands artifacts on: each in a folder of its own.
        let into = format!("artifacts/shard-{number}/report.json");
        failing += check_shard(&project, &format!("{number}/4"), &into, &[]).code;
    }
    assert!((1..=3).contains(&failing), "some shards fail and others do not");
    let merge = |words: &[&str]| run(&project, &[&["merge"], words].concat(), &[]);
    merge(&[
        "artifacts",
        "--format",
        "json=merged.json",
        "--format",
        "markdown=merged.md",
        "--format",
        "github=merged.txt",
    ])
    .expect_code(1);
    let merged = report(&project, "merged.json");
    assert_eq!(verdicts(&merged), verdicts(&whole));
    assert_eq!(found(&merged), found(&whole));
    assert_eq!((merged.verdict, merged.shard), (Verdict::Fail, None));
    assert!(project.read("merged.md").contains("module_11") && project.read("merged.txt").starts_with("::error "));
    let table = merge(&["artifacts"]).expect_code(1);
    assert!(
        table.stdout.contains("FAIL: 3 errors in 3 of 40 targets"),
        "{}",
        table.stdout
    );

    std::fs::remove_dir_all(project.path("artifacts/shard-3")).expect("it was there");
    let missing = merge(&["artifacts", "--format", "json=none.json"]).expect_code(3);
    assert!(missing.stderr.contains("shard 3 of 4 is missing"), "{}", missing.stderr);
    assert!(!project.path("none.json").exists());
}

#[test]
fn the_service_says_which_shard_it_is_and_a_job_that_does_not_know_measures_nothing() {
    let project = Project::of_module("VALUE = 1\n", "");
    let gitlab = |number: &str, id: &str, into: &str| {
        let variables = [
            ("GITLAB_CI", "true"),
            ("CI_NODE_INDEX", number),
            ("CI_NODE_TOTAL", "2"),
            ("CI_JOB_ID", id),
        ];
        check_shard(&project, "auto", into, &variables).expect_code(0);
        report(&project, into)
    };
    let first = gitlab("1", "70", "reports/one.json");
    let second = gitlab("2", "71", "reports/two.json");
    let shard = first.shard.as_ref().expect("a shard");
    assert_eq!((shard.number, shard.count, shard.attempt), (1, 2, 70));
    assert_eq!(
        (first.targets.len(), second.targets.len()),
        (1, 0),
        "a shard without targets passes"
    );
    assert_eq!(second.verdict, Verdict::Pass);
    assert_eq!(
        second.shard.map(|second| second.plan),
        first.shard.map(|first| first.plan)
    );
    // A job that is started again.
    gitlab("1", "72", "reports/one-again.json");
    run(&project, &["merge", "reports"], &[]).expect_code(0);

    for variables in [&[("CI_NODE_TOTAL", "2")][..], &[("GITHUB_ACTIONS", "true")], &[]] {
        let refused = check_shard(&project, "auto", "none.json", variables).expect_code(2);
        assert!(refused.stderr.contains("--shard auto"), "{}", refused.stderr);
    }
    let mistake = check_shard(&project, "3/2", "none.json", &[]).expect_code(2);
    assert!(mistake.stderr.contains("write it as 2/4"), "{}", mistake.stderr);
}

#[test]
fn shards_of_two_plans_are_refused_with_what_differs() {
    let project = Project::of_module("VALUE = 1\n", "");
    check_shard(&project, "1/2", "reports/one.json", &[]).expect_code(0);
    project.write("budgets.toml", "[modules.measured]\nmax-modules = 3\n");
    check_shard(&project, "2/2", "reports/two.json", &[]).expect_code(0);
    let refused = run(&project, &["merge", "reports"], &[]).expect_code(3);
    assert!(
        refused.stderr.contains("the hash of the budgets file is"),
        "{}",
        refused.stderr
    );
}

#[test]
fn zip_files_and_folders_are_read_as_they_come() {
    let project = Project::of_module("VALUE = 1\n", "");
    check_shard(&project, "1/2", "one/report.json", &[]).expect_code(0);
    check_shard(&project, "2/2", "two/report.json", &[]).expect_code(0);
    project.write("one/package.json", "{\"dependencies\": {}}\n");
    let zipped = Command::new(super::support::python())
        .args(["-m", "zipfile", "-c", "one.zip", "one/"])
        .current_dir(project.path(""))
        .status();
    assert!(zipped.expect("a python").success());
    std::fs::remove_dir_all(project.path("one")).expect("it was there");
    run(&project, &["merge", "one.zip", "two"], &[]).expect_code(0);

    let whole = std::fs::read(project.path("one.zip")).expect("a file");
    let mut damaged = std::fs::File::create(project.path("one.zip")).expect("a file");
    damaged.write_all(&whole[..whole.len() - 9]).expect("written");
    let refused = run(&project, &["merge", "one.zip", "two"], &[]).expect_code(3);
    assert!(
        refused.stderr.contains("one.zip: this zip file cannot be read"),
        "{}",
        refused.stderr
    );
    let empty = run(&project, &["merge", "src"], &[]);
    assert_eq!(empty.code, 3, "{}", empty.stderr);
}

#[test]
fn what_shards_recorded_is_one_baseline_that_the_code_fits() {
    let project = shop();
    for number in 1..=2 {
        let shard = format!("{number}/2");
        let run = project.record(&["--shard", &shard]).expect_code(0);
        assert!(
            run.stdout
                .contains(&format!("budgets.baseline.shard-{number}-of-2.json")),
            "{}",
            run.stdout
        );
    }
    assert!(
        !project.path(FILE).exists(),
        "the others still have to make the same plan"
    );
    let parts = [
        "budgets.baseline.shard-1-of-2.json",
        "budgets.baseline.shard-2-of-2.json",
    ];
    let one = run(&project, &["merge", "--baseline", FILE, parts[0]], &[]).expect_code(3);
    assert!(one.stderr.contains("shard 2 of 2 is missing"), "{}", one.stderr);
    run(&project, &["merge", parts[0], parts[1]], &[]).expect_code(2);
    run(&project, &["merge", "--baseline", FILE, parts[0], parts[1]], &[]).expect_code(0);
    let check = project.check(&[]).expect_code(0);
    assert!(
        check.stdout.contains("3 targets unchanged and reused"),
        "{}",
        check.stdout
    );
    let taken_for_one = run(&project, &["check", "--baseline", parts[0]], &[]).expect_code(3);
    assert!(taken_for_one.stderr.contains("baseline"), "{}", taken_for_one.stderr);
}
