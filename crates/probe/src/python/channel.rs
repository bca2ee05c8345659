//! How the process of one run answers: through a pipe that it inherits, in messages that each begin with a key of that run alone.
//!
//! Measured code runs in the process that answers. So nothing of this lies under a path that it could find: the key comes through a
//! pipe that is read before measured code runs, and what anybody writes to the other pipe without it is no message. Only a process
//! that has closed its descriptors, as daemons do, answers in a file, with the key too.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek};

use serde::de::DeserializeOwned;

use super::PythonError;
use super::answer::{Begun, MOST, Messages, Unreadable};
use super::program_file::Program;
use super::session::word;
use super::workspace::Mailbox;
use crate::runner::{self, Command, Done, Ended, Fork, Handed, Inbox, Parent, RunError, Waiting};
use importgate_core::observed::Failure;

/// Whoever does not know it cannot answer.
pub(super) const KEY: usize = 16;

/// How many bytes there are for the stacks of a process: more than all frames that are written.
const MOST_OF_STACKS: u64 = 4 << 20;

/// What one process gets to answer with.
#[derive(Debug)]
pub(super) struct Channel {
    key: [u8; KEY],
    inbox: Inbox,
    /// Where `faulthandler` writes.
    faults: File,
    mailbox: Mailbox,
    /// In the order in which the scripts expect them: what it writes to, where the key comes from, `faults`, and the script.
    handed: Vec<Handed>,
    /// What the interpreter is to run.
    program: OsString,
    /// Its name, for whoever looks at the processes that run.
    name: OsString,
}

impl Channel {
    /// One for a process that runs this script.
    ///
    /// # Errors
    /// [`PythonError`] where the system has no descriptors left, or the script cannot be written.
    pub(super) fn open(script: &Program, mailbox: Mailbox) -> Result<Self, PythonError> {
        let (program, sealed) = script.open()?;
        let mut channel = Self::without_script(program, script.name(), mailbox).map_err(RunError::Prepare)?;
        channel.handed.extend(sealed);
        Ok(channel)
    }

    fn without_script(program: OsString, name: OsString, mailbox: Mailbox) -> io::Result<Self> {
        let key = runner::unguessable()?;
        let (inbox, answers) = Inbox::open(MOST)?;
        let faults = runner::unnamed(MOST_OF_STACKS)?;
        let handed = vec![answers, Handed::with(&key)?, Handed::new(&faults)?];
        Ok(Self {
            program,
            name,
            key,
            inbox,
            faults,
            mailbox,
            handed,
        })
    }

    /// The script, and what it is told first.
    pub(super) fn words(&self) -> [OsString; 4] {
        let numbers: Vec<_> = self.handed.iter().map(|handed| handed.number().to_string()).collect();
        [
            self.program.clone(),
            word("script", &self.name),
            word("channel", numbers.join(":").as_ref()),
            word("answer", self.mailbox.answer.as_os_str()),
        ]
    }

    /// Runs a process with it.
    pub(super) fn run(mut self, command: &Command) -> Result<Exchange, RunError> {
        let ended = runner::run_handing(command, &self.handed, &mut self.inbox)?;
        drop(self.handed);
        let failed = |source| RunError::Wait {
            program: command.program.clone(),
            source,
        };
        let mut received = self.inbox.finish().map_err(failed)?;
        if let Some(received) = &mut received {
            received.extend(self.mailbox.read_answer());
        }
        Ok(Exchange::new(ended, received, &self.key, self.faults))
    }
}

impl Channel {
    /// Starts a process with it that goes on, and gets a further descriptor.
    pub(super) fn start(mut self, command: &Command, further: Handed) -> Result<(Parent, [u8; KEY]), RunError> {
        self.handed.push(further);
        Ok((Parent::start(command, &self.handed, self.inbox)?, self.key))
    }
}

impl Exchange {
    /// Runs a process to its end that was forked, and that waits for its key.
    pub(super) fn of_fork(fork: Fork, waiting: Waiting, command: &Command) -> Result<Self, RunError> {
        let key: [u8; KEY] = runner::unguessable().map_err(RunError::Prepare)?;
        let Done { ended, inbox, faults } = fork.run(command, waiting, &key, (MOST, MOST_OF_STACKS))?;
        let received = inbox.finish().map_err(|source| RunError::Wait {
            program: command.program.clone(),
            source,
        })?;
        Ok(Self::new(ended, received, &key, faults))
    }
}

/// A process that came to its end, with what it answered.
pub(super) struct Exchange {
    pub(super) ended: Ended,
    messages: Result<Messages, Unreadable>,
    faults: File,
}

impl Exchange {
    /// With what was received, which is `None` where that was more than any answer has.
    fn new(ended: Ended, received: Option<Vec<u8>>, key: &[u8], faults: File) -> Self {
        let received = received.ok_or(Unreadable::TooMuch);
        Self {
            ended,
            messages: received.and_then(|received| Messages::read(&received, key)),
            faults,
        }
    }

    /// What it answered, or the failure that it sent in its place.
    pub(super) fn answer<T: DeserializeOwned>(&self, kind: &str) -> Result<Result<T, Failure>, Unreadable> {
        self.messages.as_ref().map_err(Clone::clone)?.answer(kind)
    }

    /// True where the process came to its end before its set-up did.
    pub(super) fn failed_in_set_up(&self) -> bool {
        self.messages.as_ref().is_ok_and(|messages| messages.is_in_set_up)
    }

    /// Where its clocks were when the import began.
    pub(super) fn begun(&self) -> Option<Begun> {
        self.messages.as_ref().ok()?.begun
    }

    /// The last of what was printed, where it was captured.
    pub(super) fn output_tail(&self) -> &[u8] {
        &self.ended.output_tail
    }

    /// What `faulthandler` and the scripts wrote about its end.
    pub(super) fn faults(&self) -> String {
        let mut text = Vec::new();
        let mut file = &self.faults;
        // What cannot be read says nothing.
        let _ = file
            .rewind()
            .and_then(|()| file.take(MOST_OF_STACKS).read_to_end(&mut text));
        let written = text.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        text.truncate(written);
        String::from_utf8_lossy(&text).into_owned()
    }
}
