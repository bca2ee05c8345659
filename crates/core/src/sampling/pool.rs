//! What the samples of all targets of a run say together: how far single samples scatter, and how many of them show one and the same
//! change. Twenty targets that share one changed module ask one question twenty times; a sample of each answers it better than
//! twenty of one. What they answer is said of all of them in one word.

use std::collections::BTreeMap;

use crate::observed::ClosureChange;
use crate::stats::scatter::Differences;
use crate::stats::{ComparisonKind, Scatter};

use super::answers::Ruling;
use super::plan::Arms;
use super::question::Question;
use super::sequential::{Decision, is_worth_a_warning};

/// So many samples of one change, of whichever targets, are as good as those that a target by itself is decided on: what jumps
/// from one import to the next shows among them.
const ENOUGH_OF_CHANGE: usize = 8;

/// By how much a target is slower at least, as a share of what one is by whose samples the change is real, to agree with it.
const LEAST_AGREEMENT: f64 = 0.5;

/// What the samples of all targets say of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pooled {
    /// How far single samples scatter in this run.
    pub(super) scatter: Scatter,
    /// How many samples there are of targets in which the same modules differ, its own among them.
    of_change: usize,
}

impl Pooled {
    /// Whether the samples of other targets answer for this one's change too.
    pub(super) fn is_enough(&self) -> bool {
        self.of_change >= ENOUGH_OF_CHANGE
    }
}

/// Which targets ask about one and the same change, and what the baseline says of the scatter.
#[derive(Debug)]
pub(super) struct Pool {
    /// The group of each target in which modules differ.
    groups: Vec<Option<usize>>,
    recorded: Differences,
}

impl Pool {
    /// Of the targets of a run, before there are samples.
    pub(super) fn new(questions: &[&Question<'_>]) -> Self {
        let mut groups = BTreeMap::new();
        let mut recorded = Differences::default();
        for question in questions {
            recorded.add_recorded(question.recorded());
        }
        let mut group = |change| {
            let next = groups.len();
            *groups.entry(modules_of(change)).or_insert(next)
        };
        let changes = questions.iter().map(|question| question.change());
        Self {
            groups: changes.map(|change| change.map(&mut group)).collect(),
            recorded,
        }
    }

    /// What the samples say by now of each target.
    pub(super) fn pooled(&self, questions: &[&Question<'_>], samples: &[Arms]) -> Vec<Pooled> {
        let scatter = self.scatter(questions, samples);
        let mut of_groups: BTreeMap<usize, usize> = BTreeMap::new();
        for (group, arms) in self.groups.iter().zip(samples) {
            if let Some(group) = group {
                *of_groups.entry(*group).or_default() += arms.head.len();
            }
        }
        let of_change = |group: &Option<usize>| group.and_then(|group| of_groups.get(&group).copied());
        let pooled = |group| Pooled {
            scatter,
            of_change: of_change(group).unwrap_or(0),
        };
        self.groups.iter().map(pooled).collect()
    }

    fn scatter(&self, questions: &[&Question<'_>], samples: &[Arms]) -> Scatter {
        let mut differences = self.recorded.clone();
        for (question, Arms { head, base }) in questions.iter().zip(samples) {
            differences.add_now(head);
            differences.add_now(base);
            if differences.wants_changed_parts()
                && head.len() > 1
                && let Some(part) = question.part(head, base)
            {
                differences.add_changed_part(&part, head);
            }
        }
        differences.scatter()
    }
}

/// Warns of each target that is slower by as much as is worth it, where the samples of another one show that the change which
/// both have is real. A target may pass on one sample of its own, by which nothing can be: of twenty that share an edit, those with the
/// most samples would warn, and not those that it is worth most of.
pub fn warn_alike<'a>(all: impl IntoIterator<Item = (&'a ClosureChange, &'a mut Ruling)>) {
    let mut groups: BTreeMap<_, Vec<&mut Ruling>> = BTreeMap::new();
    for (change, ruling) in all {
        if ruling.comparison.kind == ComparisonKind::ChangedPart {
            groups.entry(modules_of(change)).or_default().push(ruling);
        }
    }
    for mut rulings in groups.into_values() {
        let is_real = |ruling: &&&mut Ruling| matches!(ruling.decision, Decision::Warn | Decision::Fail);
        let real_ms = rulings.iter().filter(is_real).map(|ruling| ruling.comparison.change_ms);
        let Some(least_ms) = real_ms.reduce(f64::min) else {
            continue;
        };
        for ruling in &mut rulings {
            let agrees = ruling.comparison.change_ms >= LEAST_AGREEMENT * least_ms;
            if ruling.decision == Decision::Pass
                && agrees
                && is_worth_a_warning(ruling.comparison.change, ruling.threshold)
            {
                ruling.decision = Decision::Warn;
            }
        }
    }
}

/// The modules that differ, and how.
fn modules_of(change: &ClosureChange) -> [Vec<&str>; 3] {
    [
        change.added.iter().map(String::as_str).collect(),
        change.removed.iter().map(String::as_str).collect(),
        change.altered().map(String::as_str).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{Limits, Target};
    use crate::observed::Sample;
    use crate::sampling::{ErrorBudget, OtherSide, Rules};

    fn edited(module: &str) -> OtherSide {
        let change = ClosureChange {
            changed: vec![module.to_owned()],
            ..ClosureChange::default()
        };
        OtherSide::Stored {
            samples: Vec::new(),
            own_ns: BTreeMap::new(),
            change: Some(change),
            whole: true,
        }
    }

    fn one_sample() -> Arms {
        Arms {
            head: vec![Sample::default()],
            base: Vec::new(),
        }
    }

    #[test]
    fn targets_of_one_change_answer_for_each_other_and_for_no_other_change() {
        let target = Target::module("package", Limits::default());
        let others: Vec<OtherSide> = (0..ENOUGH_OF_CHANGE)
            .map(|_| edited("package.shared"))
            .chain([edited("package.other"), OtherSide::Nothing])
            .collect();
        let rules = Rules::of_recorded(ErrorBudget::over(1));
        let questions: Vec<Question<'_>> = others
            .iter()
            .map(|other| Question::new(&target, other, rules))
            .collect();
        let questions: Vec<&Question<'_>> = questions.iter().collect();
        let samples: Vec<Arms> = others.iter().map(|_| one_sample()).collect();
        let pooled = Pool::new(&questions).pooled(&questions, &samples);
        let (shared, others) = pooled.split_at(ENOUGH_OF_CHANGE);
        assert!(shared.iter().all(|pooled| pooled.is_enough()), "{shared:?}");
        assert!(others.iter().all(|pooled| !pooled.is_enough()), "{others:?}");
    }

    /// What targets come to that have these modules edited, are slower by such a share of 50 ms, and were decided so by their own
    /// samples.
    fn warned_alike(targets: &[(&str, f64, Decision)]) -> Vec<Decision> {
        let mut rulings: Vec<(ClosureChange, Ruling)> = targets
            .iter()
            .map(|&(module, change, decision)| {
                let edited = ClosureChange {
                    changed: vec![module.to_owned()],
                    ..ClosureChange::default()
                };
                let mut ruling = Ruling::same_code(50.0);
                (ruling.decision, ruling.threshold) = (decision, 0.10);
                ruling.comparison.kind = ComparisonKind::ChangedPart;
                (ruling.comparison.change, ruling.comparison.change_ms) = (change, 50.0 * change);
                (edited, ruling)
            })
            .collect();
        warn_alike(rulings.iter_mut().map(|(change, ruling)| (&*change, ruling)));
        rulings.into_iter().map(|(_, ruling)| ruling.decision).collect()
    }

    #[test]
    fn targets_of_one_change_warn_alike() {
        use Decision::{Fail, Inconclusive, Pass, Warn};
        let one_is_real = [
            ("a", 0.061, Warn),
            ("a", 0.066, Pass),
            ("a", 0.049, Pass),
            ("b", 0.066, Pass),
        ];
        assert_eq!(warned_alike(&one_is_real), [Warn, Warn, Pass, Pass]);
        // What fails is real too, and what is open stays open.
        let one_fails = [
            ("a", 0.16, Fail),
            ("a", 0.09, Pass),
            ("a", 0.07, Pass),
            ("a", 0.09, Inconclusive),
        ];
        assert_eq!(warned_alike(&one_fails), [Fail, Warn, Pass, Inconclusive]);
        let none_is_real = [("a", 0.066, Pass), ("a", 0.07, Pass)];
        assert_eq!(warned_alike(&none_is_real), [Pass, Pass]);
    }
}
