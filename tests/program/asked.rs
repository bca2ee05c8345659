//! `--select` and `--ignore`: some findings alone, and what the report says of the others.

use importgate_core::checks::{Code, TargetStatus, Verdict};

use super::support::{BUSY, Project, found, shop};

#[test]
fn without_a_clock_nothing_is_sampled_and_the_report_says_what_is_not_known() {
    let project = shop().recorded();
    let unchanged = project.check(&["--select", "no-clock", "--format", "markdown=page.md"]);
    let unchanged = unchanged.expect_code(0);
    assert_eq!(unchanged.report().run.samples, 0);
    assert!(unchanged.report().not_asked.contains(&Code::Regression));
    let row = unchanged.row("shop.utils.text");
    assert_eq!((row.status, row.time_ms), (TargetStatus::Reused, None));
    let not_asked = "not asked, and not known: over-time, over-memory, over-total-time";
    for text in [&unchanged.stdout, &project.read("page.md")] {
        assert!(text.contains(not_asked), "{text}");
        assert!(text.contains("3 targets within what was asked"), "{text}");
    }

    project.write("src/shop/utils/text.py", BUSY);
    let slower = project.check(&["--select", "no-clock"]).expect_code(0);
    assert_eq!(found(&slower), []);
    let row = slower.row("shop.utils.text");
    assert_eq!((row.status, row.samples), (TargetStatus::Observed, 0));
    assert_eq!(slower.row("shop.utils.money").status, TargetStatus::Reused);

    project.write("src/shop/utils/text.py", "import no_such_module\n");
    let broken = project.check(&["--select", "forbidden"]).expect_code(1);
    assert_eq!(found(&broken), [(Code::MissingDependency, "shop.utils.text")]);
}

#[test]
fn what_is_ignored_is_not_found() {
    let project = Project::of_module("import json\n", "forbid = [\"json\"]\nmax-time = \"1us\"\n");
    let all = project.check(&["--samples", "3"]).expect_code(1);
    let codes: Vec<Code> = found(&all).iter().map(|(code, _)| *code).collect();
    assert!(codes.contains(&Code::OverTime) && codes.contains(&Code::Forbidden));
    let run = project.check(&["--samples", "3", "--ignore", "over-time,no-baseline"]);
    let run = run.expect_code(1);
    assert_eq!(found(&run), [(Code::Forbidden, "measured")]);
    let run = project.check(&["--select", "import-cycle", "--ignore", "no-baseline"]);
    assert_eq!(run.expect_code(0).report().verdict, Verdict::Pass);
}

#[test]
fn an_unknown_code_gets_the_nearest_and_a_vital_one_a_reason() {
    let project = Project::of_module("", "");
    let unknown = project.run(&["check", "--select", "forbid"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("forbidden"), "{}", unknown.stderr);
    let vital = project.run(&["check", "--ignore", "hang"]);
    assert_eq!(vital.code, 2);
    assert!(vital.stderr.contains("`hang` cannot be left out"), "{}", vital.stderr);
}

#[test]
fn the_budgets_say_how_much_a_finding_matters() {
    let budgets =
        |severity: &str| format!("[severity]\n{severity}\n[modules.measured]\nforbid = [\"json\"]\nmax-modules = 1\n");
    let project = Project::new(&budgets(
        "forbidden = \"warn\"\nover-modules = \"off\"\nno-baseline = \"error\"",
    ));
    project.write("measured.py", "import json\n");
    let run = project.check(&["--samples", "3"]).expect_code(1);
    assert_eq!(found(&run), [(Code::NoBaseline, ""), (Code::Forbidden, "measured")]);
    assert!(
        run.stdout.contains("not asked, and not known: over-modules"),
        "{}",
        run.stdout
    );
    let run = project
        .check(&["--samples", "3", "--ignore", "no-baseline"])
        .expect_code(0);
    assert!(run.stdout.contains("warning[forbidden]"), "{}", run.stdout);
    project.write("budgets.toml", budgets("import-failed = \"off\"\nregresion = \"warn\""));
    let run = project.run(&["check"]).expect_code(2);
    for said in ["`exclude` leaves a module out", "did you mean `regression`?"] {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}
