//! The schema in the repository is the one that the types give. `UPDATE_SCHEMA=1 cargo test --test report_schema` rewrites it.

use std::{env, fs};

use importgate_core::report::json;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");

#[test]
fn the_schema_in_the_repository_is_up_to_date() {
    let schema = json::schema();
    if env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        fs::write(PATH, &schema).expect("the schema is written");
    }
    let stored = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        stored == schema,
        "{PATH} is out of date: run `UPDATE_SCHEMA=1 cargo test --test report_schema`"
    );
}
