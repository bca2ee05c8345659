//! Allowances of targets, on values typed by hand.

use jiff::civil::Date;

use super::*;
use crate::budgets::{BudgetLine, Cited, InBaseline, Limits, Relative, Target, accept};
use crate::checks::by_hand::{case, cited, context, estimate, modules, observation, ruling, target};
use crate::checks::{Code, TimeCeiling, judge};
use crate::observed::{ClosureChange, Effect, EffectSeen, Observation};
use crate::sampling::{Decision, MemoryRuling};
use crate::stats::Estimate;

const TODAY: Date = Date::constant(2027, 1, 15);

fn allowance(rule: Code, from: Option<Amount>, to: Amount) -> Allowance {
    let line = |line, text: &str| BudgetLine {
        file: ".importgate/allow/a.toml".to_owned(),
        line: Some(line),
        text: text.to_owned(),
    };
    Allowance {
        target: "shop".to_owned(),
        rule,
        key: None,
        from,
        to,
        reason: "tax".to_owned(),
        owner: None,
        until: Some(Date::constant(2027, 3, 31)),
        line: line(5, "to"),
        until_line: Some(line(7, "until")),
    }
}

/// The target with the allowance laid over it.
fn accepting(limits: Limits, allowance: &Allowance) -> Target {
    let mut targets = [target(limits)];
    let recorded = |_: &str| {
        Some(InBaseline {
            time_ms: Some(100.0),
            instructions: None,
            memory_bytes: Some(10 << 20),
            modules: 1,
        })
    };
    accept(
        &mut targets,
        std::slice::from_ref(allowance),
        &Relative::Baseline(&recorded),
    );
    let [target] = targets;
    target
}

fn told(case: &Case<'_>, context: &Context<'_>) -> Vec<(Code, Severity)> {
    let findings = judge(std::slice::from_ref(case), context).findings;
    findings
        .iter()
        .map(|finding| (finding.code(), finding.severity))
        .collect()
}

fn on(today: Date) -> Context<'static> {
    Context { today, ..context() }
}

/// A ceiling of 80 ms that is raised to 120, for a target that takes 100.
fn over_time() -> (Limits, Allowance) {
    let limits = Limits {
        max_time_ms: Some(cited(80.0)),
        ..Limits::default()
    };
    (
        limits,
        allowance(Code::OverTime, Some(Amount::Time(80.0)), Amount::Time(120.0)),
    )
}

#[test]
fn within_it_a_note_beyond_it_a_failure_that_says_both() {
    let (limits, allowance) = over_time();
    let target = accepting(limits, &allowance);
    let mut case = case(&target);
    case.answers.ceiling = Some(Decision::Pass);
    assert_eq!(told(&case, &on(TODAY)), [(Code::Allowed, Severity::Note)]);
    case.answers.ceiling = Some(Decision::Fail);
    let found = judge(&[case], &on(TODAY)).findings.remove(0);
    assert_eq!((found.code(), found.severity), (Code::OverTime, Severity::Error));
    assert!(matches!(
        found.kind,
        FindingKind::Ceiling(TimeCeiling::Exceeded { ceiling_ms: 120.0, .. })
    ));
    let accepted = found.accepted.expect("what was accepted");
    assert_eq!(accepted.without.map(|cited| cited.value), Some(Amount::Time(80.0)));
}

#[test]
fn its_end_is_told_ahead_and_fails_only_what_the_change_touches() {
    let (limits, allowance) = over_time();
    let target = accepting(limits, &allowance);
    let mut case = case(&target);
    case.answers.ceiling = Some(Decision::Pass);
    let ends = Date::constant(2027, 3, 20);
    assert_eq!(told(&case, &on(ends)), [(Code::AllowanceEnds, Severity::Warning)]);
    let over = Date::constant(2027, 4, 1);
    assert_eq!(
        told(&case, &on(over)),
        [(Code::AllowanceEnded, Severity::Warning)],
        "somebody else's change"
    );
    let strict = Context {
        strict: true,
        ..on(over)
    };
    assert_eq!(told(&case, &strict), [(Code::AllowanceEnded, Severity::Error)]);
    case.change = Some(ClosureChange {
        changed: vec!["shop".to_owned()],
        ..ClosureChange::default()
    });
    assert_eq!(told(&case, &on(over)), [(Code::AllowanceEnded, Severity::Error)]);
    let mut observation = observation(1, 1);
    observation.modules[0].file = Some("/project/src/shop.py".to_owned());
    case.observation = Some(&observation);
    for (file, severity) in [("src/shop.py", Severity::Error), ("README.md", Severity::Warning)] {
        let files = [file.to_owned()].into();
        let of_files = Context {
            changed_files: Some(&files),
            ..on(over)
        };
        assert_eq!(told(&case, &of_files), [(Code::AllowanceEnded, severity)], "{file}");
    }
}

#[test]
fn what_is_not_needed_is_told_and_what_is_close_to_its_limit_is_not() {
    let (_, allowance) = over_time();
    let found = |ceiling_ms, strict| {
        let limits = Limits {
            max_time_ms: Some(cited(ceiling_ms)),
            ..Limits::default()
        };
        let target = accepting(limits, &allowance);
        let mut case = case(&target);
        case.answers.ceiling = Some(Decision::Pass);
        told(&case, &Context { strict, ..on(TODAY) })
    };
    assert_eq!(found(102.0, false), [], "noise may bring it above");
    assert_eq!(found(110.0, false), [(Code::UnusedAllowance, Severity::Warning)]);
    assert_eq!(found(110.0, true), [(Code::UnusedAllowance, Severity::Error)]);
    assert_eq!(
        found(130.0, false),
        [(Code::UnusedAllowance, Severity::Warning)],
        "the limit is higher"
    );
}

#[test]
fn of_no_target_and_of_no_limit_nothing_is_accepted() {
    let (_, allowance) = over_time();
    let target = accepting(Limits::default(), &allowance);
    assert_eq!(
        told(&case(&target), &on(TODAY)),
        [(Code::UnusedAllowance, Severity::Warning)]
    );
    let plain = self::target(Limits::default());
    let context = Context {
        of_no_target: std::slice::from_ref(&allowance),
        ..on(TODAY)
    };
    assert_eq!(
        told(&case(&plain), &context),
        [(Code::UnusedAllowance, Severity::Warning)]
    );
}

/// Every rule: what is needed is a note of that rule, and the other limits of the target are held against it all the same.
#[test]
fn every_rule_can_be_accepted_and_no_other_is() {
    let seen = Observation {
        effects: vec![EffectSeen {
            effect: Effect::Network,
            detail: String::new(),
            place: None,
            module: None,
            stack: Vec::new(),
        }],
        ..Observation::default()
    };
    let closure = modules(&["shop", "shop.a", "torch", "numpy"]);
    let limits = Limits {
        max_memory_bytes: Some(cited(900)),
        max_memory_regression: Some(cited(0.1)),
        max_regression: Cited::default_of(0.1),
        max_variation: Some(cited(0.04)),
        max_modules: Some(cited(3)),
        max_new_modules: Some(cited(0)),
        forbid: vec![cited("torch".to_owned()), cited("numpy".to_owned())],
        forbid_effects: vec![cited(Effect::Network)],
        ..Limits::default()
    };
    let name = |name: &str| Amount::Name(name.to_owned());
    let accepted = [
        (Code::OverMemory, Some(Amount::Memory(900)), Amount::Memory(1_100)),
        (Code::OverModules, Some(Amount::Count(3)), Amount::Count(4)),
        (Code::OverNewModules, Some(Amount::Count(1)), Amount::Count(2)),
        (
            Code::MemoryRegression,
            Some(Amount::Memory(10 << 20)),
            Amount::Memory(40 << 20),
        ),
        (Code::Regression, Some(Amount::Time(100.0)), Amount::Time(160.0)),
        (Code::Unstable, Some(Amount::Share(0.04)), Amount::Share(0.06)),
        (Code::Forbidden, None, name("torch")),
        (Code::ForbiddenEffect, None, name("network")),
    ];
    let all = [
        Code::OverMemory,
        Code::OverModules,
        Code::OverNewModules,
        Code::MemoryRegression,
        Code::Regression,
        Code::Unstable,
        Code::Forbidden,
        Code::Forbidden,
        Code::ForbiddenEffect,
    ];
    for (rule, from, to) in accepted {
        let target = accepting(limits.clone(), &allowance(rule, from, to));
        let decided = |of: Code| if of == rule { Decision::Pass } else { Decision::Fail };
        let mut case = Case {
            closure: &closure,
            observation: Some(&seen),
            estimate: Some(Estimate {
                memory_bytes: 1_000,
                ..estimate()
            }),
            change: Some(ClosureChange {
                added: vec!["shop.a".to_owned()],
                ..ClosureChange::default()
            }),
            ..case(&target)
        };
        case.answers.regression = Some(ruling(decided(Code::Regression)));
        case.answers.variation = Some(decided(Code::Unstable));
        case.answers.memory = Some(MemoryRuling {
            decision: decided(Code::MemoryRegression),
            before_bytes: 10_000_000.0,
            change_bytes: 23_000_000.0,
        });
        let found = told(&case, &on(TODAY));
        assert!(found.contains(&(Code::Allowed, Severity::Note)), "{rule}: {found:?}");
        let mut errors: Vec<Code> = found
            .iter()
            .filter(|(_, severity)| *severity == Severity::Error)
            .map(|(code, _)| *code)
            .collect();
        let mut expected = all.to_vec();
        expected.remove(all.iter().position(|code| *code == rule).expect("a rule"));
        errors.sort();
        expected.sort();
        assert_eq!(errors, expected, "{rule}");
    }
}

#[test]
fn what_nobody_asks_for_is_not_told_either() {
    let (limits, allowance) = over_time();
    let target = accepting(limits, &allowance);
    let asked = super::super::Asked::new(&[super::super::Choice::NoClock], &[]).expect("asked");
    let context = Context {
        asked: &asked,
        ..on(TODAY)
    };
    assert_eq!(told(&case(&target), &context), []);
}
