//! `max-regression`, once more: where modules changed, they decide; what did not change may have become slower all the same,
//! and then something outside the code slows it down: its bytecode is gone, or what it waits for has become slow.

use super::distributions::changed_since;
use super::regression::{Certainty, Regression};
use super::{Case, Context, Finding, FindingKind, Open, Severity, unfounded};
use crate::explain::{Cause, CauseKind};
use crate::observed::HookKind;
use crate::sampling::{Decision, Ruling};
use crate::stats::{Comparison, ComparisonKind};

/// Modules that did not change became slower.
#[derive(Debug, Clone, PartialEq)]
pub struct Slowdown {
    /// What the whole import takes more than before beside what the changed modules do.
    pub comparison: Comparison,
    /// The files of the project that changed or are new: what slows down the others may be done there.
    pub edited: Vec<String>,
}

/// Bodies that take less of what all modules take longer are not what slows them down.
const LEAST_EXPLAINED: f64 = 0.25;
/// The same where a line puts in their way what is asked once for each of them: none of many takes that much longer by it.
const LEAST_EXPLAINED_BESIDE_A_HOOK: f64 = 0.5;
/// More files than this are no hint.
const MOST_EDITED: usize = 3;

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if unfounded::speaks_of_the_entry(case, context) {
        return Vec::new();
    }
    let slowdown = case.answers.slowdown.as_ref().filter(|_| case.estimate.is_some());
    let found = slowdown.and_then(|ruling| match ruling.decision {
        Decision::Fail => Some(finding(case, ruling, Severity::Error, context)),
        decision => {
            let open = Open::of(case, decision).filter(|_| is_open(case, ruling))?;
            Some(undecided(case, ruling, open, context))
        }
    });
    found.into_iter().collect()
}

/// True where the same code seems to take too long. Beside a changed part, which decides, noise in the whole is nothing to say.
fn is_open(case: &Case<'_>, ruling: &Ruling) -> bool {
    case.answers.is_of_same_code() && ruling.comparison.change > ruling.threshold
}

/// Something that did not change became slower, with what slows it down as far as that is seen.
pub(super) fn finding(case: &Case<'_>, ruling: &Ruling, severity: Severity, context: &Context<'_>) -> Finding {
    let comparison = beside_the_changed(case, ruling);
    let (mut causes, _) = case.causes_of_change(context.places);
    causes.retain(is_outside_the_code);
    let is_slower = |cause: &Cause| matches!(cause.kind, CauseKind::SlowerModule { .. });
    let others_ms = together_ms(causes.iter().filter(|cause| !is_slower(cause)));
    let hook = case.cause_of_slowdown(context.places, comparison.change_ms - others_ms);
    if together_ms(&causes) < least_explained(hook.as_ref()) * comparison.change_ms {
        causes.retain(|cause| !is_slower(cause));
        causes.extend(hook);
    }
    // None where they are too many to help.
    let edited = Some(case.edited(context.places)).filter(|files| files.len() <= MOST_EDITED);
    let edited = edited.unwrap_or_default();
    let kind = FindingKind::Slowdown(Slowdown { comparison, edited });
    let finding = about(case, severity, kind).caused_by(causes);
    finding.beside(changed_since(case, context))
}

/// The share of the change that bodies have to take longer for being what slows down the others. What is called for each line, call
/// or import slows down some of them far more than others: none of them is to blame for that.
fn least_explained(hook: Option<&Cause>) -> f64 {
    match hook.map(|hook| &hook.kind) {
        None => LEAST_EXPLAINED,
        Some(CauseKind::Hook(HookKind::Finder | HookKind::PathHook)) => LEAST_EXPLAINED_BESIDE_A_HOOK,
        Some(_) => f64::INFINITY,
    }
}

fn together_ms<'c>(causes: impl IntoIterator<Item = &'c Cause>) -> f64 {
    causes.into_iter().map(|cause| cause.weight.time_ms).sum()
}

/// The same code takes much longer, and the samples do not agree on it.
fn undecided(case: &Case<'_>, ruling: &Ruling, open: Open, context: &Context<'_>) -> Finding {
    let kind = FindingKind::Regression(Regression {
        certainty: Certainty::Undecided(open),
        comparison: ruling.comparison.clone(),
        allowed: case.target.limits.max_regression.value,
        edited: Vec::new(),
    });
    about(case, open.severity(context), kind)
}

fn about(case: &Case<'_>, severity: Severity, kind: FindingKind) -> Finding {
    let limit = &case.target.limits.max_regression;
    Finding::about(case.target, severity, kind).asked_by(limit.line.as_ref())
}

/// True for a cause that slows down what is the same to the byte.
fn is_outside_the_code(cause: &Cause) -> bool {
    matches!(
        cause.kind,
        CauseKind::SlowerModule { .. } | CauseKind::CompiledAtStart(_) | CauseKind::Blocked
    )
}

/// What is left of the whole change once the changed modules have theirs.
fn beside_the_changed(case: &Case<'_>, ruling: &Ruling) -> Comparison {
    let whole = &ruling.comparison;
    let changed = case.answers.regression.as_ref().map(|changed| &changed.comparison);
    let changed = changed.filter(|changed| changed.kind == ComparisonKind::ChangedPart && whole.kind != changed.kind);
    let change_ms = whole.change_ms - changed.map_or(0.0, |changed| changed.change_ms.max(0.0));
    Comparison {
        change_ms,
        change: change_ms / whole.before_ms,
        ..whole.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::budgets::Limits;
    use crate::checks::Code;
    use crate::checks::by_hand::{case, context, observation, ruling, target};
    use crate::checks::case::Before;
    use crate::observed::{ClosureChange, HookSeen, OwnTime, Place, Sample};
    use crate::stats::growth::{Earlier, Growth};
    use crate::stats::machine::MachineSpeed;

    #[test]
    fn what_the_changed_modules_take_is_not_counted_twice() {
        let target = target(Limits::default());
        let mut case = case(&target);
        case.answers.slowdown = Some(ruling(Decision::Fail));
        let mut changed = ruling(Decision::Pass);
        changed.comparison.change_ms = 10.0;
        changed.comparison.kind = ComparisonKind::ChangedPart;
        case.answers.regression = Some(changed);
        let FindingKind::Slowdown(found) = check(&case, &context()).remove(0).kind else {
            panic!("a slowdown")
        };
        assert_eq!((found.comparison.change_ms, found.comparison.change), (40.0, 0.4));
    }

    #[test]
    fn a_body_that_is_hardly_of_it_or_runs_under_a_hook_does_not_slow_down_the_others() {
        let target = target(Limits::default());
        let hook = |kind| HookSeen {
            kind,
            module: "shop".to_owned(),
            place: Some(Place {
                file: "src/shop.py".to_owned(),
                line: 7,
            }),
            body: None,
        };
        let named = |grown_ms: u64, hooked: Option<HookKind>| {
            let mut observation = observation(1, 100);
            observation.hooks = hooked.map(hook).into_iter().collect();
            for name in ["steady", "grown"] {
                let mut module = observation.modules[0].clone();
                (module.name, module.file) = (name.to_owned(), Some(format!("/site/{name}.py")));
                observation.modules.push(module);
            }
            let before: BTreeMap<String, u64> = [("steady", 50_000_000), ("grown", 2_000_000)]
                .map(|(name, ns)| (name.to_owned(), ns))
                .into();
            let own = |name: &str, ms: u64| OwnTime {
                module: name.into(),
                cpu_ns: ms * 1_000_000,
            };
            let sample = Sample {
                own: vec![own("steady", 50), own("grown", 2 + grown_ms)],
                ..Sample::default()
            };
            let change = ClosureChange {
                changed: vec!["shop".to_owned()],
                ..ClosureChange::default()
            };
            let machine = MachineSpeed::of(&[]);
            let earlier = Earlier {
                own_ns: &before,
                samples: &vec![Sample::default(); 20],
                machine: &machine,
            };
            let mut case = case(&target);
            case.growth = Some(Arc::new(Growth::of(earlier, &change, &vec![sample; 20])));
            case.observation = Some(&observation);
            case.change = Some(change);
            case.before = Some(Before {
                estimate: None,
                level_ms: None,
                modules: 3,
                own_ns: before,
            });
            case.answers.slowdown = Some(ruling(Decision::Fail));
            let found = check(&case, &context()).remove(0);
            let FindingKind::Slowdown(slowdown) = found.kind else {
                panic!("a slowdown")
            };
            assert_eq!(slowdown.edited, ["src/shop.py"]);
            let is_hook = |cause: Cause| matches!(cause.kind, CauseKind::Hook(_));
            found.causes.into_iter().map(is_hook).collect::<Vec<_>>()
        };
        // All of it is 50 ms.
        assert_eq!([named(4, None), named(30, None)], [vec![], vec![false]]);
        let hooked = |grown_ms, kind| named(grown_ms, Some(kind));
        assert_eq!(hooked(20, HookKind::Finder), [true]);
        assert_eq!(hooked(30, HookKind::Finder), [false]);
        for kind in [
            HookKind::Import,
            HookKind::Trace,
            HookKind::Profile,
            HookKind::Audit,
            HookKind::Monitoring,
        ] {
            assert_eq!(hooked(45, kind), [true], "{kind:?}");
        }
    }

    #[test]
    fn the_line_that_puts_a_hook_in_the_way_is_the_cause_where_no_other_could_be() {
        let named = |lines: &[u32], changed: &[&str]| {
            let target = target(Limits::default());
            let mut observation = observation(1, 100);
            let hook = |line: &u32| HookSeen {
                kind: HookKind::Finder,
                module: "shop".to_owned(),
                place: Some(Place {
                    file: "src/shop.py".to_owned(),
                    line: *line,
                }),
                body: None,
            };
            observation.hooks = lines.iter().map(hook).collect();
            let mut case = case(&target);
            case.observation = Some(&observation);
            case.change = Some(ClosureChange {
                changed: changed.iter().map(|&name| name.to_owned()).collect(),
                ..ClosureChange::default()
            });
            case.answers.slowdown = Some(ruling(Decision::Fail));
            let found = check(&case, &context()).remove(0);
            let of_cause = |cause: &Cause| (cause.kind.clone(), cause.weight.time_ms);
            (found.place.map(|place| place.line), found.causes.first().map(of_cause))
        };
        let hook = CauseKind::Hook(HookKind::Finder);
        assert_eq!(named(&[7], &["shop"]), (Some(7), Some((hook, 50.0))));
        for (lines, changed) in [(&[7, 9][..], &["shop"][..]), (&[7], &[]), (&[], &["shop"])] {
            assert_eq!(named(lines, changed), (None, None), "{lines:?} {changed:?}");
        }
    }

    #[test]
    fn a_failure_is_said_and_of_the_same_code_an_open_question_too() {
        let target = target(Limits::default());
        let found = |decision| {
            let mut case = case(&target);
            case.answers.slowdown = Some(ruling(decision));
            check(&case, &context()).pop().map(|finding| finding.code())
        };
        assert_eq!(found(Decision::Fail), Some(Code::Slowdown));
        assert_eq!(
            [Decision::Warn, Decision::Inconclusive, Decision::Pass].map(found),
            [None; 3]
        );
        let mut case = case(&target);
        case.answers.regression = Some(Ruling::same_closure(100.0, 300.0));
        case.answers.slowdown = Some(Ruling {
            comparison: Ruling::same_closure(100.0, 300.0).comparison,
            ..ruling(Decision::Inconclusive)
        });
        let found = check(&case, &context()).pop().map(|finding| finding.code());
        assert_eq!(found, Some(Code::Inconclusive));
    }
}
