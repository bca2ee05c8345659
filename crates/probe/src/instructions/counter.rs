//! Choosing what counts, and running a program under it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::PrivateFolder;
use crate::files;

use super::cachegrind::{self, Log};
use super::environment::pinned;
use super::{InstructionsError, perf};
use crate::runner;
use crate::runner::{Command, Ended, Output, RunError, Status};

/// How many times longer a program runs under cachegrind; measured are 20 to 40.
const CACHEGRIND_SLOWDOWN: u32 = 50;
/// What valgrind takes to start, on a busy machine.
const CACHEGRIND_START: Duration = Duration::from_secs(10);
/// For commands that answer at once.
const SHORT: Duration = Duration::from_secs(30);
/// No program needs fewer; a counter that shows less does not work.
const FEWEST: u64 = 10_000;

/// What counts instructions. Counts of different engines do not compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counter {
    /// valgrind's cachegrind: exact and slow.
    Cachegrind {
        /// valgrind's version.
        version: String,
    },
    /// The processor's counters, through `perf stat`.
    Counters {
        /// Whether `setarch -R` can switch off the random layout of memory; containers often forbid it.
        fixed_layout: bool,
    },
}

/// A program to be counted.
#[derive(Debug, Clone)]
pub struct Program {
    /// Program and arguments. Counts compare best where the arguments have equal lengths. Python must not get `-I` or
    /// `-E`, since it then ignores the fixed hash seed.
    pub command: Vec<OsString>,
    /// Variables on top of the pinned environment, which has `PATH`, `HOME`, `LD_LIBRARY_PATH` and `PYTHON*` of this
    /// process, with hash seed, locale and the threads of numeric libraries fixed.
    pub environment: BTreeMap<OsString, OsString>,
    /// The folder that it starts in.
    pub working_directory: PathBuf,
    /// How long it may take to be counted: see [`Counter::time_limit`].
    pub time_limit: Duration,
    /// How long it may take at most by the clock: see [`Command::wall_limit`].
    pub wall_limit: Option<Duration>,
}

impl Counter {
    /// Finds an engine. valgrind comes first: its counts are exact, and they hold on other machines too.
    ///
    /// # Errors
    /// [`InstructionsError::Missing`], which says what to install; [`InstructionsError::Run`] when interrupted.
    pub fn detect() -> Result<Self, InstructionsError> {
        if let Some(answer) = ask("valgrind", &["--version"])?
            && let Some(version) = cachegrind::version(&answer)
        {
            return Ok(Self::Cachegrind { version });
        }
        let engine = Self::Counters {
            fixed_layout: ask("setarch", &["-R", "true"])?.is_some(),
        };
        let program = Program {
            command: vec!["true".into()],
            environment: BTreeMap::new(),
            working_directory: PathBuf::from("/"),
            time_limit: SHORT,
            wall_limit: None,
        };
        match engine.count(&program) {
            Ok(count) if count >= FEWEST => Ok(engine),
            Err(InstructionsError::Run(interrupted @ RunError::Interrupted { .. })) => Err(interrupted.into()),
            _ => Err(InstructionsError::Missing),
        }
    }

    /// What tells whether two counts compare, such as `cachegrind 3.19.0`.
    pub fn identity(&self) -> String {
        match self {
            Self::Cachegrind { version } => format!("cachegrind {version}"),
            Self::Counters { fixed_layout: true } => "perf".to_owned(),
            Self::Counters { fixed_layout: false } => "perf with random layout".to_owned(),
        }
    }

    /// How long counting may take where the program itself may take `limit`.
    pub fn time_limit(&self, limit: Duration) -> Duration {
        match self {
            Self::Cachegrind { .. } => limit
                .saturating_mul(CACHEGRIND_SLOWDOWN)
                .saturating_add(CACHEGRIND_START),
            Self::Counters { .. } => limit,
        }
    }

    /// Counts the instructions of a program in user space, from its start to its end, without those of the processes
    /// that it starts. Its bytecode has to be warm: run it once before.
    ///
    /// # Errors
    /// All but [`InstructionsError::Missing`] and [`InstructionsError::NothingLeft`].
    pub fn count(&self, program: &Program) -> Result<u64, InstructionsError> {
        let folder = PrivateFolder::create().map_err(|source| RunError::Start {
            program: "a temporary folder".into(),
            source,
        })?;
        let ended = runner::run(&self.command(program, folder.path()))?;
        if ended.overrun.is_some() {
            return Err(InstructionsError::TimedOut {
                limit: program.time_limit,
            });
        }
        match self {
            Self::Cachegrind { .. } => self.read_logs(&ended, folder.path()),
            Self::Counters { .. } => {
                let text = files::read_text(&result_file(folder.path())).unwrap_or_default();
                self.judge(&ended, !text.is_empty(), perf::parse(&text), &text)
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Cachegrind { .. } => "cachegrind",
            Self::Counters { .. } => "perf",
        }
    }

    fn command(&self, program: &Program, folder: &Path) -> Command {
        let (engine, mut arguments) = match self {
            Self::Cachegrind { .. } => ("valgrind", cachegrind::arguments(folder)),
            Self::Counters { fixed_layout: false } => ("perf", perf::arguments(&result_file(folder))),
            Self::Counters { fixed_layout: true } => {
                let arguments = perf::arguments(&result_file(folder));
                (
                    "setarch",
                    ["-R", "perf"]
                        .map(OsString::from)
                        .into_iter()
                        .chain(arguments)
                        .collect(),
                )
            }
        };
        arguments.extend(program.command.iter().cloned());
        Command {
            arguments,
            environment: pinned(std::env::vars_os().map(|(name, _)| name), &program.environment),
            working_directory: Some(program.working_directory.clone()),
            output: Output::Capture,
            wall_limit: program.wall_limit,
            ..Command::new(engine, program.time_limit)
        }
    }

    /// Finds the log of the process that was started, among those of the processes that it started in turn.
    fn read_logs(&self, ended: &Ended, folder: &Path) -> Result<u64, InstructionsError> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let texts: Vec<String> = entries
            .filter_map(|entry| files::read_text(&entry.path()).ok())
            .collect();
        let own = |text: &&String| Log::parse(text).is_some_and(|log| log.parent == std::process::id());
        let mut own_texts = texts.iter().filter(own);
        // An orphan may be adopted by this process, and then there are two: no count rather than a wrong one.
        let text = match (own_texts.next(), own_texts.next()) {
            (Some(text), None) => text.as_str(),
            _ => "",
        };
        self.judge(
            ended,
            !texts.is_empty(),
            Log::parse(text).and_then(|log| log.instructions),
            text,
        )
    }

    /// Tells the three failures apart: not started, died, and ended well without a count.
    fn judge(&self, ended: &Ended, started: bool, count: Option<u64>, log: &str) -> Result<u64, InstructionsError> {
        let printed = String::from_utf8_lossy(&ended.output_tail).trim().to_owned();
        match (ended.status, count) {
            (Status::Exited(0), Some(count)) => Ok(count),
            (Status::Exited(0), None) => Err(InstructionsError::UnexpectedOutput {
                engine: self.name(),
                output: format!("{printed}\n{log}").trim().to_owned(),
            }),
            // What shells and both engines exit with when there is nothing to execute.
            (Status::Exited(126 | 127), None) => Err(InstructionsError::Start {
                engine: self.name(),
                message: printed,
            }),
            (Status::Exited(_), None) if !started => Err(InstructionsError::Start {
                engine: self.name(),
                message: printed,
            }),
            // A signal may come from an instruction that valgrind does not know, and then its log has the reason.
            (Status::Signaled(_), _) => Err(InstructionsError::Died {
                status: ended.status,
                output: format!("{printed}\n{log}").trim().to_owned(),
            }),
            (Status::Exited(_), _) => Err(InstructionsError::Died {
                status: ended.status,
                output: printed,
            }),
        }
    }
}

fn result_file(folder: &Path) -> PathBuf {
    folder.join("perf.csv")
}

/// What a command prints; `None` where it is missing or fails.
fn ask(program: &str, arguments: &[&str]) -> Result<Option<String>, InstructionsError> {
    let command = Command {
        arguments: arguments.iter().map(OsStr::new).map(OsStr::to_owned).collect(),
        output: Output::Capture,
        ..Command::new(program, SHORT)
    };
    match runner::run(&command) {
        Ok(ended) if ended.status == Status::Exited(0) => {
            Ok(Some(String::from_utf8_lossy(&ended.output_tail).into_owned()))
        }
        Ok(_) | Err(RunError::Start { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use importgate_core::observed::SignalCause;

    fn ended(status: Status, output: &str) -> Ended {
        Ended {
            status,
            signal_cause: SignalCause::Untold,
            overrun: None,
            wall: Duration::ZERO,
            user_ns: 0,
            system_ns: 0,
            max_rss_bytes: 0,
            thread: None,
            seen_at_ns: 0,
            kept_waiting: Duration::ZERO,
            output_tail: output.as_bytes().to_vec(),
        }
    }

    fn judge(status: Status, started: bool, count: Option<u64>) -> Result<u64, InstructionsError> {
        let engine = Counter::Cachegrind {
            version: "3.19.0".to_owned(),
        };
        engine.judge(&ended(status, "printed"), started, count, "log")
    }

    #[test]
    fn a_good_end_with_a_count_is_a_count() {
        assert_eq!(judge(Status::Exited(0), true, Some(5)).ok(), Some(5));
    }

    #[test]
    fn a_good_end_without_a_count_is_unexpected() {
        assert!(matches!(
            judge(Status::Exited(0), true, None),
            Err(InstructionsError::UnexpectedOutput { .. })
        ));
    }

    #[test]
    fn a_failed_program_died_even_where_it_was_counted() {
        for status in [Status::Exited(1), Status::Exited(127), Status::Signaled(11)] {
            assert!(
                matches!(judge(status, true, Some(5)), Err(InstructionsError::Died { .. })),
                "{status:?}"
            );
        }
        let error = judge(Status::Signaled(4), true, None).expect_err("died");
        assert!(
            error.to_string().contains("died of signal 4") && error.to_string().contains("log"),
            "{error}"
        );
    }

    #[test]
    fn what_never_ran_was_not_started() {
        for (code, started) in [(127, true), (126, false), (1, false)] {
            let judged = judge(Status::Exited(code), started, None);
            assert!(
                matches!(judged, Err(InstructionsError::Start { .. })),
                "{code}: {judged:?}"
            );
        }
    }

    #[test]
    fn cachegrind_gets_more_time() {
        let engine = Counter::Cachegrind {
            version: "3.19.0".to_owned(),
        };
        assert_eq!(engine.time_limit(Duration::from_secs(10)), Duration::from_secs(510));
        let engine = Counter::Counters { fixed_layout: true };
        assert_eq!(engine.time_limit(Duration::from_secs(10)), Duration::from_secs(10));
    }
}
