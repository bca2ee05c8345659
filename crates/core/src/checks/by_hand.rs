//! Cases and contexts typed by hand, for the tests of rules: one target that was measured, and nothing to say of it.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;

use super::{Asked, Case, CauseAllowances, Compared, Context, Places, TargetStatus};
use crate::budgets::{BudgetLine, Cited, Inconclusive, Limits, Target};
use crate::observed::{Edge, EnvironmentKey, LoadedModule, ModuleRecord, ModuleTable, Observation, Origin};
use crate::sampling::Decision;
use crate::sampling::{Answers, Ruling};
use crate::stats::{Comparison, ComparisonKind, Estimate, Percentiles};

/// A value that a line of the budgets set.
pub(super) fn cited<T>(value: T) -> Cited<T> {
    Cited {
        value,
        line: Some(BudgetLine {
            file: "budgets.toml".to_owned(),
            line: Some(7),
            text: "asked".to_owned(),
        }),
    }
}

/// The module `shop` with some limits.
pub(super) fn target(limits: Limits) -> Target {
    Target::module("shop", limits)
}

/// A measured case: 100 ms, 1,000 bytes, 10 samples that spread by 5%, and `shop` alone.
pub(super) fn case(target: &Target) -> Case<'_> {
    static SHOP: LazyLock<ModuleTable> = LazyLock::new(|| modules(&["shop"]));
    static OBSERVATION: LazyLock<Observation> = LazyLock::new(Observation::default);
    Case {
        target,
        status: TargetStatus::Measured,
        failure: None,
        printed: "",
        base_failure: None,
        failed_then: false,
        observation: Some(&OBSERVATION),
        closure: &SHOP,
        closure_before: None,
        newly_taken_out: Vec::new(),
        estimate: Some(estimate()),
        growth: None,
        of_targets: Arc::default(),
        before: None,
        anchor: None,
        change: None,
        moved: Vec::new(),
        answers: Answers::default(),
        orders: &[],
        instructions: None,
        instructions_before: None,
        uncounted: false,
        interrupted: false,
    }
}

/// A table of modules of the project.
pub(super) fn modules(names: &[&str]) -> ModuleTable {
    let record = ModuleRecord {
        content: None,
        origin: Origin::Own,
        bytecode: None,
    };
    names.iter().map(|&name| (name.to_owned(), record.clone())).collect()
}

pub(super) fn estimate() -> Estimate {
    let distribution = Percentiles {
        p50: 100.0,
        p95: 110.0,
        p99: 120.0,
    };
    Estimate {
        time_ms: 100.0,
        blocked_ms: 0.0,
        time: distribution,
        cpu: distribution,
        wall: distribution,
        memory_bytes: 1_000,
        peak_memory_bytes: 2_000,
        variation: 0.05,
        samples: 10,
    }
}

/// A comparison of the whole import that came out like this: 100 ms before, and half as much again now.
pub(super) fn ruling(decision: Decision) -> Ruling {
    Ruling {
        decision,
        comparison: Comparison {
            kind: ComparisonKind::Whole,
            before_ms: 100.0,
            change_ms: 50.0,
            change: 0.5,
            p_value: 0.001,
        },
        threshold: 0.1,
        p_over: None,
        is_sharp: true,
    }
}

/// A run that compares with a baseline that fits; the mark of heavy modules is at a second.
pub(super) fn context() -> Context<'static> {
    static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new("/project".into(), vec!["/project/src".into()]));
    static KEY: LazyLock<EnvironmentKey> = LazyLock::new(|| EnvironmentKey("cpython-3.13-linux-x86_64".to_owned()));
    static HEAVY: LazyLock<Cited<f64>> = LazyLock::new(|| Cited::default_of(1_000.0));
    static ASKED: LazyLock<Asked> = LazyLock::new(Asked::default);
    Context {
        asked: &ASKED,
        places: &PLACES,
        inconclusive: Inconclusive::Warn,
        heavy: &HEAVY,
        usage: None,
        key: &KEY,
        compared: Compared::With {
            differences: Vec::new(),
            times: true,
            counts: None,
        },
        unrecorded: BTreeSet::new(),
        stale: Vec::new(),
        again: Vec::new(),
        start: None,
        distributions: &[],
        today: Date::constant(2026, 6, 1),
        strict: false,
        changed_files: None,
        amended: None,
        causes: CauseAllowances::default(),
        of_no_target: &[],
    }
}

/// An import that took so many milliseconds, some of them in the body of `shop`, its only module.
pub(super) fn observation(body_ms: u64, total_ms: u64) -> Observation {
    let shop = LoadedModule {
        file: Some("/project/src/shop.py".to_owned()),
        cumulative_ns: total_ms * 1_000_000,
        ..LoadedModule::named("shop", body_ms * 1_000_000)
    };
    let edge = Edge {
        importer: None,
        imported: "shop".to_owned(),
        file: None,
        line: 0,
        loaded: true,
        in_function: false,
        trigger: None,
        through: Vec::new(),
    };
    Observation {
        modules: vec![shop],
        edges: vec![edge],
        total_ns: total_ms * 1_000_000,
        ..Observation::default()
    }
}
