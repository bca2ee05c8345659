//! What other orders of the same imports show: one that fails is a fault that the present order hides.

use crate::budgets::TargetKind;
use crate::checks::{Code, Finding, Severity};
use crate::observed::{Failure, OrderTried};
use crate::report::numbers;

use super::Case;
use super::failures;
use super::places::Places;

/// Findings about the orders that were tried beside the given one.
pub(super) fn findings(target: &str, tried: &[OrderTried], places: &Places) -> Vec<Finding> {
    let mut findings = Vec::new();
    let failed: Vec<(&OrderTried, &Failure)> = tried
        .iter()
        .filter_map(|order| Some((order, order.outcome.as_ref().err()?)))
        .collect();
    if let Some((order, failure)) = failed.first() {
        findings.push(dependent(target, order, failure, failed.len(), tried.len(), places));
    }
    findings.extend(spread(target, tried));
    findings
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

/// Says of the failure of such a layer what it comes from.
pub(super) fn blame_the_order(finding: &mut Finding) {
    finding.code = Code::OrderDependent;
    finding
        .message
        .push_str("; each of the layer's modules works alone, so it is their order that fails");
}

fn dependent(
    target: &str,
    order: &OrderTried,
    failure: &Failure,
    failed: usize,
    tried: usize,
    places: &Places,
) -> Finding {
    let mut finding = failures::finding(target, failure, "", places);
    finding.code = Code::OrderDependent;
    finding.message = format!(
        "fails in {failed} of {} that were tried, such as {}: {}",
        numbers::counted(tried as u64, "other order"),
        order.imports.join(", "),
        finding.message
    );
    finding
}

/// How much the order matters, where it does: one sample of each order, so no more than a hint.
fn spread(target: &str, tried: &[OrderTried]) -> Option<Finding> {
    let times = || {
        tried
            .iter()
            .filter_map(|order| Some((*order.outcome.as_ref().ok()?, order)))
    };
    let (fastest_ms, fastest) = times().min_by(|left, right| left.0.total_cmp(&right.0))?;
    let (slowest_ms, _) = times().max_by(|left, right| left.0.total_cmp(&right.0))?;
    let message = format!(
        "other orders of its imports take {} to {}, once each; the fastest is {}",
        numbers::time(fastest_ms),
        numbers::time(slowest_ms),
        fastest.imports.join(", ")
    );
    Some(Finding::new(Code::ImportOrder, Severity::Note, target, message))
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
    fn a_failing_order_is_an_error_that_names_it() {
        let failure = Failure::Exited {
            code: 3,
            stack: Vec::new(),
        };
        let orders = [
            tried(&["b", "a"], Err(failure)),
            tried(&["c", "a"], Ok(5.0)),
            tried(&["c", "b"], Ok(9.0)),
        ];
        let findings = findings("startup:web", &orders, &Places::default());
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| (finding.code, finding.severity))
            .collect();
        assert_eq!(
            codes,
            [
                (Code::OrderDependent, Severity::Error),
                (Code::ImportOrder, Severity::Note)
            ]
        );
        assert!(findings[0].message.contains("1 of 3 other orders") && findings[0].message.contains("b, a"));
        assert!(
            findings[1].message.contains("the fastest is c, a"),
            "{}",
            findings[1].message
        );
    }

    #[test]
    fn nothing_tried_is_nothing_to_say() {
        assert!(findings("startup:web", &[], &Places::default()).is_empty());
    }
}
