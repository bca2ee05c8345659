//! Many targets in one run: at p < 0.01 each, fifty targets of which none changed would flag something in 38% of the
//! runs. Holm's step-down keeps the chance of even one false alarm in a run at the level that was asked for.

/// The p-values, in their own order, adjusted by Holm's step-down procedure ("A Simple Sequentially Rejective Multiple
/// Test Procedure", Scandinavian Journal of Statistics 6, 1979). Reject where the adjusted value is below the level
/// that the whole family may err at; no assumption on how the tests depend on each other is needed.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut floor: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let remaining = (p_values.len() - rank) as f64;
        floor = floor.max((p_values[index] * remaining).min(1.0));
        adjusted[index] = floor;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::holm;

    #[test]
    fn adjusts_as_published() {
        // statsmodels.stats.multitest.multipletests([.01, .04, .03, .005], method="holm")
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (actual, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((actual - expected).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn never_exceeds_one_and_keeps_a_single_test_as_it_is() {
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert_eq!(holm(&[0.007]), [0.007]);
        assert!(holm(&[]).is_empty());
    }
}
