//! Whole checks: against a stored baseline, against a base, and against nothing.

use std::time::Duration;

use super::project::{Options, Project, causes, codes, finding, row};
use super::scripted::Scripted;
use crate::budgets::ReuseBy;
use crate::checks::{Code, TargetStatus, Verdict};
use crate::flows::{Against, Base, Reuse};
use crate::observed::{BytecodeState, Effect, Failure};
use crate::stats::ComparisonKind;
use crate::stats::contest::Standing;

const SHOP: &str = "[modules.shop]\n";

/// A program of 80 ms, 50 of them in its own `shop.db`.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["json", "shop.db"])
        .module("shop.db", 50.0, &["json"])
        .standard("json", 20.0, &[])
}

fn hang() -> Failure {
    Failure::Hung {
        limit_ms: 10_000,
        stack: Vec::new(),
        other_threads: Vec::new(),
    }
}

fn starved() -> Failure {
    Failure::Starved {
        waited_ms: 92_000,
        elapsed_ms: 100_000,
    }
}

/// How the speed of the machine is told before what a baseline recorded is held against ceilings.
const SPEED: [&str; 1] = ["reference"];

fn base(measure: &Scripted) -> Base<'_> {
    Base {
        measure,
        name: "main (merge base 1a2b3c)".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    }
}

#[test]
fn the_same_code_is_looked_at_lightly_and_not_sampled() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(head.asked(), [&SPEED[..], &["light look shop"]].concat());
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    let row = row(&report, "shop");
    assert_eq!((row.status, row.change_percent), (TargetStatus::Reused, Some(0.0)));
    assert!(row.time_ms.is_some_and(|ms| (70.0..90.0).contains(&ms)), "{row:?}");
}

#[test]
fn the_same_code_is_sampled_where_all_are_to_be_and_is_no_slower_all_the_same() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let options = Options {
        reuse: Reuse {
            by: ReuseBy::Never,
            ..Reuse::default()
        },
        ..Options::default()
    };
    let report = project.check(&head, Some(baseline), &options);
    assert!(head.count_asked("sample shop") >= 3, "{:?}", head.asked());
    assert_eq!(report.verdict, Verdict::Pass);
    let row = row(&report, "shop");
    assert_eq!(
        (row.status, row.decided_by),
        (TargetStatus::Measured, Some(ComparisonKind::SameClosure))
    );
}

#[test]
fn a_slow_edit_is_a_regression_with_its_line_after_a_few_samples() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().edited("shop.db", "connect()", 40.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(codes(&report), ["regression shop"]);
    let found = finding(&report, Code::Regression);
    assert_eq!(causes(&report, Code::Regression)[0].module, "shop.db");
    let place = found.place.as_ref().map(ToString::to_string);
    assert_eq!(
        place.as_deref(),
        Some("shop/db.py:3"),
        "the new line, which is not the heaviest"
    );
    assert!((5..30).contains(&head.count_asked("sample shop")), "{:?}", head.asked());
    assert_eq!(head.count_asked("lines shop.db"), 1);
}

#[test]
fn an_edit_that_costs_nothing_passes() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().edited("shop.db", "pass", 0.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    assert_eq!(row(&report, "shop").decided_by, Some(ComparisonKind::ChangedPart));
    assert_eq!(head.count_asked("lines"), 0, "there is nothing to explain");
}

#[test]
fn without_a_baseline_ceilings_are_checked_and_nothing_is_compared() {
    let project = Project::new("[modules.shop]\nmax-time = '60ms'\n", &shop());
    let head = shop();
    let report = project.check(&head, None, &Options::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(codes(&report), ["over-time shop", "no-baseline"]);
    assert_eq!(causes(&report, Code::OverTime)[0].module, "shop.db");
    assert_eq!(row(&report, "shop").change_percent, None);
    assert_eq!(head.count_asked("light look"), 0, "nothing settles it");
}

#[test]
fn a_forbidden_module_needs_a_full_look_and_no_samples_where_the_code_is_the_same() {
    let budgets = "[modules.shop]\nforbid = ['json']\nforbid-effects = ['network']\n";
    let shop = || shop().effect("shop.db", Effect::Network);
    let project = Project::new(budgets, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(codes(&report), ["forbidden shop", "forbidden-effect shop"]);
    let place = finding(&report, Code::Forbidden)
        .place
        .as_ref()
        .map(ToString::to_string);
    assert_eq!(
        place.as_deref(),
        Some("shop.py:1"),
        "the chain is that of the full look"
    );
    assert_eq!(
        head.asked(),
        [&SPEED[..], &["light look shop", "look shop", "syntax of 1"]].concat()
    );
}

#[test]
fn a_hang_costs_one_look() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew().fails("shop.db", 0, hang());
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["hang shop"]);
    assert_eq!(head.asked(), [&SPEED[..], &["light look shop"]].concat());
    assert_eq!(row(&report, "shop").status, TargetStatus::Failed);

    let head = shop().fails("shop.db", 0, hang());
    let report = project.check(&head, None, &Options::default());
    assert_eq!(codes(&report), ["hang shop", "no-baseline"]);
    assert_eq!(head.asked(), ["look shop"]);
}

#[test]
fn an_import_that_the_machine_gave_no_time_is_an_open_question() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let check = |after, head: Scripted| {
        let head = head.fails("shop.db", after, starved());
        let report = project.check(&head, Some(baseline.clone()), &Options::default());
        assert_eq!(codes(&report), ["inconclusive shop"], "{after}");
        assert_eq!(report.verdict, Verdict::Inconclusive);
        assert_eq!(report.causes, [], "it has none in the code");
        let shown = row(&report, "shop");
        assert_eq!((shown.status, shown.time_ms), (TargetStatus::Measured, None));
        head.asked()
    };
    assert_eq!(
        check(0, shop().anew()),
        [&SPEED[..], &["light look shop"]].concat(),
        "another look would take as long again"
    );
    // Once observed it has to be timed, and is not.
    check(2, shop().edited("shop.db", "more()", 60.0));

    let undecided_fails = Project::new(&format!("[gate]\ninconclusive = 'fail'\n{SHOP}"), &shop());
    let head = shop().anew().fails("shop.db", 0, starved());
    let report = undecided_fails.check(&head, Some(baseline.clone()), &Options::default());
    assert_eq!(report.verdict, Verdict::Fail, "as the budgets ask");
}

#[test]
fn one_that_fails_midway_is_dropped_and_the_others_go_on() {
    let shop = || shop().module("tool", 30.0, &[]);
    let project = Project::new("[modules.shop]\n[modules.tool]\n", &shop());
    // Once observed and once sampled it still works.
    let head = shop().fails("shop.db", 2, Failure::no_module("late"));
    let report = project.check(&head, None, &Options::default());
    assert_eq!(codes(&report), ["missing-dependency shop", "no-baseline"]);
    assert_eq!(head.count_asked("sample shop"), 2);
    assert!(head.count_asked("sample tool") >= 3, "{:?}", head.asked());
    let statuses = ["shop", "tool"].map(|target| row(&report, target).status);
    assert_eq!(statuses, [TargetStatus::Failed, TargetStatus::Measured]);
}

#[test]
fn more_memory_than_before_fails_with_what_adds_it() {
    let budgets = "[gate]\nmax-memory-regression = '20%'\n[modules.shop]\nmax-regression = '1000%'\n";
    let shop = || {
        shop()
            .standard("torch", 1.0, &[])
            .keeps("torch", 23 << 20)
            .keeps("json", 10 << 20)
    };
    let project = Project::new(budgets, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let with_torch = || shop().module("shop.db", 50.0, &["json", "torch"]);
    let report = project.check(&with_torch(), Some(baseline.clone()), &Options::default());
    assert_eq!(codes(&report), ["memory-regression shop"]);
    let found = finding(&report, Code::MemoryRegression);
    assert_eq!(
        found.message,
        "adds more memory: +23.0 MiB (+226%, from 10.2 MiB), where 20.0% is allowed"
    );
    let causes_of_memory = causes(&report, Code::MemoryRegression);
    let figures: Vec<_> = (causes_of_memory.iter())
        .map(|cause| (cause.module.as_str(), cause.memory_bytes))
        .collect();
    assert_eq!(figures, [("torch", 23 << 20)]);
    assert_eq!(
        found.place.as_ref().map(ToString::to_string).as_deref(),
        Some("shop/db.py:2")
    );

    // A body that keeps more by itself, five samples of it, and beside the base.
    let larger = || shop().edited("shop.db", "cache()", 0.1).keeps("shop.db", 23 << 20);
    let few = Options {
        samples: Some(5),
        ..Options::default()
    };
    let report = project.check(&larger(), Some(baseline.clone()), &few);
    assert_eq!(codes(&report), ["memory-regression shop"]);
    assert_eq!(causes(&report, Code::MemoryRegression)[0].module, "shop.db");
    let larger_since = project.check(&larger().installed("click", "8.2"), Some(baseline.clone()), &few);
    let installed = finding(&larger_since, Code::MemoryRegression).installed.as_deref();
    assert_eq!(installed, Some("since the baseline: click 8.2 installed"));
    let before = shop();
    let report = project.check_against(&larger(), Against::Base(base(&before)), &Options::default());
    assert_eq!(codes(&report), ["memory-regression shop"]);

    // As much as is allowed, and another edit.
    let edited = shop().edited("shop.db", "pass", 0.0);
    assert_eq!(codes(&project.check(&edited, Some(baseline), &few)), [""; 0]);
}

#[test]
fn what_was_installed_since_stands_beside_what_became_slower_or_fails() {
    let installed = |rich: &str| shop().installed("rich", rich).installed("attrs", "25.1");
    let using_rich = |shop: Scripted| {
        shop.module("shop.db", 50.0, &["json", "rich"])
            .module("rich", 20.0, &[])
            .from("rich", "rich")
    };
    let project = Project::new(SHOP, &shop());
    let recorded = using_rich(installed("13.7.1"));
    let baseline = project.record(&recorded).expect("a baseline");
    let since = |head: &Scripted, code| {
        let report = project.check(head, Some(baseline.clone()), &Options::default());
        finding(&report, code).installed.clone().unwrap_or_default()
    };

    let upgraded = || using_rich(installed("15.0.0").installed("click", "8.2"));
    let slower = upgraded().edited("rich", "render()", 40.0);
    let expected = "since the baseline: rich 13.7.1 → 15.0.0, click 8.2 installed";
    assert_eq!(since(&slower, Code::Regression), expected);
    let slowed_down =
        using_rich(installed("13.7.1").installed("click", "8.2")).compiled("shop", BytecodeState::Stale, 20.0);
    let click = "since the baseline: click 8.2 installed";
    assert_eq!(since(&slowed_down, Code::Slowdown), click);

    let removed = using_rich(installed("13.7.1"))
        .without("rich")
        .removed("rich")
        .installed("click", "8.2");
    assert_eq!(
        since(&removed, Code::MissingDependency),
        "since the baseline: rich 13.7.1 removed, click 8.2 installed"
    );
    let same_environment = recorded.edited("shop.db", "connect()", 40.0);
    assert_eq!(since(&same_environment, Code::Regression), "");

    // Beside a base with an environment of its own.
    let before = using_rich(installed("13.7.1"));
    let report = project.check_against(&slower, Against::Base(base(&before)), &Options::default());
    assert_eq!(finding(&report, Code::Regression).installed.as_deref(), Some(expected));
    assert_eq!(report.distributions.len(), 2);
}

#[test]
fn what_time_does_not_allow_is_inconclusive() {
    let project = Project::new("[modules.shop]\nmax-time = '60ms'\n", &shop());
    let limit = |ms| Options {
        time_limit: Some(Duration::from_millis(ms)),
        ..Options::default()
    };
    let head = shop();
    let report = project.check(&head, None, &limit(100));
    assert_eq!(head.asked(), ["look shop"], "the look took all of it");
    assert_eq!(report.verdict, Verdict::Inconclusive);
    let said = &finding(&report, Code::Inconclusive).message;
    assert!(said.contains("before its first sample"), "{said}");
    assert_eq!(report.run.seconds, 0.1);

    // A few samples are not enough for this ceiling, and what was taken is shown.
    let project = Project::new("[modules.shop]\nmax-time = '79ms'\n", &shop());
    let report = project.check(&shop(), None, &limit(800));
    assert_eq!(codes(&report), ["inconclusive shop", "no-baseline"]);
    assert!((1..8).contains(&row(&report, "shop").samples));
}

#[test]
fn a_fixed_number_of_samples_is_taken_of_each() {
    let shop = || shop().module("tool", 30.0, &[]);
    let project = Project::new("[modules.shop]\nmax-time = '60ms'\n[modules.tool]\n", &shop());
    let options = Options {
        samples: Some(12),
        ..Options::default()
    };
    let head = shop();
    let report = project.check(&head, None, &options);
    let taken = [head.count_asked("sample shop"), head.count_asked("sample tool")];
    assert_eq!((taken, report.run.samples), ([12, 12], 24));
    assert_eq!(codes(&report), ["over-time shop", "no-baseline"]);
}

#[test]
fn the_base_is_not_sampled_where_it_is_the_same_code() {
    let project = Project::new(SHOP, &shop());
    let (head, before) = (shop(), shop().anew());
    let report = project.check_against(&head, Against::Base(base(&before)), &Options::default());
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    assert_eq!(before.asked(), ["light look shop"]);
    assert!(head.count_asked("sample shop") >= 3, "{:?}", head.asked());
}

#[test]
fn a_slow_edit_is_found_against_the_base_in_pairs() {
    let project = Project::new(SHOP, &shop());
    let (before, head) = (shop(), shop().edited("shop.db", "connect()", 40.0));
    let report = project.check_against(&head, Against::Base(base(&before)), &Options::default());
    assert_eq!(codes(&report), ["regression shop"]);
    assert_eq!(head.count_asked("sample shop"), before.count_asked("sample shop"));
    assert_eq!(
        before.count_asked("lines shop.db"),
        1,
        "the base tells the lines of before"
    );
    let baseline = report.baseline.expect("what it was compared with");
    assert_eq!(baseline.source, "main (merge base 1a2b3c)");
}

#[test]
fn a_target_that_the_baseline_lacks_says_what_it_costs_and_what_held_it() {
    let recorded = Project::new(SHOP, &shop());
    let baseline = recorded.record(&shop()).expect("a baseline");
    let project = Project::new("[modules.shop]\n[modules.\"shop.db\"]\nmax-time = \"120ms\"\n", &shop());
    let report = project.check(&shop(), Some(baseline), &Options::default());
    assert_eq!(
        (report.verdict, codes(&report)),
        (Verdict::Pass, vec!["no-baseline shop.db".to_owned()])
    );
    let message = &finding(&report, Code::NoBaseline).message;
    assert!(message.starts_with("is new since the baseline: takes "), "{message}");
    assert!(
        message.ends_with(" ms, 2 modules, within its ceiling of 120 ms"),
        "{message}"
    );
}

#[test]
fn a_target_that_the_base_lacks_is_new() {
    let project = Project::new(SHOP, &shop());
    let (head, before) = (shop(), shop().without("shop"));
    let report = project.check_against(&head, Against::Base(base(&before)), &Options::default());
    assert_eq!(
        (report.verdict, codes(&report)),
        (Verdict::Pass, vec!["no-baseline shop".to_owned()])
    );
    let message = &finding(&report, Code::NoBaseline).message;
    assert!(message.contains(" ms, 3 modules, with no `max-time`"), "{message}");
    assert_eq!(before.count_asked("sample"), 0);
}

#[test]
fn a_base_under_another_interpreter_is_compared_as_a_whole() {
    let project = Project::new(SHOP, &shop());
    let (head, before) = (shop(), shop().version("3.13.0"));
    let report = project.check_against(&head, Against::Base(base(&before)), &Options::default());
    assert_eq!(codes(&report), ["foreign-baseline"]);
    assert_eq!(row(&report, "shop").decided_by, Some(ComparisonKind::Paired));
    assert!(
        before.count_asked("sample shop") >= 3,
        "equal closures prove nothing here"
    );
}

#[test]
fn sources_of_the_head_in_the_base_end_the_check() {
    let project = Project::new(SHOP, &shop());
    let (head, before) = (shop(), shop());
    let lent = |observed: &mut crate::observed::TargetObservation| {
        observed.observation.failure = Some(Failure::no_module("shop"));
        Ok(())
    };
    let against = Against::Base(Base {
        verify_sources: Box::new(lent),
        ..base(&before)
    });
    let report = project.check_against(&head, against, &Options::default());
    assert_eq!(codes(&report), ["no-baseline shop"]);
}

#[test]
fn an_entry_of_another_machine_still_proves_equal_code() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let options = Options {
        processor: "Another 3000",
        ..Options::default()
    };
    let head = shop().anew();
    let report = project.check(&head, Some(baseline.clone()), &options);
    assert_eq!(codes(&report), ["foreign-baseline"]);
    assert_eq!(head.count_asked("sample"), 0);

    // With another patch level it proves nothing.
    let head = shop().anew().version("3.13.2");
    project.check(&head, Some(baseline), &Options::default());
    assert!(head.count_asked("sample shop") >= 3);
}

#[test]
fn entries_that_are_missing_or_asked_for_by_nobody_are_said() {
    let shop = || shop().module("tool", 30.0, &[]);
    let recorded = Project::new("[modules.shop]\n", &shop());
    let baseline = recorded.record(&shop()).expect("a baseline");
    let project = Project::new("[modules.tool]\n", &shop());
    let report = project.check(&shop(), Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["stale-baseline-entry shop", "no-baseline tool"]);
}

#[test]
fn counts_decide_where_they_are_asked_for() {
    let budgets = "[measure]\nengine = 'instructions'\n[modules.shop]\n";
    let shop = || shop().counting();
    let project = Project::new(budgets, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    let report = project.check(&head, Some(baseline.clone()), &Options::default());
    assert_eq!(
        (head.count_asked("count"), codes(&report).len()),
        (0, 0),
        "the same code"
    );
    assert_eq!(
        row(&report, "shop").instructions,
        row(&report, "shop").baseline_instructions
    );

    let head = shop().edited("shop.db", "connect()", 12.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression shop"]);
    assert_eq!(row(&report, "shop").decided_by, Some(ComparisonKind::Instructions));
    assert_eq!(head.count_asked("count shop"), 1);

    let (before, head) = (shop(), shop().edited("shop.db", "connect()", 12.0));
    let report = project.check_against(&head, Against::Base(base(&before)), &Options::default());
    assert_eq!(codes(&report), ["regression shop"]);
    assert_eq!((before.count_asked("count shop"), before.count_asked("sample")), (1, 0));
    assert_eq!(before.count_asked("look shop"), 1, "costs are read off a full look");
}

#[test]
fn what_time_does_not_allow_to_count_is_inconclusive() {
    let budgets = "[measure]\nengine = 'instructions'\n[modules.shop]\n";
    let project = Project::new(budgets, &shop());
    let options = Options {
        time_limit: Some(Duration::from_millis(200)),
        ..Options::default()
    };
    let report = project.check(&shop().counting(), None, &options);
    let said = &finding(&report, Code::Inconclusive).message;
    assert!(said.contains("neither counted nor timed"), "{said}");
}

#[test]
fn a_command_is_timed_and_never_looked_at() {
    let budgets = "[commands.help]\nrun = ['shop', '--help']\nmax-time = '40ms'\n";
    let project = Project::new(budgets, &shop());
    let head = shop().commands_take(90.0);
    let report = project.check(&head, None, &Options::default());
    assert_eq!(codes(&report), ["over-time command:help", "no-baseline"]);
    assert_eq!(head.count_asked("look"), 0);
    assert!(head.count_asked("command shop --help") >= 5);

    // Nothing tells whether it is the code that was recorded.
    let baseline = project.record(&head).expect("a baseline");
    let head = head.anew();
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(row(&report, "command:help").status, TargetStatus::Measured);
    assert!(head.count_asked("command shop --help") >= 5);
}

#[test]
fn other_orders_are_sampled_beside_the_configured_one() {
    let budgets = "[startup.web]\nimports = ['json', 'shop.db']\norders = 5\n";
    let shop = || {
        Scripted::new()
            .standard("json", 20.0, &[])
            .module("shop", 1.0, &[])
            .module("shop.db", 30.0, &[])
    };
    let project = Project::new(budgets, &shop());
    let head = shop();
    let report = project.check(&head, None, &Options::default());
    assert_eq!(codes(&report), ["no-baseline", "import-order startup:web"]);
    assert_eq!(
        head.count_asked("sample shop.db json"),
        12,
        "two imports have one other order"
    );
    let orders = &row(&report, "startup:web").orders;
    let shown: Vec<_> = orders
        .iter()
        .map(|order| (order.imports[0].as_str(), order.samples))
        .collect();
    assert_eq!(shown, [("json", 12), ("shop.db", 12)]);
    assert!(
        orders
            .iter()
            .all(|order| order.beside_configured == Some(Standing::Alike) && !order.is_fastest),
        "{orders:?}"
    );
    let said = &finding(&report, Code::ImportOrder);
    assert!(said.message.contains("makes no difference"), "{}", said.message);
    assert!(
        said.details[0].contains(", configured: json, shop.db"),
        "{:?}",
        said.details
    );

    // Where the code is the baseline's, its orders were tried when it was new.
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew();
    project.check(&head, Some(baseline), &Options::default());
    assert_eq!(head.count_asked("sample"), 0);
}

/// Of `shop.db`, which takes eight times as long once it is compiled at each start.
fn with_stale_bytecode() -> Scripted {
    shop().anew().compiled("shop.db", BytecodeState::Stale, 8.0)
}

#[test]
fn the_same_code_with_stale_bytecode_is_a_slowdown_with_its_cause_and_no_line() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let report = project.check(&with_stale_bytecode(), Some(baseline), &Options::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(codes(&report), ["slowdown shop"]);
    let found = causes(&report, Code::Slowdown);
    assert_eq!((found.len(), found[0].line), (1, None));
    assert!(found[0].summary.contains("`shop.db` is stale"), "{found:?}");
    let row = row(&report, "shop");
    assert!(row.change_percent.is_some_and(|percent| percent > 300.0), "{row:?}");
}

#[test]
fn bytecode_that_was_stale_when_it_was_recorded_is_reused() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&with_stale_bytecode()).expect("a baseline");
    let head = with_stale_bytecode();
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!((report.verdict, codes(&report).len()), (Verdict::Pass, 0));
    assert_eq!(head.asked(), [&SPEED[..], &["light look shop"]].concat());
}

#[test]
fn stale_bytecode_beside_an_edit_is_told_apart_from_it() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = with_stale_bytecode().edited("shop", "pass", 0.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(codes(&report), ["regression shop"]);
    let found = causes(&report, Code::Regression);
    assert!(found[0].summary.contains("`shop.db` is stale"), "{found:?}");
    assert_eq!(found.len(), 1, "the edit costs nothing");
    assert!(
        row(&report, "shop")
            .change_percent
            .is_some_and(|percent| percent > 300.0)
    );
}

#[test]
fn a_base_that_was_just_checked_out_is_measured_in_the_state_of_the_head() {
    let project = Project::new(SHOP, &shop());
    let (head, old) = (with_stale_bytecode(), shop());
    let report = project.check_against(&head, Against::Base(base(&old)), &Options::default());
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(codes(&report), ["foreign-baseline"]);
    assert!(finding(&report, Code::ForeignBaseline).details[0].contains("private folder"));
    assert_eq!(head.asked()[..3], ["look shop", "private bytecode", "look shop"]);
    assert_eq!(old.count_asked("private bytecode"), 1);
}

#[test]
fn what_cannot_be_written_is_measured_as_it_is() {
    let project = Project::new(SHOP, &shop());
    let head = with_stale_bytecode();
    project.check(&head, None, &Options::default());
    assert_eq!(head.count_asked("private bytecode"), 0);
}

#[test]
fn a_wait_that_grew_is_noticed_at_a_glance_and_reported_although_the_code_is_the_same() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew().waiting(300.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(
        head.asked()[SPEED.len()..][..3],
        ["light look shop", "light look shop", "look shop"]
    );
    assert_eq!(codes(&report), ["slowdown shop"]);
    let found = causes(&report, Code::Slowdown);
    assert!(found[0].summary.contains("waits"), "{found:?}");
    let row = row(&report, "shop");
    assert_eq!((row.verdict, row.status), (Verdict::Fail, TargetStatus::Measured));
    assert!(row.change_ms.is_some_and(|ms| (250.0..350.0).contains(&ms)), "{row:?}");
}

#[test]
fn a_first_import_that_was_slow_once_costs_a_second_glance_and_no_sample() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop().anew().slow_at_first("shop", 20.0);
    let report = project.check(&head, Some(baseline), &Options::default());
    assert_eq!(
        head.asked(),
        [&SPEED[..], &["light look shop", "light look shop"]].concat()
    );
    assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
}

#[test]
fn on_a_foreign_machine_the_same_code_may_compute_longer_and_not_wait_longer() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let options = Options {
        processor: "another one",
        ..Options::default()
    };
    let slower = shop().anew().slower_later("shop.db", 0, 3.0);
    let report = project.check(&slower, Some(baseline.clone()), &options);
    assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
    let report = project.check(&shop().anew().waiting(300.0), Some(baseline), &options);
    assert!(
        codes(&report).contains(&"slowdown shop".to_owned()),
        "{:?}",
        codes(&report)
    );
}

#[test]
fn a_new_import_says_where_it_is_used_and_what_moving_it_saves() {
    let budgets = "[modules.shop]\n[modules.\"shop.db\"]\n";
    let project = Project::new(budgets, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop()
        .standard("torch", 40.0, &[])
        .module("shop.db", 50.0, &["json", "torch"]);
    let report = project.check(&head, Some(baseline.clone()), &Options::default());
    let [torch] = &report.causes[..] else {
        panic!("one cause of both targets: {:?}", report.causes)
    };
    assert_eq!((torch.id.as_str(), torch.targets.len()), ("line shop/db.py:2", 2));
    let help = torch.way_out().expect("a way out");
    assert!(
        help.starts_with("`torch` is used in one function (`work`, line 3): import it there"),
        "{help}"
    );
    assert!(
        help.contains("; saves ") && help.ends_with(" ms in 2 targets"),
        "{help}"
    );
    assert_eq!(head.count_asked("syntax"), 1);

    let passing = shop().edited("shop.db", "pass", 0.0);
    project.check(&passing, Some(baseline), &Options::default());
    assert_eq!(passing.count_asked("syntax"), 0, "there is nothing to explain");
}

#[test]
fn a_cause_has_the_line_that_it_points_at() {
    let project = Project::new(SHOP, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let head = shop()
        .module("shop", 10.0, &["json", "shop.db", "tensor"])
        .standard("tensor", 90.0, &[]);
    let report = project.check(&head, Some(baseline), &Options::default());
    let [cause] = &report.causes[..] else {
        panic!("one cause: {:#?}", report.causes);
    };
    let source = cause
        .source
        .as_ref()
        .map(|source| (source.text.as_str(), source.start, source.end));
    assert_eq!((cause.line, source), (Some(3), Some(("import tensor", 0, 13))));
    assert_eq!(cause.label.as_deref(), Some("`tensor` was not loaded before"));
}

#[test]
fn too_many_modules_are_the_doing_of_what_loads_them_and_not_of_a_body_that_takes_long() {
    let measure = Scripted::new()
        .module("shop", 90.0, &["json"])
        .standard("json", 1.0, &["json.decoder"])
        .standard("json.decoder", 1.0, &[]);
    let project = Project::new("[modules.shop]\nmax-modules = 1\n", &measure);
    let report = project.check(&measure, None, &Options::default());
    let finding = finding(&report, Code::OverModules);
    let named = report
        .causes
        .iter()
        .find(|cause| finding.causes.first() == Some(&cause.id));
    assert_eq!(
        named.map(|cause| (cause.module.as_str(), cause.line)),
        Some(("json", Some(1)))
    );
}

/// What waits in seven of ten runs waits in none of three samples now and then.
#[test]
fn an_import_that_waited_when_it_was_looked_at_is_sampled_as_often_as_one_that_waits() {
    let samples = |measure: Scripted, settings: &str| {
        let budgets = format!("{settings}[modules.shop]\nmax-time = '900ms'\n");
        let project = Project::new(&budgets, &measure);
        let report = project.check(&measure, None, &Options::default());
        row(&report, "shop").samples
    };
    let three = "[measure]\nmin-samples = 3\n";
    assert_eq!(samples(shop(), ""), 5, "nothing is known of it");
    assert_eq!(samples(shop(), three), 3, "as somebody asked");
    assert_eq!(samples(shop().seen_waiting(100.0), three), 5);
    assert_eq!(samples(shop().seen_waiting(1100.0), three), 8);
}

#[test]
fn where_an_import_waits_is_found_by_one_that_waits() {
    let looks = |measure: Scripted| {
        let project = Project::new("[modules.shop]\nmax-time = '100ms'\n", &measure);
        let report = project.check(&measure, None, &Options::default());
        let rest = report.findings.iter().filter_map(|finding| finding.rest.as_deref());
        let unseen = rest.into_iter().any(|rest| rest.contains("happened to do without"));
        (measure.count_asked("look "), measure.count_asked("lines "), unseen)
    };
    let waiting = || shop().waiting(300.0);
    assert_eq!(looks(waiting()), (1, 1, false));
    assert_eq!(looks(waiting().without_wait_when_looked_at(2)), (3, 1, false));
    // A wait is not looked for that is next to nothing of the time.
    assert_eq!(
        looks(
            shop()
                .module("shop", 900.0, &[])
                .waiting(20.0)
                .without_wait_when_looked_at(100)
        )
        .0,
        1
    );
    // What waits once in a blue moon is not looked for for ever.
    assert_eq!(looks(waiting().without_wait_when_looked_at(100)), (6, 1, true));
    let only_lines_miss_it = waiting().seen_waiting(300.0).without_wait_when_looked_at(2);
    assert_eq!(looks(only_lines_miss_it), (1, 3, false));
}
