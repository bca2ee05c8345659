//! One-sided rank tests: they ask nothing of the shape of the noise, and on few samples they are exact.
//!
//! The null distribution is counted out by the usual recurrence over the ranks; where there are ties, over doubled
//! mid-ranks, which are whole numbers. So the p-value is the exact permutation probability, with ties as without. Where
//! that would be too much to count, the normal approximation with tie and continuity corrections takes over.

use super::normal::upper_tail;

/// The most cell updates that a null distribution may cost before the normal approximation takes over: a millisecond.
/// It is enough for a hundred differences without ties, and for 12 values against 50.
const COUNTABLE: usize = 500_000;

/// The one-sided p-value of Wilcoxon's signed-rank test: how likely differences are that lie this far above zero or
/// further if in truth they are symmetric around it. Differences of zero are dropped, as Wilcoxon has it ("Individual
/// Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945). 1 where no difference is left.
///
/// The smallest value that n differences can reach is 2⁻ⁿ.
pub fn signed_rank_greater(differences: &[f64]) -> f64 {
    let nonzero: Vec<f64> = differences
        .iter()
        .copied()
        .filter(|difference| *difference != 0.0)
        .collect();
    let sizes: Vec<f64> = nonzero.iter().map(|difference| difference.abs()).collect();
    let Ranks { values: ranks, unit } = Ranks::of(&sizes);
    let positive: usize = ranks
        .iter()
        .zip(&nonzero)
        .filter(|(_, value)| **value > 0.0)
        .map(|(rank, _)| rank)
        .sum();
    let total: usize = ranks.iter().sum();
    if ranks.len() * total <= COUNTABLE {
        return signed_rank_tail(&ranks, positive);
    }
    let variance: f64 = ranks.iter().map(|&rank| (rank * rank) as f64).sum::<f64>() / 4.0;
    normal_tail(positive, total as f64 / 2.0, variance, unit)
}

/// The one-sided p-value of the Wilcoxon–Mann–Whitney rank-sum test: how likely it is that `above` ranks this high
/// among both groups or higher if in truth they come from one distribution (Mann and Whitney, "On a Test of Whether one
/// of Two Random Variables is Stochastically Larger than the Other", Annals of Mathematical Statistics 18, 1947). 1
/// where a group is empty.
///
/// The smallest value that m and n values can reach is 1 ÷ C(m+n, m).
pub fn rank_sum_greater(above: &[f64], below: &[f64]) -> f64 {
    if above.is_empty() || below.is_empty() {
        return 1.0;
    }
    let pooled: Vec<f64> = above.iter().chain(below).copied().collect();
    let Ranks { values: ranks, unit } = Ranks::of(&pooled);
    // Counting over the smaller group is cheaper. "The second group lies this low" is the same event, mirrored.
    let mirror = (pooled.len() + 1) * unit;
    let (weights, chosen, observed): (Vec<usize>, usize, usize) = if above.len() <= below.len() {
        let observed = ranks[..above.len()].iter().sum();
        (ranks, above.len(), observed)
    } else {
        let mirrored: Vec<usize> = ranks.iter().map(|rank| mirror - rank).collect();
        let observed = mirrored[above.len()..].iter().sum();
        (mirrored, below.len(), observed)
    };
    if pooled.len() * chosen * largest_sum(&weights, chosen) <= COUNTABLE {
        return rank_sum_tail(&weights, chosen, observed);
    }
    let size = pooled.len() as f64;
    let mean = mirror as f64 / 2.0;
    let scatter: f64 = weights
        .iter()
        .map(|&weight| (weight as f64 - mean).powi(2))
        .sum::<f64>()
        / size;
    let variance = scatter * chosen as f64 * (size - chosen as f64) / (size - 1.0);
    normal_tail(observed, chosen as f64 * mean, variance, unit)
}

/// The rank of each value among all, ties sharing their mean rank, as whole numbers.
struct Ranks {
    values: Vec<usize>,
    /// What one rank counts as: 1, or 2 where ties make halves.
    unit: usize,
}

impl Ranks {
    fn of(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let unit = if order.windows(2).any(|pair| values[pair[0]] == values[pair[1]]) {
            2
        } else {
            1
        };
        let mut ranks = vec![0; values.len()];
        let mut before = 0;
        for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
            let last = before + tied.len();
            for &member in tied {
                ranks[member] = (before + 1 + last) * unit / 2;
            }
            before = last;
        }
        Self { values: ranks, unit }
    }
}

/// P(sum of the ranks whose fair coin shows heads ≥ `observed`).
pub(super) fn signed_rank_tail(ranks: &[usize], observed: usize) -> f64 {
    let total: usize = ranks.iter().sum();
    let mut probability = vec![0.0; total + 1];
    probability[0] = 1.0;
    let mut reach = 0;
    for &rank in ranks {
        reach += rank;
        for sum in (0..=reach).rev() {
            let with_rank = if sum >= rank { probability[sum - rank] } else { 0.0 };
            probability[sum] = 0.5 * (probability[sum] + with_rank);
        }
    }
    tail(&probability, observed)
}

/// P(sum of `chosen` of the weights, drawn without replacement, ≥ `observed`).
fn rank_sum_tail(weights: &[usize], chosen: usize, observed: usize) -> f64 {
    let total = largest_sum(weights, chosen);
    // ways[count][sum], as shares of C(N, chosen), so that nothing overflows: taking weight number `seen` as the
    // `count`th member happens with probability (chosen - count + 1) / (N - seen + 1) once `count - 1` are taken.
    let mut ways = vec![vec![0.0; total + 1]; chosen + 1];
    ways[0][0] = 1.0;
    for (seen, &weight) in weights.iter().enumerate() {
        let left = (weights.len() - seen) as f64;
        for count in (0..=chosen.min(seen + 1)).rev() {
            let skip = 1.0 - ((chosen - count) as f64 / left).min(1.0);
            let take = if count > 0 {
                ((chosen - count + 1) as f64 / left).min(1.0)
            } else {
                0.0
            };
            let (earlier, current) = ways.split_at_mut(count);
            let current = &mut current[0];
            current.iter_mut().for_each(|probability| *probability *= skip);
            if let Some(previous) = earlier.last() {
                let arrivals = current.iter_mut().skip(weight).zip(previous);
                arrivals.for_each(|(probability, from)| *probability += take * from);
            }
        }
    }
    tail(&ways[chosen], observed)
}

/// The largest sum that `chosen` of the weights can come to.
fn largest_sum(weights: &[usize], chosen: usize) -> usize {
    let mut ordered = weights.to_vec();
    ordered.sort_unstable_by(|a, b| b.cmp(a));
    ordered[..chosen].iter().sum()
}

/// The probability of `observed` or more.
fn tail(probability: &[f64], observed: usize) -> f64 {
    probability[observed.min(probability.len())..]
        .iter()
        .sum::<f64>()
        .min(1.0)
}

/// The normal upper tail of a rank statistic, with a continuity correction of half a rank.
fn normal_tail(observed: usize, mean: f64, variance: f64, unit: usize) -> f64 {
    if variance <= 0.0 {
        return 1.0;
    }
    upper_tail((observed as f64 - mean - unit as f64 / 2.0) / variance.sqrt())
}

/// The smallest p-value of the rank-sum test: 1 ÷ C(m + n, m), factor by factor.
pub(crate) fn smallest_of_rank_sum(samples: usize, others: usize) -> f64 {
    (1..=samples)
        .map(|taken| taken as f64 / (others + taken) as f64)
        .product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }

    #[test]
    fn signed_rank_agrees_with_scipy() {
        // scipy.stats.wilcoxon(d, alternative="greater", method="exact"), scipy 1.18.1; the first is the depression data
        // of Hollander and Wolfe, Nonparametric Statistical Methods.
        close(
            signed_rank_greater(&[0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01]),
            0.01953125,
        );
        close(signed_rank_greater(&[1.0, 2.0, 3.0, 4.0, 5.0]), 0.03125);
        let twelve = [
            0.3012, 0.5987, 0.0259, -0.5906, -0.1547, -0.6916, 0.3601, 1.6402, -0.1922, -0.3205, 0.7898, 0.6569,
        ];
        close(signed_rank_greater(&twelve), 0.190185546875);
        close(signed_rank_greater(&twelve.map(|value| -value)), 0.830322265625);
        close(signed_rank_greater(&FORTY), 0.8398459694744815);
    }

    #[test]
    fn signed_rank_is_exact_with_ties_and_drops_zeros() {
        // All 2⁹ signs counted, with scipy.stats.rankdata.
        close(
            signed_rank_greater(&[1.0, 2.0, 2.0, -1.0, 3.0, 3.0, 0.0, 4.0, -2.0, 5.0]),
            0.025390625,
        );
        close(signed_rank_greater(&[0.0, 0.0]), 1.0);
        close(signed_rank_greater(&[]), 1.0);
        close(signed_rank_greater(&[3.0]), 0.5);
    }

    #[test]
    fn a_large_signed_rank_test_falls_back_to_the_normal_tail() {
        // scipy.stats.wilcoxon(d, alternative="greater", method="approx", correction=True)
        let many: Vec<f64> = (0..200).map(|index| f64::from((index * 37) % 101) - 45.0).collect();
        close(signed_rank_greater(&many), MANY_SIGNED_RANK);
    }

    #[test]
    fn rank_sum_agrees_with_scipy() {
        // scipy.stats.mannwhitneyu(a, b, alternative="greater", method="exact"); the first is scipy's own example.
        close(
            rank_sum_greater(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]),
            0.05555555555555555,
        );
        close(rank_sum_greater(&TWELVE, &FIFTEEN), 0.02642899793256504);
        close(rank_sum_greater(&FIFTEEN, &TWELVE), 0.9765668269302675);
    }

    #[test]
    fn rank_sum_is_exact_with_ties() {
        // All C(13, 6) choices counted, with scipy.stats.rankdata.
        close(
            rank_sum_greater(&[3.0, 4.0, 4.0, 5.0, 7.0, 2.0], &[1.0, 2.0, 3.0, 3.0, 4.0, 2.0, 0.0]),
            0.030885780885780884,
        );
    }

    #[test]
    fn a_large_rank_sum_test_falls_back_to_the_normal_tail() {
        // scipy.stats.mannwhitneyu(a, b, alternative="greater", method="asymptotic")
        let above: Vec<f64> = (0..150).map(|index| f64::from((index * 37) % 101)).collect();
        let below: Vec<f64> = (0..140).map(|index| f64::from((index * 53) % 97)).collect();
        close(rank_sum_greater(&above, &below), MANY_RANK_SUM);
    }

    #[test]
    fn an_empty_group_proves_nothing() {
        close(rank_sum_greater(&[], &[1.0]), 1.0);
        close(rank_sum_greater(&[1.0], &[]), 1.0);
        close(rank_sum_greater(&[2.0], &[1.0]), 0.5);
    }

    const MANY_SIGNED_RANK: f64 = 0.009837404699891512;
    const MANY_RANK_SUM: f64 = 0.2485779019336274;
    const TWELVE: [f64; 12] = [
        0.575, 1.077, 0.311, 1.183, 0.433, 1.167, 1.939, -0.176, 0.703, 0.037, 0.627, -0.687,
    ];
    const FIFTEEN: [f64; 15] = [
        -0.579, -0.196, 0.899, 1.145, -1.324, -0.795, 0.647, -1.992, -0.463, -0.097, 1.257, 0.689, -0.327, -0.369,
        -0.25,
    ];
    const FORTY: [f64; 40] = [
        0.3054, -0.7305, 0.1707, 0.8953, -1.1442, -0.2576, -1.7012, -1.0895, -1.6417, -0.0351, -1.0674, 0.4713, 0.3568,
        0.0131, -2.3168, -0.3387, 0.1515, 0.3133, -1.3301, -0.2778, -0.7785, -0.6088, 1.2609, -0.6075, 0.1675, 1.0844,
        -0.3836, 0.0883, 0.3105, 0.2638, -1.0251, 0.2761, 1.5588, -1.3471, 1.0594, 0.3194, -0.4415, 2.2004, 0.9623,
        -0.9993,
    ];
}
