//! A whole command as a sample: from its start to its end, as the kernel accounts for it. Laziness can turn every import
//! green while the first command pays; this is where it shows.

use std::ffi::OsString;
use std::time::Duration;

use super::PythonError;
use super::session::Session;
use crate::runner;
use crate::runner::{Command, Ended, Output, Status};
use importgate_core::observed::{FailedCommand, Failure, Sample};

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
        if !ended.timed_out {
            // What is timed must not wait for somebody to read what it prints: a failure is run once more for its output.
            command.output = Output::Capture;
            let again = runner::run(&command)?;
            if again.status == ended.status {
                printed = String::from_utf8_lossy(&again.output_tail).into_owned();
            }
        }
        Ok(Err(FailedCommand { failure, printed }))
    }

    fn command_of(&self, words: &[String], round: u32) -> Command {
        let settings = self.settings();
        let (program, arguments) = words
            .split_first()
            .map_or(("", words), |(program, rest)| (program.as_str(), rest));
        let mut command = Command::new(self.program(program), settings.time_limit);
        command.arguments = arguments.iter().map(OsString::from).collect();
        command.environment = self.environment(round);
        command
            .environment
            .insert("PYTHONPATH".into(), Some(self.python_path()));
        command.working_directory = Some(settings.working_directory.clone());
        command
    }

    fn program(&self, name: &str) -> OsString {
        let executable = &self.settings().executable;
        if matches!(name, "python" | "python3") {
            return executable.clone().into_os_string();
        }
        let beside = executable.with_file_name(name);
        let is_plain = !name.contains('/') && !name.is_empty();
        if is_plain && beside.is_file() {
            beside.into_os_string()
        } else {
            name.into()
        }
    }

    /// The source roots in front of what the user has set.
    fn python_path(&self) -> OsString {
        let set = std::env::var_os("PYTHONPATH");
        let set = set.iter().flat_map(std::env::split_paths);
        // A folder with a colon in its name cannot stand in the variable at all.
        std::env::join_paths(self.settings().source_roots.iter().cloned().chain(set)).unwrap_or_default()
    }
}

/// How a process failed, if it did.
fn failure_of(ended: &Ended, time_limit: Duration) -> Option<Failure> {
    if ended.timed_out {
        return Some(Failure::Hung {
            limit_ms: u64::try_from(time_limit.as_millis()).unwrap_or(u64::MAX),
            stack: Vec::new(),
            other_threads: Vec::new(),
        });
    }
    match ended.status {
        Status::Exited(0) => None,
        Status::Exited(code) => Some(Failure::Exited {
            code,
            stack: Vec::new(),
        }),
        Status::Signaled(signal) => Some(Failure::Crashed {
            signal,
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
