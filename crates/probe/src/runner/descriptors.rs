//! The system calls about descriptors that the standard library does not offer, each behind a safe function.
#![expect(
    unsafe_code,
    reason = "fcntl, memfd_create and getentropy have no safe counterpart in std"
)]

use std::fs::File;
use std::io;
#[cfg(target_os = "linux")]
use std::io::Write;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::system::check;

/// Above what programs open or close by habit, and below the smallest usual limit, which is 256.
const HIGH: RawFd = 230;

/// The same open file under a number that nothing uses by habit, or where so high a number is not to be had, under any but those
/// of the standard streams. Programs that are started do not get it unless they are handed it.
pub(super) fn duplicate_high(descriptor: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    duplicate_from(HIGH, descriptor).or_else(|_| duplicate_from(3, descriptor))
}

fn duplicate_from(least: RawFd, descriptor: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // SAFETY: the descriptor is open, and the command takes a number.
    let number = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, least) };
    check(number.min(0))?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Called between fork and exec: the program that this process becomes has the descriptor too.
pub(super) fn keep_across_exec(number: RawFd) -> io::Result<()> {
    // SAFETY: the command takes flags and touches no memory; a number that is not open is an error.
    check(unsafe { libc::fcntl(number, libc::F_SETFD, 0) })
}

/// Has reads of the descriptor fail with "would block" where there is nothing to read.
pub(super) fn set_nonblocking(descriptor: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the descriptor is open, and these two commands take and return flags.
    let flags = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_GETFL) };
    check(flags.min(0))?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFL, flags | libc::O_NONBLOCK) })
}

/// Has the system end a process of this user when this one is gone, however that came: as long as what is returned is not closed.
///
/// It is a pipe that nobody writes to. The system tells the end that is left that the other was closed, and does so by the signal that
/// it was asked for, whichever end it closes first.
#[cfg(target_os = "linux")]
pub(super) fn end_with_this_process(process: libc::pid_t) -> io::Result<[OwnedFd; 2]> {
    const SET_SIGNAL: libc::c_int = 10;
    let (reader, writer) = io::pipe()?;
    let ends = [OwnedFd::from(reader), OwnedFd::from(writer)];
    for end in &ends {
        // SAFETY: the descriptor is open, and these commands take numbers.
        unsafe {
            check(libc::fcntl(end.as_raw_fd(), libc::F_SETOWN, process))?;
            check(libc::fcntl(end.as_raw_fd(), SET_SIGNAL, libc::SIGKILL))?;
            check(libc::fcntl(end.as_raw_fd(), libc::F_SETFL, libc::O_ASYNC))?;
        }
    }
    Ok(ends)
}

/// Elsewhere it cannot be asked for that.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_this_process(_process: libc::pid_t) -> io::Result<[OwnedFd; 2]> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file without a name that nobody can change any more, whoever has it open.
#[cfg(target_os = "linux")]
pub(crate) fn sealed(content: &[u8]) -> io::Result<File> {
    let mut file = in_memory()?;
    file.write_all(content)?;
    seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE)?;
    Ok(file)
}

/// The system has none such.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sealed(_content: &[u8]) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file in memory that has no name, and can be sealed.
#[cfg(target_os = "linux")]
fn in_memory() -> io::Result<File> {
    // SAFETY: the name is one that ends with a zero byte; the flags are valid.
    let number = unsafe { libc::memfd_create(c"importgate".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    check(number.min(0))?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { File::from_raw_fd(number) })
}

/// Takes what the seals say from whoever has the file open, and that they can be changed.
#[cfg(target_os = "linux")]
fn seal(file: &File, seals: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the command takes flags.
    check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals | libc::F_SEAL_SEAL) })
}

/// A file without a name that holds so many bytes, zeros at first: in memory where the system has such files, and then nobody can put
/// more into it.
pub(crate) fn unnamed(size: u64) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    if let Ok(file) = in_memory() {
        limit(&file, size)?;
        return Ok(file);
    }
    let _ = size;
    tempfile::tempfile()
}

/// Gives an empty file in memory that can be sealed so many bytes, for good: what is open for writing could else fill up the memory of the
/// machine.
#[cfg(target_os = "linux")]
pub(super) fn limit(file: &File, size: u64) -> io::Result<()> {
    file.set_len(size)?;
    seal(file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW)
}

/// Elsewhere there are none.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit(_file: &File, _size: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Bytes that nobody can guess.
pub(crate) fn unguessable<const N: usize>() -> io::Result<[u8; N]> {
    const { assert!(N <= 256, "the system gives no more at once") };
    let mut bytes = [0; N];
    // SAFETY: pointer and length are those of one array.
    check(unsafe { libc::getentropy(bytes.as_mut_ptr().cast(), N) })?;
    Ok(bytes)
}
