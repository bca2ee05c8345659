//! The rows of the report that benchmarks have, and their numbers in words.

use serde::{Deserialize, Serialize};

use super::facts::TargetResult;
use crate::baseline::{RecordedBenchmark, RecordedBenchmarks};
use crate::budgets::{Bounded, BudgetLine};
use crate::checks::{BenchmarkJudgement, Severity, Verdict, target_of};
use crate::numbers;
use crate::observed::{BenchmarkMachine, Each, Tool, Unit, Values};
use crate::report::Report;
use crate::stats::benchmark::Sampled;

/// What the numbers of a benchmark are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// Each sample is one call, request or run.
    Call,
    /// Each sample is the mean of several calls.
    Mean,
    /// There are counts of samples in ranges.
    Histogram,
    /// There is what the tool made of its samples, and no sample.
    Summary,
    /// There is one number of the whole run.
    Total,
}

/// A limit of a benchmark, in its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenchmarkLimit {
    /// The key: `p50`, `p95`, `p99`, `mean`, `min` or `max`.
    pub key: String,
    /// The limit.
    pub limit: f64,
    /// The line that has it.
    pub budget: Option<BudgetLine>,
}

/// One row of the report for a benchmark of another tool. Times are milliseconds, memory is bytes, rates are so many a second, shares are
/// fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenchmarkReport {
    /// Its name; findings about it have `benchmark:NAME` as their target.
    pub name: String,
    /// Its layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// What it comes to by itself.
    pub verdict: Verdict,
    /// The tool that measured it.
    pub tool: Tool,
    /// The file that has it.
    pub file: String,
    /// What its numbers are in.
    pub unit: Unit,
    /// What its numbers are of.
    pub kind: SampleKind,
    /// How many samples there are, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// The mean, or the one number that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// The 95th percentile, where single calls tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// The 99th percentile, where single calls tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// Its limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<BenchmarkLimit>,
    /// What was recorded: the median, else the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// The change since, in percent of what was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// How many requests or runs there were, where the tool counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// How many of these failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<u64>,
    /// The machine that measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<BenchmarkMachine>,
}

impl BenchmarkReport {
    /// The row of a benchmark that was judged.
    pub(crate) fn of(
        bounded: &Bounded<'_>,
        judged: &BenchmarkJudgement,
        recorded: Option<&RecordedBenchmarks>,
    ) -> Self {
        let benchmark = bounded.benchmark;
        let numbers = Numbers::of(&benchmark.values);
        let recorded = recorded.and_then(|recorded| recorded.get(&benchmark.name));
        let recorded = recorded.filter(|recorded| recorded.unit == benchmark.unit);
        let baseline = recorded.and_then(RecordedBenchmark::typical_value);
        let now = numbers.p50.or(numbers.mean);
        let change = baseline.zip(now).filter(|(before, _)| *before > 0.0);
        let limit = |bound: &crate::budgets::Bound| BenchmarkLimit {
            key: bound.statistic.key().to_owned(),
            limit: bound.limit.value,
            budget: bound.limit.line.clone(),
        };
        Self {
            name: benchmark.name.clone(),
            layer: bounded.layer.clone(),
            verdict: judged.verdict,
            tool: benchmark.tool,
            file: benchmark.file.clone(),
            unit: benchmark.unit,
            kind: numbers.kind,
            samples: numbers.samples,
            mean: numbers.mean,
            p50: numbers.p50,
            p95: numbers.p95,
            p99: numbers.p99,
            limits: bounded.bounds.iter().map(limit).collect(),
            baseline,
            change_percent: change.map(|(before, now)| 100.0 * (now / before - 1.0)),
            requests: benchmark.requests.map(|requests| requests.all),
            failed: benchmark.requests.map(|requests| requests.failed),
            machine: benchmark.machine.clone(),
        }
    }

    /// What findings about it call it.
    pub(super) fn target(&self) -> String {
        target_of(&self.name)
    }

    /// How it stands, in the words of tables.
    pub(super) fn result(&self, report: &Report) -> TargetResult {
        let target = self.target();
        let own = report.findings.iter().filter(|finding| finding.target == target);
        match (self.verdict, own.map(|finding| finding.severity).max()) {
            (Verdict::Fail, _) | (_, Some(Severity::Error)) => TargetResult::Fail,
            (Verdict::Inconclusive, _) => TargetResult::Unsure,
            (Verdict::Pass, Some(Severity::Warning)) => TargetResult::Warning,
            (Verdict::Pass, _) => TargetResult::Pass,
        }
    }

    /// Its numbers for people, in the order of [`HEADINGS`].
    pub(super) fn cells(&self) -> [String; 8] {
        let known = |value: Option<f64>| value.map_or_else(String::new, |value| figure(self.unit, value));
        let limits = self.limits.iter();
        let limits = limits.map(|limit| format!("{} {}", limit.key, figure(self.unit, limit.limit)));
        let change = self.change_percent.map_or_else(String::new, numbers::percent_change);
        [
            known(self.p50),
            known(self.p95),
            known(self.p99),
            known(self.mean),
            limits.collect::<Vec<_>>().join(", "),
            change,
            self.samples.map_or_else(String::new, numbers::count),
            self.source(),
        ]
    }

    /// What measured it, and what its samples are.
    fn source(&self) -> String {
        let kind = match self.kind {
            SampleKind::Call => "",
            SampleKind::Mean => ", means",
            SampleKind::Histogram => ", histogram",
            SampleKind::Summary => ", summary",
            SampleKind::Total => ", one number",
        };
        format!("{}{kind}", self.tool.name())
    }
}

/// What the cells of a benchmark are.
pub(super) const HEADINGS: [&str; 8] = ["p50", "p95", "p99", "mean", "limit", "change", "samples", "measured by"];

/// A number with its unit.
pub(crate) fn figure(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Time => numbers::any_time(value),
        Unit::Memory => numbers::bytes(value.max(0.0) as u64),
        Unit::Rate => format!("{}/s", numbers::number(value)),
        Unit::Share => numbers::percent(100.0 * value),
        Unit::Number => numbers::number(value),
    }
}

/// The numbers that a row shows.
struct Numbers {
    kind: SampleKind,
    samples: Option<u64>,
    mean: Option<f64>,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

impl Numbers {
    fn of(values: &Values) -> Self {
        let kind = match values {
            Values::Raw { each: Each::Call, .. } => SampleKind::Call,
            Values::Raw { .. } => SampleKind::Mean,
            Values::Histogram(_) => SampleKind::Histogram,
            Values::Summary(_) => SampleKind::Summary,
            Values::Total(_) => SampleKind::Total,
        };
        let mut numbers = Self {
            kind,
            samples: None,
            mean: None,
            p50: None,
            p95: None,
            p99: None,
        };
        match (Sampled::of(values), values) {
            (Some(sampled), _) => {
                // Percentiles of means would look like those of calls.
                let of_calls = |probability| (kind != SampleKind::Mean).then(|| sampled.quantile(probability));
                numbers.samples = Some(sampled.count());
                numbers.mean = Some(sampled.mean());
                numbers.p50 = Some(sampled.quantile(0.5));
                (numbers.p95, numbers.p99) = (of_calls(0.95), of_calls(0.99));
            }
            (None, Values::Summary(summary)) => {
                let of_calls = |value: Option<f64>| value.filter(|_| summary.means_of.is_none());
                numbers.samples = summary.samples;
                (numbers.mean, numbers.p50) = (summary.mean, summary.p50);
                (numbers.p95, numbers.p99) = (of_calls(summary.p95), of_calls(summary.p99));
            }
            (None, Values::Total(total)) => numbers.mean = Some(*total),
            (None, Values::Raw { .. } | Values::Histogram(_)) => {}
        }
        numbers
    }
}
