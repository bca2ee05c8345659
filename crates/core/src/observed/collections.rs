//! Collections of garbage during an import. How many there are follows from what is allocated, and is the same in each run; how
//! long they take is as noisy as all else. So what changes with the code is counted, and only the usual cost of one is timed.

use serde::Deserialize;

/// The name under which own times have the collections of garbage, whichever modules they fell into.
pub const COLLECTIONS: &str = "<garbage collection>";

/// How often the garbage of each generation was collected, and how long that took, in one import or in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Collections {
    /// How often, from the youngest generation to the oldest.
    pub times: [u64; 3],
    /// Nanoseconds of CPU time, in the same order.
    pub ns: [u64; 3],
}

impl Collections {
    /// Adds those of another import.
    pub fn add(&mut self, other: &Self) {
        for generation in 0..3 {
            self.times[generation] += other.times[generation];
            self.ns[generation] += other.ns[generation];
        }
    }

    /// How long the collections of another import would take if each took as long as one of its generation usually does,
    /// relative to the usual import's; `usual` is the sum over `imports` of them. 1 where nothing is known.
    pub fn relative_to(&self, usual: &Self, imports: u64) -> f64 {
        let usual_ns: u64 = usual.ns.iter().sum();
        if usual_ns == 0 || imports == 0 {
            return 1.0;
        }
        let expected: f64 = (0..3)
            .map(|generation| match usual.times[generation] {
                0 => self.ns[generation] as f64,
                times => self.times[generation] as f64 * usual.ns[generation] as f64 / times as f64,
            })
            .sum();
        expected * imports as f64 / usual_ns as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_decide_and_not_how_long_each_took_this_time() {
        let mut usual = Collections::default();
        for ns in [[4_000, 1_000, 0], [6_000, 1_000, 0]] {
            usual.add(&Collections { times: [50, 5, 0], ns });
        }
        let fewer = Collections {
            times: [25, 0, 0],
            ns: [900_000, 0, 0],
        };
        assert!((fewer.relative_to(&usual, 2) - 2_500.0 / 6_000.0).abs() < 1e-9);
        let one_more = Collections {
            times: [50, 5, 1],
            ns: [0, 0, 3_000],
        };
        assert!((one_more.relative_to(&usual, 2) - 1.5).abs() < 1e-9);
        assert_eq!(fewer.relative_to(&Collections::default(), 0), 1.0);
    }
}
