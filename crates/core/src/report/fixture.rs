//! The reports that every renderer is tested with: one with everything a run can have to say, and two short ones.

mod pictures;

use std::path::PathBuf;

use super::repository::Repository;
use crate::budgets::{BudgetLine, Group, TargetKind};
use crate::checks::{ByChange, Code, Loosening, LooseningKind, Severity, TargetStatus, Verdict};
use crate::explain::ChainStep;
use crate::observed::{ChosenBy, ClosureChange, DistributionChange, EnvironmentKey, Machine, Place, Tool, Unit};
use crate::report::{
    BaselineSummary, BenchmarkLimit, BenchmarkReport, Cause, CauseKind, CauseTarget, Finding, RecordedFrom, Report,
    ReportEnvironment, RunSummary, RunTimes, SampleKind, TargetReport,
};
use crate::stats::{ComparisonKind, Percentiles};

pub(super) use pictures::module as tree_module;

/// What a module that wants to do harm puts into its exception.
pub(super) const HOSTILE: &str =
    "boom \x1b[31mred\x1b[0m\r\n::error file=x::forged | `x` <b>@maintainer</b> #1 \u{202e}desrever";

const MEBIBYTE: u64 = 1024 * 1024;

/// A failing run with one target of each kind.
pub(super) fn report() -> Report {
    Report {
        findings: findings(),
        causes: causes(),
        targets: targets(),
        distributions: distributions(),
        groups: groups(),
        pictures: pictures::pictures(),
        run: RunSummary {
            samples: 184,
            references: 61,
            seconds: 21.38,
            seed: 7,
            interrupted: None,
            times: Some(RunTimes {
                own_cpu: 0.21,
                observing: 3.1,
                sampling: 16.9,
                naming_causes: 0.8,
            }),
            set_up: None,
            looks_set_up: None,
        },
        ..base(Verdict::Fail)
    }
}

/// The repository of these reports, whose files are named from its root.
pub(super) fn repository() -> Repository {
    repository_seen_from("")
}

/// The same for reports whose files are named from a folder below its root.
pub(super) fn repository_seen_from(folder: &str) -> Repository {
    let root = PathBuf::from("/home/ci/shop");
    let here = root.join(folder);
    Repository::new(root, here)
}

/// A checkpoint that fails, and one that does not.
fn groups() -> Vec<Group> {
    let group = |name: &str, targets: &[&str]| Group {
        name: name.to_owned(),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
    };
    vec![
        group("checkpoint:1A", &["shop.services.billing", "shop.cli"]),
        group(
            "checkpoint:1B",
            &["shop.services.orders", "shop.database.models", "shop.mailer"],
        ),
    ]
}

/// A run in which all is well.
pub(super) fn passing() -> Report {
    Report {
        targets: targets().into_iter().take(2).map(well).collect(),
        ..base(Verdict::Pass)
    }
}

/// A run that could not decide.
pub(super) fn inconclusive() -> Report {
    Report {
        targets: targets()
            .into_iter()
            .filter(|target| target.verdict != Verdict::Fail)
            .collect(),
        findings: findings()
            .into_iter()
            .filter(|finding| finding.code == Code::Inconclusive)
            .collect(),
        ..base(Verdict::Inconclusive)
    }
}

fn base(verdict: Verdict) -> Report {
    let machine = Machine {
        processor: "Example 3000".to_owned(),
        cores: 2,
        kernel: "Linux 6.1.0".to_owned(),
        container_cpus: Some("1.50".to_owned()),
        container_memory_bytes: Some(4096 * MEBIBYTE),
    };
    Report {
        version: Report::VERSION,
        importgate: "0.1.0".to_owned(),
        verdict,
        budgets: "budgets.toml".to_owned(),
        findings: Vec::new(),
        causes: Vec::new(),
        targets: Vec::new(),
        benchmarks: Vec::new(),
        environment: ReportEnvironment {
            key: EnvironmentKey("cpython-3.13-linux-x86_64".to_owned()),
            python: ".venv/bin/python".to_owned(),
            python_version: "3.13.0".to_owned(),
            python_chosen_by: Some(ChosenBy::DotVenv("budgets.toml".to_owned())),
            machine: machine.clone(),
            variables: std::collections::BTreeMap::new(),
            speed: Some(1.25),
            machine_speed_us: Some(44.1),
            shown_at_speed_us: None,
        },
        baseline: Some(BaselineSummary {
            source: "budgets.baseline.json".to_owned(),
            recorded: Some(RecordedFrom {
                importgate: "0.1.0".to_owned(),
                machine,
            }),
        }),
        distributions: Vec::new(),
        run: RunSummary {
            samples: 48,
            references: 16,
            seconds: 4.2,
            seed: 7,
            interrupted: None,
            times: None,
            set_up: None,
            looks_set_up: None,
        },
        groups: Vec::new(),
        pictures: Vec::new(),
        shard: None,
        not_asked: Vec::new(),
        loosened: Vec::new(),
    }
}

fn well(mut target: TargetReport) -> TargetReport {
    target.verdict = Verdict::Pass;
    target.max_time_ms = Some(50.0);
    target
}

fn spread(p50: f64) -> Percentiles {
    Percentiles {
        p50,
        p95: p50 * 1.06,
        p99: p50 * 1.1,
    }
}

/// A measured target with its times now and before, in milliseconds.
fn measured(
    module: &str,
    layer: Option<&str>,
    time_ms: f64,
    before_ms: Option<f64>,
    limit_ms: Option<f64>,
) -> TargetReport {
    TargetReport {
        module: module.to_owned(),
        kind: TargetKind::Module,
        layer: layer.map(str::to_owned),
        status: TargetStatus::Measured,
        verdict: Verdict::Pass,
        time_ms: Some(time_ms),
        blocked_ms: Some(0.0),
        max_time_ms: limit_ms,
        time: Some(spread(time_ms)),
        cpu: Some(spread(time_ms * 1.02)),
        wall: Some(spread(time_ms * 1.3)),
        wall_ms: Some(time_ms * 1.3),
        memory_bytes: Some((time_ms * 3e5) as u64),
        peak_memory_bytes: Some(9 * MEBIBYTE + (time_ms * 3e5) as u64),
        modules: Some(12 + (time_ms * 2.0) as u64),
        samples: 24,
        variation: Some(0.021),
        baseline_time_ms: before_ms,
        baseline_memory_bytes: before_ms.map(|before| (before * 3e5) as u64),
        baseline_modules: before_ms.map(|before| 12 + (before * 2.0) as u64),
        imported_before: before_ms.map(|_| true),
        change_percent: before_ms.map(|before| (time_ms / before - 1.0) * 100.0),
        change_ms: before_ms.map(|before| time_ms - before),
        decided_by: before_ms.map(|_| ComparisonKind::ChangedPart),
        instructions: None,
        baseline_instructions: None,
        orders: Vec::new(),
        closure: None,
    }
}

fn failed(module: &str, layer: Option<&str>) -> TargetReport {
    TargetReport {
        status: TargetStatus::Failed,
        verdict: Verdict::Fail,
        blocked_ms: None,
        time_ms: None,
        max_time_ms: Some(50.0),
        time: None,
        cpu: None,
        wall: None,
        wall_ms: None,
        memory_bytes: None,
        peak_memory_bytes: None,
        modules: None,
        samples: 0,
        variation: None,
        ..measured(module, layer, 0.0, None, None)
    }
}

fn targets() -> Vec<TargetReport> {
    let services = Some("services");
    let database = Some("database");
    vec![
        TargetReport {
            status: TargetStatus::Reused,
            samples: 0,
            decided_by: Some(ComparisonKind::SameClosure),
            ..measured("shop.services.billing", services, 4.21, Some(4.21), Some(10.0))
        },
        TargetReport {
            verdict: Verdict::Fail,
            ..measured("shop.services.orders", services, 12.34, Some(12.31), Some(10.0))
        },
        TargetReport {
            verdict: Verdict::Fail,
            kind: TargetKind::LayerTotal,
            ..measured("layer:services", services, 31.0, Some(30.8), Some(30.0))
        },
        TargetReport {
            verdict: Verdict::Fail,
            memory_bytes: Some(587 * MEBIBYTE),
            modules: Some(1_290),
            closure: Some(ClosureChange {
                added: vec!["torch".to_owned(), "torch.nn".to_owned()],
                removed: Vec::new(),
                changed: vec!["shop.database.models".to_owned()],
                distributions: distributions().split_off(1),
                bytecode: Vec::new(),
            }),
            ..measured("shop.database.models", database, 8_914.0, Some(89.0), Some(10_000.0))
        },
        TargetReport {
            verdict: Verdict::Inconclusive,
            samples: 60,
            decided_by: Some(ComparisonKind::Whole),
            ..measured("shop.database.session", database, 41.2, Some(38.8), Some(50.0))
        },
        failed("shop.database.legacy", database),
        failed("shop.mailer", None),
        measured("shop.cli", None, 96.1, None, Some(120.0)),
    ]
}

fn budget(line: usize, text: &str) -> Option<BudgetLine> {
    Some(BudgetLine {
        file: "budgets.toml".to_owned(),
        line: Some(line),
        text: text.to_owned(),
    })
}

fn step(importer: &str, imported: &str, file: &str, line: u32) -> ChainStep {
    ChainStep {
        importer: importer.to_owned(),
        imported: imported.to_owned(),
        place: Some(Place {
            file: file.to_owned(),
            line,
        }),
    }
}

fn findings() -> Vec<Finding> {
    let mut findings = limits();
    findings.extend(failures());
    findings.extend(remarks());
    findings
}

fn limits() -> Vec<Finding> {
    let new = |code, target: &str, message: &str| finding(code, Severity::Error, target, message);
    vec![
        Finding {
            budget: budget(12, "layers.services.max-time = \"10ms\""),
            causes: vec!["line shop/services/orders.py:3".to_owned()],
            ..new(
                Code::OverTime,
                "shop.services.orders",
                "takes 12.3 ms, 2.34 ms over its 10 ms",
            )
        },
        Finding {
            budget: budget(13, "layers.services.max-total-time = \"30ms\""),
            ..new(
                Code::OverTotalTime,
                "layer:services",
                "the layer takes 31.0 ms in one process, 1.00 ms over its 30 ms",
            )
        },
        Finding {
            budget: budget(3, "gate.max-regression = \"10%\""),
            causes: vec![
                "line shop/database/models.py:14".to_owned(),
                "upgrade sqlalchemy".to_owned(),
            ],
            installed: Some("since the baseline: sqlalchemy 2.0.49 → 2.1.0, torch 2.4.1 installed".to_owned()),
            ..new(
                Code::Regression,
                "shop.database.models",
                "takes 8.91 s, 8.82 s more than the baseline (+9,916%, allowed 10%)",
            )
        },
    ]
}

fn distributions() -> Vec<DistributionChange> {
    let change = |name: &str, before: Option<&str>, after: &str| DistributionChange {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: Some(after.to_owned()),
    };
    vec![
        change("sqlalchemy", Some("2.0.49"), "2.1.0"),
        change("torch", None, "2.4.1"),
    ]
}

fn causes() -> Vec<Cause> {
    vec![torch(), decimal(), version()]
}

fn torch() -> Cause {
    let chain = vec![
        step(
            "shop.database.models",
            "shop.database.vectors",
            "shop/database/models.py",
            14,
        ),
        step("shop.database.vectors", "torch", "shop/database/vectors.py", 3),
    ];
    Cause {
        summary: "shop/database/models.py:14 now imports torch 2.4.1".to_owned(),
        module: "torch".to_owned(),
        distribution: Some("torch 2.4.1".to_owned()),
        importer: Some("shop.database.vectors".to_owned()),
        file: Some("shop/database/models.py".to_owned()),
        line: Some(14),
        help: Some("import torch in the function that needs it, or mark the import lazy".to_owned()),
        ..cause(
            "line shop/database/models.py:14",
            CauseKind::NewImport,
            chain,
            ("shop.database.models", 8_825.0, 611_319_808, 1_203),
        )
    }
}

fn decimal() -> Cause {
    Cause {
        summary: "shop/services/orders.py:3 imports decimal".to_owned(),
        module: "decimal".to_owned(),
        importer: Some("shop.services.orders".to_owned()),
        file: Some("shop/services/orders.py".to_owned()),
        line: Some(3),
        help: Some("`importgate explain shop.services.orders` shows where the time goes".to_owned()),
        ..cause(
            "line shop/services/orders.py:3",
            CauseKind::Import,
            Vec::new(),
            ("shop.services.orders", 6.1, 0, 1),
        )
    }
}

fn version() -> Cause {
    Cause {
        summary: "sqlalchemy went from 2.0.49 to 2.1.0".to_owned(),
        module: "sqlalchemy".to_owned(),
        distribution: Some("sqlalchemy 2.1.0".to_owned()),
        ..cause(
            "upgrade sqlalchemy",
            CauseKind::Upgrade,
            Vec::new(),
            ("shop.database.models", 3.2, -40_000, 0),
        )
    }
}

/// A cause with its essentials, which costs so many milliseconds, bytes and modules in one target; the rest is empty.
pub(super) fn cause(
    id: &str,
    kind: CauseKind,
    chain: Vec<ChainStep>,
    (target, time_ms, memory_bytes, modules): (&str, f64, i64, u64),
) -> Cause {
    let target = CauseTarget {
        time_ms,
        memory_bytes,
        modules,
        ..CauseTarget::named(target)
    };
    Cause {
        chain,
        ..Cause::of_target(id.to_owned(), kind, target)
    }
}

fn failures() -> Vec<Finding> {
    vec![
        Finding {
            place: Some(Place {
                file: "shop/database/legacy.py".to_owned(),
                line: 2,
            }),
            details: vec![HOSTILE.to_owned()],
            ..finding(
                Code::ImportFailed,
                Severity::Error,
                "shop.database.legacy",
                format!("raised ValueError: {HOSTILE}"),
            )
        },
        Finding {
            budget: budget(6, "measure.timeout = \"10s\""),
            place: Some(Place {
                file: "shop/mailer.py".to_owned(),
                line: 7,
            }),
            details: vec![
                "shop/mailer.py:7 in <module>".to_owned(),
                "/usr/lib/python3.13/socket.py:865 in create_connection".to_owned(),
            ],
            help: Some("connect when the first message is sent, not while the module is imported".to_owned()),
            ..finding(
                Code::Hang,
                Severity::Error,
                "shop.mailer",
                "the import did not end within 10 s",
            )
        },
    ]
}

fn remarks() -> Vec<Finding> {
    let warning = |code, target: &str, message: &str| finding(code, Severity::Warning, target, message);
    vec![
        Finding {
            budget: budget(3, "gate.max-regression = \"10%\""),
            help: Some("more samples may decide it: measure.max-samples".to_owned()),
            ..warning(
                Code::Inconclusive,
                "shop.database.session",
                "looks 6.19% slower, and 60 samples do not tell whether it is more than 10%",
            )
        },
        Finding {
            help: Some("`importgate record` writes the baseline again".to_owned()),
            ..warning(
                Code::StaleBaselineEntry,
                "",
                "the baseline has shop.old, which no budget asks for",
            )
        },
        Finding {
            help: Some("`importgate record --only shop.cli` records it".to_owned()),
            ..finding(
                Code::NoBaseline,
                Severity::Note,
                "shop.cli",
                "has no entry in the baseline, so only its ceilings were checked",
            )
        },
    ]
}

/// A finding with its four essentials; the rest is empty.
pub(super) fn finding(code: Code, severity: Severity, target: &str, message: impl Into<String>) -> Finding {
    Finding {
        code,
        severity,
        target: target.to_owned(),
        message: message.into(),
        budget: None,
        place: None,
        help: None,
        details: Vec::new(),
        rest: None,
        installed: None,
        causes: Vec::new(),
    }
}

/// An allowance that the change under test has added.
pub(super) fn loosening() -> Loosening {
    Loosening {
        kind: LooseningKind::Allowance,
        by_change: Some(ByChange::Added),
        target: "shop.services.orders".to_owned(),
        targets: 1,
        rule: Some(Code::OverTime),
        key: None,
        from: Some("10 ms".to_owned()),
        to: Some("14 ms".to_owned()),
        reason: Some("the new tax tables, which every order needs".to_owned()),
        owner: Some("ada".to_owned()),
        until: Some("2027-03-31".to_owned()),
        ended: false,
        line: Some(BudgetLine {
            file: ".importgate/allow/shop.services.orders--over-time.toml".to_owned(),
            line: Some(5),
            text: "to = \"14ms\"".to_owned(),
        }),
    }
}

/// The failing run with benchmarks of other tools, of which one is beyond its limit.
pub(super) fn with_benchmarks() -> Report {
    let row = |name: &str, unit| BenchmarkReport {
        name: name.to_owned(),
        layer: None,
        verdict: Verdict::Pass,
        tool: Tool::K6,
        file: "k6.json".to_owned(),
        unit,
        kind: SampleKind::Call,
        samples: None,
        mean: None,
        p50: None,
        p95: None,
        p99: None,
        limits: Vec::new(),
        baseline: None,
        change_percent: None,
        requests: None,
        failed: None,
        machine: None,
    };
    let query = BenchmarkReport {
        layer: Some("database".to_owned()),
        verdict: Verdict::Fail,
        samples: Some(200),
        p50: Some(21.0),
        p95: Some(55.0),
        limits: vec![BenchmarkLimit {
            key: "p95".to_owned(),
            limit: 50.0,
            budget: None,
        }],
        ..row("db.query", Unit::Time)
    };
    let requests = BenchmarkReport {
        kind: SampleKind::Total,
        mean: Some(1070.0),
        ..row("http_reqs", Unit::Rate)
    };
    Report {
        benchmarks: vec![query, requests],
        ..report()
    }
}
