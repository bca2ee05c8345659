//! OpenMetrics, by the parser of prometheus-client for Python.

use serde_json::{Value, json};

use super::reader::read;
use super::reports::{failing, failing_on, written};

/// The value of a sample of a target.
fn value(samples: &Value, name: &str, target: &str) -> Option<f64> {
    let of = |sample: &&Value| sample[0] == name && sample[1]["target"] == target;
    samples.as_array()?.iter().find(of)?[2].as_f64()
}

#[test]
fn the_figures_of_a_target_are_read_as_they_are() {
    let Some(samples) = read("openmetrics", &written(&[failing()], "openmetrics")) else {
        return;
    };
    let target = "shop.services.orders";
    assert_eq!(value(&samples, "importgate_import_seconds", target), Some(0.0123));
    assert_eq!(value(&samples, "importgate_ceiling_seconds", target), Some(0.01));
    assert_eq!(
        value(&samples, "importgate_modules", "shop.database.models"),
        Some(1290.0)
    );
    assert_eq!(value(&samples, "importgate_verdict", "shop.mailer"), Some(2.0));
    assert_eq!(value(&samples, "importgate_import_seconds", "shop.mailer"), None);
    let labels = &samples[0][1];
    let expected =
        json!({"target": "shop.services.billing", "layer": "services", "environment": "cpython-3.13-linux-x86_64"});
    assert_eq!(*labels, expected);
}

#[test]
fn two_environments_are_told_apart_by_a_label() {
    let reports = [failing(), failing_on("cpython-3.9-linux-x86_64")];
    let Some(samples) = read("openmetrics", &written(&reports, "openmetrics")) else {
        return;
    };
    let of_run = |sample: &&Value| sample[0] == "importgate_run_verdict";
    let runs: Vec<&Value> = samples.as_array().expect("samples").iter().filter(of_run).collect();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0][1]["environment"], "cpython-3.9-linux-x86_64");
}
