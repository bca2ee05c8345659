//! The report as JUnit XML, which every CI service reads: a test suite for each layer and environment, a test case for each target. A
//! service knows a test by `classname` and `name`, so these hold nothing that changes from run to run.

mod benchmarks;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use self::text::Text;
use super::facts::TargetResult;
use super::series::{self, Names, Series};
use super::{facts, order, untrusted};
use crate::checks::{Code, Severity, TargetStatus};
use crate::numbers;
use crate::report::{BenchmarkReport, Finding, Report};

/// The suite of what is said of no target, and of targets in no layer.
const RUN: &str = "run";
const NO_LAYER: &str = "no layer";

/// The test suites of these reports, each of another environment.
///
/// # Errors
/// Where the XML cannot be written, which into memory it always can.
pub fn render(reports: &[Report]) -> Result<String, quick_junit::SerializeError> {
    let mut document = quick_junit::Report::new("importgate");
    let all = series::all(reports, untrusted::line);
    let environments = series::environments(reports, untrusted::line);
    for (report, environment) in reports.iter().zip(environments) {
        let of_report: Vec<&Series<'_>> = all.iter().filter(|series| series.environment == environment).collect();
        document.add_test_suites(suites(report, &environment, &of_report));
    }
    document.to_string()
}

/// The suites of one environment: one for each layer in the order of their first targets, and that of the run.
fn suites(report: &Report, environment: &str, all: &[&Series<'_>]) -> Vec<TestSuite> {
    let mut layers: Vec<Option<&str>> = Vec::new();
    for series in all {
        let layer = series.target.layer.as_deref();
        if !layers.contains(&layer) {
            layers.push(layer);
        }
    }
    let findings = order::findings(report);
    let mut names = Names::default();
    let mut suites: Vec<TestSuite> = Vec::new();
    let run = run_cases(report, &findings);
    if !run.is_empty() {
        suites.push(suite(&names.unique(&suite_name(environment, RUN)), report, run));
    }
    for layer in layers {
        let name = names.unique(&suite_name(environment, layer.unwrap_or(NO_LAYER)));
        let of_layer = all.iter().filter(|series| series.target.layer.as_deref() == layer);
        suites.push(suite(
            &name,
            report,
            of_layer.map(|series| case(series, &findings)).collect(),
        ));
    }
    let benchmarks = benchmarks::cases(report, &findings);
    if !benchmarks.is_empty() {
        let name = names.unique(&suite_name(environment, "benchmarks"));
        suites.push(suite(&name, report, benchmarks));
    }
    suites
}

fn suite_name(environment: &str, layer: &str) -> String {
    format!("importgate.{environment}.{}", untrusted::line(layer))
}

fn suite(name: &str, report: &Report, cases: Vec<TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    let facts = [
        ("python", report.environment.python_version.as_str()),
        ("budgets", report.budgets.as_str()),
        ("compared", &facts::compared_with(report)),
    ];
    suite.add_properties(facts.map(|(name, value)| Property::new(name, untrusted::line(value))));
    suite.add_test_cases(cases.into_iter().map(|mut case| {
        case.set_classname(name);
        case
    }));
    suite
}

/// What is said of the run as a whole, or of what has no row: a test case for each code.
fn run_cases(report: &Report, findings: &[&Finding]) -> Vec<TestCase> {
    let rows: BTreeSet<&str> = report.targets.iter().map(|target| target.module.as_str()).collect();
    let benchmarks: BTreeSet<String> = report.benchmarks.iter().map(BenchmarkReport::target).collect();
    let has_row = |finding: &&Finding| rows.contains(finding.target.as_str()) || benchmarks.contains(&finding.target);
    let of_run: Vec<&Finding> = findings.iter().copied().filter(|finding| !has_row(finding)).collect();
    let mut codes: Vec<Code> = Vec::new();
    for finding in &of_run {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let of_code = |code: Code| {
        let findings = of_run
            .iter()
            .copied()
            .filter(|finding| finding.code == code)
            .collect::<Vec<_>>();
        let text = Text::of(&findings, report);
        let fails = findings.iter().any(|finding| finding.severity == Severity::Error);
        let status = if fails {
            failure(&text)
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(code.as_str(), status);
        if !fails {
            case.set_system_out(text.whole());
        }
        case
    };
    codes.into_iter().map(of_code).collect()
}

fn case(series: &Series<'_>, findings: &[&Finding]) -> TestCase {
    let is_own = |finding: &&Finding| finding.target == series.target.module;
    let own: Vec<&Finding> = findings.iter().copied().filter(is_own).collect();
    let text = Text::of(&own, series.report);
    let status = match series.result() {
        TargetResult::Pass | TargetResult::Warning => TestCaseStatus::success(),
        TargetResult::Unsure => skipped(&text),
        TargetResult::Fail => failure(&text),
    };
    let is_success = matches!(status, TestCaseStatus::Success { .. });
    let is_skipped = matches!(status, TestCaseStatus::Skipped { .. });
    let mut case = TestCase::new(&series.name, status);
    // A test that was skipped took no time.
    let time = series.target.time_ms.filter(|_| !is_skipped);
    if let Some(time) = time.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok()) {
        case.set_time(time);
    }
    if is_success && !own.is_empty() {
        case.set_system_out(text.whole());
    }
    case.add_properties(figures(series));
    case
}

/// What keeps a target from passing: an error where its import did not come to its end, else a failure.
fn failure(text: &Text) -> TestCaseStatus {
    let did_not_import = text.code().is_some_and(Code::is_failed_import);
    let mut status = TestCaseStatus::non_success(if did_not_import {
        NonSuccessKind::Error
    } else {
        NonSuccessKind::Failure
    });
    status.set_type(text.code().map_or("failed", Code::as_str));
    status.set_message(text.headline()).set_description(text.whole());
    status
}

fn skipped(text: &Text) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(text.code().unwrap_or(Code::Inconclusive).as_str());
    status.set_message(text.headline()).set_description(text.whole());
    status
}

/// What was measured, as far as it is known.
fn figures(series: &Series<'_>) -> Vec<Property> {
    let target = series.target;
    let measured = |value: Option<f64>| value.and_then(series::rounded).map(|value| value.to_string());
    let count = |value: Option<u64>| value.map(|value| value.to_string());
    let status = match target.status {
        TargetStatus::Measured => "measured",
        TargetStatus::Reused => "reused",
        TargetStatus::Failed => "failed",
        TargetStatus::Observed => "observed",
    };
    let figures = [
        ("status", Some(status.to_owned())),
        ("time-ms", measured(target.time_ms)),
        ("max-time-ms", target.max_time_ms.map(|limit| limit.to_string())),
        ("baseline-time-ms", measured(target.baseline_time_ms)),
        ("change", target.change_percent.map(numbers::percent_change)),
        ("wall-ms", measured(target.wall_ms)),
        ("memory-bytes", count(target.memory_bytes)),
        ("baseline-memory-bytes", count(target.baseline_memory_bytes)),
        ("modules", count(target.modules)),
        ("baseline-modules", count(target.baseline_modules)),
        ("instructions", count(target.instructions)),
        ("samples", count(Some(target.samples))),
    ];
    let known = figures.into_iter();
    known
        .filter_map(|(name, value)| Some(Property::new(name, value?)))
        .collect()
}
