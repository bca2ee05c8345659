//! What a run has to say, once for every reader. Each format is one file with one pure function of a borrowed
//! [`crate::report::Report`]; none reads a clock, a file or the environment, so that each is tested on the same values.
//!
//! A report quotes the measured code, which may hold anything: every string goes through [`untrusted`].

mod across;
mod affected;
pub mod allowing;
pub mod anchoring;
pub mod azure;
pub mod before_after;
pub mod benchmark_action;
mod benchmarks;
pub mod bmf;
pub mod buildkite;
mod cause;
mod cells;
pub mod classes;
pub mod comment;
pub mod config;
mod costly_lines;
pub mod doctor;
pub mod explain;
mod facts;
pub mod fix;
mod gather;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
mod layers;
pub mod listing;
mod loosened;
pub mod manual;
pub mod markdown;
pub mod matrix;
pub mod merge;
mod model;
pub mod openmetrics;
pub mod order;
pub mod paragraphs;
mod picture;
mod problems;
pub mod progress_line;
mod prose;
pub mod rdjson;
pub mod recording;
pub mod repository;
mod rows;
mod safe_json;
pub mod sarif;
mod series;
mod snippet;
pub mod summary;
mod table;
pub mod teamcity;
pub mod terminal;
pub mod traces;
pub mod trend;
mod unite;
pub mod untrusted;
pub mod usage;
pub mod wording;

pub use crate::numbers::first_names;
pub(crate) use benchmarks::figure;
pub use benchmarks::{BenchmarkLimit, BenchmarkReport, SampleKind};
pub use cause::{Cause, CauseKind, CauseTarget};
pub(crate) use gather::gather;
pub use model::{BaselineSummary, Finding, RecordedFrom, Report, ReportEnvironment, RunSummary, RunTimes};
pub(crate) use picture::fold;
pub use picture::{GoneModule, ImportTree, Picture, TreeBefore, TreeModule};
pub use rows::{OrderReport, TargetReport, rows};

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod many_targets;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
