//! What all rules together make of a run.

use super::by_hand::{case, cited, context, ruling, target};
use super::*;
use crate::budgets::{Limits, Target, TargetKind, Workload};
use crate::observed::Failure;
use crate::sampling::Decision;

fn exited() -> Failure {
    Failure::Exited {
        code: 3,
        stack: Vec::new(),
    }
}

fn codes(judgement: &Judgement) -> Vec<(Code, Severity)> {
    let findings = judgement.findings.iter();
    findings.map(|finding| (finding.code(), finding.severity)).collect()
}

#[test]
fn within_its_limits_there_is_nothing_to_say() {
    let target = target(Limits {
        max_memory_bytes: Some(cited(1_000)),
        max_modules: Some(cited(1)),
        max_variation: Some(cited(0.05)),
        forbid: vec![cited("torch".to_owned())],
        fail_on_warnings: Some(cited(true)),
        fail_on_cycles: Some(cited(true)),
        ..Limits::default()
    });
    let judgement = judge(&[case(&target)], &context());
    assert_eq!((judgement.verdict, judgement.findings), (Verdict::Pass, Vec::new()));
    assert_eq!(judgement.verdicts, [Verdict::Pass]);
    assert!(is_silent(&case(&target), &context()));
}

#[test]
fn of_an_import_that_failed_nothing_else_is_said() {
    let target = target(Limits {
        max_memory_bytes: Some(cited(1)),
        ..Limits::default()
    });
    let failure = exited();
    let failed = Case {
        failure: Some(&failure),
        ..case(&target)
    };
    let judgement = judge(&[failed], &context());
    assert_eq!(codes(&judgement), [(Code::Exited, Severity::Error)]);
    assert_eq!(judgement.verdict, Verdict::Fail);
}

#[test]
fn an_open_question_is_inconclusive_and_an_error_of_another_target_fails() {
    let (open, over) = (
        target(Limits::default()),
        target(Limits {
            max_memory_bytes: Some(cited(1)),
            ..Limits::default()
        }),
    );
    let undecided = || {
        let mut undecided = case(&open);
        undecided.answers.regression = Some(ruling(Decision::Inconclusive));
        undecided
    };
    assert_eq!(judge(&[undecided()], &context()).verdict, Verdict::Inconclusive);
    let judgement = judge(&[undecided(), case(&over)], &context());
    assert_eq!(judgement.verdict, Verdict::Fail);
    assert_eq!(judgement.verdicts, [Verdict::Inconclusive, Verdict::Fail]);
    let strict = Context {
        inconclusive: crate::budgets::Inconclusive::Fail,
        ..context()
    };
    assert_eq!(judge(&[undecided()], &strict).verdict, Verdict::Fail);
}

#[test]
fn a_layer_whose_modules_all_work_alone_fails_by_their_order() {
    let in_layer = |target: Target| Target {
        layer: Some("services".to_owned()),
        ..target
    };
    let module = in_layer(target(Limits::default()));
    let total = in_layer(Target {
        name: "layer:services".to_owned(),
        kind: TargetKind::LayerTotal,
        workload: Workload::Imports(vec!["shop".to_owned()]),
        ..target(Limits::default())
    });
    let failure = exited();
    let fails = |target| Case {
        failure: Some(&failure),
        ..case(target)
    };
    let judgement = judge(&[case(&module), fails(&total)], &context());
    assert_eq!(codes(&judgement), [(Code::OrderDependent, Severity::Error)]);
    // Where a module fails by itself, the layer fails with it.
    let judgement = judge(&[fails(&module), fails(&total)], &context());
    assert!(codes(&judgement).iter().all(|(code, _)| *code == Code::Exited));
    // A start-up's order is its own: that some module works alone says nothing of it.
    let (alone, startup) = (
        target(Limits::default()),
        Target {
            name: "startup:web".to_owned(),
            kind: TargetKind::Startup,
            ..target(Limits::default())
        },
    );
    let judgement = judge(&[case(&alone), fails(&startup)], &context());
    assert_eq!(codes(&judgement), [(Code::Exited, Severity::Error)]);
}

#[test]
fn what_holds_for_the_run_is_said_once() {
    let target = target(Limits::default());
    let context = Context {
        compared: Compared::NoFile {
            path: "budgets.baseline.json".to_owned(),
        },
        unrecorded: ["shop".to_owned()].into(),
        stale: vec!["old".to_owned()],
        again: Vec::new(),
        ..context()
    };
    let judgement = judge(&[case(&target)], &context);
    assert_eq!(
        codes(&judgement),
        [
            (Code::NoBaseline, Severity::Note),
            (Code::NoBaseline, Severity::Note),
            (Code::StaleBaselineEntry, Severity::Warning),
        ]
    );
    let targets: Vec<&str> = judgement
        .findings
        .iter()
        .map(|finding| finding.target.as_str())
        .collect();
    assert_eq!((targets, judgement.verdict), (vec!["", "shop", "old"], Verdict::Pass));
}
