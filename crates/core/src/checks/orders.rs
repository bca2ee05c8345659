//! `orders`: what other orders of the same imports show. One that fails is a fault that the present order hides.

use super::failures::shown;
use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::TargetKind;
use crate::observed::{Failure, OrderTried};

/// What the other orders of a start-up's imports came to.
#[derive(Debug, Clone, PartialEq)]
pub enum OtherOrders {
    /// Some of them fail.
    Fail {
        /// How many fail.
        failed: u64,
        /// How many were tried.
        tried: u64,
        /// The first order that fails.
        imports: Vec<String>,
        /// How it fails; the files of its stack are named as the project names them.
        failure: Failure,
    },
    /// How long they take, with one sample of each: no more than a hint.
    Times {
        /// The fastest, in milliseconds.
        fastest_ms: f64,
        /// The slowest, in milliseconds.
        slowest_ms: f64,
        /// The fastest order.
        fastest: Vec<String>,
    },
}

impl OtherOrders {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Fail { .. } => Code::OrderDependent,
            Self::Times { .. } => Code::ImportOrder,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((failed, order, failure)) = failing(case.orders) {
        let kind = FindingKind::Orders(OtherOrders::Fail {
            failed,
            tried: case.orders.len() as u64,
            imports: order.imports.clone(),
            failure: shown(failure, context.places),
        });
        let place = context.places.blame(failure.stack());
        findings.push(Finding::about(case.target, Severity::Error, kind).at(place));
    }
    let times = times(case.orders).map(FindingKind::Orders);
    findings.extend(times.map(|kind| Finding::about(case.target, Severity::Note, kind)));
    findings
}

/// How many orders fail, and the first of them.
fn failing(tried: &[OrderTried]) -> Option<(u64, &OrderTried, &Failure)> {
    let failed = || {
        tried
            .iter()
            .filter_map(|order| Some((order, order.outcome.as_ref().err()?)))
    };
    let (order, failure) = failed().next()?;
    Some((failed().count() as u64, order, failure))
}

/// How much the order matters, where at least one was timed.
fn times(tried: &[OrderTried]) -> Option<OtherOrders> {
    let timed = || {
        tried
            .iter()
            .filter_map(|order| Some((*order.outcome.as_ref().ok()?, order)))
    };
    let (fastest_ms, fastest) = timed().min_by(|left, right| left.0.total_cmp(&right.0))?;
    let (slowest_ms, _) = timed().max_by(|left, right| left.0.total_cmp(&right.0))?;
    Some(OtherOrders::Times {
        fastest_ms,
        slowest_ms,
        fastest: fastest.imports.clone(),
    })
}

/// True for a layer that fails as a whole although each of its modules works alone.
pub(super) fn breaks_only_together(total: &Case<'_>, cases: &[Case<'_>]) -> bool {
    let mut modules = cases
        .iter()
        .filter(|case| case.target.kind == TargetKind::Module && case.target.layer == total.target.layer)
        .peekable();
    let is_failed_total = total.target.kind == TargetKind::LayerTotal && total.failure.is_some();
    is_failed_total && modules.peek().is_some() && modules.all(|case| case.failure.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(imports: &[&str], outcome: Result<f64, Failure>) -> OrderTried {
        OrderTried {
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
            outcome,
        }
    }

    #[test]
    fn the_first_order_that_fails_stands_for_all_of_them() {
        let exited = || Failure::Exited {
            code: 3,
            stack: Vec::new(),
        };
        let orders = [
            tried(&["c", "a"], Ok(5.0)),
            tried(&["b", "a"], Err(exited())),
            tried(&["c", "b"], Ok(9.0)),
            tried(&["a", "b"], Err(exited())),
        ];
        let (failed, first, _) = failing(&orders).expect("two of them fail");
        assert_eq!((failed, first.imports.join(", ").as_str()), (2, "b, a"));
        let expected = OtherOrders::Times {
            fastest_ms: 5.0,
            slowest_ms: 9.0,
            fastest: vec!["c".to_owned(), "a".to_owned()],
        };
        assert_eq!(times(&orders), Some(expected));
    }

    #[test]
    fn nothing_tried_is_nothing_to_say() {
        assert_eq!((failing(&[]), times(&[])), (None, None));
    }
}
