//! The figures of each target in the OpenMetrics text format, for GitLab's metrics reports, Prometheus and whatever else reads it.
//! GitLab compares the values of a merge request with those of its target branch as texts, so that measured ones have three digits.

use super::facts::TargetResult;
use super::series::{self, Series};
use super::untrusted;
use crate::checks::Verdict;
use crate::report::Report;

/// One figure that targets have.
struct Family {
    name: &'static str,
    /// Its unit, which its name ends with; empty where it has none.
    unit: &'static str,
    help: &'static str,
    value: fn(&Series<'_>) -> Option<f64>,
}

const FAMILIES: [Family; 9] = [
    Family {
        name: "importgate_import_seconds",
        unit: "seconds",
        help: "What the import takes: CPU time and the time that it waits.",
        value: |series| measured(series.target.time_ms.map(seconds)),
    },
    Family {
        name: "importgate_ceiling_seconds",
        unit: "seconds",
        help: "What the import may take by the budgets file.",
        value: |series| series.target.max_time_ms.map(seconds),
    },
    Family {
        name: "importgate_baseline_seconds",
        unit: "seconds",
        help: "What the import took in the baseline.",
        value: |series| measured(series.target.baseline_time_ms.map(seconds)),
    },
    Family {
        name: "importgate_wall_seconds",
        unit: "seconds",
        help: "The median of the wall-clock time of the import.",
        value: |series| measured(series.target.wall_ms.map(seconds)),
    },
    Family {
        name: "importgate_memory_bytes",
        unit: "bytes",
        help: "What the import adds to the resident set.",
        value: |series| measured(series.target.memory_bytes.map(|bytes| bytes as f64)),
    },
    Family {
        name: "importgate_baseline_memory_bytes",
        unit: "bytes",
        help: "What the import added to the resident set in the baseline.",
        value: |series| measured(series.target.baseline_memory_bytes.map(|bytes| bytes as f64)),
    },
    Family {
        name: "importgate_modules",
        unit: "",
        help: "How many modules the import loads.",
        value: |series| series.target.modules.map(|modules| modules as f64),
    },
    Family {
        name: "importgate_instructions",
        unit: "",
        help: "How many instructions the import executes.",
        value: |series| measured(series.target.instructions.map(|count| count as f64)),
    },
    Family {
        name: "importgate_verdict",
        unit: "",
        help: "What the target comes to: 0 pass, 1 inconclusive, 2 fail.",
        value: |series| {
            Some(match series.result() {
                TargetResult::Pass | TargetResult::Warning => number(Verdict::Pass),
                TargetResult::Unsure => number(Verdict::Inconclusive),
                TargetResult::Fail => number(Verdict::Fail),
            })
        },
    },
];

/// The quantiles of the time, apart from the time itself: they scatter further.
const QUANTILES: &str = "importgate_import_quantile_seconds";

/// The figures of these reports, each of another environment.
pub fn render(reports: &[Report]) -> String {
    let all = series::all(reports, untrusted::metric_label);
    let mut text = String::new();
    for family in &FAMILIES {
        let values = all
            .iter()
            .filter_map(|series| Some((labels(series, None), (family.value)(series)?)));
        write_family(&mut text, family.name, family.unit, family.help, values);
    }
    let quantiles = all.iter().flat_map(|series| {
        let of = |time: crate::stats::Percentiles| [("0.5", time.p50), ("0.95", time.p95), ("0.99", time.p99)];
        let each = series.target.time.map(of).into_iter().flatten();
        each.filter_map(|(quantile, ms)| Some((labels(series, Some(quantile)), series::rounded(seconds(ms))?)))
    });
    write_family(
        &mut text,
        QUANTILES,
        "seconds",
        "How the time of the import spreads over its samples.",
        quantiles,
    );
    let environments = series::environments(reports, untrusted::metric_label);
    let verdicts = reports
        .iter()
        .zip(&environments)
        .map(|(report, environment)| (label("environment", environment), number(report.verdict)));
    let help = "What the run comes to: 0 pass, 1 inconclusive, 2 fail.";
    write_family(&mut text, "importgate_run_verdict", "", help, verdicts);
    text.push_str("# EOF\n");
    text
}

/// A family with its samples, if it has any.
fn write_family(text: &mut String, name: &str, unit: &str, help: &str, samples: impl Iterator<Item = (String, f64)>) {
    let samples: String = samples
        .map(|(labels, value)| format!("{name}{{{labels}}} {value}\n"))
        .collect();
    if samples.is_empty() {
        return;
    }
    text.push_str(&format!("# TYPE {name} gauge\n"));
    if !unit.is_empty() {
        text.push_str(&format!("# UNIT {name} {unit}\n"));
    }
    text.push_str(&format!("# HELP {name} {help}\n{samples}"));
}

fn labels(series: &Series<'_>, quantile: Option<&str>) -> String {
    let mut labels = vec![label("target", &series.name)];
    // A label that is empty is one that is not there.
    labels.extend(
        series
            .target
            .layer
            .as_deref()
            .map(|layer| label("layer", &untrusted::metric_label(layer))),
    );
    labels.push(label("environment", &series.environment));
    labels.extend(quantile.map(|quantile| label("quantile", quantile)));
    labels.join(",")
}

/// A label whose value is escaped already.
fn label(name: &str, escaped: &str) -> String {
    format!("{name}=\"{escaped}\"")
}

fn measured(value: Option<f64>) -> Option<f64> {
    value.and_then(series::rounded)
}

fn seconds(milliseconds: f64) -> f64 {
    milliseconds / 1000.0
}

fn number(verdict: Verdict) -> f64 {
    match verdict {
        Verdict::Pass => 0.0,
        Verdict::Inconclusive => 1.0,
        Verdict::Fail => 2.0,
    }
}
