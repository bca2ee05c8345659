//! Checks of commands, and under an interpreter whose own start has changed: what a `.pth` file loads is there before an import begins, and an
//! import that finds it there has not become faster.

use super::project::{Options, Project, causes, codes, finding, row};
use super::scripted::Scripted;
use crate::checks::{Code, Severity, Verdict};

const SHOP: &str = "[modules.shop]\n";

/// `shop` needs `json`, and is 70 ms by itself.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 70.0, &["json"])
        .standard("json", 30.0, &[])
        .standard("plain", 1.0, &[])
}

fn plain_start() -> Scripted {
    shop().starting_with("start.pth", &["plain"])
}

fn heavy_start() -> Scripted {
    shop().starting_with("start.pth", &["plain", "json"])
}

#[test]
fn an_import_is_not_faster_because_the_start_loads_what_it_needs() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&plain_start()).expect("a baseline");
    let report = project.check(&heavy_start(), Some(baseline), &Options::default());
    assert_eq!(
        (report.verdict, codes(&report)),
        (Verdict::Pass, vec!["start-changed".to_owned()])
    );
    let row = row(&report, "shop");
    assert_eq!((row.change_ms, row.baseline_time_ms), (None, None));
    let found = finding(&report, Code::StartChanged);
    assert_eq!(found.severity, Severity::Warning);
    assert!(
        found.message.ends_with(
            "`json` is loaded at each start since `start.pth`; shop imports it, and the rest of it was compared"
        ),
        "{}",
        found.message
    );
    let cause = causes(&report, Code::StartChanged)[0];
    assert_eq!(
        cause.summary,
        "`start.pth:2` imports `json` at each start of the interpreter"
    );
    assert!((25.0..35.0).contains(&cause.time_ms), "{}", cause.time_ms);
}

#[test]
fn an_import_is_not_slower_because_the_start_no_longer_loads_what_it_needs() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&heavy_start()).expect("a baseline");
    let report = project.check(&plain_start(), Some(baseline), &Options::default());
    assert_eq!(
        (report.verdict, codes(&report)),
        (Verdict::Pass, vec!["start-changed".to_owned()])
    );
    let found = finding(&report, Code::StartChanged);
    assert_eq!(found.severity, Severity::Note);
    assert!(
        found.message.starts_with("`json` is no longer loaded at each start"),
        "{}",
        found.message
    );
}

#[test]
fn what_changed_besides_is_found_after_another_start() {
    let shop = |scripted: Scripted| scripted.module("lib", 40.0, &[]).module("shop", 70.0, &["json", "lib"]);
    let project = Project::new(SHOP, &shop(plain_start()));
    let baseline = project.record(&shop(plain_start())).expect("a baseline");
    let head = shop(heavy_start()).edited("lib", "work_more()", 60.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression shop", "start-changed"]);
    let slower = causes(&report, Code::Regression);
    assert_eq!(
        slower.iter().map(|cause| cause.module.as_str()).collect::<Vec<_>>(),
        ["lib"]
    );
}

#[test]
fn a_start_that_takes_next_to_nothing_longer_is_not_worth_a_warning() {
    let shop = || shop().standard("tiny", 0.1, &[]);
    let project = Project::new(SHOP, &shop());
    let start = |loads: &[&str]| shop().starting_with("start.pth", loads);
    let baseline = project.record(&start(&["plain"])).expect("a baseline");
    let report = project.check(&start(&["plain", "tiny"]), Some(baseline), &Options::default());
    assert!(codes(&report).is_empty(), "{:?}", codes(&report));
}

#[test]
fn a_start_is_a_target_like_others_and_names_the_line_that_costs() {
    let project = Project::new("[startup.bare]\n", &shop());
    let baseline = project.record(&plain_start()).expect("a baseline");
    let report = project.check(&plain_start(), Some(baseline.clone()), &Options::default());
    assert!(codes(&report).is_empty(), "{:?}", codes(&report));
    let report = project.check(&heavy_start(), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression startup:bare"]);
    let cause = causes(&report, Code::Regression)[0];
    assert_eq!(
        (cause.module.as_str(), cause.file.as_deref(), cause.line),
        ("json", Some("start.pth"), Some(2))
    );
}

#[test]
fn a_command_pays_for_the_start_and_names_it() {
    let project = Project::new("[commands.cli]\nrun = [\"cli\"]\n", &shop());
    let baseline = project.record(&plain_start().commands_take(50.0)).expect("a baseline");
    let report = project.check(&heavy_start().commands_take(80.0), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression command:cli", "start-changed"]);
    assert_eq!(causes(&report, Code::Regression)[0].module, "json");
}

const CLI: &str = "[commands.cli]\nrun = [\"cli\"]\n";

#[test]
fn a_slower_command_names_the_statement_that_is_new() {
    let project = Project::new(CLI, &shop());
    let before = || shop().commands_take(50.0).commands_import(&["shop"]);
    let baseline = project.record(&before()).expect("a baseline");
    let report = project.check(&before(), Some(baseline.clone()), &Options::default());
    assert_eq!(row(&report, "command:cli").modules, Some(2));

    let head = before()
        .module("torch", 40.0, &[])
        .module("shop", 70.0, &["json", "torch"]);
    let report = project.check(&head.commands_take(90.0), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression command:cli"]);
    let cause = causes(&report, Code::Regression)[0];
    assert_eq!(
        (cause.module.as_str(), cause.file.as_deref(), cause.line),
        ("torch", Some("shop.py"), Some(2))
    );
}

#[test]
fn a_command_of_which_nothing_was_seen_before_has_no_cause() {
    let project = Project::new(CLI, &shop());
    let baseline = project.record(&shop().commands_take(50.0)).expect("a baseline");
    let head = shop().commands_take(90.0).commands_import(&["shop"]);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression command:cli"]);
    assert!(finding(&report, Code::Regression).causes.is_empty());
}

#[test]
fn a_changed_body_is_blamed_by_one_look_only_where_it_takes_much_longer() {
    let project = Project::new(CLI, &shop());
    let command = |text: &str, ms| shop().edited("shop", text, ms).commands_import(&["shop"]);
    let baseline = project
        .record(&command("work_on()", 1.0).commands_take(110.0))
        .expect("a baseline");
    let named = |ms| {
        let head = command("work_more()", ms).commands_take(200.0);
        let report = project.check(&head, Some(baseline.clone()), &Options::default());
        finding(&report, Code::Regression).causes.len()
    };
    assert_eq!((named(10.0), named(90.0)), (0, 1));
}
