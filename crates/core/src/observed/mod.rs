//! What a measurement answers, as plain data: samples, closures, observations, and the interpreter and machine that they come
//! from; and [`Measure`], by which it is asked. Nothing here reads a clock, a file or a process, so that a decision can be
//! tested on values that were typed by hand.

mod benchmark;
mod bytecode;
mod chosen;
mod closure;
mod collections;
mod conditions;
mod deferral;
mod distributions;
mod effect;
mod environment;
mod hook;
mod implausible;
mod inputs;
#[cfg(all(test, feature = "decide"))]
mod listed;
mod measure;
mod module_index;
mod observation;
mod place;
mod profile;
mod sample;
mod shared_map;
mod signal_cause;
mod syntax;

pub use benchmark::{
    Benchmark, BenchmarkMachine, Better, Bucket, Each, Requests, Summary, Tool, Unit, Values, is_measurement,
};
pub use bytecode::{BytecodeChange, BytecodeObstacle, BytecodeState};
pub use chosen::ChosenBy;
pub use closure::{ClosureChange, ContentHash, ContentHasher, ModuleRecord, ModuleTable, Origin};
pub use collections::{COLLECTIONS, Collections};
pub use conditions::{MachineConditions, ProcessorTimes};
pub use deferral::{Body, Deferral, Deferred, ImportForm};
pub use distributions::{DistributionChange, Installed};
pub use effect::Effect;
pub use environment::{Environment, EnvironmentKey, Interpreter, Machine};
pub use hook::{HookKind, HookSeen};
pub use implausible::{Implausible, Quantity};
pub use inputs::{Input, Inputs, KnownImport, Sameness};
#[cfg(all(test, feature = "decide"))]
pub(crate) use listed::Listed;
pub use measure::{
    Attempt, Clock, FailedCommand, ImportRequest, Look, Measure, MeasureError, SetUpRuns, TargetObservation,
};
pub use module_index::{ModuleIndex, is_at_or_below, is_identifier};
pub use observation::{
    AbsentName, Edge, EffectSeen, Failure, FailureKind, Frame, Glance, LineSeen, LoadedModule, Observation, PROGRAM,
    Shadow, Stretch, Traces, Trigger, WarningSeen,
};
pub use place::Place;
pub use profile::{CallerSeen, FunctionName, FunctionSeen, Profile};
pub use sample::{LARGEST_AMOUNT, OwnTime, ReferenceSample, Sample};
pub use shared_map::SharedMap;
pub use signal_cause::SignalCause;
pub use syntax::{
    BodyEffect, BodyEffectKind, CheckingBlock, FunctionProblem, FunctionSyntax, ImportedName, NameUse, SourceFacts,
    Standing, StatementPlace, StatementProblem, StatementSyntax, TypeChecking, UseContext,
};
