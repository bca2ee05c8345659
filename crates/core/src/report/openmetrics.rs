//! The figures of each target in the OpenMetrics text format, for GitLab's metrics reports, Prometheus and whatever else reads it.
//! GitLab compares the values of a merge request with those of its target branch as texts, so that measured ones have three digits.

use super::facts::TargetResult;
use super::series::{self, Series};
use super::untrusted;
use crate::checks::Verdict;
use crate::observed::Unit;
use crate::report::{BenchmarkReport, Report};

/// One figure that targets have.
struct Family {
    name: &'static str,
    /// Its unit, which its name ends with; empty where it has none.
    unit: &'static str,
    help: &'static str,
    value: fn(&Series<'_>) -> Option<f64>,
}

const FAMILIES: [Family; 8] = [
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
];

/// What benchmarks of other tools come to, by their unit: the end of the family's name, its unit, and what one of it is in that.
const BENCHMARKS: [(Unit, &str, &str, f64); 5] = [
    (Unit::Time, "seconds", "seconds", 1e-3),
    (Unit::Memory, "bytes", "bytes", 1.0),
    (Unit::Rate, "per_second", "", 1.0),
    (Unit::Share, "ratio", "ratio", 1.0),
    (Unit::Number, "value", "", 1.0),
];

/// The quantiles of the time, apart from the time itself: they scatter further.
const QUANTILES: &str = "importgate_import_quantile_seconds";

/// The figures of these reports, each of another environment.
pub fn render(reports: &[Report]) -> String {
    let (all, benchmarks) = series::with_benchmarks(reports, untrusted::metric_label);
    let mut text = String::new();
    for family in &FAMILIES {
        let values = all
            .iter()
            .filter_map(|series| Some((labels_of_target(series, None), (family.value)(series)?)));
        write_family(&mut text, family.name, family.unit, family.help, values);
    }
    let of_targets = all.iter();
    let of_targets = of_targets.map(|series| (labels_of_target(series, None), result(series.result())));
    let of_benchmarks = benchmarks.iter();
    let of_benchmarks = of_benchmarks.map(|series| (labels_of_benchmark(series, None), result(series.result())));
    let help = "What the target comes to: 0 pass, 1 inconclusive, 2 fail.";
    write_family(
        &mut text,
        "importgate_verdict",
        "",
        help,
        of_targets.chain(of_benchmarks),
    );
    let quantiles = all.iter().flat_map(|series| {
        let of = |time: crate::stats::Percentiles| [("0.5", time.p50), ("0.95", time.p95), ("0.99", time.p99)];
        let each = series.target.time.map(of).into_iter().flatten();
        each.filter_map(|(quantile, ms)| {
            Some((labels_of_target(series, Some(quantile)), series::rounded(seconds(ms))?))
        })
    });
    write_family(
        &mut text,
        QUANTILES,
        "seconds",
        "How the time of the import spreads over its samples.",
        quantiles,
    );
    write_benchmarks(&mut text, &benchmarks);
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

/// The numbers of benchmarks, and what limits them.
fn write_benchmarks(text: &mut String, benchmarks: &[Series<'_, BenchmarkReport>]) {
    for (unit, end, unit_name, scale) in BENCHMARKS {
        let of_unit = || benchmarks.iter().filter(move |series| series.target.unit == unit);
        let values = of_unit().flat_map(|series| {
            let row = series.target;
            let each = [("p50", row.p50), ("p95", row.p95), ("p99", row.p99), ("mean", row.mean)];
            each.into_iter().filter_map(|(name, value)| {
                Some((labels_of_benchmark(series, Some(name)), measured(Some(value? * scale))?))
            })
        });
        let name = format!("importgate_benchmark_{end}");
        let help = "What another tool measured, by the number that it is of its samples.";
        write_family(text, &name, unit_name, help, values);
        let limits = of_unit().flat_map(|series| {
            let limits = series.target.limits.iter();
            limits.map(|limit| (labels_of_benchmark(series, Some(&limit.key)), limit.limit * scale))
        });
        let name = format!("importgate_benchmark_limit_{end}");
        write_family(
            text,
            &name,
            unit_name,
            "What the benchmark has to keep within, by the key of the budgets.",
            limits,
        );
    }
}

fn labels_of_target(series: &Series<'_>, quantile: Option<&str>) -> String {
    labels(
        series,
        series.target.layer.as_deref(),
        quantile.map(|quantile| ("quantile", quantile)),
    )
}

fn labels_of_benchmark(series: &Series<'_, BenchmarkReport>, statistic: Option<&str>) -> String {
    labels(
        series,
        series.target.layer.as_deref(),
        statistic.map(|key| ("statistic", key)),
    )
}

fn labels<T>(series: &Series<'_, T>, layer: Option<&str>, last: Option<(&str, &str)>) -> String {
    let mut labels = vec![label("target", &series.name)];
    // A label that is empty is one that is not there.
    labels.extend(layer.map(|layer| label("layer", &untrusted::metric_label(layer))));
    labels.push(label("environment", &series.environment));
    labels.extend(last.map(|(name, value)| label(name, &untrusted::metric_label(value))));
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

fn result(result: TargetResult) -> f64 {
    match result {
        TargetResult::Pass | TargetResult::Warning => number(Verdict::Pass),
        TargetResult::Unsure => number(Verdict::Inconclusive),
        TargetResult::Fail => number(Verdict::Fail),
    }
}

fn number(verdict: Verdict) -> f64 {
    match verdict {
        Verdict::Pass => 0.0,
        Verdict::Inconclusive => 1.0,
        Verdict::Fail => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_benchmark_has_its_numbers_and_limits_in_the_unit_of_their_family() {
        let text = render(&[fixture::with_benchmarks()]);
        for line in [
            "# UNIT importgate_benchmark_seconds seconds",
            "importgate_benchmark_seconds{target=\"benchmark:db.query\",layer=\"database\",environment=\"cpython-3.13-linux-x86_64\",statistic=\"p95\"} 0.055",
            "importgate_benchmark_limit_seconds{target=\"benchmark:db.query\",layer=\"database\",environment=\"cpython-3.13-linux-x86_64\",statistic=\"p95\"} 0.05",
            "importgate_benchmark_per_second{target=\"benchmark:http_reqs\",environment=\"cpython-3.13-linux-x86_64\",statistic=\"mean\"} 1070",
            "importgate_verdict{target=\"benchmark:db.query\",layer=\"database\",environment=\"cpython-3.13-linux-x86_64\"} 2",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(
            !text.contains("importgate_benchmark_bytes"),
            "a family without numbers is not there"
        );
    }
}
