//! What a page is given to draw: the samples and the trees of a check.

use super::project::{Options, Project, row};
use super::scripted::Scripted;
use crate::checks::{TargetStatus, Verdict};
use crate::flows::{Against, Base};
use crate::report::{ImportTree, Report, TreeModule};

const SHOP: &str = "[modules.shop]\n";

/// A program of 110 ms: `shop` imports `old` and its own `shop.db`.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["json", "shop.db", "old"])
        .module("shop.db", 50.0, &["json"])
        .standard("json", 20.0, &[])
        .standard("old", 30.0, &[])
        .standard("fresh", 15.0, &[])
}

/// The same with a line more in `shop.db`, with `fresh` and without `old`.
fn edited() -> Scripted {
    let shop = shop().module("shop", 10.0, &["json", "shop.db", "fresh"]);
    shop.edited("shop.db", "connect()", 40.0).anew()
}

fn tree(report: &Report) -> &ImportTree {
    let picture = report.picture("shop").expect("a picture");
    picture.tree.as_ref().expect("a tree")
}

fn module<'a>(tree: &'a ImportTree, name: &str) -> &'a TreeModule {
    let found = tree.modules.iter().find(|module| module.module == name);
    found.unwrap_or_else(|| panic!("{name} is not in {tree:?}"))
}

fn is_near(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 0.05 * expected.max(1.0)
}

/// What an edit, a new import and a removed one look like, whatever they are compared with.
fn assert_shows_the_edit(report: &Report) {
    let tree = tree(report);
    let db = module(tree, "shop.db");
    assert!(
        is_near(db.own_ms, 90.0) && is_near(db.own_before_ms.expect("before"), 50.0),
        "{db:?}"
    );
    assert_eq!(
        db.parent.map(|parent| tree.modules[parent].module.as_str()),
        Some("shop")
    );
    assert_eq!(db.place.as_ref().map(ToString::to_string).as_deref(), Some("shop.py:2"));
    let json = module(tree, "json");
    assert_eq!(json.own_before_ms, Some(json.own_ms), "it scatters, and did not change");
    assert_eq!(module(tree, "fresh").own_before_ms, None);
    let gone = &tree.before.as_ref().expect("a comparison").gone;
    assert_eq!(gone.len(), 1);
    assert!(gone[0].module == "old" && is_near(gone[0].own_ms, 30.0), "{gone:?}");
}

#[test]
fn a_tree_shows_what_grew_what_came_and_what_went() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let report = project.check(&edited(), Some(baseline), &Options::default());
    assert_shows_the_edit(&report);
    assert!(!tree(&report).before.as_ref().expect("before").has_memory);
    let picture = report.picture("shop").expect("a picture");
    assert_eq!(picture.samples_ms.len() as u64, row(&report, "shop").samples);
    assert!(!picture.baseline_samples_ms.is_empty());
}

#[test]
fn beside_a_base_the_memory_of_before_is_known_too() {
    let project = Project::new(SHOP, &shop());
    let old = shop();
    let base = Base {
        measure: &old,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    };
    let report = project.check_against(&edited(), Against::Base(base), &Options::default());
    assert_shows_the_edit(&report);
    assert!(tree(&report).before.as_ref().expect("before").has_memory);
    let db = module(tree(&report), "shop.db");
    assert_eq!(db.own_memory_before_bytes, Some(db.own_memory_bytes));
}

#[test]
fn without_a_baseline_a_tree_shows_what_there_is() {
    let project = Project::new(SHOP, &shop());
    let report = project.check(&shop(), None, &Options::default());
    assert_eq!(tree(&report).before, None);
    assert_eq!(module(tree(&report), "shop.db").own_before_ms, None);
}

#[test]
fn reused_numbers_are_drawn_from_the_samples_that_answered() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let report = project.check(&shop().anew(), Some(baseline), &Options::default());
    assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
    let picture = report.picture("shop").expect("a picture");
    assert!(!picture.samples_ms.is_empty() && picture.tree.is_none());
}

#[test]
fn failing_targets_are_drawn_before_any_other_and_no_more_than_a_reader_looks_through() {
    let names: Vec<String> = (0..100).map(|number| format!("part{number}")).collect();
    let parts = names
        .iter()
        .fold(Scripted::new(), |parts, name| parts.module(name, 20.0, &[]));
    let budgets: String = names.iter().map(|name| format!("[modules.{name}]\n")).collect();
    let budgets = budgets.replace("[modules.part99]\n", "[modules.part99]\nmax-time = '1ms'\n");
    let project = Project::new(&budgets, &parts);
    let report = project.check(&parts, None, &Options::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.pictures[0].target, "part99");
    assert_eq!(report.pictures.len(), 100);
    let trees = report.pictures.iter().filter(|picture| picture.tree.is_some());
    assert_eq!(trees.count(), 60);
}
