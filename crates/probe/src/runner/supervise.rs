//! The life of one child process, from its start to the end of all that it started.

use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::process::{self, Stdio};
use std::time::{Duration, Instant};

use importgate_core::observed::SignalCause;

use super::allowance::{Allowance, Overrun, ProcessorTime, Standing};
use super::handover::{Handed, Inbox};
use super::runs::Run;
use super::signal_cause::{self, KillingSignal};
use super::tail::Tail;
use super::wakeup::{self, Wakeup};
use super::{Command, Ended, Output, RunError, interrupted};
use super::{descriptors, processor_time, strays, system};
use crate::machine;

/// How long `faulthandler` has to write its stacks after SIGABRT. It needs milliseconds, and the process ends itself then.
const ABORT_GRACE: Duration = Duration::from_secs(2);

/// The grace after Ctrl-C, when somebody waits for the prompt.
const INTERRUPT_GRACE: Duration = Duration::from_millis(500);

/// How long a process has to end after SIGKILL, in an uninterruptible wait for a disk for example.
const KILL_PATIENCE: Duration = Duration::from_secs(10);

/// How much is read at a time: what a pipe holds by default.
const PIECE: usize = 64 * 1024;

/// What is read at most after the child's end. A pipe holds no more, unless somebody is still writing.
const DRAIN_LIMIT: usize = 1024 * 1024;

/// Runs a process to its end and leaves nothing of it behind.
///
/// Any number of threads may do so at once. On Linux the child lives no longer than the thread that calls this. It leads a
/// session of its own, without a terminal.
///
/// # Errors
///
/// See [`RunError`]. A process that exits with a code, dies of a signal or reaches its time limit is no error.
pub fn run(command: &Command) -> Result<Ended, RunError> {
    run_reading(command, &[], None, &processor_time::of)
}

/// The same for a process that gets these descriptors, and whose end of the pipe is one of them.
pub(crate) fn run_handing(command: &Command, handed: &[Handed], inbox: &mut Inbox) -> Result<Ended, RunError> {
    run_reading(command, handed, Some(inbox), &processor_time::of)
}

/// The same with a given reader of what the child had of the processors.
fn run_reading(
    command: &Command,
    handed: &[Handed],
    inbox: Option<&mut Inbox>,
    had: &dyn Fn(i32) -> ProcessorTime,
) -> Result<Ended, RunError> {
    let wakeup = Wakeup::take()?;
    fail_if_interrupted()?;
    let watch = Watch::begin(inbox.is_some());
    let (child, run) = Child::start(command, handed, inbox, &wakeup)?;
    see_to_its_end(child, run, &watch, command, had)
}

/// What is known of the moment at which a process began.
pub(super) struct Watch {
    started: Instant,
    /// How long this thread had waited for a processor; `None` where nobody answers, who would be held against what the system tells.
    waited_before: Option<Duration>,
}

impl Watch {
    /// To be called right before it begins.
    pub(super) fn begin(answers: bool) -> Self {
        signal_cause::note_what_was_ended_before();
        Self {
            waited_before: answers.then(processor_time::own_wait),
            started: Instant::now(),
        }
    }
}

/// Waits for the end of a child, with force where it must, and leaves nothing of it behind.
pub(super) fn see_to_its_end(
    mut child: Child<'_>,
    run: Run,
    watch: &Watch,
    command: &Command,
    had: &dyn Fn(i32) -> ProcessorTime,
) -> Result<Ended, RunError> {
    let outcome = child.supervise(command, watch.started, had, &|_| false);
    let wall = watch.started.elapsed();
    let seen_at_ns = system::shared_clock_ns();
    let (thread, kept_waiting) = match watch.waited_before {
        Some(before) => {
            let kept = processor_time::own_wait().saturating_sub(before);
            (processor_time::of_ended(run.leader), kept)
        }
        None => (None, Duration::ZERO),
    };
    let signal = KillingSignal::of(run.leader);
    let reaped = run.reap();
    if wakeup::adopts_orphans() {
        strays::end(child.wakeup);
    }
    fail_if_interrupted()?;

    let conclude = || {
        let overrun = outcome?;
        let account = reaped?.ok_or_else(|| io::Error::other("it has ended but cannot be reaped"))?;
        Ok(Ended {
            status: account.status,
            signal_cause: signal.map_or(SignalCause::Untold, |signal| {
                signal.cause(account.user_ns + account.system_ns)
            }),
            overrun,
            wall,
            user_ns: account.user_ns,
            system_ns: account.system_ns,
            max_rss_bytes: account.max_rss_bytes,
            thread,
            seen_at_ns,
            kept_waiting,
            output_tail: child.drain()?.finish(),
        })
    };
    conclude().map_err(|source| RunError::Wait {
        program: command.program.clone(),
        source,
    })
}

pub(super) fn fail_if_interrupted() -> Result<(), RunError> {
    interrupted().map_or(Ok(()), |signal| Err(RunError::Interrupted { signal }))
}

/// A child that was started and is not reaped.
pub(super) struct Child<'a> {
    id: i32,
    wakeup: &'a Wakeup,
    /// The reading end of its output, until all writing ends are closed.
    output: Option<PipeReader>,
    tail: Tail,
    /// What it tells us something through, where it does.
    inbox: Option<&'a mut Inbox>,
}

/// What the child was last sent because it did not end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    Aborted,
    Terminated,
    Killed,
}

impl<'a> Child<'a> {
    /// One that this process did not start itself, or has started before. Where its output goes was settled then.
    pub(super) fn of(run: &Run, inbox: Option<&'a mut Inbox>, wakeup: &'a Wakeup) -> Self {
        Self {
            id: run.leader,
            wakeup,
            output: None,
            tail: Tail::default(),
            inbox,
        }
    }

    pub(super) fn start(
        command: &Command,
        handed: &[Handed],
        inbox: Option<&'a mut Inbox>,
        wakeup: &'a Wakeup,
    ) -> Result<(Self, Run), RunError> {
        let start_error = |source| start_error(command, source);
        let mut process = process::Command::new(&command.program);
        process.args(&command.arguments).stdin(Stdio::null());
        for (name, value) in &command.environment {
            match value {
                Some(value) => process.env(name, value),
                None => process.env_remove(name),
            };
        }
        if let Some(directory) = &command.working_directory {
            process.current_dir(directory);
        }
        let output = match command.output {
            Output::Discard => {
                process.stdout(Stdio::null()).stderr(Stdio::null());
                None
            }
            Output::Capture => {
                let (reader, writer) = io::pipe().map_err(start_error)?;
                // The child can open its end for reading too, and take what `poll` has just announced.
                descriptors::set_nonblocking(reader.as_fd()).map_err(start_error)?;
                process.stdout(writer.try_clone().map_err(start_error)?).stderr(writer);
                Some(reader)
            }
        };
        // `process` holds the writing ends of the pipe; they are closed with it when it was started.
        let numbers = handed.iter().map(Handed::number).collect();
        let run = Run::start(process, wakeup::adopts_orphans(), numbers).map_err(start_error)?;
        let child = Self {
            id: run.leader,
            wakeup,
            output,
            tail: Tail::default(),
            inbox,
        };
        Ok((child, run))
    }

    /// Waits for the child to end, with force where it must, or to have told what `is_enough`. Returns why it was ended where it
    /// reached its time limit.
    pub(super) fn supervise(
        &mut self,
        command: &Command,
        started: Instant,
        had: &dyn Fn(i32) -> ProcessorTime,
        is_enough: &dyn Fn(&[u8]) -> bool,
    ) -> io::Result<Option<Overrun>> {
        let allowance = Allowance::of(command);
        let mut stage = Stage::Running;
        let mut overrun = None;
        let mut stopping = false;
        // A limit beyond what the clock can count is none.
        let mut deadline = started.checked_add(allowance.first_look());
        loop {
            // Cleared first and looked at then, so that what happens in between makes the next wait return at once.
            self.wakeup.clear();
            let told = self.inbox.as_ref().map_or(&[][..], |inbox| inbox.received());
            if is_enough(told) || system::has_ended(self.id)? {
                return Ok(overrun);
            }
            let now = Instant::now();
            if interrupted().is_some() && !stopping {
                stopping = true;
                if stage != Stage::Killed {
                    stage = self.terminate();
                    deadline = now.checked_add(INTERRUPT_GRACE);
                }
            } else if deadline.is_some_and(|deadline| deadline <= now) {
                let is_running = stage == Stage::Running;
                let look = || allowance.standing(now - started, had(self.id), machine::processors());
                deadline = match is_running.then(look) {
                    Some(Standing::GoesOn { until }) => started.checked_add(until),
                    over => {
                        if let Some(Standing::Over(why)) = over {
                            overrun = Some(why);
                        }
                        let patience;
                        (stage, patience) = self.escalate(stage, command)?;
                        now.checked_add(patience)
                    }
                };
            }
            let rest = deadline.map(|deadline| deadline.saturating_duration_since(now));
            self.wait(rest)?;
        }
    }

    /// Goes one step further, and says how long to wait for its effect.
    fn escalate(&self, stage: Stage, command: &Command) -> io::Result<(Stage, Duration)> {
        match stage {
            Stage::Running if command.abort_at_limit => {
                system::signal_process(self.id, libc::SIGABRT);
                system::signal_process(self.id, libc::SIGCONT);
                Ok((Stage::Aborted, ABORT_GRACE))
            }
            Stage::Running | Stage::Aborted => Ok((self.terminate(), command.grace)),
            Stage::Terminated => {
                system::signal_group(self.id, libc::SIGKILL);
                Ok((Stage::Killed, KILL_PATIENCE))
            }
            Stage::Killed => Err(io::Error::new(io::ErrorKind::TimedOut, "it did not end after SIGKILL")),
        }
    }

    fn terminate(&self) -> Stage {
        system::signal_group(self.id, libc::SIGTERM);
        // A stopped process would take note of SIGTERM only when it is continued.
        system::signal_group(self.id, libc::SIGCONT);
        Stage::Terminated
    }

    /// Sleeps until a signal, output or a message arrives, and takes in a piece of it.
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        let output = self.output.as_ref().map(AsFd::as_fd);
        let messages = self.inbox.as_ref().and_then(|inbox| inbox.descriptor());
        let [prints, tells] = system::wait_readable(self.wakeup.descriptor(), [output, messages], at_most)?;
        if prints {
            self.read_piece()?;
        }
        if let Some(inbox) = self.inbox.as_mut().filter(|_| tells) {
            inbox.read_piece()?;
        }
        Ok(())
    }

    /// Takes in what is there, at most one piece, and says how much it was. Forgets the pipe at its end.
    fn read_piece(&mut self) -> io::Result<usize> {
        let Some(output) = &mut self.output else { return Ok(0) };
        let mut piece = [0; PIECE];
        let length = match output.read(&mut piece) {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                return Ok(0);
            }
            result => result?,
        };
        if length == 0 {
            self.output = None;
        }
        self.tail.push(&piece[..length]);
        Ok(length)
    }

    /// Takes in what is in the pipe, without waiting for an end that a process left behind could keep from coming.
    fn drain(mut self) -> io::Result<Tail> {
        let mut drained = 0;
        while drained < DRAIN_LIMIT {
            match self.read_piece()? {
                0 => break,
                length => drained += length,
            }
        }
        Ok(self.tail)
    }
}

/// Tells a bad working directory from a bad program: the system reports both alike. Looking up "." in a directory needs
/// the same permission as entering it.
fn start_error(command: &Command, source: io::Error) -> RunError {
    let program = command.program.clone();
    if let Some(directory) = &command.working_directory
        && let Err(source) = fs::metadata(directory.join("."))
    {
        return RunError::WorkingDirectory {
            program,
            directory: directory.clone(),
            source,
        };
    }
    RunError::Start { program, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Status;
    use std::cell::Cell;
    use std::thread;

    const LIMIT: Duration = Duration::from_millis(50);

    fn shell(script: &str) -> Command {
        Command {
            arguments: vec!["-c".into(), script.into()],
            ..Command::new("/bin/sh", LIMIT)
        }
    }

    fn waited(waited: Duration) -> ProcessorTime {
        ProcessorTime {
            waited,
            ..ProcessorTime::default()
        }
    }

    #[test]
    fn a_child_that_waited_for_a_processor_goes_on_and_can_still_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let sign = folder.path().join("sign");
        // It ends by itself, and only after somebody has looked at it at its limit.
        let script = format!("until [ -e {} ]; do sleep 0.01; done; exit 7", sign.display());
        let ended = run_reading(&shell(&script), &[], None, &|child| {
            fs::write(&sign, "").expect("it can be written");
            while !system::has_ended(child).expect("a child") {
                thread::sleep(Duration::from_millis(1));
            }
            waited(LIMIT)
        });
        let ended = ended.expect("it runs");
        assert_eq!((ended.status, ended.overrun), (Status::Exited(7), None));
    }

    #[test]
    fn a_child_that_gets_no_processor_is_starved_and_one_that_does_hangs() {
        let looks = Cell::new(0);
        let never = shell("sleep 1000");
        let starved = run_reading(&never, &[], None, &|_| {
            looks.set(looks.get() + 1);
            waited(Duration::MAX)
        });
        let starved = starved.expect("it runs");
        assert!(looks.get() > 1, "{}", looks.get());
        assert!(starved.wall >= LIMIT * 10, "{:?}", starved.wall);
        assert!(
            matches!(starved.overrun, Some(Overrun::Starved { waited, elapsed }) if waited == elapsed && elapsed >= LIMIT * 10),
            "{:?}",
            starved.overrun
        );

        let hung = run_reading(&never, &[], None, &|_| ProcessorTime::default()).expect("it runs");
        assert_eq!(hung.overrun, Some(Overrun::Hung));
        // What it waited was given back once, and then it slept.
        let waited_once = run_reading(&never, &[], None, &|_| waited(LIMIT)).expect("it runs");
        assert_eq!(waited_once.overrun, Some(Overrun::Hung));
        assert!(waited_once.wall >= LIMIT * 2, "{:?}", waited_once.wall);
    }
}
