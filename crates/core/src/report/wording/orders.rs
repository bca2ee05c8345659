//! Orders of a start-up's imports: which fail, and how long each takes.

use super::Words;
use super::failures::{failure, stack, way_out};
use crate::checks::{OrderTime, OtherOrders, Started};
use crate::numbers;
use crate::observed::Place;
use crate::stats::contest::Standing;

pub(super) fn other_orders(orders: &OtherOrders, place: Option<&Place>) -> Words {
    match orders {
        OtherOrders::Fail {
            failed,
            tried,
            imports,
            failure: reason,
        } => {
            let message = format!(
                "fails in {} that were tried, such as {}: {}",
                numbers::part_of(*failed, *tried, "other order"),
                imports.join(", "),
                failure(reason, Started::Import)
            );
            Words {
                message,
                help: way_out(reason, place),
                details: stack(reason.stack()),
            }
        }
        OtherOrders::Times(orders) => Words::saying(compared_orders(orders)).with_details(order_times(orders)),
    }
}

/// What the samples show of orders, the configured one first: no more than they show.
fn compared_orders(orders: &[OrderTime]) -> String {
    let count = |standing| orders.iter().filter(|order| order.is(standing)).count() as u64;
    let others = orders.len() as u64 - 1;
    let times = || orders.iter().map(|order| order.entrant.time_ms);
    let (least, most) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let configured = orders.first().map_or(0.0, |order| order.entrant.time_ms);
    let fastest = orders.iter().find(|order| order.entrant.is_fastest);
    let faster = orders.iter().find(|order| order.is(Standing::Faster));
    let of_others = |standing| numbers::part_of(count(standing), others, "other order");
    let takes = |ms| format!("which takes {}", numbers::time(ms));
    match (fastest, faster) {
        (Some(fastest), _) if fastest.is(Standing::Faster) => format!(
            "of the orders of its imports {} is the fastest: {}, and {} in the configured order",
            fastest.imports.join(", "),
            numbers::time(fastest.entrant.time_ms),
            numbers::time(configured)
        ),
        (_, Some(faster)) => format!(
            "{} of its imports are faster than the configured one, {}: {} takes {}",
            of_others(Standing::Faster),
            takes(configured),
            faster.imports.join(", "),
            numbers::time(faster.entrant.time_ms)
        ),
        _ if count(Standing::Slower) > 0 => format!(
            "{} of its imports are slower than the configured one, {}, and none is faster",
            of_others(Standing::Slower),
            takes(configured)
        ),
        _ => format!(
            "the order of its imports makes no difference that the samples show: {} to {} in {}",
            numbers::time(least),
            numbers::time(most),
            numbers::counted(orders.len() as u64, "order")
        ),
    }
}

/// One line an order: its time, by how much its samples spread, how it compares with the configured one.
fn order_times(orders: &[OrderTime]) -> Vec<String> {
    let line = |(position, order): (usize, &OrderTime)| {
        let entrant = &order.entrant;
        let standing = match entrant.standing {
            _ if position == 0 => ", configured",
            Standing::Faster => ", faster",
            Standing::Slower => ", slower",
            Standing::Alike => "",
        };
        format!(
            "{} ±{} in {}{standing}: {}",
            numbers::time(entrant.time_ms),
            numbers::percent(entrant.variation * 100.0),
            numbers::counted(entrant.samples, "sample"),
            order.imports.join(", ")
        )
    };
    orders.iter().enumerate().map(line).collect()
}
