//! The classification for programs: every package and every module, whatever the terminal leaves out.

use serde::Serialize;

use super::super::safe_json;
use super::origin;
use crate::explain::{Apart, Assumption, Class, ClassReason, Classification, Classified};
use crate::observed::{ChosenBy, Place};
use crate::usage::UseCounts;

/// What tells this from any other JSON.
const FORMAT: &str = "importgate-classification";
/// The version of the JSON form that this code writes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    python_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    python_chosen_by: Option<&'a ChosenBy>,
    imports: &'a [String],
    failed: &'a [String],
    apart: &'a [Apart],
    time_ms: f64,
    memory_bytes: i64,
    samples: u64,
    marks: Marks,
    packages: Vec<Row<'a>>,
    modules: Vec<Row<'a>>,
    assumed: &'a [Assumption],
}

#[derive(Serialize)]
struct Marks {
    module_level_below_ms: f64,
    lazy_above_ms: f64,
    usage_above_percent: f64,
    heavy_ms: f64,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    origin: String,
    time_ms: f64,
    own_ms: f64,
    memory_bytes: i64,
    modules: i64,
    imported_at: Option<&'a Place>,
    usage: Option<UseCounts>,
    usage_percent: Option<f64>,
    class: Option<Class>,
    reason: Option<ClassReason>,
    heavy: bool,
}

impl<'a> Row<'a> {
    fn of(row: &'a Classified) -> Self {
        Self {
            name: &row.name,
            origin: origin(row),
            time_ms: row.weight.time_ms,
            own_ms: row.own_ms,
            memory_bytes: row.weight.memory_bytes,
            modules: row.weight.modules,
            imported_at: row.imported_at.as_ref(),
            usage: row.usage,
            usage_percent: row.usage.map(|usage| usage.share() * 100.0),
            class: row.class.map(|(class, _)| class),
            reason: row.class.map(|(_, reason)| reason),
            heavy: row.is_heavy,
        }
    }
}

/// The classification as indented JSON with its keys always in the same order, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(classification: &Classification) -> Result<String, serde_json::Error> {
    let marks = &classification.marks;
    let document = Document {
        format: FORMAT,
        version: VERSION,
        python_version: &classification.python_version,
        python_chosen_by: classification.python_chosen_by.as_ref(),
        imports: &classification.imports,
        failed: &classification.failed,
        apart: &classification.apart,
        time_ms: classification.time_ms,
        memory_bytes: classification.memory_bytes,
        samples: classification.samples,
        marks: Marks {
            module_level_below_ms: marks.module_level_below_ms.value,
            lazy_above_ms: marks.lazy_above_ms.value,
            usage_above_percent: marks.usage_above.value * 100.0,
            heavy_ms: marks.heavy_ms.value,
        },
        packages: classification.packages.iter().map(Row::of).collect(),
        modules: classification.modules.iter().map(Row::of).collect(),
        assumed: &classification.assumed,
    };
    safe_json::indented(&document)
}
