//! A process that others are forked from, and a run of one that was.
//!
//! The process in between ends at once, so that the system makes this one the parent of what was forked: it is waited for, ended
//! and accounted for like any other. What it does not inherit is that it ends with this process, which it is told in another way
//! (`descriptors.rs`).

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, PipeReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::own_memory::Pages;
use super::runs::Run;
use super::supervise::{Child, Watch, fail_if_interrupted, see_to_its_end};
use super::wakeup::{self, Wakeup};
use super::{Command, Ended, Handed, Inbox, RunError, descriptors, processor_time, strays, system};

/// How long a process may take to end that was ended by force.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that goes on until this is dropped.
#[derive(Debug)]
pub(crate) struct Parent {
    /// There until it is dropped.
    run: Option<Run>,
    inbox: Inbox,
    pages: Option<Arc<Pages>>,
}

impl Parent {
    /// Starts it, with these descriptors, one of which is the other end of the inbox.
    ///
    /// # Errors
    /// [`RunError`] where it cannot be started.
    pub(crate) fn start(command: &Command, handed: &[Handed], mut inbox: Inbox) -> Result<Self, RunError> {
        let wakeup = Wakeup::take()?;
        fail_if_interrupted()?;
        let (_, run) = Child::start(command, handed, Some(&mut inbox), &wakeup)?;
        Ok(Self {
            run: Some(run),
            inbox,
            pages: None,
        })
    }

    /// Waits until it has told what `is_enough`, and gives that; `None` where it came to its end, or to that of its time.
    ///
    /// # Errors
    /// [`RunError::Interrupted`], and where it cannot be waited for.
    pub(crate) fn hear(
        &mut self,
        limits: &Command,
        is_enough: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, RunError> {
        let wakeup = Wakeup::take()?;
        let Some(run) = &self.run else { return Ok(None) };
        let mut child = Child::of(run, Some(&mut self.inbox), &wakeup);
        child
            .supervise(limits, Instant::now(), &processor_time::of, is_enough)
            .map_err(|source| RunError::Wait {
                program: limits.program.clone(),
                source,
            })?;
        fail_if_interrupted()?;
        let told = self.inbox.take_received();
        Ok(is_enough(&told).then_some(told))
    }

    /// Notes what memory it has: to be called when it waits, before anything is forked from it.
    ///
    /// # Errors
    /// Where the system does not tell, or what is forked from it would share memory with it.
    pub(crate) fn note_memory(&mut self) -> io::Result<()> {
        if let Some(run) = &self.run {
            self.pages = Some(Arc::new(Pages::of(run.leader)?));
        }
        Ok(())
    }

    /// Takes charge of a process that was forked from it, and that waits.
    ///
    /// # Errors
    /// Where it is no such process.
    pub(crate) fn take_charge(&self, process: i32) -> io::Result<Fork> {
        let pages = self.pages.clone().ok_or(io::ErrorKind::NotFound)?;
        Ok(Fork {
            run: Run::adopt(process)?,
            pages,
        })
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        if let (Some(run), Ok(wakeup)) = (self.run.take(), Wakeup::take()) {
            end(run, &wakeup);
        }
    }
}

/// Ends a process by force.
fn end(run: Run, wakeup: &Wakeup) {
    system::signal_group(run.leader, libc::SIGKILL);
    let limits = Command::new("", PATIENCE);
    // What cannot be ended, nobody else can either.
    let _ = Child::of(&run, None, wakeup).supervise(&limits, Instant::now(), &processor_time::of, &|_| false);
    let _ = run.reap();
    if wakeup::adopts_orphans() {
        strays::end(wakeup);
    }
}

/// The descriptors of a process that waits, by the numbers that they have there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    /// What is read from here.
    pub(crate) answers: i32,
    /// What its key goes to.
    pub(crate) key: i32,
    /// The file that its stacks are in at its end.
    pub(crate) faults: i32,
}

/// What came of a process that was forked.
pub(crate) struct Done {
    pub(crate) ended: Ended,
    pub(crate) inbox: Inbox,
    pub(crate) faults: File,
}

/// A process that was forked and that waits for its key.
pub(crate) struct Fork {
    run: Run,
    pages: Arc<Pages>,
}

impl Fork {
    /// Gives it memory of its own, sends it the key, and sees to its end. It answers with no more than so many bytes, and has so many
    /// for its stacks.
    ///
    /// # Errors
    /// As [`super::run`], and [`RunError::Prepare`] where it did not come so far that it began.
    pub(crate) fn run(
        self,
        command: &Command,
        waiting: Waiting,
        key: &[u8],
        at_most: (usize, u64),
    ) -> Result<Done, RunError> {
        let (of_answer, of_stacks) = at_most;
        let wakeup = Wakeup::take()?;
        let prepare = || {
            let lifeline = descriptors::end_with_this_process(self.run.leader)?;
            let answers = self.open(waiting.answers, OpenOptions::new().read(true), FileTypeExt::is_fifo)?;
            let inbox = Inbox::of(PipeReader::from(OwnedFd::from(answers)), of_answer)?;
            let faults = self.open(
                waiting.faults,
                OpenOptions::new().read(true).write(true),
                FileType::is_file,
            )?;
            descriptors::limit(&faults, of_stacks)?;
            self.pages.give_to(self.run.leader)?;
            let mut keys = self.open(waiting.key, OpenOptions::new().write(true), FileTypeExt::is_fifo)?;
            let watch = Watch::begin(true);
            keys.write_all(key)?;
            Ok((lifeline, inbox, faults, watch))
        };
        let (lifeline, mut inbox, faults, watch) = match prepare() {
            Ok(prepared) => prepared,
            Err(source) => {
                end(self.run, &wakeup);
                return Err(RunError::Prepare(source));
            }
        };
        let child = Child::of(&self.run, Some(&mut inbox), &wakeup);
        let mut ended = see_to_its_end(child, self.run, &watch, command, &processor_time::of)?;
        drop(lifeline);
        // What the set-up had at most is part of the peak, as it would be had it run there.
        ended.max_rss_bytes = ended.max_rss_bytes.max(self.pages.peak_bytes);
        Ok(Done { ended, inbox, faults })
    }

    fn open(&self, number: i32, options: &mut OpenOptions, is_right: impl Fn(&FileType) -> bool) -> io::Result<File> {
        let path = format!("/proc/{}/fd/{number}", self.run.leader);
        #[expect(
            clippy::disallowed_methods,
            reason = "it does not wait, and what it opened is looked at"
        )]
        let file = options.custom_flags(libc::O_NONBLOCK).open(path)?;
        if is_right(&file.metadata()?.file_type()) {
            Ok(file)
        } else {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }
}
