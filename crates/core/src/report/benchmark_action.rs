//! What github-action-benchmark reads as `customSmallerIsBetter`: a list of values, each with its unit, how far it scatters, and what
//! its point in the chart says besides. It knows a value by its name alone, so that time and memory of a target have two.

use serde::Serialize;

use super::series::{self, Series};
use super::{safe_json, untrusted};
use crate::numbers;
use crate::report::Report;

const BYTES_IN_A_MEBIBYTE: f64 = 1024.0 * 1024.0;

/// One value, with the keys that the action reads.
#[derive(Serialize)]
struct Benchmark {
    name: String,
    unit: &'static str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
}

/// The values of these reports, each of another environment. Targets without a number have none.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(reports: &[Report]) -> Result<String, serde_json::Error> {
    let all = series::all(reports, untrusted::benchmark_name);
    let benchmarks: Vec<Benchmark> = all.iter().flat_map(of_target).collect();
    safe_json::indented(&benchmarks)
}

fn of_target(series: &Series<'_>) -> impl Iterator<Item = Benchmark> {
    let target = series.target;
    let name = series.full_name();
    let time = target.time_ms.and_then(series::rounded).map(|value| Benchmark {
        name: name.clone(),
        unit: "ms",
        value,
        range: target
            .variation
            .map(|share| format!("± {}", numbers::percent(share * 100.0))),
        extra: extra(series),
    });
    let mebibytes = target.memory_bytes.map(|bytes| bytes as f64 / BYTES_IN_A_MEBIBYTE);
    let memory = mebibytes.and_then(series::rounded).map(|value| Benchmark {
        name: format!("{name} (memory)"),
        unit: "MiB",
        value,
        range: None,
        extra: None,
    });
    time.into_iter().chain(memory)
}

/// What else is known of the target, a line each.
fn extra(series: &Series<'_>) -> Option<String> {
    let target = series.target;
    let lines = [
        target
            .max_time_ms
            .map(|ms| format!("ceiling {}", numbers::time_limit(ms))),
        target.modules.map(|modules| numbers::counted(modules, "module")),
        (target.samples > 0).then(|| numbers::counted(target.samples, "sample")),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_value_has_the_keys_that_the_action_reads() {
        let text = render(&[fixture::report()]).expect("JSON");
        let values: Vec<Value> = serde_json::from_str(&text).expect("a list");
        let expected = json!({
            "name": "shop.services.orders",
            "unit": "ms",
            "value": 12.3,
            "range": "± 2.10%",
            "extra": "ceiling 10 ms\n36 modules\n24 samples",
        });
        assert!(values.contains(&expected), "{text}");
        for value in &values {
            assert!(
                value["name"].is_string() && value["unit"].is_string() && value["value"].is_number(),
                "{value}"
            );
        }
    }
}
