//! One interpreter and one arm of the code: runs scripts in fresh processes and turns their ends into samples or failures.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::PythonError;
use super::answer::{SampleAnswer, Unreadable};
use super::bytecode::BytecodeRules;
use super::channel::{Channel, Exchange};
use super::faults::{self, Stacks};
use super::interpreter_info;
use super::parent::{Forked, SetUps};
use super::plausible;
use super::scripts::Script;
use super::set_up::SetUp;
use super::working_folder::WorkingFolder;
use super::workspace::Workspace;
use crate::machine;
use crate::runner::{Command, Output, Overrun, RunError, Status};
use importgate_core::observed::{ChosenBy, Failure, Implausible, ImportRequest, Interpreter, ReferenceSample, Sample};

/// The reference workload: pure Python, extension modules and many files, all of it from the standard library.
pub const REFERENCE_IMPORTS: [&str; 3] = ["asyncio", "email.message", "unittest"];

/// How long the reference may take to run.
pub(super) const OWN_LIMIT: Duration = Duration::from_secs(60);

/// Variables that make the interpreter write, trace or wait on its own account; they are not part of the project.
pub(super) const SILENCED: [&str; 5] = [
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONVERBOSE",
    "PYTHONINSPECT",
    "PYTHONTRACEMALLOC",
    "PYTHONDUMPREFS",
];

/// The exit code of a process that measured code left no way to answer.
const UNHEARD: i32 = 231;
/// What is said of it.
const CLOSED: &str =
    "it closes the descriptors of the process that measures it, and leaves no file that it could open again";

/// How often a sample is taken whose clock does not agree with ours: a machine that stalls does not do so each time.
const ATTEMPTS: u32 = 3;

/// The flag that leaves out `site`, and with it whatever the environment does at each start.
pub(super) const WITHOUT_SITE: [&str; 1] = ["-S"];
/// The word that has a script run `site` itself.
pub(super) const START: &str = "start=yes";

/// Where the bytecode of a sample comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BytecodeFiles {
    /// What a start of the program finds, written where it would write it.
    AsIs,
    /// Files in a private folder, written by the first import.
    Warm,
    /// None: every sample compiles from source, as a first start would.
    Cold,
}

/// What stays the same for all the runs of a session.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// The project's interpreter.
    pub executable: PathBuf,
    /// What it was found by, where somebody looked for it.
    pub chosen_by: Option<ChosenBy>,
    /// What comes before each import.
    pub set_up: SetUp,
    /// Absolute folders put in front of `sys.path`.
    pub source_roots: Vec<PathBuf>,
    /// The directory that measured code starts in.
    pub working_directory: PathBuf,
    /// The time limit of one import, without what it waits for a processor.
    pub time_limit: Duration,
    /// When all of the run should be over, where there is such a time: an import that waits for a processor then goes on for no
    /// longer than twice its limit.
    pub run_ends: Option<Instant>,
    /// Where bytecode comes from.
    pub bytecode: BytecodeFiles,
}

impl SessionSettings {
    /// The changes to the environment of everything that is started: what the project sets, and without what is withheld and what
    /// makes the interpreter do other things beside.
    pub(super) fn own_environment(&self) -> BTreeMap<OsString, Option<OsString>> {
        let withheld = self.set_up.withheld.iter().map(|name| (name.clone(), None));
        let set = self.set_up.variables.iter();
        let set = set.map(|(name, value)| (OsString::from(name), Some(OsString::from(value))));
        let silenced = SILENCED.iter().map(|name| (OsString::from(name), None));
        withheld.chain(set).chain(silenced).collect()
    }

    /// How much of the run's time is left, where it has a limit.
    pub(super) fn time_left(&self) -> Option<Duration> {
        Some(self.run_ends?.saturating_duration_since(Instant::now()))
    }
}

/// One interpreter and one arm of the code.
#[derive(Debug)]
pub struct Session {
    settings: SessionSettings,
    workspace: Workspace,
    interpreter: Interpreter,
    bytecode_rules: BytecodeRules,
    /// Where bytecode comes from now.
    bytecode: Mutex<BytecodeFiles>,
    /// True once the reference workload was compiled into the private folder.
    reference_is_warm: Mutex<bool>,
    pub(super) set_ups: SetUps,
    /// Where processes begin.
    pub(super) folder: WorkingFolder,
}

impl Session {
    /// Makes the private folder and asks the interpreter what it is.
    ///
    /// # Errors
    /// [`PythonError::CouldNotStart`], [`PythonError::Died`], [`PythonError::Hangs`] and [`PythonError::UnexpectedOutput`] are the
    /// interpreter's four faults;
    /// [`PythonError::Unsupported`] where it is not supported; [`PythonError::Workspace`] where the folder cannot be written.
    pub fn open(settings: SessionSettings) -> Result<Self, PythonError> {
        let mut workspace = Workspace::create()?;
        let (executable, mut interpreter, bytecode_rules) = interpreter_info::ask(&settings, &workspace)?;
        workspace.take_compiled()?;
        interpreter.chosen_by.clone_from(&settings.chosen_by);
        Ok(Self {
            bytecode: Mutex::new(settings.bytecode),
            reference_is_warm: Mutex::new(false),
            set_ups: SetUps::default(),
            folder: WorkingFolder::new(&settings.working_directory),
            settings: SessionSettings { executable, ..settings },
            workspace,
            interpreter,
            bytecode_rules,
        })
    }

    /// What the interpreter says of itself.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    /// Where bytecode comes from now.
    pub fn bytecode(&self) -> BytecodeFiles {
        *lock(&self.bytecode)
    }

    /// How the interpreter finds and writes bytecode, as the project has it.
    pub(super) fn bytecode_rules(&self) -> &BytecodeRules {
        &self.bytecode_rules
    }

    /// The private folder of the session.
    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// How long a process with this limit may run at most by the clock. At twice its limit it has waited for a processor for half of
    /// its time: less would not show that it is the machine that holds it up.
    pub(super) fn wall_limit(&self, limit: Duration) -> Option<Duration> {
        Some(self.settings.time_left()?.max(limit.saturating_mul(2)))
    }

    /// Changes where bytecode comes from.
    pub fn set_bytecode(&self, bytecode: BytecodeFiles) {
        *lock(&self.bytecode) = bytecode;
    }

    /// Takes one sample.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run at all; a failing import is `Ok(Err(failure))`.
    pub fn sample(&self, request: ImportRequest<'_>) -> Result<Result<Sample, Failure>, PythonError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            // Who is believed at once is not asked what the whole machine lacked.
            let stolen_before = (attempts > 1).then(machine::stolen);
            let exchange = match self.run_forked(Forked::Sample, &[], request)? {
                Some(exchange) => exchange,
                None => self.run_import(Script::Probe, &[], request, self.settings.time_limit)?,
            };
            let sample = match self.sample_answer(&exchange, self.settings.time_limit)? {
                Ok(answer) => answer.into_sample(request.round),
                Err(failure) => return Ok(Err(failure)),
            };
            let stolen = stolen_before.map_or(Duration::ZERO, |before| machine::stolen().saturating_sub(before));
            let check = |begun| plausible::doubtful(&sample, begun, &exchange.ended, stolen);
            return Ok(match exchange.begun().and_then(check) {
                Some(_) if attempts < ATTEMPTS => continue,
                Some(why) => Err(Failure::Implausible(why)),
                None => Ok(sample),
            });
        }
    }

    /// Runs the reference workload, without the project and without what its environment loads at start (`-S`): it tells
    /// about the machine alone, whatever state the bytecode of the project is in.
    ///
    /// # Errors
    /// [`PythonError::Died`] where the standard library itself cannot be imported.
    pub fn reference(&self, round: u32) -> Result<ReferenceSample, PythonError> {
        if self.bytecode_of_reference() == BytecodeFiles::Warm {
            // Whoever comes second waits until it is.
            let mut is_warm = lock(&self.reference_is_warm);
            if !*is_warm {
                self.run_reference(round)?;
                *is_warm = true;
            }
        }
        self.run_reference(round)
    }

    /// As the project's, and a private folder where that would have the standard library compiled each time: it is shipped
    /// without bytecode, or bytecode is looked for elsewhere.
    fn bytecode_of_reference(&self) -> BytecodeFiles {
        let is_elsewhere = || std::env::var_os("PYTHONPYCACHEPREFIX").is_some();
        match self.bytecode() {
            BytecodeFiles::AsIs if is_elsewhere() || !has_library_bytecode(&self.interpreter) => BytecodeFiles::Warm,
            other => other,
        }
    }

    fn run_reference(&self, round: u32) -> Result<ReferenceSample, PythonError> {
        let imports = REFERENCE_IMPORTS.map(str::to_owned);
        let environment = self.environment_with(self.bytecode_of_reference(), round);
        let words = named("import", &imports).collect();
        let exchange = self.exchange(Script::Probe, &WITHOUT_SITE, words, environment, OWN_LIMIT)?;
        let sample = self
            .sample_answer(&exchange, OWN_LIMIT)?
            .map(|answer| answer.into_sample(round))
            .map_err(|failure| PythonError::Died {
                executable: self.settings.executable.clone(),
                how: "importing the reference workload".to_owned(),
                output: format!("{failure:?}"),
            })?;
        Ok(ReferenceSample {
            cpu_ns: sample.cpu_ns,
            wall_ns: sample.wall_ns,
            calibration_ns: sample.sustained_calibration_ns,
        })
    }

    /// Runs a script that imports what is requested. For the interpreter's own start the script runs `site` itself, and there
    /// are no source roots yet.
    pub(super) fn run_import(
        &self,
        script: Script,
        further: &[&str],
        request: ImportRequest<'_>,
        time_limit: Duration,
    ) -> Result<Exchange, PythonError> {
        let (flags, mut words): (&[&str], _) = if request.is_start() {
            (&WITHOUT_SITE, vec![START.into()])
        } else {
            (&[], self.root_words())
        };
        words.extend(further.iter().map(OsString::from));
        if !request.is_start() {
            words.extend(self.set_up_word());
        }
        words.extend(named("preload", request.preload));
        words.extend(named("import", request.imports));
        self.exchange(script, flags, words, self.environment(request.round), time_limit)
    }

    /// The word that has a script call what comes before an import.
    pub(super) fn set_up_word(&self) -> Option<OsString> {
        let call = self.settings.set_up.call.as_ref()?;
        Some(word("setup", call.name.as_ref()))
    }

    /// From now on nothing is called before an import; variables stay as they are.
    pub fn forget_set_up(&mut self) {
        self.settings.set_up.call = None;
    }

    /// Runs a script that reads the project's sources and imports none of them: without `site`, whose files are code of others.
    pub(super) fn run_reader(
        &self,
        script: Script,
        further: &[String],
        time_limit: Duration,
    ) -> Result<Exchange, PythonError> {
        let mut words = self.root_words();
        words.extend(further.iter().map(OsString::from));
        self.exchange(script, &WITHOUT_SITE, words, self.environment(0), time_limit)
    }

    fn exchange(
        &self,
        script: Script,
        flags: &[&str],
        words: Vec<OsString>,
        environment: BTreeMap<OsString, Option<OsString>>,
        time_limit: Duration,
    ) -> Result<Exchange, PythonError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let channel = Channel::open(self.workspace.program(script), self.workspace.mailbox())?;
            let mut command = self.command_with(&channel, (flags, words.clone()), environment.clone(), time_limit);
            // A timed import must not wait for somebody to read what it prints.
            if matches!(script, Script::Observe | Script::Syntax) {
                command.output = Output::Capture;
            }
            match channel.run(&command) {
                // Another import removed the folder once more.
                Err(RunError::WorkingDirectory { .. }) if attempts < ATTEMPTS => {}
                ended => return Ok(ended?),
            }
        }
    }

    /// The interpreter with a script that answers through this channel; what it prints is thrown away.
    pub(super) fn command_with(
        &self,
        channel: &Channel,
        (flags, words): (&[&str], Vec<OsString>),
        environment: BTreeMap<OsString, Option<OsString>>,
        time_limit: Duration,
    ) -> Command {
        // Where it cannot be made, the start says why.
        let _ = self.folder.restore();
        let mut command = Command::new(&self.settings.executable, time_limit);
        command.wall_limit = self.wall_limit(time_limit);
        command.arguments.extend(flags.iter().map(OsString::from));
        command.arguments.extend(channel.words());
        command.arguments.extend(words);
        command.environment = environment;
        command.working_directory = Some(self.settings.working_directory.clone());
        command.abort_at_limit = true;
        command
    }

    /// The words that put the project's folders in front of `sys.path`.
    pub(super) fn root_words(&self) -> Vec<OsString> {
        let roots = self.settings.source_roots.iter();
        words("root", roots.map(|root| root.as_os_str().to_owned()))
    }

    /// The changes to the environment that every run shares; the hash seed follows the round, so that two arms of one
    /// round lay their dictionaries out alike.
    pub(super) fn environment(&self, round: u32) -> BTreeMap<OsString, Option<OsString>> {
        self.environment_with(self.bytecode(), round)
    }

    fn environment_with(&self, bytecode: BytecodeFiles, round: u32) -> BTreeMap<OsString, Option<OsString>> {
        let mut environment = self.settings.own_environment();
        let mut set = |name: &str, value: Option<OsString>| environment.insert(OsString::from(name), value);
        set("PYTHONHASHSEED", Some((round + 1).to_string().into()));
        let private = || Some(self.workspace.bytecode_folder().into_os_string());
        match bytecode {
            BytecodeFiles::AsIs => {}
            BytecodeFiles::Warm => {
                set("PYTHONDONTWRITEBYTECODE", None);
                set("PYTHONPYCACHEPREFIX", private());
            }
            BytecodeFiles::Cold => {
                set("PYTHONDONTWRITEBYTECODE", Some("1".into()));
                set("PYTHONPYCACHEPREFIX", private());
            }
        }
        environment
    }

    pub(super) fn sample_answer(
        &self,
        exchange: &Exchange,
        time_limit: Duration,
    ) -> Result<Result<SampleAnswer, Failure>, PythonError> {
        let answer = match exchange.answer::<SampleAnswer>("sample") {
            Ok(Ok(answer)) => {
                let check = |begun| plausible::contradiction(answer.sample(), begun, &exchange.ended);
                match exchange.begun().map_or(Some(Implausible::Foreign), check) {
                    Some(why) => Err(Failure::Implausible(why)),
                    None => Ok(answer),
                }
            }
            Ok(Err(failure)) => Err(failure),
            Err(unreadable) => Err(self.silent_end(exchange, &unreadable, time_limit)),
        };
        self.after_set_up(exchange, answer)
    }

    /// What an import came to. What did not get as far as the import, since its set-up failed, is no answer.
    pub(super) fn after_set_up<T>(
        &self,
        exchange: &Exchange,
        answer: Result<T, Failure>,
    ) -> Result<Result<T, Failure>, PythonError> {
        match (answer, &self.settings.set_up.call) {
            (Err(failure), Some(call)) if exchange.failed_in_set_up() => Err(PythonError::SetUp {
                call: call.clone(),
                failure: Box::new(failure),
            }),
            (answer, _) => Ok(answer),
        }
    }

    /// A process that ended without an answer: it hung, a signal killed it, it left by itself, or somebody answered for it.
    pub(super) fn silent_end(&self, exchange: &Exchange, why: &Unreadable, time_limit: Duration) -> Failure {
        match why {
            Unreadable::Foreign => return Failure::Implausible(Implausible::Foreign),
            Unreadable::Invalid(_) => return Failure::Implausible(Implausible::Nonsense),
            Unreadable::TooMuch => {
                let why = format!("{why}, as where it leaves hundreds of thousands of modules or names of megabytes");
                return Failure::Unobserved { why };
            }
            Unreadable::Nothing | Unreadable::Short => {}
        }
        let stacks = faults::stacks(&exchange.faults(), &self.workspace.own_prefix());
        if let Some(overrun) = exchange.ended.overrun {
            return failure_by(overrun, time_limit, stacks);
        }
        let stack = stacks.current;
        match exchange.ended.status {
            Status::Signaled(signal) => Failure::Crashed {
                signal,
                cause: exchange.ended.signal_cause,
                stack,
            },
            Status::Exited(UNHEARD) => Failure::Unobserved { why: CLOSED.to_owned() },
            Status::Exited(code) => Failure::Exited { code, stack },
        }
    }

    pub(super) fn unexpected_output(&self, reason: String, exchange: &Exchange) -> PythonError {
        PythonError::UnexpectedOutput {
            executable: self.settings.executable.clone(),
            reason,
            output: String::from_utf8_lossy(&exchange.ended.output_tail).into_owned(),
        }
    }
}

/// What it says of a process that it was ended at its limit, with its stacks then. Where one is that waits for a processor is chance.
pub(super) fn failure_by(overrun: Overrun, limit: Duration, stacks: Stacks) -> Failure {
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match overrun {
        Overrun::Hung => Failure::Hung {
            limit_ms: milliseconds(limit),
            stack: stacks.current,
            other_threads: stacks.others,
        },
        Overrun::Starved { waited, elapsed } => Failure::Starved {
            waited_ms: milliseconds(waited),
            elapsed_ms: milliseconds(elapsed),
        },
    }
}

/// What a panic left behind is as it was.
fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the standard library has bytecode beside it, told by a module of the reference workload.
fn has_library_bytecode(interpreter: &Interpreter) -> bool {
    let file = interpreter
        .cache_tag
        .as_ref()
        .map(|tag| format!("asyncio/__pycache__/base_events.{tag}.pyc"));
    let mut folders = interpreter.standard_library.iter();
    file.is_none_or(|file| folders.any(|folder| folder.join(&file).is_file()))
}

pub(super) fn word(key: &str, value: &std::ffi::OsStr) -> OsString {
    let mut word = OsString::from(key);
    word.push("=");
    word.push(value);
    word
}

pub(super) fn words(key: &str, values: impl Iterator<Item = OsString>) -> Vec<OsString> {
    values.map(|value| word(key, &value)).collect()
}

pub(super) fn named<'a>(key: &'a str, values: &'a [String]) -> impl Iterator<Item = OsString> + 'a {
    values.iter().map(move |value| word(key, value.as_ref()))
}
