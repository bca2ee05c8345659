//! `max-regression` and `noise-floor`: whether an import became slower than it was. Where instructions are counted there is no
//! noise to speak of, so that one count of each side decides ([`rule_on_counts`]); of times, the samples have decided already
//! ([`Answers::regression`](crate::sampling::Answers)).

use super::distributions::changed_since;
use super::{Case, Code, Context, Finding, FindingKind, Open, Severity, slowdown};
use crate::explain::{Cause, Count, Rest};
use crate::observed::ClosureChange;
use crate::sampling::{Decision, Ruling};
use crate::stats::{Comparison, ComparisonKind};

/// It is slower than before, or may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Regression {
    /// How sure that is, and what follows.
    pub certainty: Certainty,
    /// Now against before.
    pub comparison: Comparison,
    /// The share of the time before that it may add.
    pub allowed: f64,
    /// The files of the project that changed or are new, where samples do not say that it is any of them.
    pub edited: Vec<String>,
}

/// How sure it is that something became slower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It is, by more than is allowed.
    TooMuch,
    /// It is, by more than half of what is allowed.
    MoreThanHalf,
    /// The samples do not say.
    Undecided(Open),
}

impl Regression {
    pub(super) fn code(&self) -> Code {
        match self.certainty {
            Certainty::TooMuch | Certainty::MoreThanHalf => Code::Regression,
            Certainty::Undecided(_) => Code::Inconclusive,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let (Some(_), Some(ruling)) = (&case.estimate, &case.answers.regression) else {
        return Vec::new();
    };
    let Some(certainty) = certainty(case, ruling) else {
        return Vec::new();
    };
    let severity = match certainty {
        Certainty::TooMuch => Severity::Error,
        Certainty::MoreThanHalf => Severity::Warning,
        Certainty::Undecided(open) => open.severity(context),
    };
    let is_decided = !matches!(certainty, Certainty::Undecided(_));
    if is_decided && case.change.as_ref().is_some_and(is_of_bytecode_alone) {
        return vec![slowdown::finding(case, ruling, severity, context)];
    }
    let limit = &case.target.max_regression();
    let comparison = as_shown(case, ruling);
    let (causes, rest) = match certainty {
        Certainty::Undecided(Open::FailsAlready(_)) => Default::default(),
        Certainty::Undecided(_) => {
            let causes = case.causes_of_open_change(context.places, comparison.change_ms);
            (causes, Rest::default())
        }
        _ => causes(case, (ruling.comparison.kind, comparison.change_ms), context),
    };
    let edited = if !is_decided && causes.is_empty() {
        case.edited(context.places)
    } else {
        Vec::new()
    };
    let kind = FindingKind::Regression(Regression {
        certainty,
        comparison,
        allowed: limit.value,
        edited,
    });
    let finding = Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref());
    let finding = finding.caused_by(causes).leaving(rest);
    vec![finding.beside(changed_since(case, context))]
}

/// True where the code is the same and its bytecode is not: nobody made it slower by an edit.
fn is_of_bytecode_alone(change: &ClosureChange) -> bool {
    change.is_same_code() && !change.bytecode.is_empty()
}

fn certainty(case: &Case<'_>, ruling: &Ruling) -> Option<Certainty> {
    match ruling.decision {
        Decision::Fail => Some(Certainty::TooMuch),
        Decision::Warn => Some(Certainty::MoreThanHalf),
        Decision::Inconclusive | Decision::Continue | Decision::Pass => {
            let open = Open::of(case, ruling.decision)?;
            // Beside a failure only what is likely one too is worth a line.
            let is_likely = ruling.comparison.change > ruling.threshold;
            (is_likely || !matches!(open, Open::FailsAlready(_))).then_some(Certainty::Undecided(open))
        }
    }
}

/// The comparison that decided, in the figures of the target's row where they are of the same comparison.
fn as_shown(case: &Case<'_>, ruling: &Ruling) -> Comparison {
    let shown = case.figures().and_then(|figures| figures.comparison);
    shown
        .filter(|shown| shown.kind == ruling.comparison.kind)
        .unwrap_or_else(|| ruling.comparison.clone())
}

/// That two interpreters are compared comes before everything that their code does.
fn causes(case: &Case<'_>, (kind, change_ms): (ComparisonKind, f64), context: &Context<'_>) -> (Vec<Cause>, Rest) {
    let interpreters = context.compared.interpreters().map(Cause::other_interpreter);
    // A command is measured as a whole process: the interpreter's start is part of it.
    let of_start = context
        .start
        .filter(|_| case.is_command())
        .map(|start| start.causes.clone());
    let (of_code, mut rest) = if kind == ComparisonKind::Instructions {
        let causes = case.causes_of_count(context.places, Count::Instructions);
        (causes, Rest::default())
    } else {
        case.causes_of_change(context.places)
    };
    let mut causes: Vec<Cause> = interpreters.into_iter().collect();
    causes.extend(of_start.into_iter().flatten());
    let of_start_ms = causes.iter().map(|cause| cause.weight.time_ms).sum();
    causes.extend(of_code);
    if kind != ComparisonKind::Instructions {
        rest.make_room(&mut causes, of_start_ms, change_ms);
    }
    (causes, rest)
}

/// A change of fewer instructions never fails, whatever its share: some thousand are a matter of where objects lie in
/// memory and of the lengths of paths. It is a number of its own, since `noise-floor` is in milliseconds and says how
/// finely times can be told apart, which has nothing to do with counts; twenty thousand are about ten microseconds.
pub const INSTRUCTIONS_FLOOR: u64 = 20_000;

/// Holds one count against another. `max_regression` is the share by which it may go up.
pub fn rule_on_counts(before: u64, now: u64, max_regression: f64) -> Ruling {
    let added = now.saturating_sub(before);
    let change = if before == 0 {
        0.0
    } else {
        (now as f64 - before as f64) / before as f64
    };
    let decision = match change {
        _ if added <= INSTRUCTIONS_FLOOR => Decision::Pass,
        _ if change > max_regression => Decision::Fail,
        _ if change > max_regression / 2.0 => Decision::Warn,
        _ => Decision::Pass,
    };
    Ruling {
        decision,
        comparison: Comparison {
            kind: ComparisonKind::Instructions,
            before_ms: 0.0,
            change_ms: 0.0,
            change,
            p_value: if added > INSTRUCTIONS_FLOOR { 0.0 } else { 1.0 },
        },
        threshold: max_regression,
        p_over: None,
        is_sharp: true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::budgets::Limits;
    use crate::checks::Compared;
    use crate::checks::by_hand::{case, context, observation, ruling, target};
    use crate::checks::case::Before;
    use crate::explain::InterpreterChange;
    use crate::observed::{OwnTime, Sample};
    use crate::stats::growth::{Earlier, Growth};
    use crate::stats::machine::MachineSpeed;

    #[test]
    fn half_of_what_is_allowed_warns_and_an_open_question_says_how_many_samples() {
        let target = target(Limits::default());
        let found = |decision| {
            let mut case = case(&target);
            case.answers.regression = Some(ruling(decision));
            let found = check(&case, &context()).pop();
            found.map(|finding| (finding.code(), finding.severity))
        };
        assert_eq!(found(Decision::Pass), None);
        assert_eq!(found(Decision::Fail), Some((Code::Regression, Severity::Error)));
        assert_eq!(found(Decision::Warn), Some((Code::Regression, Severity::Warning)));
        assert_eq!(
            found(Decision::Inconclusive),
            Some((Code::Inconclusive, Severity::Warning))
        );
    }

    #[test]
    fn what_was_left_open_beside_a_failure_is_a_note_where_it_is_likely() {
        let target = target(Limits::default());
        let found = |change| {
            let mut case = case(&target);
            case.answers.ceiling = Some(Decision::Fail);
            let mut open = ruling(Decision::Continue);
            open.comparison.change = change;
            case.answers.regression = Some(open);
            let severities = check(&case, &context()).into_iter().map(|finding| finding.severity);
            severities.collect::<Vec<_>>()
        };
        assert_eq!(found(0.2), [Severity::Note]);
        assert_eq!(found(0.05), []);
    }

    #[test]
    fn of_an_open_question_what_takes_longer_by_its_own_samples_is_named_and_else_what_changed() {
        let target = target(Limits::default());
        let before: BTreeMap<String, u64> = [("shop", 20_000_000), ("steady", 80_000_000)]
            .map(|(name, ns)| (name.to_owned(), ns))
            .into();
        let found = |took_ms: [u64; 2]| {
            let observation = observation(1, 100);
            let change = ClosureChange {
                changed: vec!["shop".to_owned()],
                ..ClosureChange::default()
            };
            let sample = |ms: u64| Sample {
                own: [("shop", ms), ("steady", 80)]
                    .map(|(module, ms)| OwnTime {
                        module: module.into(),
                        cpu_ns: ms * 1_000_000,
                    })
                    .into(),
                ..Sample::default()
            };
            let samples: Vec<Sample> = (0..4).map(|number| sample(took_ms[number % 2])).collect();
            let machine = MachineSpeed::default();
            let earlier = Earlier {
                own_ns: &before,
                samples: &vec![Sample::default(); 20],
                machine: &machine,
            };
            let mut case = case(&target);
            case.growth = Some(Arc::new(Growth::of(earlier, &change, &samples)));
            case.before = Some(Before {
                estimate: None,
                level_ms: None,
                modules: 1,
                own_ns: before.clone(),
            });
            (case.observation, case.change) = (Some(&observation), Some(change));
            let mut open = ruling(Decision::Inconclusive);
            (open.comparison.change_ms, open.comparison.change) = (12.0, 0.12);
            case.answers.regression = Some(open);
            let finding = check(&case, &context()).remove(0);
            let FindingKind::Regression(regression) = finding.kind else {
                panic!("a regression")
            };
            let causes = finding.causes.into_iter().map(|cause| cause.module);
            (causes.collect::<Vec<_>>(), regression.edited)
        };
        assert_eq!(found([31, 33]), (vec!["shop".to_owned()], vec![]));
        // By turns as before and far longer, and hardly longer.
        for took_ms in [[20, 44], [22, 22]] {
            assert_eq!(found(took_ms), (vec![], vec!["src/shop.py".to_owned()]), "{took_ms:?}");
        }
    }

    #[test]
    fn another_interpreter_is_the_first_cause() {
        let target = target(Limits::default());
        let mut case = case(&target);
        case.answers.regression = Some(ruling(Decision::Fail));
        let interpreters = InterpreterChange {
            before: "3.12.1".to_owned(),
            now: "3.13.0".to_owned(),
        };
        let context = Context {
            compared: Compared::Base {
                other_path_length: false,
                interpreters: Some(interpreters.clone()),
                private_bytecode: false,
            },
            ..context()
        };
        let causes = check(&case, &context).remove(0).causes;
        assert_eq!(causes, [Cause::other_interpreter(&interpreters)]);
    }

    fn decision(before: u64, now: u64) -> Decision {
        rule_on_counts(before, now, 0.01).decision
    }

    #[test]
    fn one_count_decides() {
        assert_eq!(decision(100_000_000, 101_000_001), Decision::Fail);
        assert_eq!(decision(100_000_000, 101_000_000), Decision::Warn);
        assert_eq!(decision(100_000_000, 100_500_000), Decision::Pass);
        assert_eq!(decision(100_000_000, 50_000_000), Decision::Pass);
    }

    #[test]
    fn a_small_import_moves_by_its_layout() {
        assert_eq!(decision(100_000, 120_000), Decision::Pass);
        assert_eq!(decision(100_000, 120_001), Decision::Fail);
    }
}
