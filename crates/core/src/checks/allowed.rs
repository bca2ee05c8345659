//! What becomes of a finding whose limit somebody has raised: what is within the allowance is a note that says so, what is beyond it fails
//! as ever, and an allowance that has ended, or that nothing needs any more, is told.

use jiff::civil::Date;

use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::{Accepted, Allowance, Amount, AmountKind, BudgetLine, Term};
use crate::observed::is_at_or_below;

/// A time, a memory or a spread below this share of its limit is below it whatever the machine does: no allowance is needed.
const CLEARLY_WITHIN: f64 = 0.95;
/// The same of a change, as a share of what it may be.
const CLEARLY_LITTLE: f64 = 0.5;

/// What is said of an allowance.
#[derive(Debug, Clone, PartialEq)]
pub struct AllowanceRemark {
    /// The rule.
    pub rule: Code,
    /// What the limit was raised to.
    pub to: Amount,
    /// Why.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The file.
    pub file: String,
    /// What there is to say.
    pub state: AllowanceState,
}

/// What there is to say of an allowance.
#[derive(Debug, Clone, PartialEq)]
pub enum AllowanceState {
    /// It is what makes a target pass.
    InForce(Beyond),
    /// It is, and it ends in so many days.
    Ends(Beyond, u16),
    /// It was, and it has ended.
    Ended(Beyond, Touched),
    /// Nothing needs it.
    Unused(Unused),
}

/// What is beyond a limit, and accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Beyond {
    /// What it is now.
    pub now: Amount,
    /// What the limit would be.
    pub without: Amount,
    /// What the limit is, in the same amounts.
    pub raised: Amount,
}

/// Whether the change that is checked has to do with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// It changes what the target loads.
    Yes,
    /// It does not, and everything counts all the same (`--strict`).
    EverythingCounts,
    /// It does not.
    No,
}

/// Why an allowance is not needed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unused {
    /// No target of the budgets has this name.
    NoTarget,
    /// Nothing limits the target there.
    NoLimit,
    /// The limit is kept without it.
    Within {
        /// What it is now.
        now: Amount,
        /// What the limit is.
        without: Amount,
    },
    /// The limit is as high by itself.
    LimitIsHigher {
        /// The limit.
        without: Amount,
    },
    /// What it accepted is in what the target is compared with.
    Recorded,
    /// What it accepts does not happen.
    Absent,
}

impl AllowanceRemark {
    pub(super) fn code(&self) -> Code {
        match self.state {
            AllowanceState::InForce(_) => Code::Allowed,
            AllowanceState::Ends(..) => Code::AllowanceEnds,
            AllowanceState::Ended(..) => Code::AllowanceEnded,
            AllowanceState::Unused(_) => Code::UnusedAllowance,
        }
    }

    fn of(allowance: &Allowance, state: AllowanceState) -> Self {
        Self {
            rule: allowance.rule,
            to: allowance.to.clone(),
            reason: allowance.reason.clone(),
            owner: allowance.owner.clone(),
            until: allowance.until,
            file: allowance.file().to_owned(),
            state,
        }
    }
}

/// How a target stands to a limit that is raised.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    /// It is beyond what would hold, and within what does.
    Needed(Beyond),
    /// It is not.
    Unneeded(Unused),
    /// Nobody can tell: it was not measured, or it is too close to the limit.
    Open,
}

/// Puts what is accepted in the place of what it makes of the findings of a target.
pub(super) fn settle(case: &Case<'_>, context: &Context<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    for accepted in &case.target.accepted {
        let rule = accepted.allowance.rule;
        let of_rule = |finding: &Finding| finding.code() == rule && is_about(finding, accepted);
        let beyond = findings
            .iter_mut()
            .filter(|finding| of_rule(finding) && finding.severity == Severity::Error);
        let mut is_beyond = false;
        for finding in beyond {
            is_beyond = true;
            finding.accepted = accepted.raised.is_some().then(|| Box::new(accepted.clone()));
        }
        if is_beyond || !context.asked.asks(rule) {
            continue;
        }
        let standing = standing(case, accepted);
        if matches!(standing, Standing::Needed(_)) {
            // That it takes more than half of what is accepted is no news.
            findings.retain(|finding| !of_rule(finding));
        }
        findings.extend(remark(case, accepted, standing, context));
    }
    findings
}

/// True for a finding that the allowance may be about: where things are accepted by name, the one of that name.
fn is_about(finding: &Finding, accepted: &Accepted) -> bool {
    match (&finding.kind, &accepted.allowance.to) {
        (FindingKind::Forbidden(found), Amount::Name(name)) => is_at_or_below(&found.module, name),
        (FindingKind::Effect(found), Amount::Name(name)) => found.first.effect.as_str() == name,
        _ => true,
    }
}

/// What is said of allowances whose targets no budget has.
pub(super) fn of_no_target(context: &Context<'_>) -> Vec<Finding> {
    let finding = |allowance: &Allowance| {
        let remark = AllowanceRemark::of(allowance, AllowanceState::Unused(Unused::NoTarget));
        about(
            allowance.target.clone(),
            severity_of(&remark.state, context),
            remark,
            &allowance.line,
        )
    };
    let findings = context.of_no_target.iter().map(finding);
    findings.filter(|finding| context.asked.asks_for(finding)).collect()
}

fn remark(case: &Case<'_>, accepted: &Accepted, standing: Standing, context: &Context<'_>) -> Option<Finding> {
    let allowance = &accepted.allowance;
    let state = match (standing, allowance.term(context.today)) {
        (Standing::Open, _) => return None,
        (Standing::Unneeded(unused), _) => AllowanceState::Unused(unused),
        (Standing::Needed(beyond), Term::Running) => AllowanceState::InForce(beyond),
        (Standing::Needed(beyond), Term::Ends(days)) => AllowanceState::Ends(beyond, days),
        (Standing::Needed(beyond), Term::Ended) => AllowanceState::Ended(beyond, touched(case, context)),
    };
    let line = match state {
        AllowanceState::Ends(..) | AllowanceState::Ended(..) => allowance.until_line.as_ref(),
        _ => None,
    };
    let severity = severity_of(&state, context);
    let remark = AllowanceRemark::of(allowance, state);
    let finding = about(
        case.target.name.clone(),
        severity,
        remark,
        line.unwrap_or(&allowance.line),
    );
    context.asked.asks_for(&finding).then_some(finding)
}

fn about(target: String, severity: Severity, remark: AllowanceRemark, line: &BudgetLine) -> Finding {
    Finding::named(target, severity, FindingKind::Allowance(remark)).asked_by(Some(line))
}

fn severity_of(state: &AllowanceState, context: &Context<'_>) -> Severity {
    match state {
        AllowanceState::InForce(_) => Severity::Note,
        AllowanceState::Ended(_, Touched::Yes | Touched::EverythingCounts) => Severity::Error,
        AllowanceState::Unused(_) if context.strict => Severity::Error,
        AllowanceState::Ends(..) | AllowanceState::Ended(..) | AllowanceState::Unused(_) => Severity::Warning,
    }
}

/// Whether the change that is checked has to do with a target: it does where a module is another than before in a file that it touches.
/// What else is different since the baseline came with somebody else's change.
fn touched(case: &Case<'_>, context: &Context<'_>) -> Touched {
    if is_touched(case, context) {
        Touched::Yes
    } else if context.strict {
        Touched::EverythingCounts
    } else {
        Touched::No
    }
}

fn is_touched(case: &Case<'_>, context: &Context<'_>) -> bool {
    let Some(change) = case.change.as_ref().filter(|change| !change.is_same_code()) else {
        return false;
    };
    let Some(files) = context.changed_files else {
        return true;
    };
    let modules = case.observation.map_or(&[][..], |observation| &observation.modules);
    let mut different = modules
        .iter()
        .filter(|module| change.added.contains(&module.name) || change.changed.contains(&module.name));
    different.any(|module| {
        module
            .file
            .as_ref()
            .is_some_and(|file| files.contains(&context.places.shorten(file)))
    })
}

fn standing(case: &Case<'_>, accepted: &Accepted) -> Standing {
    let allowance = &accepted.allowance;
    let Some(without) = accepted.without.as_ref().map(|cited| &cited.value) else {
        return Standing::Unneeded(Unused::NoLimit);
    };
    let Some(now) = now(case, allowance) else {
        return Standing::Open;
    };
    let Now::Amount(now) = now else {
        return match now {
            Now::Happens => Standing::Needed(Beyond {
                now: allowance.to.clone(),
                without: without.clone(),
                raised: allowance.to.clone(),
            }),
            _ => Standing::Unneeded(Unused::Absent),
        };
    };
    let without = without.clone();
    match &accepted.raised {
        Some(raised) if now.is_more_than(&without) => Standing::Needed(Beyond {
            now,
            without,
            raised: raised.clone(),
        }),
        Some(_) if !is_clearly_within(&now, &without, allowance.rule) => Standing::Open,
        Some(_) => Standing::Unneeded(Unused::Within { now, without }),
        None if AmountKind::is_relative(allowance.rule) => Standing::Unneeded(Unused::Recorded),
        None => Standing::Unneeded(Unused::LimitIsHigher { without }),
    }
}

/// What a target comes to under a rule.
enum Now {
    Amount(Amount),
    /// What was forbidden happens.
    Happens,
    /// It does not.
    Absent,
}

/// `None` where that is not known.
fn now(case: &Case<'_>, allowance: &Allowance) -> Option<Now> {
    let amount = match (allowance.rule, &allowance.to) {
        (Code::OverTime | Code::OverTotalTime, _) => Amount::Time(case.figures()?.time_ms),
        (Code::OverMemory, _) => Amount::Memory(case.estimate.as_ref()?.memory_bytes),
        (Code::OverModules, _) => {
            case.observation?;
            Amount::Count(case.closure.len() as u64)
        }
        (Code::OverNewModules, _) => {
            case.observation?;
            Amount::Count(case.change.as_ref()?.added.len() as u64)
        }
        (Code::Unstable, _) => Amount::Share(case.estimate.as_ref()?.variation),
        (Code::Regression, _) => Amount::Share(case.answers.regression.as_ref()?.comparison.change),
        (Code::MemoryRegression, _) => Amount::Share(case.answers.memory.as_ref()?.change()),
        (Code::Forbidden, Amount::Name(name)) => {
            case.observation?;
            let is_loaded = case.closure.keys().any(|module| is_at_or_below(module, name));
            return Some(if is_loaded { Now::Happens } else { Now::Absent });
        }
        (Code::ForbiddenEffect, Amount::Name(name)) => {
            let effects = &case.observation?.effects;
            let is_seen = effects.iter().any(|seen| seen.effect.as_str() == name);
            return Some(if is_seen { Now::Happens } else { Now::Absent });
        }
        _ => return None,
    };
    Some(Now::Amount(amount))
}

/// True where no noise could have brought an amount below its limit.
fn is_clearly_within(now: &Amount, limit: &Amount, rule: Code) -> bool {
    match (now, limit) {
        (Amount::Time(now), Amount::Time(limit)) => *now < CLEARLY_WITHIN * limit,
        (Amount::Memory(now), Amount::Memory(limit)) => (*now as f64) < CLEARLY_WITHIN * *limit as f64,
        (Amount::Share(now), Amount::Share(limit)) if rule == Code::Unstable => *now < CLEARLY_WITHIN * limit,
        (Amount::Share(now), Amount::Share(limit)) => *now < CLEARLY_LITTLE * limit,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{Cited, InBaseline, Limits, Relative, Target, accept};
    use crate::checks::by_hand::{case, cited, context, estimate, modules, observation, ruling, target};
    use crate::checks::{TimeCeiling, judge};
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
}
