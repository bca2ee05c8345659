//! The system calls about processes that the standard library does not offer, each behind a safe function. Together with
//! `descriptors.rs` this is all unsafe code but the allocator of the program.
#![expect(
    unsafe_code,
    reason = "wait4, waitid, poll, prctl, kill, clock_gettime and pre_exec have no safe counterpart in std"
)]

use std::ffi::CString;
use std::io;
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{self, ExitStatus};
use std::ptr;
use std::time::Duration;

use super::{Status, descriptors};

/// What the system says of a process when it is reaped.
pub(super) struct Account {
    pub(super) status: Status,
    pub(super) user_ns: u64,
    pub(super) system_ns: u64,
    pub(super) max_rss_bytes: u64,
}

/// Has the child begin in a session of its own, with default signal handling and without core files. On Linux the kernel
/// kills it when the thread that started it ends, which it does at the latest with this process. It keeps the descriptors that
/// are handed to it, under their numbers; they must stay open until it was started.
pub(super) fn harden(command: &mut process::Command, mark: Mark, handed: Vec<RawFd>) {
    #[cfg(target_os = "linux")]
    let parent = process::id();
    let in_child = move || {
        begin_session()?;
        reset_signals()?;
        forbid_core_files()?;
        mark.put_on_this_process();
        handed
            .iter()
            .try_for_each(|&number| descriptors::keep_across_exec(number))?;
        #[cfg(target_os = "linux")]
        die_with(parent)?;
        Ok(())
    };
    // SAFETY: the closure runs between fork and exec, where only async-signal-safe calls are allowed. It makes nothing
    // but such calls (setsid, signal, sigprocmask, getrlimit, setrlimit, fcntl, prctl, getppid), allocates nothing and takes no lock.
    unsafe { command.pre_exec(in_child) };
}

/// What tells the descendants of one run from those of another, on Linux: how long a process may compute under a real-time
/// policy without a pause, which is a limit that processes inherit whatever they do, and which nobody reaches. It lies between 73,000
/// and 146,000 years, in microseconds. A system that has another limit in its place leaves processes unmarked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

impl Mark {
    /// The first of them.
    const FIRST: u64 = 1 << 61;

    /// That of a run of this process; another process, such as one that measures inside a measured one, has others.
    pub(super) fn new(run: u32) -> Self {
        // No process has an id of more than 22 bits.
        Self(Self::FIRST | u64::from(process::id()) << 32 | u64::from(run))
    }

    /// The mark of a run of this process in the text of `/proc/ID/limits`.
    pub(super) fn read(limits: &str) -> Option<Self> {
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max realtime timeout"))?;
        let soft: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
        (soft >> 32 == Self::new(0).0 >> 32).then_some(Self(soft))
    }

    /// Puts it on a child in place of the one that it has inherited.
    #[cfg(target_os = "linux")]
    pub(super) fn put_on(self, child: i32) -> io::Result<()> {
        let mut limit = MaybeUninit::<libc::rlimit>::uninit();
        // SAFETY: the structures are initialized before they are read, and outlive the calls; the child is not reaped.
        unsafe {
            check(libc::prlimit(
                child,
                libc::RLIMIT_RTTIME,
                ptr::null(),
                limit.as_mut_ptr(),
            ))?;
            let limit = libc::rlimit {
                rlim_cur: self.0 as libc::rlim_t,
                ..limit.assume_init()
            };
            check(libc::prlimit(
                child,
                libc::RLIMIT_RTTIME,
                &raw const limit,
                ptr::null_mut(),
            ))
        }
    }

    /// Elsewhere processes have no marks.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn put_on(self, _child: i32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Called between fork and exec. Without a mark a process is still found, though later.
    fn put_on_this_process(self) {
        #[cfg(target_os = "linux")]
        // SAFETY: the structure is initialized by getrlimit before it is used, and outlives the calls.
        unsafe {
            let mut limit = MaybeUninit::<libc::rlimit>::uninit();
            if libc::getrlimit(libc::RLIMIT_RTTIME, limit.as_mut_ptr()) == 0 {
                let limit = libc::rlimit {
                    rlim_cur: self.0 as libc::rlim_t,
                    ..limit.assume_init()
                };
                libc::setrlimit(libc::RLIMIT_RTTIME, &raw const limit);
            }
        }
    }
}

/// A session is also a group, and one that its leader cannot leave. It has no terminal: what asks for a password there
/// fails, as it does where nobody is looking, instead of waiting for an answer.
fn begin_session() -> io::Result<()> {
    // SAFETY: setsid has no preconditions.
    if unsafe { libc::setsid() } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The CPU time of this process, of all its threads and of none of its children.
pub fn own_cpu_time() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The clock that only goes forward, in nanoseconds since a moment that is the same for all processes of the machine.
pub(super) fn shared_clock_ns() -> u64 {
    u64::try_from(clock(libc::CLOCK_MONOTONIC).as_nanos()).unwrap_or(u64::MAX)
}

fn clock(which: libc::clockid_t) -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the structure is initialized by clock_gettime where that succeeds, and read only then.
    let time = unsafe {
        if libc::clock_gettime(which, time.as_mut_ptr()) != 0 {
            return Duration::ZERO;
        }
        time.assume_init()
    };
    let part = |number| u64::try_from(number).unwrap_or(0);
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

/// The user of this process, by whose rights it opens files.
pub(crate) fn own_user() -> u32 {
    // SAFETY: geteuid has no preconditions and always succeeds.
    unsafe { libc::geteuid() }
}

/// The largest resident set that this process has had, in bytes. A child that is started has had no less, for a moment.
pub(crate) fn own_peak_memory() -> u64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the result goes into our own storage. All zeros is a valid rusage, so that it is initialized in any case.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    max_rss_bytes(&usage)
}

/// Linux counts in KiB, macOS in bytes.
fn max_rss_bytes(usage: &libc::rusage) -> u64 {
    let unit = if cfg!(target_os = "linux") { 1024 } else { 1 };
    u64::try_from(usage.ru_maxrss).unwrap_or(0) * unit
}

/// True where this process may write in a folder.
pub(crate) fn may_write_in(folder: &Path) -> bool {
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else {
        return false;
    };
    // SAFETY: the path ends with a zero byte and lives until the call is over.
    unsafe { libc::access(path.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
}

/// Undoes what a child inherits: signals blocked, or ignored as Rust does with SIGPIPE and shells with SIGINT.
fn reset_signals() -> io::Result<()> {
    // The numbers of POSIX's signals lie below 32; two of them cannot be changed, and for those the call does nothing.
    for signal in 1..32 {
        // SAFETY: SIG_DFL is a valid disposition, and the call touches no memory of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: the set is initialized by sigemptyset before it is read, and lives on this stack.
    unsafe {
        let mut none = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        check(libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut()))
    }
}

fn forbid_core_files() -> io::Result<()> {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the structure is initialized and outlives the call.
    check(unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) })
}

#[cfg(target_os = "linux")]
fn die_with(parent: u32) -> io::Result<()> {
    // SAFETY: PR_SET_PDEATHSIG takes a signal number and touches no memory.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    // A parent that died before the call above sends no signal; the child then has another parent already.
    // SAFETY: getppid has no preconditions.
    if unsafe { libc::getppid() }.cast_unsigned() != parent {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(())
}

/// Makes this process the parent of its orphaned descendants, in place of process 1. False where the system cannot.
pub(super) fn adopt_orphans() -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    // SAFETY: PR_SET_CHILD_SUBREAPER takes a number and touches no memory.
    check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) })?;
    Ok(cfg!(target_os = "linux"))
}

/// Keeps other processes of this user from reading this one's memory, environment and descriptors, on Linux and unless they are root's.
pub fn shut_out_others() {
    #[cfg(target_os = "linux")]
    // SAFETY: PR_SET_DUMPABLE takes a number and touches no memory. What is started from here has its own setting from its start on.
    let _ = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0) };
}

/// True where the signal is ignored by this process.
pub(super) fn is_ignored(signal: i32) -> io::Result<bool> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null new action leaves all as it is; the old one is written into our own storage, and is read only after
    // the call succeeded.
    unsafe {
        check(libc::sigaction(signal, ptr::null(), action.as_mut_ptr()))?;
        Ok(action.assume_init().sa_sigaction == libc::SIG_IGN)
    }
}

/// Lets the calling thread receive a signal that whoever started this process may have blocked.
pub(super) fn unblock(signal: i32) -> io::Result<()> {
    // SAFETY: the set is initialized by sigemptyset before it is read, and lives on this stack.
    let code = unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), ptr::null_mut())
    };
    if code == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(code))
    }
}

/// Sends a signal to a child that was not reaped yet. One that has ended, or that belongs to another user, does not get it.
pub(super) fn signal_process(child: i32, signal: i32) {
    debug_assert!(child > 1, "0 and negative numbers mean groups");
    // SAFETY: kill touches no memory; the child is not reaped, so that its id is not another process's.
    unsafe { libc::kill(child, signal) };
}

/// Sends a signal to all of the group that a child leads. The child must not have been reaped yet.
pub(super) fn signal_group(leader: i32, signal: i32) {
    debug_assert!(leader > 1, "0 and 1 mean the own group and every process");
    // SAFETY: kill touches no memory; the leader is not reaped, so that its id is not another group's.
    unsafe { libc::kill(-leader, signal) };
}

/// True where the child has ended. It is not reaped: its id stays its own.
pub(super) fn has_ended(child: i32) -> io::Result<bool> {
    let end = look_for_end(libc::P_PID, child.cast_unsigned())?;
    // One that has itself traced by its parent is told of at each stop, too.
    let is_end = matches!(end.si_code, libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED);
    // SAFETY: where no child has ended, the id is 0.
    Ok(is_end && unsafe { end.si_pid() } == child)
}

/// The signal that ended a child; `None` where none did, or it goes on. It is not reaped.
pub(super) fn killing_signal(child: i32) -> Option<i32> {
    let end = look_for_end(libc::P_PID, child.cast_unsigned()).ok()?;
    // SAFETY: the system has filled in the fields of a child that has ended, and of none where its id is 0, as all of them are then.
    let signal = unsafe { end.si_status() };
    (matches!(end.si_code, libc::CLD_KILLED | libc::CLD_DUMPED)).then_some(signal)
}

/// True where this process has children, running or waiting to be reaped.
pub(super) fn has_children() -> bool {
    look_for_end(libc::P_ALL, 0).is_ok()
}

/// What the system tells of a child that has ended and is not reaped yet; an id of 0 where there is none.
fn look_for_end(kind: libc::idtype_t, id: libc::id_t) -> io::Result<libc::siginfo_t> {
    // SAFETY: siginfo_t is plain data of which all zeros is a valid value; the system writes into our own storage.
    // Where no child has ended, it either stays as it is or gets an id of 0.
    unsafe {
        let mut information: libc::siginfo_t = mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        retry(|| libc::waitid(kind, id, &raw mut information, options))?;
        Ok(information)
    }
}

/// Reaps a child if it has ended. From then on its id may become another process's.
pub(super) fn reap(child: i32) -> io::Result<Option<Account>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both results go into our own storage. All zeros is a valid rusage, so that it is initialized in any case.
    let (reaped, usage) = unsafe {
        let reaped = retry(|| libc::wait4(child, &raw mut status, libc::WNOHANG, usage.as_mut_ptr()))?;
        (reaped, usage.assume_init())
    };
    if reaped != child {
        return Ok(None);
    }
    let status = ExitStatus::from_raw(status);
    let status = match (status.code(), status.signal()) {
        (Some(code), _) => Status::Exited(code),
        (None, Some(signal)) => Status::Signaled(signal),
        (None, None) => return Err(io::Error::other("neither exited nor ended by a signal")),
    };
    Ok(Some(Account {
        status,
        user_ns: nanoseconds(usage.ru_utime),
        system_ns: nanoseconds(usage.ru_stime),
        max_rss_bytes: max_rss_bytes(&usage),
    }))
}

fn nanoseconds(time: libc::timeval) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let microseconds = u64::try_from(time.tv_usec).unwrap_or(0);
    seconds * 1_000_000_000 + microseconds * 1_000
}

/// Sleeps until one of the descriptors can be read or was closed at its other end, at most for the time given; `None` has
/// no limit. Returns which of the others can be read.
pub(super) fn wait_readable<const N: usize>(
    wakeup: BorrowedFd<'_>,
    others: [Option<BorrowedFd<'_>>; N],
    at_most: Option<Duration>,
) -> io::Result<[bool; N]> {
    let entry = |descriptor: Option<BorrowedFd<'_>>| libc::pollfd {
        // A negative descriptor is one that poll skips.
        fd: descriptor.map_or(-1, |descriptor| descriptor.as_raw_fd()),
        events: libc::POLLIN,
        revents: 0,
    };
    let mut entries: Vec<libc::pollfd> = [Some(wakeup)].into_iter().chain(others).map(entry).collect();
    // Rounded up: to wake before the time would mean to go round again for nothing.
    let milliseconds = at_most.map_or(-1, |time| {
        i32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    });
    // SAFETY: the pointer and the length are those of one vector that outlives the call.
    let code = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, milliseconds) };
    if code == -1 {
        let error = io::Error::last_os_error();
        // A handler ran: there may be something new for the caller, though not from the others.
        return if error.kind() == io::ErrorKind::Interrupted {
            Ok([false; N])
        } else {
            Err(error)
        };
    }
    Ok(std::array::from_fn(|index| entries[index + 1].revents != 0))
}

pub(super) fn check(code: i32) -> io::Result<()> {
    if code == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Repeats a call that a signal handler has interrupted.
fn retry(mut call: impl FnMut() -> i32) -> io::Result<i32> {
    loop {
        let result = call();
        if result != -1 {
            return Ok(result);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
