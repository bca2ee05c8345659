//! The order in which findings are read: what fails the gate first, then as the budgets file lists the targets. Every
//! format keeps to it, so that "the first one" is the same thing everywhere.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::checks::{Code, Severity};
use crate::report::{Finding, Report, TargetReport};

/// Puts findings in order: errors, warnings, notes; within these the whole run first, then the targets as they are listed;
/// within a target by code. Findings that are equal in all of it keep their order.
pub fn sort(findings: &mut [Finding], targets: &[TargetReport]) {
    let positions = positions(targets);
    findings.sort_by_key(|finding| key(finding, &positions));
}

/// The findings of a report in that order, whatever order the report has them in.
pub fn findings(report: &Report) -> Vec<&Finding> {
    let positions = positions(&report.targets);
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| key(finding, &positions));
    findings
}

fn positions(targets: &[TargetReport]) -> FxHashMap<&str, usize> {
    targets
        .iter()
        .enumerate()
        .map(|(position, target)| (target.module.as_str(), position))
        .collect()
}

fn key(finding: &Finding, positions: &FxHashMap<&str, usize>) -> (Reverse<Severity>, bool, usize, Code) {
    // A target without a row, such as a stale entry of the baseline, comes after those that have one.
    let position = positions.get(finding.target.as_str()).copied().unwrap_or(usize::MAX);
    (
        Reverse(finding.severity),
        !finding.target.is_empty(),
        position,
        finding.code,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn errors_come_first_and_then_the_order_of_the_targets() {
        let report = fixture::report();
        let mut shuffled = report.clone();
        shuffled.findings.reverse();
        let ordered: Vec<(Severity, &str)> = findings(&shuffled)
            .iter()
            .map(|finding| (finding.severity, finding.target.as_str()))
            .collect();
        let expected = [
            (Severity::Error, "shop.services.orders"),
            (Severity::Error, "layer:services"),
            (Severity::Error, "shop.database.models"),
            (Severity::Error, "shop.database.legacy"),
            (Severity::Error, "shop.mailer"),
            (Severity::Warning, ""),
            (Severity::Warning, "shop.database.session"),
            (Severity::Note, "shop.cli"),
        ];
        assert_eq!(ordered, expected);

        sort(&mut shuffled.findings, &report.targets);
        assert_eq!(shuffled.findings.iter().collect::<Vec<_>>(), findings(&report));
    }
}
