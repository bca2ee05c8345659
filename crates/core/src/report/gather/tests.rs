//! What findings come to together, on values typed by hand.

use super::*;
use crate::checks::{
    Certainty, Code, ForbiddenEffect, ForbiddenModule, ImportFailure, MemoryRegression, OverMemory, Regression,
    Severity, Started, TooManyModules,
};
use crate::explain::{ChainStep, Rest, Weight};
use crate::observed::{Effect, EffectSeen, Failure, Place};
use crate::report::CauseKind;
use crate::report::merge::{Merged, merge};
use crate::report::{Report, fixture};
use crate::stats::{Comparison, ComparisonKind};

fn place(file: &str, line: u32) -> Place {
    Place {
        file: file.to_owned(),
        line,
    }
}

fn found(target: &str, kind: FindingKind, place: Option<Place>, causes: Vec<explain::Cause>) -> checks::Finding {
    checks::Finding {
        kind,
        severity: Severity::Error,
        target: target.to_owned(),
        budget: None,
        place,
        causes,
        rest: Rest::default(),
        distributions: Vec::new(),
        accepted: None,
    }
}

fn regression() -> FindingKind {
    FindingKind::Regression(Regression {
        certainty: Certainty::TooMuch,
        comparison: Comparison {
            kind: ComparisonKind::Whole,
            before_ms: 100.0,
            change_ms: 50.0,
            change: 0.5,
            p_value: 0.001,
        },
        allowed: 0.1,
        edited: Vec::new(),
    })
}

fn new_import(line: u32, module: &str, time_ms: f64, memory_bytes: i64) -> explain::Cause {
    explain::Cause {
        kind: explain::CauseKind::NewModules {
            upgrade: None,
            beside: Vec::new(),
            others: Vec::new(),
            shared: None,
        },
        module: module.to_owned(),
        distribution: None,
        importer: Some("shop.utils".to_owned()),
        file: Some("shop/utils.py".to_owned()),
        line: Some(line),
        share: None,
        uses: None,
        called_at: None,
        falls_away: false,
        before_ms: 0.0,
        part_of: None,
        chain: Vec::new(),
        weight: Weight {
            time_ms,
            memory_bytes,
            modules: 45,
        },
    }
}

fn raised(missing: Option<&str>, message: &str) -> FindingKind {
    FindingKind::Failure(ImportFailure {
        started: Started::Import,
        failure: Failure::Raised {
            exception: "ImportError".to_owned(),
            message: message.to_owned(),
            stack: Vec::new(),
            missing: missing.map(Box::from),
            cycle: Box::default(),
            absent: None,
            shadow: None,
        },
        printed: String::new(),
        only_together: false,
    })
}

fn forbidden(module: &str, lines: &[(&str, u32)]) -> (FindingKind, Option<Place>) {
    let step = |(file, line): &(&str, u32)| ChainStep {
        importer: "it".to_owned(),
        imported: "it".to_owned(),
        place: Some(place(file, *line)),
    };
    let chain: Vec<ChainStep> = lines.iter().map(step).collect();
    let last = chain.last().and_then(|step| step.place.clone());
    let module = module.to_owned();
    (
        FindingKind::Forbidden(ForbiddenModule {
            module,
            chain,
            uses: None,
        }),
        last,
    )
}

fn ids(causes: &[Cause]) -> Vec<&str> {
    causes.iter().map(|cause| cause.id.as_str()).collect()
}

#[test]
fn a_line_that_fails_in_many_targets_is_one_cause_with_its_way_out() {
    let at = Some(place("shop/db.py", 3));
    let failing = |target: &str| found(target, raised(Some("psycopg"), "no"), at.clone(), Vec::new());
    let (findings, causes) = gather(vec![failing("shop.a"), failing("shop.b")]);
    assert_eq!(ids(&causes), ["missing-dependency shop/db.py:3 psycopg"]);
    assert_eq!(causes[0].targets.len(), 2);
    assert!(
        causes[0]
            .help
            .as_ref()
            .is_some_and(|help| help.contains("install `psycopg`"))
    );
    for finding in &findings {
        assert_eq!((finding.help.as_ref(), finding.causes.len()), (None, 1));
    }
}

#[test]
fn two_failures_of_one_line_are_two_unless_only_their_messages_differ() {
    let at = || Some(place("shop/db.py", 3));
    let causes_of = |first, second| {
        let findings = vec![
            found("shop.a", first, at(), Vec::new()),
            found("shop.b", second, at(), Vec::new()),
        ];
        gather(findings).1.len()
    };
    assert_eq!(causes_of(raised(Some("psycopg"), ""), raised(Some("redis"), "")), 2);
    assert_eq!(causes_of(raised(None, "<it at 0x1>"), raised(None, "<it at 0x2>")), 1);
}

#[test]
fn whatever_else_a_costly_line_does_is_that_cause() {
    let at = Some(place("shop/utils.py", 1));
    let effect = FindingKind::Effect(ForbiddenEffect {
        first: EffectSeen {
            effect: Effect::Network,
            detail: "socket.connect".to_owned(),
            place: None,
            module: None,
            stack: Vec::new(),
        },
        others: Vec::new(),
    });
    let (rich, line) = forbidden("rich", &[("shop/a.py", 7), ("shop/utils.py", 1)]);
    let (findings, causes) = gather(vec![
        found("shop.c", raised(None, "boom"), at.clone(), Vec::new()),
        found("shop.b", effect, at, Vec::new()),
        found("shop.a", rich, line, Vec::new()),
        found("shop.a", regression(), None, vec![new_import(1, "rich", 29.0, 2 << 20)]),
    ]);
    assert_eq!(ids(&causes), ["line shop/utils.py:1"]);
    assert_eq!(causes[0].kind, CauseKind::NewImport);
    assert!(
        findings
            .iter()
            .all(|finding| finding.causes == ["line shop/utils.py:1"])
    );
    // What only fails there says nothing of what it costs.
    assert_eq!((causes[0].time_ms, causes[0].targets.len()), (29.0, 3));
}

/// What one run says of these findings, and what two shards do that have one target each.
fn assert_shards_say_the_same(found: Vec<checks::Finding>) {
    let of = |gathered: (Vec<Finding>, Vec<Cause>)| Report {
        findings: gathered.0,
        causes: gathered.1,
        targets: Vec::new(),
        ..fixture::passing()
    };
    let whole = of(gather(found.clone()));
    let (first, second) = found.into_iter().partition(|finding| finding.target == "shop.a");
    let shards = [first, second].map(|found| (String::from("report.json"), of(gather(found))));
    let Ok(Merged::One(merged)) = merge(shards.to_vec()) else {
        panic!("one report");
    };
    assert_eq!(merged.causes, whole.causes);
    let ids = |report: &Report| -> Vec<(String, Code, Vec<String>)> {
        let ids = report.findings.iter();
        let mut ids: Vec<_> = ids
            .map(|finding| (finding.target.clone(), finding.code, finding.causes.clone()))
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&merged), ids(&whole));
}

#[test]
fn what_a_line_costs_in_one_shard_and_does_in_another_is_one_cause() {
    let at = Some(place("shop/utils.py", 1));
    let slower = |target: &str| found(target, regression(), None, vec![new_import(1, "rich", 29.0, 2 << 20)]);
    let fails = || found("shop.b", raised(None, "boom"), at.clone(), Vec::new());
    assert_shards_say_the_same(vec![slower("shop.a"), fails()]);
    let (torch, line) = forbidden("torch", &[("shop/utils.py", 1), ("/site/vectors.py", 3)]);
    assert_shards_say_the_same(vec![slower("shop.a"), found("shop.b", torch, line, Vec::new())]);
    // The part of one is told by itself of the other.
    let part = explain::Cause {
        part_of: Some(Root::Line(place("shop/utils.py", 1))),
        ..new_import(9, "rich.table", 20.0, 0)
    };
    let both = vec![new_import(1, "rich", 29.0, 0), part.clone()];
    let alone = vec![explain::Cause { part_of: None, ..part }];
    assert_shards_say_the_same(vec![
        found("shop.a", regression(), None, both),
        found("shop.b", regression(), None, alone),
    ]);
}

#[test]
fn what_is_forbidden_and_comes_with_a_new_import_is_part_of_it() {
    let (torch, line) = forbidden("torch", &[("shop/utils.py", 1), ("/site/vectors.py", 3)]);
    let (_, causes) = gather(vec![
        found("shop.a", regression(), None, vec![new_import(1, "vectors", 29.0, 0)]),
        found("shop.a", torch, line, Vec::new()),
    ]);
    assert_eq!(ids(&causes), ["line shop/utils.py:1", "line /site/vectors.py:3"]);
    assert_eq!(causes[1].part_of.as_deref(), Some("line shop/utils.py:1"));
}

#[test]
fn each_figure_is_that_of_the_comparison_that_was_made_of_it() {
    let larger = FindingKind::MemoryRegression(MemoryRegression {
        before_bytes: 1e6,
        change_bytes: 2e6,
        change: 2.0,
        allowed: 0.1,
        open: None,
    });
    let more = FindingKind::Modules(TooManyModules::New {
        modules: 60,
        allowed: 0,
    });
    let (findings, causes) = gather(vec![
        found(
            "shop",
            more,
            None,
            vec![new_import(1, "rich", 31.0, 5 << 20), new_import(2, "yaml", 0.3, 0)],
        ),
        found("shop", larger, None, vec![new_import(1, "rich", 30.0, 2 << 20)]),
        found("shop", regression(), None, vec![new_import(1, "rich", 29.0, 4 << 20)]),
    ]);
    assert_eq!((causes[0].time_ms, causes[0].memory_bytes), (29.0, 2 << 20));
    // The change of the time is divided among others, so nothing is left for this one.
    assert_eq!(
        (causes[1].id.as_str(), causes[1].time_ms),
        ("line shop/utils.py:2", 0.0)
    );
    assert_eq!(findings[0].code, Code::OverNewModules, "findings keep their order");
    assert_eq!(findings[0].causes.len(), 2);
}

#[test]
fn two_statements_of_one_line_are_one() {
    let causes = vec![new_import(1, "rich", 20.0, 0), new_import(1, "yaml", 9.0, 0)];
    let (findings, causes) = gather(vec![found("shop", regression(), None, causes)]);
    assert_eq!(
        (causes.len(), causes[0].time_ms, findings[0].causes.len()),
        (1, 29.0, 1)
    );
}

#[test]
fn an_upgrade_is_one_cause_with_the_statements_that_it_brought() {
    let upgraded = |line, module: &str, time_ms| {
        let mut cause = new_import(line, module, time_ms, 0);
        let change = explain::VersionChange {
            distribution: "lib".to_owned(),
            before: "1.0".to_owned(),
            now: "2.0".to_owned(),
        };
        cause.kind = if line == 0 {
            explain::CauseKind::Upgrade(change)
        } else {
            explain::CauseKind::NewModules {
                upgrade: Some(change),
                beside: Vec::new(),
                others: Vec::new(),
                shared: None,
            }
        };
        cause
    };
    let all = vec![
        upgraded(3, "torch", 20.0),
        upgraded(0, "lib.core", 9.0),
        upgraded(7, "yaml", 1.0),
    ];
    let (findings, causes) = gather(vec![found("shop", regression(), None, all)]);
    assert_eq!(
        ids(&causes),
        ["upgrade lib", "line shop/utils.py:3", "line shop/utils.py:7"]
    );
    assert_eq!((causes[0].kind, causes[0].time_ms), (CauseKind::Upgrade, 30.0));
    assert!(
        causes[1..]
            .iter()
            .all(|part| part.part_of.as_deref() == Some("upgrade lib"))
    );
    assert_eq!(findings[0].causes, ["upgrade lib"]);

    // One statement alone is told by its line.
    let (_, causes) = gather(vec![found(
        "shop",
        regression(),
        None,
        vec![upgraded(3, "torch", 20.0)],
    )]);
    assert_eq!(
        (ids(&causes), causes[0].kind),
        (vec!["upgrade lib"], CauseKind::NewImport)
    );
}

#[test]
fn what_saves_only_together_is_the_statement_of_it_that_is_new() {
    let other = || vec![place("shop/cli.py", 9)];
    let mut growth = new_import(1, "rich", 29.0, 0);
    growth.kind = explain::CauseKind::NewModules {
        upgrade: None,
        beside: Vec::new(),
        others: other(),
        shared: None,
    };
    let mut weight = new_import(1, "rich", 31.0, 4 << 20);
    weight.kind = explain::CauseKind::HeavyTogether { others: other() };
    let larger = FindingKind::Memory(OverMemory {
        bytes: 9,
        ceiling_bytes: 1,
    });
    let (_, causes) = gather(vec![
        found("shop", larger, None, vec![weight]),
        found("shop", regression(), None, vec![growth]),
    ]);
    assert_eq!((ids(&causes), causes[0].time_ms), (vec!["line shop/utils.py:1"], 29.0));
}
