//! A trend for programs: every number of every revision, and the steps.

use crate::report::safe_json;
use crate::trend::Trend;

/// The JSON Schema of what [`render`] writes, indented and ended by a line break.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Trend);
    schema.insert("title".to_owned(), "importgate trend".into());
    format!("{:#}\n", schema.to_value())
}

/// The trend as indented JSON, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(trend: &Trend) -> Result<String, serde_json::Error> {
    safe_json::indented(trend)
}
