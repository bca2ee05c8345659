//! Where a series of values changes its level, of which nobody knows how often it does: E-divisive, by energy distances (Matteson
//! and James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", Journal of the American
//! Statistical Association 109, 2014). It is what Apache Otava looks for changes of performance with.
//!
//! A series is parted where both sides differ most, then each part again, as long as a permutation test says that chance
//! alone does not part it so well. The distance is α = 1, under which a value far from all others counts no more than by how far it
//! is. The second side may end before the series does (the paper's κ), so that a level that was left again is seen too. Where
//! Otava takes Student's t for the test, the permutations stay, as in the paper: t knows nothing of the search for the best place,
//! and finds a step in every tenth series that has none.
//!
//! The permutations come from a seed, so that the same history gives the same answer, and end as soon as their answer is
//! known (Besag and Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991).

use super::quantile::median;
use super::random::SplitMix64;

/// How many orders of the values are compared at most; the one that happened is one of them.
const ORDERS: usize = 200;

/// The start of the random numbers.
const SEED: u64 = 0x5eed;

/// What counts as a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divisive {
    /// The probability to part a series that has no change.
    pub level: f64,
    /// The fewest values between two changes.
    pub least_run: usize,
    /// A change of the median by less is none, however often it was seen.
    pub least_change: f64,
}

/// The best place to part some values, and how far apart its sides are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Split {
    at: usize,
    distance: f64,
}

impl Divisive {
    /// The positions, in ascending order, at which a new level begins.
    pub fn changes(&self, values: &[f64]) -> Vec<usize> {
        let mut random = SplitMix64::new(SEED);
        let mut found = Vec::new();
        let mut open = vec![(0, values.len())];
        while let Some((from, to)) = open.pop() {
            if let Some(split) = self.significant(&values[from..to], &mut random) {
                found.push(from + split);
                open.extend([(from, from + split), (from + split, to)]);
            }
        }
        found.sort_unstable();
        self.of_weight(values, self.settled(values, found))
    }

    /// The changes without those that are too small, the smallest first: what it parted is one level then, which may make the next one
    /// larger.
    pub fn of_weight(&self, values: &[f64], mut changes: Vec<usize>) -> Vec<usize> {
        loop {
            let sizes = sizes(values, &changes).into_iter().enumerate();
            match sizes.min_by(|one, other| one.1.total_cmp(&other.1)) {
                Some((index, size)) if size < self.least_change => changes.remove(index),
                _ => return changes,
            };
        }
    }

    /// Every change again, between the two beside it: where it was found, the others were not known yet.
    fn settled(&self, values: &[f64], mut changes: Vec<usize>) -> Vec<usize> {
        for index in 0..changes.len() {
            let from = index.checked_sub(1).map_or(0, |before| changes[before]);
            let to = changes.get(index + 1).copied().unwrap_or(values.len());
            if let Some(split) = self.whole(&values[from..to]) {
                changes[index] = from + split.at;
            }
        }
        changes
    }

    /// Where to part the values, if that is more than chance.
    fn significant(&self, values: &[f64], random: &mut SplitMix64) -> Option<usize> {
        let split = self.best(values)?;
        let allowed = (self.level * ORDERS as f64) as usize;
        let mut order = values.to_vec();
        // The order that happened is the first one that is as good as itself.
        let mut as_good = 1;
        for _ in 1..ORDERS {
            random.shuffle(&mut order);
            let chance = self.best(&order)?.distance;
            as_good += usize::from(chance >= split.distance);
            if as_good > allowed {
                return None;
            }
        }
        Some(split.at)
    }

    /// The best place, whether the second side goes to the end or not.
    fn best(&self, values: &[f64]) -> Option<Split> {
        self.search(values, 2 * self.least_run)
    }

    /// The best place where the second side goes to the end.
    fn whole(&self, values: &[f64]) -> Option<Split> {
        self.search(values, values.len())
    }

    /// The best place of those at which the second side ends at `first_end` or behind it.
    ///
    /// The sums of distances within each side and between them follow from those of one value less, so that all places together
    /// cost no more than the distance of every value to every other.
    fn search(&self, values: &[f64], first_end: usize) -> Option<Split> {
        let count = values.len();
        if count < 2 * self.least_run.max(1) {
            return None;
        }
        // Of the values from a place on, and of those before it: the sum of the distances of all pairs.
        let (mut from, mut before) = (vec![0.0; count], vec![0.0; count + 1]);
        let mut best: Option<Split> = None;
        for end in 1..=count {
            let (value, mut to_last) = (values[end - 1], 0.0);
            for place in (0..end).rev() {
                to_last += (value - values[place]).abs();
                from[place] += to_last;
            }
            before[end] = from[0];
            if end < first_end.max(2 * self.least_run) {
                continue;
            }
            for at in self.least_run..=end - self.least_run {
                let between = before[end] - before[at] - from[at];
                let distance = energy((at, before[at]), (end - at, from[at]), between);
                if best.is_none_or(|best| distance > best.distance) {
                    best = Some(Split { at, distance });
                }
            }
        }
        best
    }
}

/// By how much the median differs from one level to the next.
fn sizes(values: &[f64], changes: &[usize]) -> Vec<f64> {
    let bounds: Vec<usize> = [0].iter().chain(changes).chain(&[values.len()]).copied().collect();
    let levels = bounds
        .windows(2)
        .filter_map(|bounds| median(&values[bounds[0]..bounds[1]]));
    let levels: Vec<f64> = levels.collect();
    levels.windows(2).map(|levels| (levels[1] - levels[0]).abs()).collect()
}

/// How far apart two samples are: Q of the paper (equation 8), of the number of values of each and the sums of distances within
/// and between.
fn energy((left, within_left): (usize, f64), (right, within_right): (usize, f64), between: f64) -> f64 {
    let pairs = |count: usize| (count * count.saturating_sub(1)).max(1) as f64 / 2.0;
    let (m, n) = (left as f64, right as f64);
    let distance = 2.0 * between / (m * n) - within_left / pairs(left) - within_right / pairs(right);
    m * n / (m + n) * distance
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Divisive = Divisive {
        level: 0.01,
        least_run: 3,
        least_change: 0.0,
    };

    const NOWHERE: [usize; 0] = [];

    /// Values that scatter evenly by ±0.5 around these levels.
    fn series(levels: &[(f64, usize)], seed: u64) -> Vec<f64> {
        let mut random = SplitMix64::new(seed);
        let values = levels
            .iter()
            .flat_map(|(level, count)| std::iter::repeat_n(*level, *count));
        values
            .map(|level| level + random.below(1001) as f64 / 1000.0 - 0.5)
            .collect()
    }

    #[test]
    fn levels_are_found_where_they_begin() {
        assert_eq!(RULE.changes(&series(&[(0.0, 30), (1.0, 30)], 1)), [30]);
        assert_eq!(
            RULE.changes(&series(&[(0.0, 20), (1.0, 15), (0.0, 25), (2.0, 9)], 2)),
            [20, 35, 60]
        );
        assert_eq!(RULE.changes(&[1.0; 50]), NOWHERE);
        assert_eq!(RULE.changes(&[]), NOWHERE);
        assert_eq!(
            RULE.changes(&series(&[(0.0, 3), (9.0, 2)], 3)),
            NOWHERE,
            "too few to put into order"
        );
    }

    #[test]
    fn series_without_a_change_are_parted_as_seldom_as_the_level_says() {
        let parted = (0..300).filter(|seed| !RULE.changes(&series(&[(0.0, 40)], 1000 + seed)).is_empty());
        let parted = parted.count();
        assert!(parted <= 9, "{parted} of 300");
    }

    #[test]
    fn a_single_value_far_away_is_no_level() {
        let mut values = series(&[(0.0, 40)], 5);
        values[17] = 40.0;
        assert_eq!(RULE.changes(&values), NOWHERE);
    }

    #[test]
    fn small_changes_are_put_together_and_the_sum_of_several_counts() {
        let rule = Divisive {
            least_change: 1.0,
            ..RULE
        };
        let values = series(&[(0.0, 30), (0.7, 30), (1.4, 30)], 8);
        assert_eq!(RULE.changes(&values).len(), 2);
        assert_eq!(rule.changes(&values).len(), 1);
    }

    /// By hand: 0 and 1 against 2 and 3, with 8 between them and 1 within each side.
    #[test]
    fn the_distance_is_that_of_the_paper() {
        let distance = energy((2, 1.0), (2, 1.0), 8.0);
        assert!((distance - (2.0 * 8.0 / 4.0 - 1.0 - 1.0)).abs() < 1e-12);
        let split = Divisive { least_run: 2, ..RULE }
            .whole(&[0.0, 1.0, 2.0, 3.0])
            .expect("a split");
        assert_eq!(split.at, 2);
        assert!((split.distance - distance).abs() < 1e-12, "{split:?}");
    }
}
