//! What the samples of a target are held against, and how many tests that makes.

use std::collections::BTreeMap;

use crate::budgets::Target;
use crate::observed::{ClosureChange, Sample};
use crate::stats::changed_part::ChangedPart;

/// The other side of the comparison: what the samples are held against.
#[derive(Debug, Clone)]
pub enum OtherSide {
    /// Nothing: there is no baseline, or its times do not compare.
    Nothing,
    /// The same code as before: it cannot have become slower by the code, but by what it waits for, or by what else it finds.
    SameClosure {
        /// The earlier samples.
        samples: Vec<Sample>,
        /// True where CPU times compare as a whole; blocked times always do.
        whole: bool,
    },
    /// The samples of the stored baseline.
    Stored {
        /// The samples.
        samples: Vec<Sample>,
        /// Own CPU time of each module, in nanoseconds.
        own_ns: BTreeMap<String, u64>,
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
        /// True where times compare as a whole.
        whole: bool,
    },
    /// Instructions are compared, and times with nothing but the ceiling.
    Counted {
        /// The samples of the stored baseline, for what is neither time nor instructions; empty where they do not compare.
        samples: Vec<Sample>,
    },
    /// The same code as the base's, which is not measured: it cannot have become slower by the code.
    SameAsBase,
    /// The samples of the base, taken in the same run.
    Paired {
        /// What is different in the closure; `None` where modules are not to be compared one by one.
        change: Option<ClosureChange>,
    },
}

impl OtherSide {
    /// Whether there is something to hold the memory of an import against: samples under the same build of the interpreter.
    pub(super) fn compares_memory(&self) -> bool {
        match self {
            Self::Nothing | Self::SameClosure { .. } | Self::SameAsBase => false,
            Self::Stored { samples, change, .. } => change.is_some() && !samples.is_empty(),
            Self::Counted { samples, .. } => !samples.is_empty(),
            Self::Paired { change } => change.is_some(),
        }
    }

    /// The samples of the other side; `base` are those that were taken beside the head's.
    pub(super) fn samples<'s>(&'s self, base: &'s [Sample]) -> &'s [Sample] {
        match self {
            Self::Nothing | Self::SameClosure { .. } | Self::SameAsBase => &[],
            Self::Stored { samples, .. } | Self::Counted { samples, .. } => samples,
            Self::Paired { .. } => base,
        }
    }

    /// How many comparisons samples may decide: the regression, and the slowdown beside a changed part.
    fn comparisons(&self) -> usize {
        match self {
            Self::Nothing | Self::Counted { .. } | Self::SameAsBase => 0,
            Self::SameClosure { samples, .. } => usize::from(!samples.is_empty()),
            Self::Stored {
                own_ns, change, whole, ..
            } => usize::from(has_part(own_ns, change.as_ref())) + usize::from(*whole),
            // Whether the changed part applies is known once the base is sampled, and the budget is divided before.
            Self::Paired { change } => 1 + usize::from(change.as_ref().is_some_and(|change| !change.is_empty())),
        }
    }
}

/// How many tests the samples of `target` decide: what the error budget of a run is divided by, summed over its targets. An anchor
/// that it is held against is one more.
pub fn tests_of(target: &Target, other: &OtherSide) -> usize {
    let limits = &target.limits;
    let of_memory = limits.max_memory_regression.is_some() && other.compares_memory();
    let of_limits = [limits.max_time_ms.is_some(), limits.max_variation.is_some(), of_memory];
    other.comparisons() + of_limits.into_iter().filter(|is_asked| *is_asked).count()
}

/// The most that [`tests_of`] can be, whatever the target is held against.
pub fn most_tests_of(target: &Target) -> usize {
    /// The changed part, and the whole.
    const COMPARISONS: usize = 2;
    let limits = &target.limits;
    let of_limits = [
        limits.max_time_ms.is_some(),
        limits.max_variation.is_some(),
        limits.max_memory_regression.is_some(),
        limits.max_drift.is_some(),
    ];
    COMPARISONS + of_limits.into_iter().filter(|is_asked| *is_asked).count()
}

/// True where the changed modules can be held against the others, whatever the samples will be.
fn has_part(own_ns: &BTreeMap<String, u64>, change: Option<&ClosureChange>) -> bool {
    change.is_some_and(|change| ChangedPart::new(own_ns, change).is_ok())
}
