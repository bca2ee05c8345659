//! One untimed, fully instrumented import: who imported whom, from which line, and what else it did.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::place::{told_line, told_text};
use super::{BytecodeObstacle, BytecodeState, Collections, Effect, HookSeen, Implausible, Place, SignalCause};

/// The module of the file that is run as the program, by the interpreter's name for it.
pub const PROGRAM: &str = "__main__";

/// One line of a Python stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The file as the interpreter names it.
    #[serde(deserialize_with = "told_text")]
    pub file: String,
    /// One-based line.
    #[serde(deserialize_with = "told_line")]
    pub line: u32,
    /// The function, `<module>` at the top level of a module.
    #[serde(deserialize_with = "told_text")]
    pub function: String,
}

impl Frame {
    /// True for a line of a module's body, which runs because the module is imported.
    pub fn is_module_level(&self) -> bool {
        self.function == "<module>" && !self.file.starts_with('<')
    }
}

/// A name that is neither a module below another one nor bound in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AbsentName {
    /// The module that was asked.
    pub module: String,
    /// What it was asked for.
    pub name: String,
    /// True where the module is a package, so that the name might have been a module in it.
    pub package: bool,
    /// What the module has instead that is about as long; untrusted.
    #[serde(default)]
    pub like: Vec<String>,
}

impl AbsentName {
    /// The name with that of the module that was asked for it.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

/// A module that has the name of one of the standard library, and is found before it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shadow {
    /// The name of both.
    pub module: String,
    /// The file of the one that is found; untrusted.
    #[serde(deserialize_with = "told_text")]
    pub file: String,
}

/// Why an import did not come to its end. What ended the process without an answer, no script can tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// It raised.
    Raised {
        /// The exception's class, such as `ModuleNotFoundError`.
        #[serde(deserialize_with = "told_text")]
        exception: String,
        /// Its text, shortened; untrusted.
        #[serde(deserialize_with = "told_text")]
        message: String,
        /// The stack, outermost first, without the probe's own frames.
        stack: Vec<Frame>,
        /// The module that was not found, where it is a `ModuleNotFoundError`.
        missing: Option<Box<str>>,
        /// The modules of a circular import, in the order of the circle, first one not repeated; empty where it is none.
        cycle: Box<[String]>,
        /// The name that a module was asked for and does not have, nor will have once it is initialised.
        #[serde(default)]
        absent: Option<Box<AbsentName>>,
        /// The module that stands in the place of one of the standard library, where that is behind it.
        #[serde(default)]
        shadow: Option<Box<Shadow>>,
    },
    /// It ended the process: `sys.exit`, `os._exit`.
    Exited {
        /// The exit code.
        code: i32,
        /// The stack, where `SystemExit` showed it.
        stack: Vec<Frame>,
    },
    /// A signal killed it.
    #[serde(skip_deserializing)]
    Crashed {
        /// The signal's number.
        signal: i32,
        /// Who sent it, as far as the system tells.
        cause: SignalCause,
        /// The stack, where `faulthandler` could write it.
        stack: Vec<Frame>,
    },
    /// It did not end within the time limit.
    #[serde(skip_deserializing)]
    Hung {
        /// The limit, in milliseconds.
        limit_ms: u64,
        /// The stack at the limit, where `faulthandler` could write it.
        stack: Vec<Frame>,
        /// The stacks of the other threads: one of them may hold what the import waits for.
        other_threads: Vec<Vec<Frame>>,
    },
    /// It was ended before it had had its time, as the machine gave it too little of a processor. This says nothing of the import.
    #[serde(skip_deserializing)]
    Starved {
        /// How long it was ready to run and had no processor, in milliseconds.
        waited_ms: u64,
        /// How long it ran by the clock, in milliseconds.
        elapsed_ms: u64,
    },
    /// It may have come to its end, and what it left in its process keeps whoever measures it from seeing what it did.
    Unobserved {
        /// What stands in the way, as a clause; untrusted.
        #[serde(deserialize_with = "told_text")]
        why: String,
    },
    /// It may have come to its end, and what its process answered cannot be true.
    #[serde(skip_deserializing)]
    Implausible(Implausible),
}

/// In which way an import does not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// It raised, or cannot be observed.
    ImportFailed,
    /// A module was not found.
    MissingDependency,
    /// Modules import each other in a circle.
    CircularImport,
    /// It ended the process.
    Exited,
    /// A signal killed it.
    Crashed,
    /// It did not end within the time limit.
    Hang,
    /// What it answered cannot be true.
    Implausible,
}

impl Failure {
    /// That of an import of a module that is not there, as the interpreter says it.
    pub fn no_module(name: &str) -> Self {
        Self::Raised {
            exception: "ModuleNotFoundError".to_owned(),
            message: format!("No module named '{name}'"),
            stack: Vec::new(),
            missing: Some(name.into()),
            cycle: Box::default(),
            absent: None,
            shadow: None,
        }
    }

    /// The module that was looked for and not found, where that is why it failed: nothing of that name is installed, or the package that
    /// it would lie in is there and has none.
    pub fn module_not_found(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Raised {
                missing: Some(missing), ..
            } => Some(Cow::Borrowed(missing)),
            Self::Raised {
                absent: Some(absent),
                exception,
                ..
            } if exception == "ModuleNotFoundError" => Some(Cow::Owned(absent.full_name())),
            _ => None,
        }
    }

    /// The module that stands in the place of one of the standard library, where that is behind it.
    pub fn shadow(&self) -> Option<&Shadow> {
        match self {
            Self::Raised { shadow, .. } => shadow.as_deref(),
            _ => None,
        }
    }

    /// In which way the import failed; `None` where it is not known whether it does.
    pub fn kind(&self) -> Option<FailureKind> {
        Some(match self {
            Self::Raised { cycle, .. } if !cycle.is_empty() => FailureKind::CircularImport,
            Self::Raised { missing: Some(_), .. } => FailureKind::MissingDependency,
            Self::Raised { .. } | Self::Unobserved { .. } => FailureKind::ImportFailed,
            Self::Exited { .. } => FailureKind::Exited,
            Self::Crashed { .. } => FailureKind::Crashed,
            Self::Hung { .. } => FailureKind::Hang,
            Self::Implausible(_) => FailureKind::Implausible,
            Self::Starved { .. } => return None,
        })
    }

    /// The stack, outermost first; empty where there is none.
    pub fn stack(&self) -> &[Frame] {
        match self {
            Self::Raised { stack, .. }
            | Self::Exited { stack, .. }
            | Self::Crashed { stack, .. }
            | Self::Hung { stack, .. } => stack,
            Self::Starved { .. } | Self::Unobserved { .. } | Self::Implausible(_) => &[],
        }
    }

    /// The frames of every thread, to rename their files.
    pub fn frames_mut(&mut self) -> impl Iterator<Item = &mut Frame> {
        let (stack, others) = match self {
            Self::Raised { stack, .. } | Self::Exited { stack, .. } | Self::Crashed { stack, .. } => {
                (Some(stack), None)
            }
            Self::Hung {
                stack, other_threads, ..
            } => (Some(stack), Some(other_threads)),
            Self::Starved { .. } | Self::Unobserved { .. } | Self::Implausible(_) => (None, None),
        };
        let stack = stack.into_iter().flatten();
        stack.chain(others.into_iter().flatten().flatten())
    }
}

/// A module that the import added to `sys.modules`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LoadedModule {
    /// Its dotted name.
    pub name: String,
    /// The file it was loaded from, if any.
    pub file: Option<String>,
    /// The bytecode file that belongs to it, if it has one.
    pub cached: Option<String>,
    /// What the next start finds of it.
    pub bytecode: BytecodeState,
    /// What keeps it from being written, where it is not fresh and a reason can be seen.
    #[serde(default)]
    pub obstacle: Option<BytecodeObstacle>,
    /// What compiling its source took of `own_ns`, in nanoseconds; 0 where its bytecode was loaded.
    #[serde(default)]
    pub compile_ns: u64,
    /// CPU time of its own body, in nanoseconds; it ranks and explains, it never decides.
    pub own_ns: u64,
    /// CPU time with everything that it was first to import, in nanoseconds.
    pub cumulative_ns: u64,
    /// Resident memory that its own body added, in bytes.
    pub own_memory_bytes: i64,
    /// Resident memory with everything that it was first to import, in bytes.
    pub cumulative_memory_bytes: i64,
    /// Time its own body was blocked, in nanoseconds.
    pub blocked_ns: u64,
}

impl LoadedModule {
    /// A part that has no file and imports nothing, and takes so long itself.
    pub fn named(name: &str, own_ns: u64) -> Self {
        Self {
            name: name.to_owned(),
            file: None,
            cached: None,
            bytecode: BytecodeState::Fresh,
            obstacle: None,
            compile_ns: 0,
            own_ns,
            cumulative_ns: own_ns,
            own_memory_bytes: 0,
            cumulative_memory_bytes: 0,
            blocked_ns: 0,
        }
    }

    /// What its own body costs, in nanoseconds of CPU and blocked time.
    pub fn time_ns(&self) -> u64 {
        self.own_ns + self.blocked_ns
    }

    /// The share of its body's time that compiling its source took.
    pub fn compiled_share(&self) -> f64 {
        self.compile_ns as f64 / self.own_ns.max(1) as f64
    }

    /// True for a module of machine code that lies in a file of its own.
    pub fn is_extension(&self) -> bool {
        let ends_like = |file: &str| file.ends_with(".so") || file.ends_with(".pyd");
        self.file.as_deref().is_some_and(ends_like)
    }

    /// True for a `.pth` file, whose lines `site` executes at each start of the interpreter.
    pub fn is_start_file(&self) -> bool {
        self.file.as_deref().is_some_and(|file| file.ends_with(".pth"))
    }
}

/// "This module imports that one, from this line." One edge for each pair and line, also where the module was loaded already.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Edge {
    /// The importing module; `None` for the probe's own import of the target.
    pub importer: Option<String>,
    /// The module that was asked for.
    pub imported: String,
    /// The importing file, if the import has one.
    pub file: Option<String>,
    /// One-based line in it; 0 where it is not known.
    #[serde(deserialize_with = "told_line")]
    pub line: u32,
    /// True where this edge is the one that loaded the module.
    pub loaded: bool,
    /// True where the import ran inside a function and not at the top level of a module.
    pub in_function: bool,
    /// The module-level line that made this import happen, where the import statement runs inside a function. Without
    /// that line the function would not have been called, so reachability follows it and not the importing module.
    pub trigger: Option<Trigger>,
    /// The modules whose functions were called between the module-level line and the import, the innermost first: without one
    /// of them it would not have come to it. Those of the standard library, which call what they are given, are left out.
    #[serde(default)]
    pub through: Vec<String>,
}

impl Edge {
    /// That nothing measured, but the run itself, asks for a module and loads it.
    pub fn of_root(imported: &str) -> Self {
        Self {
            importer: None,
            imported: imported.to_owned(),
            file: None,
            line: 0,
            loaded: true,
            in_function: false,
            trigger: None,
            through: Vec::new(),
        }
    }
}

/// A line at the top level of a module whose body was running.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Trigger {
    /// The module.
    pub module: String,
    /// One-based line in its file; 0 where it is not known.
    #[serde(deserialize_with = "told_line")]
    pub line: u32,
}

/// A stretch of an import that the importing thread spent otherwise than by running the code of modules: blocked, neither computing nor
/// waiting for a processor, or collecting garbage because it was told to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stretch {
    /// The module whose body it is a part of.
    pub module: String,
    /// The line that it was spent in, or the last one known before it.
    pub place: Option<Place>,
    /// The line of the module's body that led to that one: what is done there is what this line asks for.
    #[serde(default)]
    pub body: Option<Place>,
    /// How long, in nanoseconds.
    pub ns: u64,
}

/// What one line of a module's body took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LineSeen {
    /// The module.
    pub module: String,
    /// Its file, relative to the project where it lies below it.
    pub file: String,
    /// The one-based first line of a statement that is in no function, or that of the decorator in it that takes the time.
    #[serde(deserialize_with = "told_line")]
    pub line: u32,
    /// How long it was computing or blocked, without what it imported, in nanoseconds.
    pub ns: u64,
    /// The text of that line, shortened, and for a decorator that of the `def` or `class` too; untrusted, and there to find the
    /// same line in another version.
    pub text: String,
    /// The one-based lines, first and last, that the statement itself consists of; empty where they are not known.
    pub extent: Vec<(u32, u32)>,
    /// The same of what else in the file decides how much it has to do: the loops and conditions that it is in, and the
    /// functions and classes that it names.
    pub reach: Vec<(u32, u32)>,
    /// The name that the statement calls, such as `re.compile`, where that call is all it does, or the only base of the class that it
    /// makes, which calls what makes it; untrusted.
    pub calls: Option<String>,
    /// The one-based first line of the outermost loop that the statement is, or is in.
    pub loop_line: Option<u32>,
}

impl LineSeen {
    /// True for a `class` statement.
    pub fn makes_a_class(&self) -> bool {
        self.text.starts_with("class ")
    }
}

/// A warning that the import raised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WarningSeen {
    /// The warning's class.
    #[serde(deserialize_with = "told_text")]
    pub category: String,
    /// Its text; untrusted.
    #[serde(deserialize_with = "told_text")]
    pub message: String,
    /// Where it was raised.
    pub place: Option<Place>,
}

/// A side effect that an audit hook saw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EffectSeen {
    /// Its kind.
    pub effect: Effect,
    /// What it did, such as `socket.connect ('10.0.0.1', 6379)`; untrusted.
    #[serde(deserialize_with = "told_text")]
    pub detail: String,
    /// The line of the measured code that did it.
    pub place: Option<Place>,
    /// The module in whose import it happened.
    pub module: Option<String>,
    /// The lines that led to it, outermost first, without the import system's.
    #[serde(default)]
    pub stack: Vec<Frame>,
}

/// What one light look saw of the cost of an import, all in nanoseconds: enough to notice that it is far from what is known of
/// it, and not to decide anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Glance {
    /// CPU time of the importing thread.
    pub cpu_ns: u64,
    /// Time that it was blocked.
    pub blocked_ns: u64,
    /// The calibration before and after it, as in [`Sample`](super::Sample).
    pub calibration_ns: u64,
}

/// What an import, and whatever was loaded before it, looked for, read and asked about, by absolute paths.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Traces {
    /// Every module that was looked for, with the file that was found; `None` where nothing was, or something without a file.
    pub lookups: BTreeMap<String, Option<String>>,
    /// Files that the import system read for something else than a module that is there in the end.
    pub opened: Vec<String>,
    /// Folders whose names were read.
    pub listed: Vec<String>,
    /// What the import itself put on the search path, before it searched there.
    #[serde(default)]
    pub searched: Vec<String>,
    /// Paths of which it was asked whether they are there, and what they are.
    pub asked: Vec<String>,
    /// Symbolic links of which it was asked where they lead, or that they are links; and what was asked so and was not there.
    #[serde(default)]
    pub links: Vec<String>,
    /// Environment variables that were read.
    pub variables: Vec<String>,
    /// True where all of them were gone through.
    #[serde(default)]
    pub every_variable: bool,
    /// Modules that were loaded and are not there in the end.
    #[serde(default)]
    pub taken_out: Vec<String>,
    /// What was done whose outcome no file shows, in words.
    pub unseen: Vec<String>,
}

impl Traces {
    /// True where a look-up of this module found this file.
    pub fn finds(&self, module: &str, file: &Path) -> bool {
        let found = self.lookups.get(module).and_then(Option::as_ref);
        found.is_some_and(|found| Path::new(found) == file)
    }
}

/// What one instrumented import showed.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Observation {
    /// Why it failed; `None` where it came to its end.
    pub failure: Option<Failure>,
    /// The modules that it added to `sys.modules`, in the order in which they were loaded.
    pub modules: Vec<LoadedModule>,
    /// Who imported whom.
    pub edges: Vec<Edge>,
    /// Warnings raised.
    pub warnings: Vec<WarningSeen>,
    /// Side effects.
    pub effects: Vec<EffectSeen>,
    /// Where it was blocked, each stretch above a millisecond.
    pub blocked: Vec<Stretch>,
    /// What it put in the way of all that comes after it.
    #[serde(default)]
    pub hooks: Vec<HookSeen>,
    /// The collections of garbage in the importing thread.
    #[serde(default)]
    pub collections: Collections,
    /// Those of them that its code asked for.
    #[serde(default)]
    pub collected: Vec<Stretch>,
    /// Files that it read or tried to read, other than modules and their bytecode, by their absolute paths.
    pub files_read: Vec<String>,
    /// What else it depended on.
    #[serde(default)]
    pub traces: Traces,
    /// CPU time of the whole import, in nanoseconds.
    pub total_ns: u64,
    /// The part of it that other threads than the importing one took to import: the importing one may have waited for them.
    #[serde(default)]
    pub elsewhere_ns: u64,
    /// Resident memory that the whole import added, in bytes.
    pub total_memory_bytes: i64,
    /// What a light look saw of the cost.
    #[serde(default)]
    pub glance: Option<Glance>,
    /// The last lines of what it printed; untrusted.
    #[serde(skip)]
    pub output_tail: String,
}

impl Observation {
    /// True where it shows the interpreter's own start: `site` is what was run, and not one of a program's imports.
    pub fn is_of_start(&self) -> bool {
        let is_first = |edge: &Edge| edge.importer.is_none() && edge.imported == "site" && edge.loaded;
        self.edges.iter().any(is_first)
    }

    /// For how long the import was blocked at a stretch of more than a millisecond, or at all where it was looked at lightly, in
    /// nanoseconds.
    pub fn blocked_ns(&self) -> u64 {
        let glance = self.glance.map_or(0, |glance| glance.blocked_ns);
        let stretches = self.blocked.iter().map(|stretch| stretch.ns);
        stretches.fold(glance, u64::saturating_add)
    }

    /// Has the import wait where another one of the same code did.
    pub fn wait_as(&mut self, other: Self) {
        let others = other.modules.iter();
        let waited: BTreeMap<&str, u64> = others.map(|module| (module.name.as_str(), module.blocked_ns)).collect();
        for module in &mut self.modules {
            module.blocked_ns = waited.get(module.name.as_str()).copied().unwrap_or(0);
        }
        self.blocked = other.blocked;
    }
}
