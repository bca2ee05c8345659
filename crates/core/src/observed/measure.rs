//! The seam between deciding and measuring: everything that a check, a recording or an explanation asks of an interpreter, as
//! one trait. `importgate-probe` answers with real processes; tests answer from a script, without an interpreter or a clock.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Body, ContentHash, Deferral, Deferred, Failure, Inputs, Installed, Interpreter, KnownImport, LineSeen, ModuleTable,
    Observation, Profile, ReferenceSample, Sample, SourceFacts, StatementPlace,
};

/// One interpreter with one version of the code.
///
/// An import that fails is an answer; a [`MeasureError`] says that nothing could be measured. Several threads may ask at once, and
/// each waits for its own answer only.
pub trait Measure: Sync {
    /// What the interpreter says of itself.
    fn interpreter(&self) -> &Interpreter;

    /// Every distribution that is installed for the interpreter, read from the metadata beside the packages. What cannot be read
    /// is left out.
    fn installed(&self) -> Installed;

    /// Imports once, untimed, and looks at it. The bytecode that later samples find is written meanwhile, where a start of the
    /// program would write it.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn observe(&self, request: ImportRequest<'_>, look: Look) -> Result<TargetObservation, MeasureError>;

    /// True where the files here show that an import of which this is known would run the same code on the same data, and load
    /// its bytecode in the same way. It imports nothing; what it cannot see for sure is no.
    fn is_unchanged(&self, known: KnownImport<'_>) -> bool;

    /// True where the files here show that the code of a module of this import is another now. It imports nothing.
    fn is_edited(&self, known: KnownImport<'_>) -> bool;

    /// Keeps bytecode in a private folder from now on, so that two versions of the code are measured in one state of it. False
    /// where that changes nothing: no bytecode is used, or it is kept there already.
    fn use_private_bytecode(&self) -> bool;

    /// Runs a command once, untimed, and looks at what its process imports once the interpreter has started. Nothing where it is no
    /// process of this interpreter, or could not be looked at; how it ends is for [`Self::command`] to say.
    ///
    /// # Errors
    /// Where the process could not be started.
    fn observe_command(&self, words: &[String]) -> Result<TargetObservation, MeasureError>;

    /// From now on has the set-up of the project run once a round where that is `wanted` and can be, and serve all samples of the
    /// round; else each runs it itself. `None` where there is none.
    ///
    /// # Errors
    /// Where it was interrupted.
    fn share_set_up(&self, wanted: bool) -> Result<Option<SetUpRuns>, MeasureError>;

    /// From now on has the set-up of the project run once for all looks at imports where that is `wanted` and can be; else each runs
    /// it itself. What a look answers is the same, as long as no file changes that the set-up read. Gives what kept looks from sharing
    /// one since that was wanted last, as a clause; untrusted.
    fn share_set_up_of_looks(&self, wanted: bool) -> Option<String>;

    /// Takes one timed sample of an import.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn sample(&self, request: ImportRequest<'_>) -> Attempt<Sample>;

    /// Takes one timed sample with this statement deferred; without one, the same with none deferred.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn sample_deferring(&self, request: ImportRequest<'_>, deferral: Option<&Deferral>) -> Attempt<Deferred>;

    /// Takes one timed sample with these statements left out, as if they had been removed by hand. `bodies` are compiled anew:
    /// those of the statements, and whichever else are so in the other side of a comparison.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn sample_without(&self, request: ImportRequest<'_>, bodies: &[Body], statements: &[Deferral]) -> Attempt<Sample>;

    /// Runs a command once, from its start to its end; `round` fixes its hash seed.
    ///
    /// # Errors
    /// Where the process could not be started.
    fn command(&self, words: &[String], round: u32) -> Result<Result<Sample, FailedCommand>, MeasureError>;

    /// Runs the reference workload, which tells how fast the machine is at that moment.
    ///
    /// # Errors
    /// Where the process could not be run, or the standard library itself cannot be imported.
    fn reference(&self, round: u32) -> Result<ReferenceSample, MeasureError>;

    /// Imports once and looks at the lines of the bodies of `watched` modules. What cannot be seen is not in the answer.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn lines(&self, request: ImportRequest<'_>, watched: &[&str]) -> Result<Vec<LineSeen>, MeasureError>;

    /// Reads what import statements bind, and where in their module and in the other files of the project each name is used. It
    /// imports nothing. Of the `bodies` it says what they do to other modules.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn syntax(&self, statements: &[StatementPlace], bodies: &[Body]) -> Result<SourceFacts, MeasureError>;

    /// Imports once under a profiler. Nothing where the interpreter has none.
    ///
    /// # Errors
    /// Where the process could not be run, or answered something unexpected.
    fn profile(&self, request: ImportRequest<'_>) -> Attempt<Option<Profile>>;

    /// Runs a command once with its process under a profiler. Nothing where [`Self::observe_command`] sees nothing.
    ///
    /// # Errors
    /// Where the process could not be started.
    fn profile_command(&self, words: &[String]) -> Result<Option<Profile>, MeasureError>;

    /// What counts instructions, such as `cachegrind 3.19.0`: counts of different counters do not compare. `None` where
    /// none is at hand.
    fn counter(&self) -> Option<String>;

    /// Counts the instructions that an import executes. `None` where `time_left` was over first.
    ///
    /// # Errors
    /// Where nothing is there that counts, or it gave no count.
    fn count(&self, request: ImportRequest<'_>, time_left: Option<Duration>) -> Result<Option<u64>, MeasureError>;
}

/// What came of an import that was timed: the answer, or why the import failed.
pub type Attempt<T> = Result<Result<T, Failure>, MeasureError>;

/// How often the set-up of the project runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SetUpRuns {
    /// Once for all samples of a round, and of a side where there are two.
    OnceARound,
    /// In each process.
    InEachSample {
        /// What keeps it from being shared, where somebody wanted that and it is known.
        since: Option<String>,
    },
}

/// The clock of a run, as far as decisions need one.
pub trait Clock {
    /// How long ago the run began.
    fn elapsed(&self) -> Duration;
}

/// One import to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportRequest<'a> {
    /// Modules loaded before the clock starts.
    pub preload: &'a [String],
    /// Modules to import, in order; none for the interpreter's own start, up to the end of `site`.
    pub imports: &'a [String],
    /// The round; it fixes the hash seed.
    pub round: u32,
}

impl ImportRequest<'_> {
    /// True where the interpreter's own start is meant: `site`, with each `.pth` file that it goes through as a module.
    pub fn is_start(&self) -> bool {
        self.imports.is_empty()
    }
}

/// How closely an import is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// With every hook on: who imported whom, from which line, and what each module cost.
    Full,
    /// What was loaded and done, without edges and costs: no slower than the import itself.
    Light,
}

/// What one untimed import showed of a target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetObservation {
    /// The import itself.
    pub observation: Observation,
    /// What it loaded, with what identifies the content of each module.
    pub closure: ModuleTable,
    /// Other files that it read, by path, with what identifies their content; `None` for one that was not there.
    pub files_read: BTreeMap<String, Option<ContentHash>>,
    /// What else it depends on; empty where that is not known.
    pub inputs: Inputs,
    /// True where nobody looked, as the time of the run was over.
    pub is_missing: bool,
}

impl TargetObservation {
    /// Why the import failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.observation.failure.as_ref()
    }

    /// What is known of the import by now.
    pub fn as_known(&self) -> KnownImport<'_> {
        KnownImport {
            closure: &self.closure,
            files_read: &self.files_read,
            inputs: &self.inputs,
        }
    }
}

/// A command that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCommand {
    /// How it ended.
    pub failure: Failure,
    /// The last of what it printed; untrusted.
    pub printed: String,
}

/// Why nothing could be measured.
#[derive(Debug)]
pub enum MeasureError {
    /// The run was stopped from outside.
    Interrupted {
        /// The signal that stopped it.
        signal: i32,
    },
    /// A process could not be run, or its answer could not be used.
    Failed(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for MeasureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted { signal } => write!(formatter, "interrupted by signal {signal}"),
            Self::Failed(error) => error.fmt(formatter),
        }
    }
}

impl Error for MeasureError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Interrupted { .. } => None,
            Self::Failed(error) => error.source(),
        }
    }
}
