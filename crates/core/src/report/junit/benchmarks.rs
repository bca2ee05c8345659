//! A test case for each benchmark of another tool.

use quick_junit::{Property, TestCase, TestCaseStatus};

use super::text::Text;
use super::{failure, skipped};
use crate::report::benchmarks::HEADINGS;
use crate::report::facts::TargetResult;
use crate::report::{Finding, Report, untrusted};

/// The cases, in the order of the report.
pub(super) fn cases(report: &Report, findings: &[&Finding]) -> Vec<TestCase> {
    let case = |benchmark: &crate::report::BenchmarkReport| {
        let target = benchmark.target();
        let own = findings.iter().copied().filter(|finding| finding.target == target);
        let own: Vec<&Finding> = own.collect();
        let text = Text::of(&own, report);
        let status = match benchmark.result(report) {
            TargetResult::Pass | TargetResult::Warning => TestCaseStatus::success(),
            TargetResult::Unsure => skipped(&text),
            TargetResult::Fail => failure(&text),
        };
        let is_success = matches!(status, TestCaseStatus::Success { .. });
        let mut case = TestCase::new(untrusted::line(&benchmark.name), status);
        if is_success && !own.is_empty() {
            case.set_system_out(text.whole());
        }
        let figures = HEADINGS.into_iter().zip(benchmark.cells());
        let figures = figures.filter(|(_, value)| !value.is_empty());
        case.add_properties(figures.map(|(name, value)| Property::new(name, untrusted::line(&value))));
        case
    };
    report.benchmarks.iter().map(case).collect()
}
