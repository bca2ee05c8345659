//! Which runs are in progress, and which process belongs to which: several may be, and what one leaves behind must not be taken
//! for another's.
//!
//! The process of a run leads a session, but what it starts may leave that. So it bears a mark that its descendants inherit and
//! cannot lose by a `setsid`, a double fork, or an `exec` with another environment (see [`Mark`]).

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::os::fd::RawFd;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::strays;
use super::system::{self, Account, Mark};

/// One for the process, as its children are.
static RUNS: Mutex<Runs> = Mutex::new(Runs {
    started: 0,
    leaders: BTreeMap::new(),
    unrelated: None,
});

/// The runs in progress.
pub(super) struct Runs {
    /// How many there have been.
    started: u32,
    /// The process that each of them waits for.
    leaders: BTreeMap<Mark, i32>,
    /// Children that were there before the first of them; `None` where nobody looks for strays.
    unrelated: Option<HashSet<i32>>,
}

impl Runs {
    /// Whoever holds this sees no process that was started and is in no list yet. No panic leaves it half changed.
    fn lock() -> MutexGuard<'static, Self> {
        RUNS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Children of this process that a run left behind. While others are in progress, a child without a mark may be of any of
    /// them, and is left to the last one.
    fn left_behind(&self) -> Vec<i32> {
        let Some(unrelated) = &self.unrelated else {
            return Vec::new();
        };
        let is_alone = self.leaders.is_empty();
        let children = if is_alone {
            strays::children()
        } else {
            strays::children_now()
        };
        let is_stray = |child: &i32| {
            let in_progress = || strays::mark_of(*child).is_none_or(|mark| self.leaders.contains_key(&mark));
            let is_leader = self.leaders.values().any(|leader| leader == child);
            !is_leader && !unrelated.contains(child) && (is_alone || !in_progress())
        };
        children.into_iter().filter(is_stray).collect()
    }
}

/// A run in progress. [`Run::reap`] ends it, and must be called.
#[must_use]
#[derive(Debug)]
pub(super) struct Run {
    mark: Mark,
    /// The process to wait for.
    pub(super) leader: i32,
}

impl Run {
    /// Starts its process, which keeps the descriptors that are handed to it.
    pub(super) fn start(mut process: Command, looks_for_strays: bool, handed: Vec<RawFd>) -> io::Result<Self> {
        let mut runs = Runs::lock();
        if runs.leaders.is_empty() {
            runs.unrelated = looks_for_strays.then(|| strays::children().into_iter().collect());
        }
        runs.started = runs.started.wrapping_add(1);
        let mark = Mark::new(runs.started);
        system::harden(&mut process, mark, handed);
        let leader = process.spawn()?.id().cast_signed();
        runs.leaders.insert(mark, leader);
        Ok(Self { mark, leader })
    }

    /// Takes charge of a process that another run has forked and that has become a child of this process.
    ///
    /// # Errors
    /// Where it is none, or one that a run waits for already.
    pub(super) fn adopt(process: i32) -> io::Result<Self> {
        let mut runs = Runs::lock();
        let is_unrelated = runs
            .unrelated
            .as_ref()
            .is_none_or(|unrelated| unrelated.contains(&process));
        if process <= 1 || is_unrelated || runs.leaders.values().any(|&leader| leader == process) {
            return Err(io::Error::other("it is not of a run"));
        }
        system::has_ended(process)?;
        runs.started = runs.started.wrapping_add(1);
        let mark = Mark::new(runs.started);
        mark.put_on(process)?;
        runs.leaders.insert(mark, process);
        Ok(Self { mark, leader: process })
    }

    /// Ends what is left of its group, and reaps its process, which has ended.
    pub(super) fn reap(self) -> io::Result<Option<Account>> {
        let mut runs = Runs::lock();
        // The leader is not reaped yet, which keeps the id of its group from becoming another's.
        system::signal_group(self.leader, libc::SIGKILL);
        let account = system::reap(self.leader);
        runs.leaders.remove(&self.mark);
        account
    }
}

/// Sends SIGKILL to what runs that are over have left behind, and reaps what has ended of it: how many there are, and how many
/// were reaped.
pub(super) fn kill_strays() -> (usize, usize) {
    let runs = Runs::lock();
    let strays = runs.left_behind();
    for &stray in &strays {
        system::signal_process(stray, libc::SIGKILL);
    }
    // An error here means that it is reaped already; then the next list does not have it.
    let is_reaped = |stray: &&i32| !matches!(system::reap(**stray), Ok(None));
    (strays.len(), strays.iter().filter(is_reaped).count())
}
