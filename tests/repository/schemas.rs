//! The schemas in the repository are those that the types give. `UPDATE_SCHEMA=1 cargo test --test repository schemas` rewrites them.

use std::path::Path;
use std::{env, fs};

use importgate_core::budgets;
use importgate_core::report::{explain, json, trend};

#[track_caller]
fn assert_up_to_date(name: &str, schema: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    if env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        fs::write(&path, schema).expect("the schema is written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == schema,
        "schemas/{name} is out of date: run `UPDATE_SCHEMA=1 cargo test --test repository schemas`"
    );
}

#[test]
fn that_of_the_report_is_up_to_date() {
    assert_up_to_date("report.schema.json", &json::schema());
}

#[test]
fn that_of_an_explanation_is_up_to_date() {
    assert_up_to_date("explanation.schema.json", &explain::json::schema());
}

#[test]
fn that_of_the_budgets_file_is_up_to_date() {
    assert_up_to_date("budgets.schema.json", &budgets::schema());
}

#[test]
fn that_of_the_trend_is_up_to_date() {
    assert_up_to_date("trend.schema.json", &trend::json::schema());
}
