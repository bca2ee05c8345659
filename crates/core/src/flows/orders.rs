//! `orders = N`: tries a start-up's imports in other orders, each once, in a fresh process.

use crate::budgets::{Budgets, Target, Workload};
use crate::observed::{ImportRequest, Measure, MeasureError, OrderTried};
use crate::stats::random::SplitMix64;

use super::target_state::TargetState;

/// Tries other orders of every timed target that asks for them; a target whose code is the baseline's was tried when it was new.
pub(super) fn try_all(
    budgets: &Budgets,
    targets: &[Target],
    states: &[TargetState],
    measure: &dyn Measure,
    seed: u64,
) -> Result<Vec<Vec<OrderTried>>, MeasureError> {
    let tried = targets
        .iter()
        .zip(states)
        .map(|(target, state)| match budgets.orders(&target.name) {
            Some(orders) if state.is_timed() => try_others(measure, target, orders.value, seed),
            _ => Ok(Vec::new()),
        });
    tried.collect()
}

/// Tries up to `wanted` orders other than the given one. Fewer where the imports have fewer orders.
///
/// # Errors
/// Where a process could not be run at all; an order that fails is what is looked for.
fn try_others(measure: &dyn Measure, target: &Target, wanted: u64, seed: u64) -> Result<Vec<OrderTried>, MeasureError> {
    let Workload::Imports(given) = &target.workload else {
        return Ok(Vec::new());
    };
    let mut tried: Vec<OrderTried> = Vec::new();
    for (round, imports) in other_orders(given, wanted, seed).into_iter().enumerate() {
        let request = ImportRequest {
            preload: &target.preload,
            imports: &imports,
            round: u32::try_from(round).unwrap_or(u32::MAX),
        };
        let outcome = measure.sample(request)?;
        let outcome = outcome.map(|sample| (sample.cpu_ns + sample.blocked_ns) as f64 / 1e6);
        tried.push(OrderTried { imports, outcome });
    }
    Ok(tried)
}

/// Up to `wanted` different orders, drawn at random; the given one is not among them.
fn other_orders(given: &[String], wanted: u64, seed: u64) -> Vec<Vec<String>> {
    /// Draws without a new order after which there is none to be expected.
    const PATIENCE: u32 = 50;
    let mut random = SplitMix64::new(seed);
    let mut orders: Vec<Vec<String>> = Vec::new();
    let mut futile = 0;
    while (orders.len() as u64) < wanted && futile < PATIENCE {
        let mut order = given.to_vec();
        random.shuffle(&mut order);
        if order == given || orders.contains(&order) {
            futile += 1;
        } else {
            orders.push(order);
            futile = 0;
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_another_one_and_there_are_no_more_than_there_can_be() {
        let given: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let orders = other_orders(&given, 100, 7);
        assert_eq!(orders.len(), 5);
        assert!(!orders.contains(&given));
        assert_eq!(other_orders(&given, 2, 7), orders[..2]);
        assert!(other_orders(&given[..1], 5, 7).is_empty());
    }
}
