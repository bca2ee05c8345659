//! What an import depends on beside its modules: where that differs, or no file tells of it, the import is measured.

use super::project::{Options, Project, codes, row};
use super::scripted::Scripted;
use crate::budgets::ReuseBy;
use crate::checks::{TargetStatus, Verdict};
use crate::flows::{Against, Base, Reuse};
use crate::observed::{Effect, Input};
use crate::report::Report;

const SHOP: &str = "[modules.shop]\n";

/// An import that takes 80 ms.
fn shop() -> Scripted {
    Scripted::shop_by_files(5.0, 75.0)
}

/// The same, where it looks for an optional module, which has this content or is not there.
fn with_optional(content: Option<u64>) -> Scripted {
    shop().finding(Input::Module("optional".to_owned()), content)
}

/// The same, where it reads from a pipe.
fn untold() -> Scripted {
    shop().finding(Input::Unseen("a pipe".to_owned()), None)
}

/// The same code, which takes half as long again.
fn slower(script: Scripted) -> Scripted {
    script.anew().slower_later("shop.db", 0, 1.5)
}

fn by(by: ReuseBy) -> Options {
    Options {
        reuse: Reuse { by, ..Reuse::default() },
        ..Options::default()
    }
}

/// A check of `head` against what was recorded of `before`.
fn check(before: &Scripted, head: &Scripted, options: &Options) -> Report {
    let project = Project::new(SHOP, before);
    let baseline = project.record(before).expect("a baseline");
    project.check(head, Some(baseline), options)
}

/// A check of `head` against `base`, measured beside it.
fn check_against(base: &Scripted, head: &Scripted, options: &Options) -> Report {
    let base = Base {
        measure: base,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    };
    Project::new(SHOP, head).check_against(head, Against::Base(base), options)
}

/// The two ways of comparing.
const COMPARISONS: [fn(&Scripted, &Scripted, &Options) -> Report; 2] = [check, check_against];

#[test]
fn the_same_modules_beside_other_data_are_measured() {
    for compare in COMPARISONS {
        for reuse in [ReuseBy::Files, ReuseBy::Observed] {
            let same = compare(&with_optional(Some(1)), &with_optional(Some(1)).anew(), &by(reuse));
            assert_eq!(same.verdict, Verdict::Pass);
            for content in [None, Some(2)] {
                let head = slower(with_optional(content));
                let report = compare(&with_optional(Some(1)), &head, &by(reuse));
                assert_eq!(row(&report, "shop").status, TargetStatus::Measured);
                assert_eq!(codes(&report), ["regression shop"], "{content:?} {reuse:?}");
                let as_fast = compare(&with_optional(Some(1)), &with_optional(content).anew(), &by(reuse));
                assert_eq!((as_fast.verdict, codes(&as_fast).len()), (Verdict::Pass, 0));
            }
        }
    }
}

#[test]
fn what_no_file_tells_is_measured_each_time() {
    let connects = || shop().effect("shop.db", Effect::Network);
    for script in [untold as fn() -> Scripted, connects] {
        for compare in COMPARISONS {
            for reuse in [ReuseBy::Files, ReuseBy::Observed] {
                let head = script().anew();
                let same = compare(&script(), &head, &by(reuse));
                assert_eq!((same.verdict, codes(&same).len()), (Verdict::Pass, 0));
                assert_eq!(row(&same, "shop").status, TargetStatus::Measured);
                let report = compare(&script(), &slower(script()), &by(reuse));
                assert_eq!(codes(&report), ["regression shop"], "{reuse:?}");
            }
        }
    }
}

#[test]
fn one_look_is_enough_where_it_is_known_to_be_measured() {
    let head = untold().anew();
    check(&untold(), &head, &Options::default());
    let looks = (head.count_asked("light look shop"), head.count_asked("look shop"));
    assert_eq!(looks, (0, 1));
}

#[test]
fn of_what_an_older_version_recorded_nothing_is_reused() {
    let silent = || {
        Scripted::new()
            .module("shop", 5.0, &["shop.db"])
            .module("shop.db", 75.0, &[])
    };
    let report = check(&silent(), &silent().leaving_traces().anew(), &Options::default());
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    assert_eq!(row(&report, "shop").status, TargetStatus::Measured);
}

#[test]
fn on_a_foreign_machine_it_may_compute_longer_and_what_no_file_tells_may_not_wait_longer() {
    let options = Options {
        processor: "another one",
        ..Options::default()
    };
    let found = |before: &Scripted, head: &Scripted| codes(&check(before, head, &options));
    assert_eq!(found(&untold(), &slower(untold())), ["foreign-baseline"]);
    let edited = found(&with_optional(Some(1)), &slower(with_optional(Some(2))));
    assert_eq!(edited, ["foreign-baseline"]);
    let waits = found(&untold(), &untold().anew().waiting(300.0));
    assert!(waits.contains(&"slowdown shop".to_owned()), "{waits:?}");
}
