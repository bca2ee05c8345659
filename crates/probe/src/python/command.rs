//! A whole command as a sample: from its start to its end, as the kernel accounts for it. Laziness can turn every import
//! green while the first command pays; this is where it shows.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use super::PythonError;
use super::answer;
use super::faults::Stacks;
use super::observation::name_files;
use super::programs::program;
use super::scripts::Script;
use super::session::{Session, failure_by, word};
use super::workspace::Mailbox;
use crate::runner;
use crate::runner::{Command, Ended, Output, Status};
use importgate_core::observed::{FailedCommand, Failure, Observation, Sample};

impl Session {
    /// Runs a command once. It is looked up beside the interpreter first, as in an activated environment; `python` is the
    /// interpreter itself.
    ///
    /// Its time is CPU time, its own and that of the processes that it waited for; what it was blocked for cannot be told
    /// from waiting for a processor and shows in the wall-clock time only. Its memory is the peak of the resident set.
    ///
    /// # Errors
    /// [`PythonError`] where it could not be started; a command that fails, crashes or hangs is `Ok(Err(failed))`.
    pub fn command(&self, words: &[String], round: u32) -> Result<Result<Sample, FailedCommand>, PythonError> {
        let mut command = self.command_of(words, round);
        let ended = runner::run(&command)?;
        let Some(failure) = failure_of(&ended, command.time_limit) else {
            return Ok(Ok(sample_of(&ended, round)));
        };
        let mut printed = String::new();
        if ended.overrun.is_none() {
            // What is timed must not wait for somebody to read what it prints: a failure is run once more for its output.
            command.output = Output::Capture;
            let again = runner::run(&command)?;
            if again.status == ended.status {
                printed = String::from_utf8_lossy(&again.output_tail).into_owned();
            }
        }
        Ok(Err(FailedCommand { failure, printed }))
    }

    /// Runs a command once and looks at what its first process of this interpreter imports, from the end of that one's start to its
    /// end. Nothing was seen where there is none such, where it ignores PYTHONPATH (`-I`, `-E`, `-S`), or where it did not end by
    /// itself.
    ///
    /// # Errors
    /// [`PythonError`] where it could not be started, or answered something unexpected.
    pub fn observe_command(&self, words: &[String]) -> Result<Observation, PythonError> {
        let mailbox = self.watch_command(words, Script::CommandObserver, 1)?;
        let mut observation: Observation =
            answer::read_alone(&mailbox.read_answer(), "observation").unwrap_or_default();
        name_files(&mut observation, &self.settings().working_directory);
        Ok(observation)
    }

    /// Runs a command with its first process of this interpreter watched by a script, which may take `patience` times the limit. What
    /// it answered is in the mailbox.
    pub(super) fn watch_command(
        &self,
        words: &[String],
        observer: Script,
        patience: u32,
    ) -> Result<Mailbox, PythonError> {
        let folder = self.workspace().folder_of_observer(observer)?;
        let mailbox = self.workspace().mailbox();
        let mut command = self.command_of(words, 0);
        let path = std::env::join_paths(std::iter::once(folder.clone()).chain(self.python_paths()));
        command
            .environment
            .insert("PYTHONPATH".into(), Some(path.unwrap_or_default()));
        let mut told = word("prefix", self.interpreter().prefix.as_os_str());
        for (key, value) in [("command", OsStr::new("yes")), ("answer", mailbox.answer.as_os_str())] {
            told.push("\n");
            told.push(word(key, value));
        }
        command.environment.insert("IMPORTGATE_OBSERVE".into(), Some(told));
        command.time_limit *= patience;
        command.wall_limit = self.wall_limit(command.time_limit);
        runner::run(&command)?;
        Ok(mailbox)
    }

    fn command_of(&self, words: &[String], round: u32) -> Command {
        let settings = self.settings();
        let (name, arguments) = words
            .split_first()
            .map_or(("", words), |(name, rest)| (name.as_str(), rest));
        let mut command = Command::new(program(&settings.executable, OsStr::new(name)), settings.time_limit);
        command.wall_limit = self.wall_limit(settings.time_limit);
        command.arguments = arguments.iter().map(OsString::from).collect();
        command.environment = self.environment(round);
        command
            .environment
            .insert("PYTHONPATH".into(), Some(self.python_path()));
        command.working_directory = Some(settings.working_directory.clone());
        command
    }

    /// The source roots in front of what the user has set.
    fn python_path(&self) -> OsString {
        // A folder with a colon in its name cannot stand in the variable at all.
        std::env::join_paths(self.python_paths()).unwrap_or_default()
    }

    fn python_paths(&self) -> Vec<PathBuf> {
        let own = self.settings().set_up.variables.get("PYTHONPATH");
        let set = own.map(OsString::from).or_else(|| std::env::var_os("PYTHONPATH"));
        let set = set.iter().flat_map(std::env::split_paths);
        self.settings().source_roots.iter().cloned().chain(set).collect()
    }
}

/// How a process failed, if it did.
fn failure_of(ended: &Ended, time_limit: Duration) -> Option<Failure> {
    if let Some(overrun) = ended.overrun {
        return Some(failure_by(overrun, time_limit, Stacks::default()));
    }
    match ended.status {
        Status::Exited(0) => None,
        Status::Exited(code) => Some(Failure::Exited {
            code,
            stack: Vec::new(),
        }),
        Status::Signaled(signal) => Some(Failure::Crashed {
            signal,
            cause: ended.signal_cause,
            stack: Vec::new(),
        }),
    }
}

fn sample_of(ended: &Ended, round: u32) -> Sample {
    Sample {
        round,
        wall_ns: u64::try_from(ended.wall.as_nanos()).unwrap_or(u64::MAX),
        cpu_ns: ended.user_ns + ended.system_ns,
        memory_bytes: ended.max_rss_bytes,
        peak_memory_bytes: ended.max_rss_bytes,
        ..Sample::default()
    }
}
