//! `orders`: what other orders of the same imports show. One that fails is a fault that the present order hides. Which one is faster
//! is a note, and says no more than the samples of all of them show.

use super::failures::shown;
use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::TargetKind;
use crate::observed::Failure;
use crate::stats::contest::{Entrant, Standing};

/// An order of a start-up's imports that was tried. The configured one comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTried {
    /// The imports, in this order.
    pub imports: Vec<String>,
    /// What its samples come to, `None` where time was over before the first; or how it failed.
    pub outcome: Result<Option<Entrant>, Failure>,
}

impl OrderTried {
    /// How it fails, if it does: not where the machine was too busy to tell.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.outcome.as_ref().err().filter(|failure| failure.kind().is_some())
    }

    /// What its samples come to.
    pub(crate) fn entrant(&self) -> Option<&Entrant> {
        self.outcome.as_ref().ok()?.as_ref()
    }
}

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
    /// How long they take, the configured one first.
    Times(Vec<OrderTime>),
}

/// How long an order takes.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTime {
    /// The imports, in this order.
    pub imports: Vec<String>,
    /// What its samples come to.
    pub entrant: Entrant,
}

impl OrderTime {
    /// True where the samples show that it compares so with the configured order.
    pub fn is(&self, standing: Standing) -> bool {
        self.entrant.standing == standing
    }
}

impl OtherOrders {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Fail { .. } => Code::OrderDependent,
            Self::Times(_) => Code::ImportOrder,
        }
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((failed, order, failure)) = failing(case.orders) {
        let kind = FindingKind::Orders(OtherOrders::Fail {
            failed,
            tried: case.orders.len().saturating_sub(1) as u64,
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
    let failed = || tried.iter().filter_map(|order| Some((order, order.failure()?)));
    let (order, failure) = failed().next()?;
    Some((failed().count() as u64, order, failure))
}

/// How much the order matters, where the configured one and another were timed.
fn times(tried: &[OrderTried]) -> Option<OtherOrders> {
    let time = |order: &OrderTried| {
        Some(OrderTime {
            imports: order.imports.clone(),
            entrant: order.entrant()?.clone(),
        })
    };
    let configured = time(tried.first()?)?;
    let others: Vec<OrderTime> = tried[1..].iter().filter_map(time).collect();
    (!others.is_empty()).then(|| OtherOrders::Times(std::iter::once(configured).chain(others).collect()))
}

/// True for a layer that fails as a whole although each of its modules works alone.
pub(super) fn breaks_only_together(total: &Case<'_>, cases: &[Case<'_>]) -> bool {
    let mut modules = cases
        .iter()
        .filter(|case| case.target.kind == TargetKind::Module && case.target.layer == total.target.layer)
        .peekable();
    let fails = total.failure.is_some_and(|failure| failure.kind().is_some());
    let is_failed_total = total.target.kind == TargetKind::LayerTotal && fails;
    is_failed_total && modules.peek().is_some() && modules.all(|case| case.failure.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entrant(time_ms: f64) -> Entrant {
        Entrant {
            time_ms,
            variation: 0.02,
            samples: 12,
            standing: Standing::Alike,
            is_fastest: false,
        }
    }

    fn tried(imports: &[&str], outcome: Result<f64, Failure>) -> OrderTried {
        OrderTried {
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
            outcome: outcome.map(|ms| Some(entrant(ms))),
        }
    }

    #[test]
    fn the_first_order_that_fails_stands_for_all_of_them() {
        let exited = || Failure::Exited {
            code: 3,
            stack: Vec::new(),
        };
        let orders = [
            tried(&["a", "b"], Ok(5.0)),
            tried(&["b", "a"], Err(exited())),
            tried(&["c", "b"], Ok(9.0)),
            tried(&["b", "c"], Err(exited())),
        ];
        let (failed, first, _) = failing(&orders).expect("two of them fail");
        assert_eq!((failed, first.imports.join(", ").as_str()), (2, "b, a"));
        let Some(OtherOrders::Times(timed)) = times(&orders) else {
            panic!("two are timed");
        };
        let times: Vec<f64> = timed.iter().map(|order| order.entrant.time_ms).collect();
        assert_eq!(times, [5.0, 9.0]);
    }

    #[test]
    fn an_order_that_waited_for_a_processor_is_none_that_fails() {
        let starved = Failure::Starved {
            waited_ms: 92_000,
            elapsed_ms: 100_000,
        };
        let orders = [tried(&["a", "b"], Ok(5.0)), tried(&["b", "a"], Err(starved))];
        assert_eq!((failing(&orders), times(&orders)), (None, None));
    }

    #[test]
    fn nothing_to_compare_is_nothing_to_say() {
        assert_eq!((failing(&[]), times(&[])), (None, None));
        assert_eq!(times(&[tried(&["a", "b"], Ok(5.0))]), None);
        let untimed = OrderTried {
            imports: Vec::new(),
            outcome: Ok(None),
        };
        assert_eq!(times(&[untimed, tried(&["a"], Ok(5.0))]), None);
    }
}
