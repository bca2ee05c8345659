//! One set-up for all the samples of a round, and for all looks: the process that has run it, from which one is forked for each import.
//!
//! A project's set-up may take a hundred times what an import adds to it. Each round has a parent of its own on each side, so that neither
//! the layout of memory nor the hash seed is one for all samples of a target. Where a set-up leaves behind what two processes cannot
//! both have, or the system does not let this process do what that takes, each sample runs the set-up itself. So does each look, and
//! looks are no longer forked once one came to nothing, or hung.

use std::ffi::OsString;
use std::io::{self, PipeWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use super::PythonError;
use super::answer::frames;
use super::channel::{Channel, Exchange, KEY};
use super::observation::PATIENCE;
use super::scripts::Script;
use super::session::{BytecodeFiles, OWN_LIMIT, Session, named};
use super::working_folder::Folder;
use crate::runner::{self, Command, Fork, Handed, RunError, Waiting};
use importgate_core::observed::{ImportRequest, SetUpRuns};

/// What hinders where nobody can have orphans for children.
const NO_ORPHANS: &str = "the system does not let a process wait for what others forked";

/// What is forked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forked {
    Sample,
    Look,
}

impl Forked {
    fn script(self) -> Script {
        match self {
            Self::Sample => Script::Probe,
            Self::Look => Script::Observe,
        }
    }

    /// How many times the limit of an import it may take.
    fn patience(self) -> u32 {
        match self {
            Self::Sample => 1,
            Self::Look => PATIENCE,
        }
    }
}

/// Who runs the set-up.
#[derive(Debug, Default)]
enum Sharing {
    /// Each process itself.
    #[default]
    Off,
    /// A parent of the round, of which there is one by now or none yet.
    On(Option<Box<Parent>>),
}

/// Who runs the set-up of a sample, and of a look.
#[derive(Debug, Default)]
pub(super) struct SetUps {
    of_samples: Mutex<Sharing>,
    of_looks: Mutex<Sharing>,
    /// What kept looks from sharing one since that was wanted: the first of it.
    hindered_looks: Mutex<Option<String>>,
}

/// A process that has run the set-up and waits for requests.
#[derive(Debug)]
pub(super) struct Parent {
    process: runner::Parent,
    key: [u8; KEY],
    requests: PipeWriter,
    made_for: MadeFor,
}

/// What a parent is started for: another needs another.
#[derive(Debug, PartialEq, Eq)]
struct MadeFor {
    round: u32,
    bytecode: BytecodeFiles,
    /// Which folder it runs in: an import may have removed it.
    folder: Option<Folder>,
}

/// What it says.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Told {
    SetUp,
    SetUpOver,
    Ready,
    Hindered {
        by: String,
    },
    #[serde(rename = "forked")]
    Begun {
        process: i32,
        answers: i32,
        key: i32,
        faults: i32,
    },
    /// Why the set-up came to no end.
    #[serde(other)]
    Other,
}

/// Why no set-up is shared. Where it is not known, a process that runs the set-up itself will say it.
#[derive(Debug)]
struct Hindrance(Option<String>);

impl Hindrance {
    fn known(why: impl ToString) -> Self {
        Self(Some(why.to_string()))
    }
}

impl Session {
    /// From now on one set-up serves the samples of a round where that is `wanted` and can be; how often it runs, where there is one.
    ///
    /// # Errors
    /// [`PythonError::Interrupted`].
    pub fn share_set_up(&self, wanted: bool) -> Result<Option<SetUpRuns>, PythonError> {
        *self.sharing(Forked::Sample) = Sharing::Off;
        if self.settings().set_up.call.is_none() {
            return Ok(None);
        }
        if !wanted {
            return Ok(Some(SetUpRuns::InEachSample { since: None }));
        }
        Ok(Some(match self.try_to_share()? {
            Ok(parent) => {
                *self.sharing(Forked::Sample) = Sharing::On(Some(parent));
                SetUpRuns::OnceARound
            }
            Err(Hindrance(since)) => SetUpRuns::InEachSample { since },
        }))
    }

    /// From now on one set-up serves all looks where that is `wanted` and can be. What it ran has to stay as it is meanwhile.
    /// Gives what kept looks from it since that was wanted last.
    pub fn share_set_up_of_looks(&self, wanted: bool) -> Option<String> {
        let before = self.hindered_looks().take();
        let is_wanted = wanted && self.settings().set_up.call.is_some();
        let can_be = is_wanted && runner::adopts_orphans();
        *self.sharing(Forked::Look) = if can_be { Sharing::On(None) } else { Sharing::Off };
        if is_wanted && !can_be {
            self.note_hindered_look(NO_ORPHANS);
        }
        before
    }

    /// From now on each look runs the set-up itself.
    pub(super) fn end_sharing_of_looks(&self, why: &str) {
        *self.sharing(Forked::Look) = Sharing::Off;
        self.note_hindered_look(why);
    }

    fn hindered_looks(&self) -> MutexGuard<'_, Option<String>> {
        let noted = self.set_ups.hindered_looks.lock();
        noted.unwrap_or_else(PoisonError::into_inner)
    }

    fn note_hindered_look(&self, why: &str) {
        self.hindered_looks().get_or_insert_with(|| why.to_owned());
    }

    /// The parent of the first round, which shows whether there can be one.
    fn try_to_share(&self) -> Result<Result<Box<Parent>, Hindrance>, PythonError> {
        const FIRST_ROUND: u32 = 1;
        if !runner::adopts_orphans() {
            return Ok(Err(Hindrance::known(NO_ORPHANS)));
        }
        self.start_parent(Forked::Sample, FIRST_ROUND)
    }

    /// An import in a process that was forked from the parent of its round; `None` where it has to run by itself. It is told the
    /// `further` words.
    pub(super) fn run_forked(
        &self,
        what: Forked,
        further: &[&str],
        request: ImportRequest<'_>,
    ) -> Result<Option<Exchange>, PythonError> {
        let Some((fork, waiting)) = self.fork(what, further, request)? else {
            return Ok(None);
        };
        let mut command = Command::new(&self.settings().executable, self.limit_of(what));
        command.wall_limit = self.wall_limit(command.time_limit);
        command.abort_at_limit = true;
        match Exchange::of_fork(fork, waiting, &command) {
            Err(RunError::Prepare(why)) => {
                match what {
                    Forked::Look => self.end_sharing_of_looks(&why.to_string()),
                    Forked::Sample => *self.sharing(what) = Sharing::Off,
                }
                Ok(None)
            }
            other => Ok(Some(other?)),
        }
    }

    /// One at a time: whoever comes second finds the parent there.
    fn fork(
        &self,
        what: Forked,
        further: &[&str],
        request: ImportRequest<'_>,
    ) -> Result<Option<(Fork, Waiting)>, PythonError> {
        let mut hindrance = "the process that ran it has ended".to_owned();
        let mut sharing = self.sharing(what);
        let Sharing::On(parent) = &mut *sharing else {
            return Ok(None);
        };
        if request.is_start() {
            return Ok(None);
        }
        let made_for = self.made_for(request.round);
        if parent.as_ref().is_none_or(|parent| parent.made_for != made_for) {
            *parent = None;
            match self.start_parent(what, request.round)? {
                Ok(started) => *parent = Some(started),
                Err(Hindrance(why)) => hindrance = why.unwrap_or_else(|| "it comes to no end there".to_owned()),
            }
        }
        let forked = match parent {
            Some(parent) => parent.fork(further, request)?,
            None => None,
        };
        match (what, &forked) {
            (_, Some(_)) => {}
            (Forked::Sample, None) => *parent = None,
            (Forked::Look, None) => {
                *sharing = Sharing::Off;
                self.note_hindered_look(&hindrance);
            }
        }
        Ok(forked)
    }

    fn sharing(&self, what: Forked) -> MutexGuard<'_, Sharing> {
        let sharing = match what {
            Forked::Sample => &self.set_ups.of_samples,
            Forked::Look => &self.set_ups.of_looks,
        };
        sharing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made_for(&self, round: u32) -> MadeFor {
        MadeFor {
            round,
            bytecode: self.bytecode(),
            folder: self.folder.now(),
        }
    }

    fn limit_of(&self, what: Forked) -> Duration {
        self.settings().time_limit.saturating_mul(what.patience())
    }

    /// Starts a process, and waits until it has run the set-up.
    fn start_parent(&self, what: Forked, round: u32) -> Result<Result<Box<Parent>, Hindrance>, PythonError> {
        let (reader, requests) = io::pipe().map_err(RunError::Prepare)?;
        let requested = Handed::new(&reader).map_err(RunError::Prepare)?;
        let mut words = self.root_words();
        words.push(format!("requests={}", requested.number()).into());
        words.extend(self.set_up_word());
        let channel = Channel::open(self.workspace().program(what.script()), self.workspace().mailbox())?;
        let command = self.command_with(&channel, (&[], words), self.environment(round), self.limit_of(what));
        let (process, key) = channel.start(&command, requested)?;
        let mut parent = Box::new(Parent {
            process,
            key,
            requests,
            made_for: self.made_for(round),
        });
        Ok(match parent.hear(&command)? {
            Some(Told::Ready) => match parent.process.note_memory() {
                Ok(()) => Ok(parent),
                Err(why) => Err(Hindrance::known(why)),
            },
            Some(Told::Hindered { by }) => Err(Hindrance::known(by)),
            _ => Err(Hindrance(None)),
        })
    }
}

impl Parent {
    /// Waits for the next thing that it says, but for how far its set-up is.
    fn hear(&mut self, limits: &Command) -> Result<Option<Told>, PythonError> {
        let key = self.key;
        let heard = self
            .process
            .hear(limits, &|received| last_told(received, &key).is_some())?;
        Ok(heard.and_then(|received| last_told(&received, &key)))
    }

    /// Has it fork; `None` where nothing comes of it.
    fn fork(&mut self, further: &[&str], request: ImportRequest<'_>) -> Result<Option<(Fork, Waiting)>, PythonError> {
        let words: Vec<OsString> = (further.iter().map(OsString::from))
            .chain(named("preload", request.preload))
            .chain(named("import", request.imports))
            .collect();
        let words = words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>().join(&0);
        let Ok(length) = u32::try_from(words.len()) else {
            return Ok(None);
        };
        let sent = self
            .requests
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.requests.write_all(&words));
        if sent.is_err() {
            return Ok(None);
        }
        match self.hear(&Command::new("", OWN_LIMIT))? {
            Some(Told::Begun {
                process,
                answers,
                key,
                faults,
            }) => {
                let waiting = Waiting { answers, key, faults };
                Ok(self.process.take_charge(process).ok().map(|fork| (fork, waiting)))
            }
            _ => Ok(None),
        }
    }
}

/// The last message, where it is one that is waited for and nothing else came.
fn last_told(received: &[u8], key: &[u8]) -> Option<Told> {
    let last = frames(received, key).last()?.ok()?;
    match serde_json::from_slice(last).ok()? {
        Told::SetUp | Told::SetUpOver => None,
        told => Some(told),
    }
}
