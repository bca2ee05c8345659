//! `max-variation`: how far the calibrated time of an import may spread from sample to sample.

use super::{Case, Context, Finding, FindingKind, Severity};

/// The time spreads more than it may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unstable {
    /// The spread, a fraction of the time.
    pub variation: f64,
    /// What it may be.
    pub allowed: f64,
}

pub(super) fn check(case: &Case<'_>, _context: &Context<'_>) -> Vec<Finding> {
    let (Some(estimate), Some(limit)) = (&case.estimate, &case.target.limits.max_variation) else {
        return Vec::new();
    };
    let (variation, allowed) = (estimate.variation, limit.value);
    if variation <= allowed {
        return Vec::new();
    }
    let kind = FindingKind::Variation(Unstable { variation, allowed });
    vec![Finding::about(case.target, Severity::Error, kind).asked_by(limit.line.as_ref())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};

    #[test]
    fn only_a_wider_spread_is_unstable() {
        let unstable = |allowed| {
            let target = target(Limits {
                max_variation: Some(cited(allowed)),
                ..Limits::default()
            });
            let findings = check(&case(&target), &context());
            findings.into_iter().next().map(|finding| finding.kind)
        };
        assert_eq!(unstable(0.05), None);
        let expected = Unstable {
            variation: 0.05,
            allowed: 0.04,
        };
        assert_eq!(unstable(0.04), Some(FindingKind::Variation(expected)));
    }
}
