//! A trend for spreadsheets: one line for each target and revision (RFC 4180).

use crate::report::untrusted;
use crate::trend::{Step, Trend};

const HEADER: &str = "environment,target,commit,date,recorded,time_ms,comparable,memory_bytes,modules,step\r\n";

/// The trend as lines of values separated by commas.
pub fn render(trend: &Trend) -> String {
    let mut text = HEADER.to_owned();
    for part in &trend.environments {
        for target in &part.targets {
            for point in &target.points {
                let Some(revision) = trend.revisions.get(point.revision) else {
                    continue;
                };
                let number = |number: Option<String>| number.unwrap_or_default();
                let cells = [
                    cell(&part.environment.0),
                    cell(&target.module),
                    cell(&revision.commit),
                    cell(&revision.date),
                    point.recorded.to_string(),
                    number(point.time_ms.map(|time_ms| format!("{time_ms:.4}"))),
                    point.comparable.to_string(),
                    number(point.memory_bytes.map(|bytes| bytes.to_string())),
                    point.modules.to_string(),
                    changed_at(&target.steps, point.revision),
                ];
                text.push_str(&cells.join(","));
                text.push_str("\r\n");
            }
        }
    }
    text
}

/// What has a new level from this revision on, with a blank between.
fn changed_at(steps: &[Step], revision: usize) -> String {
    let step = steps.iter().find(|step| step.by == revision);
    let named = |step: &Step| {
        let quantities = [
            ("time", step.time_ms.is_some()),
            ("memory", step.memory_bytes.is_some()),
            ("modules", step.modules.is_some()),
        ];
        let changed = quantities.into_iter().filter(|(_, changed)| *changed);
        changed.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    step.map(named).unwrap_or_default()
}

/// A text in quotation marks. What begins like a formula would be one in a spreadsheet, and gets an apostrophe, which makes it text there.
fn cell(text: &str) -> String {
    let text = untrusted::line(text).replace('"', "\"\"");
    let apostrophe = if text.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{apostrophe}{text}\"")
}
