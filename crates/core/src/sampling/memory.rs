//! The memory that an import adds, against what it added before. It hardly scatters, so that a handful of samples decides; what
//! pages and arenas of the allocator may move is no change.

use crate::observed::Sample;
use crate::stats::memory::MemoryChange;

use super::alpha::{Alpha, Schedule};
use super::sequential::Decision;

/// A change below this many bytes is no finding, whatever its share: allocators take memory from the system in pieces of up to
/// a mebibyte, and one more of them is a matter of where the last one ended.
const FLOOR_BYTES: f64 = 1024.0 * 1024.0;

/// How the memory of a target came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryRuling {
    /// Fail above what is allowed, inconclusive where the samples do not say.
    pub decision: Decision,
    /// What the import added before, in bytes.
    pub before_bytes: f64,
    /// What it adds more now, in bytes.
    pub change_bytes: f64,
}

impl MemoryRuling {
    /// The change as a share of the memory before.
    pub fn change(&self) -> f64 {
        self.change_bytes / self.before_bytes.max(1.0)
    }

    /// Looks at samples of now beside those of before: `max_regression` is the share by which it may grow. `None` where a side
    /// has no samples.
    pub(super) fn of(
        now: &[Sample],
        before: &[Sample],
        max_regression: f64,
        schedule: &Schedule,
        share: Alpha,
    ) -> Option<Self> {
        let memory = MemoryChange::between(before, now)?;
        let allowed = (max_regression * memory.before_bytes()).max(FLOOR_BYTES);
        let change_bytes = memory.change_bytes();
        let samples = now.len();
        let decision = if !schedule.is_look(samples) {
            Decision::Continue
        } else if change_bytes > allowed && schedule.at_look(share, samples).rejects(memory.p_above(allowed)) {
            Decision::Fail
        } else if change_bytes < allowed && schedule.passes(memory.p_below(allowed)) {
            Decision::Pass
        } else if schedule.is_last(samples) {
            Decision::Inconclusive
        } else {
            Decision::Continue
        };
        Some(Self {
            decision,
            before_bytes: memory.before_bytes(),
            change_bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::ErrorBudget;

    const MIB: f64 = FLOOR_BYTES;

    /// Samples of so many mebibytes, give or take a few pages.
    fn samples(mebibytes: f64, number: u64) -> Vec<Sample> {
        let sample = |position: u64| Sample {
            memory_bytes: (mebibytes * MIB) as u64 + 4096 * (position * 7 % 11),
            ..Sample::default()
        };
        (0..number).map(sample).collect()
    }

    fn decided(before_mib: f64, now_mib: f64, number: u64, tests: usize) -> Decision {
        let share = ErrorBudget::over(tests).share();
        let (now, before) = (samples(now_mib, number), samples(before_mib, 12));
        let ruling = MemoryRuling::of(&now, &before, 0.20, &Schedule::ceiling(60), share);
        ruling.expect("samples").decision
    }

    #[test]
    fn what_grew_by_more_than_allowed_fails_at_the_first_look_among_many() {
        assert_eq!(decided(10.0, 33.0, 5, 100), Decision::Fail);
        assert_eq!(decided(10.0, 13.0, 5, 1), Decision::Fail);
        assert_eq!(decided(10.0, 33.0, 6, 1), Decision::Continue, "it is no look");
    }

    #[test]
    fn what_is_within_it_passes_and_pages_are_no_finding() {
        assert_eq!(decided(10.0, 11.0, 5, 1), Decision::Pass);
        assert_eq!(decided(10.0, 5.0, 5, 1), Decision::Pass);
        assert_eq!(
            decided(0.1, 0.9, 5, 1),
            Decision::Pass,
            "eight times as much of nothing"
        );
    }

    #[test]
    fn at_the_limit_it_is_open() {
        assert_eq!(decided(10.0, 12.0, 5, 1), Decision::Continue);
        assert_eq!(decided(10.0, 12.0, 60, 1), Decision::Inconclusive);
    }

    #[test]
    fn one_side_alone_is_not_compared() {
        let share = ErrorBudget::over(1).share();
        let ruling = MemoryRuling::of(&samples(1.0, 5), &[], 0.1, &Schedule::once(), share);
        assert_eq!(ruling, None);
    }
}
