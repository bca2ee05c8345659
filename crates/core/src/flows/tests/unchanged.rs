//! Targets that are not even imported, since files show that they are the same.

use super::project::{Options, Project, codes, row};
use super::scripted::Scripted;
use crate::budgets::ReuseBy;
use crate::checks::{TargetStatus, Verdict};
use crate::flows::{Against, Base, Reuse};
use crate::observed::Effect;

const SHOP: &str = "[modules.shop]\n";

/// An import of which files show whether it is the same, after a start that is known.
fn shop() -> Scripted {
    Scripted::shop_by_files(5.0, 75.0)
}

/// How often a target was looked at in a check of `head` against what was recorded of `before`.
fn looks(budgets: &str, before: &Scripted, head: &Scripted, by: ReuseBy) -> usize {
    let project = Project::new(budgets, before);
    let baseline = project.record(before).expect("a baseline");
    let options = Options {
        reuse: Reuse { by, ..Reuse::default() },
        ..Options::default()
    };
    project.check(head, Some(baseline), &options);
    head.count_asked("light look shop") + head.count_asked("look shop")
}

#[test]
fn what_did_not_change_by_its_files_is_not_imported() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(head.count_asked("light look shop") + head.count_asked("look shop"), 0);
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    let row = row(&report, "shop");
    assert_eq!((row.status, row.change_percent), (TargetStatus::Reused, Some(0.0)));
    assert!(row.time_ms.is_some_and(|ms| (70.0..90.0).contains(&ms)), "{row:?}");
    assert_eq!(row.modules, Some(2));
}

#[test]
fn it_is_imported_where_one_import_is_to_show_it() {
    for by in [ReuseBy::Observed, ReuseBy::Never] {
        assert!(looks(SHOP, &shop(), &shop().anew(), by) > 0, "{by:?}");
    }
}

#[test]
fn what_changed_is_looked_at() {
    let head = || shop().edited("shop.db", "pass", 0.0);
    assert!(looks(SHOP, &shop(), &head(), ReuseBy::Files) > 0);
    // What is imported before it began to matter only since.
    assert!(looks(SHOP, &shop(), &shop().starting_with("other.pth", &[]), ReuseBy::Files) > 0);
}

#[test]
fn what_is_other_code_by_its_files_is_looked_at_once() {
    let looks = |before: &Scripted, head: Scripted| {
        let project = Project::new(SHOP, &head);
        let baseline = Project::new(SHOP, before).record(before).expect("a baseline");
        project.check(&head, Some(baseline), &Options::default());
        (head.count_asked("light look shop"), head.count_asked("look shop"))
    };
    assert_eq!(looks(&shop(), shop().edited("shop.db", "pass", 0.0)), (0, 1));
    let other_start = || shop().starting_with("other.pth", &[]);
    assert_eq!(looks(&shop(), other_start()), (1, 0), "it may be the same");
}

#[test]
fn what_files_do_not_show_is_looked_at() {
    let by = ReuseBy::Files;
    let silent = || Scripted::new().module("shop", 5.0, &[]).starting_with("shop.pth", &[]);
    assert!(
        looks(SHOP, &silent(), &silent().anew(), by) > 0,
        "nothing is known of its inputs"
    );
    let unknown_start = || Scripted::new().module("shop", 5.0, &[]).leaving_traces();
    assert!(looks(SHOP, &unknown_start(), &unknown_start().anew(), by) > 0);
    for (effect, is_looked_at) in [(Effect::Network, true), (Effect::Thread, false)] {
        let shop = || shop().effect("shop.db", effect);
        assert_eq!(looks(SHOP, &shop(), &shop().anew(), by) > 0, is_looked_at, "{effect:?}");
    }
}

#[test]
fn what_a_rule_asks_of_an_import_is_looked_at() {
    let by = ReuseBy::Files;
    let threads = || shop().effect("shop.db", Effect::Thread);
    let no_threads = "[modules.shop]\nforbid-effects = ['thread']\n";
    assert!(looks(no_threads, &threads(), &threads().anew(), by) > 0);
    assert_eq!(looks(no_threads, &shop(), &shop().anew(), by), 0);
    for table in ["forbid = ['shop.db']", "cycles = 'fail'", "max-time = '1ms'"] {
        let budgets = format!("[modules.shop]\n{table}\n");
        assert!(looks(&budgets, &shop(), &shop().anew(), by) > 0, "{table}");
    }
}

#[test]
fn other_imports_after_other_preloads_are_other_work() {
    let modules = || shop().module("tools", 1.0, &[]);
    let recorded = Project::new("[startup.app]\nimports = ['shop', 'shop.db']\n", &modules());
    let baseline = recorded.record(&modules()).expect("a baseline");
    let tables = [
        ("imports = ['shop', 'shop.db']", false),
        ("imports = ['shop.db', 'shop']", true),
        ("imports = ['shop', 'shop.db']\npreload = ['tools']", true),
    ];
    for (table, is_looked_at) in tables {
        let head = modules().anew();
        let now = Project::new(&format!("[startup.app]\n{table}\n"), &modules());
        now.check(&head, Some(baseline.clone()), &Options::default());
        assert_eq!(head.count_asked("light look shop") > 0, is_looked_at, "{table}");
    }
}

#[test]
fn a_base_whose_files_are_the_heads_is_not_imported() {
    let looks_at_base = |base: &Scripted, head: &Scripted, by| {
        let project = Project::new(SHOP, head);
        let against = Against::Base(Base {
            measure: base,
            name: "main".to_owned(),
            other_path_length: false,
            verify_sources: Box::new(|_| Ok(())),
        });
        let options = Options {
            reuse: Reuse { by, ..Reuse::default() },
            ..Options::default()
        };
        let report = project.check_against(head, against, &options);
        assert_eq!(report.verdict, Verdict::Pass);
        base.count_asked("light look shop")
    };
    let by = ReuseBy::Files;
    assert_eq!(looks_at_base(&shop(), &shop().anew(), by), 0);
    assert_eq!(looks_at_base(&shop(), &shop().edited("shop.db", "pass", 0.0), by), 1);
    assert_eq!(looks_at_base(&shop().version("3.13.2"), &shop(), by), 1);
    assert_eq!(looks_at_base(&shop(), &shop().anew(), ReuseBy::Observed), 1);
}
