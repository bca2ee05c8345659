//! Whether a count of instructions went up by more than is allowed. There is no noise to speak of, so that one count of
//! each side decides.

use crate::stats::sequential::Decision;
use crate::stats::{Comparison, ComparisonKind};

use crate::sampling::Ruling;

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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
