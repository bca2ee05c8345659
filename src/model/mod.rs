//! The words of the domain as plain data. Nothing here reads a clock, a file or a process; every other part of the
//! house speaks in these types, so that a decision can be tested on values that were typed by hand.

mod closure;
mod environment;
mod estimate;
mod finding;
mod garbage;
mod limits;
mod module_index;
pub mod numbers;
mod observation;
mod orders;
mod report;
mod sample;
mod settings;
mod target;

pub use closure::{ClosureChange, ContentHash, DistributionChange, ModuleRecord, ModuleTable, Origin};
pub use environment::{Environment, EnvironmentKey, Interpreter, Machine};
pub use estimate::{Comparison, ComparisonKind, Distribution, Estimate};
pub use finding::{Cause, ChainStep, Code, Finding, Place, Severity, Verdict};
pub use garbage::{COLLECTIONS, Collections};
pub use limits::{BudgetLine, Cited, Effect, Inconclusive, Limits};
pub use module_index::{ModuleIndex, is_identifier};
pub use observation::{
    BlockedSeen, Edge, EffectSeen, Failure, FileRead, Frame, LineSeen, LoadedModule, Observation, Trigger, WarningSeen,
};
pub use orders::OrderTried;
pub use report::{BaselineSummary, RecordedFrom, Report, ReportEnvironment, RunSummary, TargetReport, TargetStatus};
pub use sample::{Measurement, OwnTime, ReferenceSample, Sample};
pub use settings::{Bytecode, Engine};
pub use target::{Target, TargetKind, Workload};
