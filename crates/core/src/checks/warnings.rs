//! `warnings`: an import that warns, where the budgets ask to fail or to be told.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::observed::WarningSeen;

/// The import raised a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct WarningRaised {
    /// The warning's class.
    pub category: String,
    /// Its text; untrusted.
    pub message: String,
}

pub(super) fn check(case: &Case<'_>, _context: &Context<'_>) -> Vec<Finding> {
    let limit = case.target.limits.fail_on_warnings.as_ref();
    let (Some(observation), Some(limit)) = (case.observation, limit) else {
        return Vec::new();
    };
    let severity = if limit.value {
        Severity::Error
    } else {
        Severity::Warning
    };
    let finding = |warning: &WarningSeen| {
        let kind = FindingKind::Warning(WarningRaised {
            category: warning.category.clone(),
            message: warning.message.clone(),
        });
        let finding = Finding::about(case.target, severity, kind);
        finding.asked_by(limit.line.as_ref()).at(warning.place.clone())
    };
    observation.warnings.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};
    use crate::observed::Observation;

    #[test]
    fn a_warning_fails_or_is_shown_as_a_line_asks() {
        let observation = Observation {
            warnings: vec![WarningSeen {
                category: "DeprecationWarning".to_owned(),
                message: "old".to_owned(),
                place: None,
            }],
            ..Observation::default()
        };
        let found = |fail_on_warnings| {
            let target = target(Limits {
                fail_on_warnings,
                ..Limits::default()
            });
            let case = Case {
                observation: Some(&observation),
                ..case(&target)
            };
            let found = check(&case, &context());
            found.first().map(|finding| finding.severity)
        };
        assert_eq!(
            (found(Some(cited(true))), found(Some(cited(false))), found(None)),
            (Some(Severity::Error), Some(Severity::Warning), None)
        );
    }
}
