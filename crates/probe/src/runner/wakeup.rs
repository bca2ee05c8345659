//! Turns signals to this process into something that `poll` can wait for, and remembers a request to stop.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

use super::RunError;
use super::{guardian, system};

/// The signals by which users, service managers and terminals ask a process to stop.
const REQUESTS_TO_STOP: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// The last request to stop, 0 before the first.
static STOP_SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// Whether orphaned descendants become children of this process; set by [`prepare`].
static ADOPTS_ORPHANS: OnceLock<bool> = OnceLock::new();

/// One for the process, as signal handlers are.
static SOCKETS: Mutex<Sockets> = Mutex::new(Sockets {
    heard: None,
    all: Vec::new(),
    idle: Vec::new(),
});

/// What wakes runs. Handlers stay for good, so that the sockets do too: there are as many as runs were ever in progress at once.
struct Sockets {
    /// The requests to stop that are listened to, once they are.
    heard: Option<Vec<i32>>,
    all: Vec<&'static Socket>,
    /// Those that no run uses now.
    idle: Vec<&'static Socket>,
}

impl Sockets {
    /// No panic leaves them half changed.
    fn lock() -> MutexGuard<'static, Self> {
        SOCKETS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen_for_requests_to_stop(&mut self) -> io::Result<()> {
        if self.heard.is_some() {
            return Ok(());
        }
        let mut heard = Vec::new();
        for signal in REQUESTS_TO_STOP {
            // `nohup` and shells' background jobs have some of them ignored, and mean it.
            if system::is_ignored(signal)? {
                continue;
            }
            // The flag first: who is woken must find it set.
            flag::register_usize(signal, &STOP_SIGNAL, signal.unsigned_abs() as usize)?;
            for socket in &self.all {
                socket.wake_at(signal)?;
            }
            heard.push(signal);
        }
        self.heard = Some(heard);
        ends_at_once().store(false, Ordering::SeqCst);
        Ok(())
    }

    fn make(&mut self) -> io::Result<&'static Socket> {
        let socket: &'static Socket = Box::leak(Box::new(Socket::new()?));
        for &signal in self.heard.iter().flatten() {
            socket.wake_at(signal)?;
        }
        self.all.push(socket);
        Ok(socket)
    }
}

/// Becomes readable when a child ends or when this process is asked to stop.
struct Socket {
    receiver: UnixStream,
    sender: UnixStream,
}

impl Socket {
    fn new() -> io::Result<Self> {
        let (receiver, sender) = UnixStream::pair()?;
        receiver.set_nonblocking(true)?;
        let socket = Self { receiver, sender };
        // A handler also undoes an inherited "ignore", under which the system would reap children by itself.
        socket.wake_at(SIGCHLD)?;
        Ok(socket)
    }

    fn wake_at(&self, signal: i32) -> io::Result<()> {
        low_level::pipe::register(signal, self.sender.try_clone()?)?;
        system::unblock(signal)
    }
}

/// What wakes one run; after it, another.
pub(super) struct Wakeup {
    socket: &'static Socket,
}

impl Wakeup {
    /// One that is woken when a child ends, and at a request to stop once those are listened to.
    pub(super) fn take() -> Result<Self, RunError> {
        let mut sockets = Sockets::lock();
        let socket = match sockets.idle.pop() {
            Some(socket) => socket,
            None => sockets.make().map_err(RunError::Prepare)?,
        };
        Ok(Self { socket })
    }

    /// The descriptor to wait for.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.socket.receiver.as_fd()
    }

    /// Forgets the signals so far. Whatever they announce has to be looked at after this call, not before.
    pub(super) fn clear(&self) {
        let mut discarded = [0; 64];
        while matches!((&self.socket.receiver).read(&mut discarded), Ok(1..)) {}
    }
}

impl Drop for Wakeup {
    fn drop(&mut self) {
        Sockets::lock().idle.push(self.socket);
    }
}

/// Takes what was asked of this process until now for done: it was meant for a command in its place.
pub(super) fn forget_request_to_stop() {
    STOP_SIGNAL.store(0, Ordering::SeqCst);
}

/// Waits until something can be read from a descriptor or it was closed at its other end. False where this process was woken by something
/// else, which may be a request to stop.
///
/// # Errors
/// What the system says where it cannot wait.
pub(crate) fn wait_for_input(descriptor: BorrowedFd<'_>) -> io::Result<bool> {
    let wakeup = Wakeup::take().map_err(io::Error::other)?;
    if interrupted().is_some() {
        return Ok(false);
    }
    let [is_readable] = system::wait_readable(wakeup.descriptor(), [Some(descriptor)], None)?;
    wakeup.clear();
    Ok(is_readable)
}

/// From now on a request to stop ends this process with 128 and the signal as its exit code, until [`prepare`] or a run listens to them; and a
/// limit on the size of files makes writing fail, in place of ending this process.
///
/// # Errors
///
/// [`RunError::Prepare`] where the system refuses handlers.
pub fn end_by_exit_code() -> Result<(), RunError> {
    // A handler, as what is ignored would be ignored by other programs that this one starts too.
    flag::register(SIGXFSZ, Arc::default()).map_err(RunError::Prepare)?;
    for signal in REQUESTS_TO_STOP {
        if !system::is_ignored(signal).map_err(RunError::Prepare)? {
            let condition = Arc::clone(ends_at_once());
            flag::register_conditional_shutdown(signal, 128 + signal, condition).map_err(RunError::Prepare)?;
        }
    }
    Ok(())
}

/// Whether a request to stop ends this process as soon as it comes.
fn ends_at_once() -> &'static Arc<AtomicBool> {
    static ENDS_AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    ENDS_AT_ONCE.get_or_init(|| Arc::new(AtomicBool::new(true)))
}

/// From now on a request to stop wakes runs in place of ending this process.
pub(super) fn listen_for_requests_to_stop() -> Result<(), RunError> {
    Sockets::lock().listen_for_requests_to_stop().map_err(RunError::Prepare)
}

/// True where orphaned descendants become children of this process.
pub(crate) fn adopts_orphans() -> bool {
    ADOPTS_ORPHANS.get().copied().unwrap_or(false)
}

/// Makes this process the owner of whatever its runs start. To be called early, by the program itself, before the first run and on
/// the thread that starts all others.
///
/// From then on SIGINT, SIGTERM and SIGHUP no longer end this process: they end the runs in progress, which return
/// [`RunError::Interrupted`], and [`interrupted`] tells about them between runs. A signal that was ignored before stays
/// ignored. On Linux this process also becomes the parent of orphaned descendants, and each run ends with killing those
/// that it left. So the process must not start children by other means while a run is in progress: they would be taken
/// for such orphans. Children that were there before a run are left alone.
///
/// # Errors
///
/// [`RunError::Prepare`] where the system refuses handlers or descriptors.
pub fn prepare() -> Result<(), RunError> {
    listen_for_requests_to_stop()?;
    if ADOPTS_ORPHANS.get().is_none() {
        // Before orphans are adopted, so that it does not become a child. Whoever cannot start a process will hear so soon enough.
        let _ = guardian::start();
        let adopts = system::adopt_orphans().map_err(RunError::Prepare)?;
        ADOPTS_ORPHANS.get_or_init(|| adopts);
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
