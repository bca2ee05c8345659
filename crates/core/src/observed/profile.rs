//! What a profiler saw of one run: how often each function was called, and how long it took, as `cProfile` has it.

use serde::Deserialize;

use super::place::told_line;

/// The calls of one run. Counts are exact, but for what is said of threads and interruptions. Times are those of a run in which
/// every call costs extra: shares of it say something, nanoseconds do not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Profile {
    /// All calls.
    pub calls: u64,
    /// Those of functions that were not running already.
    pub primitive_calls: u64,
    /// How many functions were called.
    pub functions: u64,
    /// The time of all of them.
    pub own_ns: u64,
    /// How many threads were started or seen beside the one that is looked at.
    pub threads: u64,
    /// Whether their calls are among these.
    pub sees_threads: bool,
    /// True where measured code had a profiler of its own on for a while, of which nothing is known.
    pub interrupted: bool,
    /// Those that took longest or were called most, by their own time.
    pub seen: Vec<FunctionSeen>,
}

/// What one function took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FunctionSeen {
    /// The function.
    pub function: FunctionName,
    /// How often it was called.
    pub calls: u64,
    /// How often without running already.
    pub primitive_calls: u64,
    /// What it took itself.
    pub own_ns: u64,
    /// With what it called.
    pub cumulative_ns: u64,
    /// Who called it, longest first; not all of them.
    pub callers: Vec<CallerSeen>,
    /// The calls that led to it most often, outermost first, each with the line that it had come to; empty where no sample of the
    /// stack has it, or it is built in.
    pub way: Vec<FunctionName>,
    /// The line of it that at least half of the samples found it at, while it or something built in that it called was running; 0
    /// where there is none such.
    pub busiest_line: u32,
    /// In how many samples of the stack it was.
    pub samples: u64,
    /// In how many of these by this way.
    pub samples_of_way: u64,
}

/// Who called a function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallerSeen {
    /// The caller.
    pub function: FunctionName,
    /// How often.
    pub calls: u64,
    /// How long it took with what it called, on behalf of this caller.
    pub ns: u64,
}

/// A function, or a line in it. All of it is untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub struct FunctionName {
    /// The module whose file it is in.
    pub module: Option<String>,
    /// That file, relative to the project where it lies below it; empty for what is built in.
    pub file: String,
    /// The first line of it, or the one that it had come to; one-based, 0 for what is built in.
    #[serde(deserialize_with = "told_line")]
    pub line: u32,
    /// Its name with those of the classes and functions that it is in, where the interpreter keeps them; `<module>` for a body.
    pub name: String,
}

impl FunctionName {
    /// True for the body of a module.
    pub fn is_body(&self) -> bool {
        self.name == "<module>"
    }

    /// True for what has no lines in Python.
    pub fn is_built_in(&self) -> bool {
        self.file.is_empty()
    }
}
