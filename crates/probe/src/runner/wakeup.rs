//! Turns signals to this process into something that `poll` can wait for, and remembers a request to stop.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::RunError;
use super::system;

/// The signals by which users, service managers and terminals ask a process to stop.
const REQUESTS_TO_STOP: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// The last request to stop, 0 before the first.
static STOP_SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// One for the process, as signal handlers are.
static WAKEUP: OnceLock<Wakeup> = OnceLock::new();

/// Held for the whole of a run: whose orphan an adopted process is can be told only while there is one run at a time.
static TURN: Mutex<()> = Mutex::new(());

/// A socket that becomes readable when a child ends or when this process is asked to stop.
pub(super) struct Wakeup {
    receiver: UnixStream,
    sender: UnixStream,
    /// Set by [`prepare`], to whether orphaned descendants become children of this process.
    adopts_orphans: OnceLock<bool>,
}

impl Wakeup {
    fn new() -> io::Result<Self> {
        let (receiver, sender) = UnixStream::pair()?;
        receiver.set_nonblocking(true)?;
        // A handler also undoes an inherited "ignore", under which the system would reap children by itself.
        low_level::pipe::register(SIGCHLD, sender.try_clone()?)?;
        system::unblock(SIGCHLD)?;
        Ok(Self {
            receiver,
            sender,
            adopts_orphans: OnceLock::new(),
        })
    }

    pub(super) fn listen_for_requests_to_stop(&self) -> io::Result<()> {
        for signal in REQUESTS_TO_STOP {
            // `nohup` and shells' background jobs have some of them ignored, and mean it.
            if system::is_ignored(signal)? {
                continue;
            }
            // The flag first: who is woken must find it set.
            flag::register_usize(signal, &STOP_SIGNAL, signal.unsigned_abs() as usize)?;
            low_level::pipe::register(signal, self.sender.try_clone()?)?;
            system::unblock(signal)?;
        }
        Ok(())
    }

    /// True where orphaned descendants become children of this process.
    pub(super) fn adopts_orphans(&self) -> bool {
        self.adopts_orphans.get().copied().unwrap_or(false)
    }

    /// The descriptor to wait for.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.receiver.as_fd()
    }

    /// Forgets the signals so far. Whatever they announce has to be looked at after this call, not before.
    pub(super) fn clear(&self) {
        let mut discarded = [0; 64];
        while matches!((&self.receiver).read(&mut discarded), Ok(1..)) {}
    }
}

/// The right to run a process; the next run waits until it is dropped.
pub(super) struct Turn {
    /// What wakes this run.
    pub(super) wakeup: &'static Wakeup,
    _guard: MutexGuard<'static, ()>,
}

/// Waits for the run before to end.
pub(super) fn take_turn() -> Result<Turn, RunError> {
    // The lock protects no data that a panic could leave half changed.
    let guard = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let wakeup = match WAKEUP.get() {
        Some(wakeup) => wakeup,
        None => {
            let made = Wakeup::new().map_err(RunError::Prepare)?;
            WAKEUP.get_or_init(|| made)
        }
    };
    Ok(Turn { wakeup, _guard: guard })
}

/// Makes this process the owner of whatever its runs start. To be called early, by the program itself, on its main thread.
///
/// From then on SIGINT, SIGTERM and SIGHUP no longer end this process: they end the run in progress, which returns
/// [`RunError::Interrupted`], and [`interrupted`] tells about them between runs. A signal that was ignored before stays
/// ignored. On Linux this process also becomes the parent of orphaned descendants, and each run ends with killing those
/// that it left. So the process must not start children by other means while a run is in progress: they would be taken
/// for such orphans. Children that were there before a run are left alone.
///
/// # Errors
///
/// [`RunError::Prepare`] where the system refuses handlers or descriptors.
pub fn prepare() -> Result<(), RunError> {
    let turn = take_turn()?;
    if turn.wakeup.adopts_orphans.get().is_none() {
        turn.wakeup.listen_for_requests_to_stop().map_err(RunError::Prepare)?;
        let adopts = system::adopt_orphans().map_err(RunError::Prepare)?;
        turn.wakeup.adopts_orphans.get_or_init(|| adopts);
    }
    Ok(())
}

/// The last signal that asked this process to stop, if there was one since [`prepare`]. From the first one on, `run` starts
/// nothing any more.
#[must_use]
pub fn interrupted() -> Option<i32> {
    match STOP_SIGNAL.load(Ordering::SeqCst) {
        0 => None,
        signal => i32::try_from(signal).ok(),
    }
}
