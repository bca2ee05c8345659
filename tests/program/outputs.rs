//! Outputs: several at once, into files, with and without colour, and what is on which stream.

use importgate_core::checks::{Code, Verdict};

use super::support::{Project, Run, shop};

const ESCAPE: char = '\u{1b}';

fn project() -> Project {
    Project::of_module("import json\n", "max-modules = 1\n")
}

/// A check of two samples with these words and variables.
fn check(project: &Project, words: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = project.command(&["check", "--samples", "2"]);
    command.args(words).envs(variables.iter().copied());
    Run::of(command, project)
}

#[test]
fn several_formats_each_where_it_was_sent() {
    let project = project();
    let run = check(
        &project,
        &[
            "--format",
            "markdown",
            "--format",
            "json=out/deep/report.json",
            "--format",
            "terminal=out/table.txt",
            "--format",
            "github",
        ],
        &[],
    )
    .expect_code(1);
    assert!(
        run.stdout.contains("| ") && run.stdout.contains("::error "),
        "{}",
        run.stdout
    );
    let table = project.read("out/table.txt");
    assert!(
        table.contains("error[over-modules]: `measured.py:1` imports `json`") && !table.contains(ESCAPE),
        "{table}"
    );
    let report: serde_json::Value = serde_json::from_str(&project.read("out/deep/report.json")).expect("JSON");
    assert_eq!(report["verdict"], "fail");
    assert_eq!(std::fs::read_dir(project.path("out")).expect("a folder").count(), 2);
}

#[test]
fn what_came_of_each_target_for_the_test_page_and_the_charts_of_a_service() {
    let project = project();
    project.write("raises.py", "raise ValueError('<&> \\0')\n");
    project.write(
        "budgets.toml",
        "[modules.measured]\nmax-modules = 1\n\n[modules.raises]\n",
    );
    let words = [
        "--format",
        "junit=out/report.xml",
        "--format",
        "openmetrics=out/metrics.txt",
        "--format",
        "teamcity",
    ];
    let run = check(&project, &words, &[]).expect_code(1);
    let tests = project.read("out/report.xml");
    assert!(
        tests.contains("tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"1\""),
        "{tests}"
    );
    assert!(
        tests.contains("type=\"over-modules\"") && !tests.contains("because the import raises"),
        "{tests}"
    );
    assert!(
        tests.contains("the import raises ValueError: &lt;&amp;&gt; \\x00\" type=\"import-failed\""),
        "{tests}"
    );
    let metrics = project.read("out/metrics.txt");
    assert!(
        metrics.contains("importgate_import_seconds{target=\"measured\",environment=\"cpython-"),
        "{metrics}"
    );
    assert!(
        !metrics.contains("importgate_import_seconds{target=\"raises\""),
        "{metrics}"
    );
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    let problems = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("##teamcity[buildProblem "));
    assert_eq!(problems.count(), 2, "{}", run.stdout);
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_of_its_own() {
    let project = project();
    project.write("file", "");
    for path in ["json=file/report.json", "json=.", "markdown=/proc/none/summary.md"] {
        let run = check(&project, &["--format", path], &[]).expect_code(3);
        assert!(run.stderr.contains("cannot write"), "{path}: {}", run.stderr);
    }
}

#[test]
fn json_alone_on_standard_output_is_nothing_but_json() {
    let run = check(&project(), &["--format", "json"], &[]).expect_code(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["version"], 2);
}

#[test]
fn colour_is_where_it_was_asked_for_and_nowhere_else() {
    let project = project();
    let has_colour = |words: &[&str], variables: &[(&str, &str)]| {
        let run = check(&project, words, variables).expect_code(1);
        assert!(!run.stderr.contains(ESCAPE), "{:?}", run.stderr);
        run.stdout.contains(ESCAPE)
    };
    assert!(!has_colour(&[], &[]));
    assert!(has_colour(&["--color", "always"], &[]));
    assert!(has_colour(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!has_colour(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&[], &[("NO_COLOR", "1"), ("TERM", "xterm-256color")]));
}

#[test]
fn progress_in_a_log_is_a_few_plain_lines_and_none_when_quiet() {
    let project = project();
    let run = check(&project, &[], &[]).expect_code(1);
    assert!(
        run.stderr.lines().count() <= 3 && !run.stderr.is_empty(),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(['\r', ESCAPE]), "{:?}", run.stderr);
    let quiet = check(&project, &["--quiet"], &[]).expect_code(1);
    assert_eq!(quiet.stderr, "");
    let record = project.record(&["--quiet"]).expect_code(0);
    assert_eq!(record.stderr, "");
}

#[test]
fn a_seed_and_a_time_limit_are_kept() {
    let project = project();
    let run = project.check(&["--samples", "2", "--seed", "77"]).expect_code(1);
    assert_eq!(run.report().run.seed, 77);
    project.write("budgets.toml", "[modules.measured]\nmax-time = \"5s\"\n");
    let run = project.check(&["--time-limit", "1ms"]).expect_code(0);
    assert_eq!(run.report().run.samples, 0);
    // What was not measured did not pass.
    assert_eq!(run.report().verdict, Verdict::Inconclusive);
    assert!(run.only(Code::Inconclusive).message.contains("time limit"));
}

#[test]
fn variables_about_colour_are_heeded_and_verbose_may_be_said_twice() {
    let project = shop();
    let run = |variables: &[(&str, &str)], words: &[&str]| {
        let mut command = project.command(words);
        command.envs(variables.iter().copied());
        Run::of(command, &project)
    };
    let check = ["check", "-vv", "--samples", "3", "--quiet"];
    let is_coloured = |variables: &[(&str, &str)]| run(variables, &check).expect_code(0).stdout.contains('\u{1b}');
    assert!(!is_coloured(&[]));
    assert!(is_coloured(&[("FORCE_COLOR", "1")]));
    assert!(!is_coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(run(&[("FORCE_COLOR", "1")], &["--help"]).stdout.contains('\u{1b}'));
}

#[test]
fn every_kind_of_output_stands_in_the_help_of_each_command_that_has_one() {
    let project = shop();
    for (command, kinds) in [
        (
            "check",
            &[
                "terminal", "json", "markdown", "github", "html", "sarif", "gitlab", "junit", "teamcity",
            ][..],
        ),
        ("merge", &["github", "azure"]),
        ("explain", &["speedscope", "chrome-trace"]),
        ("fix", &["diff"]),
        ("classify", &["markdown"]),
        ("doctor", &["terminal", "json"]),
        ("compare", &["markdown"]),
    ] {
        let help = project.run(&[command, "--help"]).stdout;
        for kind in kinds {
            assert!(help.contains(&format!("- {kind}:")), "{command} {kind}\n{help}");
        }
    }
    for command in ["check", "record", "explain", "fix", "classify"] {
        let usage = project.run(&[command, "-h"]).stdout;
        assert!(usage.contains("[MODULE]"), "{usage}");
    }
}
