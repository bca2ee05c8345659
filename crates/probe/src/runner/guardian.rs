//! A small process beside this one that has it go on where measured code stops it. SIGSTOP cannot be caught or ignored, and whoever
//! runs as the same user may send it.
//!
//! It is of this process's group, so that what stops the whole group, as Ctrl-Z does, stops it too: then nobody goes on before the
//! shell says so.
#![expect(
    unsafe_code,
    reason = "fork and what may be called after it have no safe counterpart in std"
)]

use std::io;
#[cfg(target_os = "linux")]
use std::ptr;

#[cfg(target_os = "linux")]
use super::system::check;

/// How often it looks, in milliseconds. It needs microseconds for that.
const EVERY: libc::c_int = 2000;

/// Starts it. It ends with this process, however that ends, and is no child of it: those are looked for between runs.
#[cfg(target_os = "linux")]
pub(super) fn start() -> io::Result<()> {
    let guarded = std::process::id().cast_signed();
    let mut path = [0; 32];
    path_of_state(guarded, &mut path);
    // SAFETY: the child makes none but async-signal-safe calls, allocates nothing, takes no lock and does not return.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => unsafe { leave_a_guardian(guarded, &path) },
        // SAFETY: the child is new, ends at once, and nobody else waits for it.
        child => check(unsafe { libc::waitpid(child, ptr::null_mut(), 0) }.min(0)),
    }
}

/// Elsewhere nothing tells it for sure when to end: better none than one that is left behind.
#[cfg(not(target_os = "linux"))]
pub(super) fn start() -> io::Result<()> {
    Ok(())
}

/// Looks again and again whether the process is stopped, and has it go on, in a process that is left behind.
///
/// # Safety
/// To be called in a process that was just forked.
#[cfg(target_os = "linux")]
unsafe fn leave_a_guardian(guarded: libc::pid_t, path: &[u8; 32]) -> ! {
    // SAFETY: all of these take numbers, but for those that get a string that ends with a zero byte, or a buffer with its length.
    unsafe {
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            libc::signal(signal, libc::SIG_DFL);
        }
        // Whoever reads what this process writes sees its end when it ends.
        libc::syscall(libc::SYS_close_range, 0, libc::c_uint::MAX, 0);
        let end = libc::syscall(libc::SYS_pidfd_open, guarded, 0);
        // Without that it would not know when to end.
        if end < 0 || libc::fork() != 0 {
            libc::_exit(0);
        }
        let mut end = libc::pollfd {
            fd: end as libc::c_int,
            events: libc::POLLIN,
            revents: 0,
        };
        while libc::poll(&raw mut end, 1, EVERY) == 0 {
            let mut text = [0_u8; 512];
            let file = libc::open(path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
            let length = libc::read(file, text.as_mut_ptr().cast(), text.len());
            libc::close(file);
            if usize::try_from(length).is_ok_and(|length| is_stopped(&text[..length])) {
                libc::kill(guarded, libc::SIGCONT);
            }
        }
        libc::_exit(0)
    }
}

/// Writes `/proc/ID/stat` and a zero byte, without allocating.
#[cfg(target_os = "linux")]
fn path_of_state(process: libc::pid_t, path: &mut [u8; 32]) {
    use std::io::Write;

    // It fits: no id has more than ten digits.
    let _ = write!(&mut path[..], "/proc/{process}/stat\0");
}

/// Whether the text of `/proc/ID/stat` is that of a process that a signal has stopped.
#[cfg(target_os = "linux")]
fn is_stopped(stat: &[u8]) -> bool {
    let name_end = stat.iter().rposition(|&byte| byte == b')');
    name_end.is_some_and(|end| stat[end..].starts_with(b") T "))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_stopped_is_told_from_one_whose_name_says_so() {
        assert!(is_stopped(b"70 (importgate) T 1 70"));
        assert!(!is_stopped(b"70 (a) T b) S 1 70"));
        assert!(!is_stopped(b"70 (traced) t 1 70"));
        assert!(!is_stopped(b""));
    }

    #[test]
    fn the_path_is_that_of_the_process() {
        let mut path = [0; 32];
        path_of_state(4_194_303, &mut path);
        assert!(path.starts_with(b"/proc/4194303/stat\0"));
    }
}
