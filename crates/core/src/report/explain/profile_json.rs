//! Calls and times by function for programs, as a part of the explanation.

use serde::Serialize;

use crate::explain::{ProfileTable, ProfiledCaller, ProfiledFunction, WayStep};
use crate::observed::Place;

/// The part of the document. Times are shares of the profiled run, and the same of the measured time.
#[derive(Serialize)]
pub(super) struct ProfileDocument<'a> {
    calls: u64,
    primitive_calls: u64,
    functions: u64,
    profiled_ms: f64,
    threads: u64,
    sees_threads: bool,
    interrupted: bool,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    function: &'a str,
    place: Option<&'a Place>,
    calls: u64,
    primitive_calls: u64,
    own_share: f64,
    own_ms: Option<f64>,
    cumulative_share: f64,
    cumulative_ms: Option<f64>,
    busiest_line: Option<u32>,
    asked_by: Option<&'a Place>,
    way: Vec<Step<'a>>,
    way_share: f64,
    callers: Vec<Caller<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    function: &'a str,
    place: &'a Place,
    is_body: bool,
}

#[derive(Serialize)]
struct Caller<'a> {
    function: &'a str,
    place: Option<&'a Place>,
    calls: u64,
}

impl<'a> From<&'a ProfileTable> for ProfileDocument<'a> {
    fn from(table: &'a ProfileTable) -> Self {
        Self {
            calls: table.calls,
            primitive_calls: table.primitive_calls,
            functions: table.functions,
            profiled_ms: table.profiled_ms,
            threads: table.threads,
            sees_threads: table.sees_threads,
            interrupted: table.interrupted,
            rows: table.rows.iter().map(Row::from).collect(),
        }
    }
}

impl<'a> From<&'a ProfiledFunction> for Row<'a> {
    fn from(row: &'a ProfiledFunction) -> Self {
        Self {
            function: &row.name,
            place: row.place.as_ref(),
            calls: row.calls,
            primitive_calls: row.primitive_calls,
            own_share: row.own_share,
            own_ms: row.own_ms,
            cumulative_share: row.cumulative_share,
            cumulative_ms: row.cumulative_ms,
            busiest_line: row.busiest_line,
            asked_by: row.asked_by.as_ref(),
            way: row.way.iter().map(Step::from).collect(),
            way_share: row.way_share,
            callers: row.callers.iter().map(Caller::from).collect(),
        }
    }
}

impl<'a> From<&'a WayStep> for Step<'a> {
    fn from(step: &'a WayStep) -> Self {
        Self {
            function: &step.name,
            place: &step.place,
            is_body: step.is_body,
        }
    }
}

impl<'a> From<&'a ProfiledCaller> for Caller<'a> {
    fn from(caller: &'a ProfiledCaller) -> Self {
        Self {
            function: &caller.name,
            place: caller.place.as_ref(),
            calls: caller.calls,
        }
    }
}
