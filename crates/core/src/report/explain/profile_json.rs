//! Calls and times by function for programs, as a part of the explanation.

use serde::Serialize;

use crate::explain::{ProfileTable, ProfiledCaller, ProfiledFunction, WayStep};
use crate::observed::Place;

/// The part of the document. Times are shares of the profiled run, and the same of the measured time.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Profile")]
pub(super) struct ProfileDocument<'a> {
    /// How many calls there were.
    calls: u64,
    /// The same without recursion.
    primitive_calls: u64,
    /// How many functions were called.
    functions: u64,
    /// What the run took under the profiler, in milliseconds.
    profiled_ms: f64,
    /// How many threads there were beside the one that is looked at.
    threads: u64,
    /// True where their calls are among these.
    sees_threads: bool,
    /// True where measured code had a profiler of its own on for a while, of which nothing is known.
    interrupted: bool,
    /// The functions, those that take most first.
    rows: Vec<Row<'a>>,
}

/// A function that was called.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "ProfiledFunction")]
struct Row<'a> {
    /// Its name.
    function: &'a str,
    /// Its first line; `null` for what is built in.
    place: Option<&'a Place>,
    /// How often it was called.
    calls: u64,
    /// The same without recursion.
    primitive_calls: u64,
    /// Its share of the run without what it calls, from 0 to 1.
    own_share: f64,
    /// The same of the measured time, in milliseconds.
    own_ms: Option<f64>,
    /// Its share with what it calls.
    cumulative_share: f64,
    /// The same of the measured time, in milliseconds.
    cumulative_ms: Option<f64>,
    /// The line of it where most of its own time goes; `null` where no line stands out.
    busiest_line: Option<u32>,
    /// The line at module level of the project's own code that leads there.
    asked_by: Option<&'a Place>,
    /// The calls that lead to it most often, the outermost first.
    way: Vec<Step<'a>>,
    /// The share of the samples of it that came by this way, from 0 to 1.
    way_share: f64,
    /// Who calls it, the most frequent first.
    callers: Vec<Caller<'a>>,
}

/// A step on the way to a function.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "ProfileStep")]
struct Step<'a> {
    /// The function that calls.
    function: &'a str,
    /// The line that does.
    place: &'a Place,
    /// True where it is the body of a module.
    is_body: bool,
}

/// A caller of a function.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "ProfileCaller")]
struct Caller<'a> {
    /// Its name.
    function: &'a str,
    /// Its first line.
    place: Option<&'a Place>,
    /// How often it called.
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
