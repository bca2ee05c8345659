//! Gives a process that was forked memory of its own, before anything in it is timed.
//!
//! A fork shares its pages with the process that it was forked from, and does not even map those of files. The first write to each
//! page would then copy it, and each first use of a library's code would look it up: an import of 27 ms took 36 in such a
//! process, and its memory seemed to grow by the pages of libraries. So while the process waits for its key, each page that the other
//! one had is touched from here. From then on it has what a process has that ran the set-up itself.
#![expect(
    unsafe_code,
    reason = "process_vm_readv, process_vm_writev and sysconf have no safe counterpart in std"
)]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::files;

/// How many pages are touched by one call: as many as it takes.
const AT_ONCE: usize = 1024;

/// How much may be mapped, in bytes, whether there is memory behind it or not: what is looked at is a table of all pages.
const MOST_MAPPED: u64 = 64 << 30;

/// What `/proc/ID/pagemap` has of a page, in bytes.
const ENTRY: usize = 8;

/// What `/proc/ID/pagemap` says of a page: it is in memory, it is in the swap, it is of a file or shared with other processes.
const PRESENT: u64 = 1 << 63;
const SWAPPED: u64 = 1 << 62;
const OF_A_FILE: u64 = 1 << 61;

/// The pages that a process had when others were to be forked from it.
#[derive(Debug)]
pub(super) struct Pages {
    /// Those of files, by address.
    mapped: Vec<u64>,
    /// Those that are its own, by address.
    own: Vec<u64>,
    /// The most memory that it had by then, in bytes.
    pub(super) peak_bytes: u64,
}

impl Pages {
    /// Those of a process that waits.
    ///
    /// # Errors
    /// Where the system does not tell, it shares memory that it may write to, or it maps more than can be looked at.
    pub(super) fn of(process: i32) -> io::Result<Self> {
        let text = |name: &str| files::read_system_text(Path::new(&format!("/proc/{process}/{name}")));
        let table = files::open_system(Path::new(&format!("/proc/{process}/pagemap")))?;
        let mut pages = Self {
            mapped: Vec::new(),
            own: Vec::new(),
            peak_bytes: peak_bytes(&text("status")?).ok_or(io::ErrorKind::InvalidData)?,
        };
        let mut mapped: u64 = 0;
        for region in text("maps")?.lines().filter_map(Region::read) {
            mapped = mapped.saturating_add(region.end.saturating_sub(region.start));
            if region.is_shared {
                return Err(io::Error::other("it shares memory"));
            }
            if mapped > MOST_MAPPED {
                return Err(io::Error::other("it maps more than 64 GiB"));
            }
            pages.add(&region, &table)?;
        }
        // What it may do to this process, it may do to those that are forked from it.
        touch(process, pages.own.get(..1).unwrap_or_default(), true)
            .map_err(|error| io::Error::other(format!("the system lets nobody give it memory: {error}")))?;
        Ok(pages)
    }

    fn add(&mut self, region: &Region, table: &File) -> io::Result<()> {
        let size = page_size();
        let (first, end) = (region.start / size, region.end / size);
        let mut entries = vec![0; AT_ONCE * ENTRY];
        for number in (first..end).step_by(AT_ONCE) {
            let count = usize::try_from(end - number).map_or(AT_ONCE, |left| left.min(AT_ONCE));
            let entries = &mut entries[..count * ENTRY];
            table.read_exact_at(entries, number * ENTRY as u64)?;
            for (entry, page) in entries.chunks_exact(ENTRY).zip(number..) {
                let entry = u64::from_ne_bytes(entry.try_into().unwrap_or_default());
                if entry & (PRESENT | SWAPPED) == 0 {
                    continue;
                }
                if region.is_writable && entry & OF_A_FILE == 0 {
                    self.own.push(page * size);
                } else {
                    self.mapped.push(page * size);
                }
            }
        }
        Ok(())
    }

    /// Maps and copies all of them in a process that was forked from that one, and that waits.
    ///
    /// # Errors
    /// Where the system does not let this one do so, or the process has no such page.
    pub(super) fn give_to(&self, process: i32) -> io::Result<()> {
        self.mapped
            .chunks(AT_ONCE)
            .try_for_each(|pages| touch(process, pages, false))?;
        self.own
            .chunks(AT_ONCE)
            .try_for_each(|pages| touch(process, pages, true))
    }
}

/// A line of `/proc/ID/maps`: "START-END PERMISSIONS OFFSET DEVICE INODE PATH".
#[derive(Debug, PartialEq, Eq)]
struct Region {
    start: u64,
    end: u64,
    is_writable: bool,
    /// Others see what is written to it.
    is_shared: bool,
}

impl Region {
    /// `None` for one that nobody may read, and for those that the kernel has in each process.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let permissions = words.next()?.as_bytes();
        let is_of_kernel = words.nth(3).is_some_and(|name| name.starts_with("[v"));
        let address = |text| u64::from_str_radix(text, 16).ok();
        let has = |index, permission| permissions.get(index) == Some(&permission);
        (has(0, b'r') && !is_of_kernel).then_some(Self {
            start: address(start)?,
            end: address(end)?,
            is_writable: has(1, b'w'),
            is_shared: has(1, b'w') && has(3, b's'),
        })
    }
}

/// The line "VmHWM: 1234 kB" of `/proc/ID/status`.
fn peak_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kib << 10)
}

fn page_size() -> u64 {
    // SAFETY: sysconf takes a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// Reads a byte of each page, and writes it back where it is to be the process's own. The process waits, so that the byte is the same.
#[cfg(target_os = "linux")]
fn touch(process: i32, pages: &[u64], write: bool) -> io::Result<()> {
    let mut bytes = vec![0_u8; pages.len()];
    let here = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let there: Vec<libc::iovec> = pages
        .iter()
        .map(|&address| libc::iovec {
            iov_base: address as *mut libc::c_void,
            iov_len: 1,
        })
        .collect();
    let count = there.len() as libc::c_ulong;
    // SAFETY: `here` is one vector that outlives the calls. Addresses of the other process are looked at by the system alone.
    let touched = unsafe {
        let read = libc::process_vm_readv(process, &raw const here, 1, there.as_ptr(), count, 0);
        if write && usize::try_from(read) == Ok(pages.len()) {
            libc::process_vm_writev(process, &raw const here, 1, there.as_ptr(), count, 0)
        } else {
            read
        }
    };
    match usize::try_from(touched) {
        Ok(all) if all == pages.len() => Ok(()),
        Ok(_) => Err(io::Error::other("a page is missing")),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// Elsewhere nobody can.
#[cfg(not(target_os = "linux"))]
fn touch(_process: i32, _pages: &[u64], _write: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_apart_by_what_may_be_done_with_them() {
        let read = |line| Region::read(line).map(|region| (region.is_writable, region.is_shared));
        assert_eq!(
            read("7f00-7f01 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6"),
            Some((false, false))
        );
        assert_eq!(read("7f00-7f01 rw-p 00000000 00:00 0"), Some((true, false)));
        assert_eq!(read("7f00-7f01 rw-s 00000000 00:01 9 /dev/shm/x"), Some((true, true)));
        assert_eq!(
            read("7f00-7f01 r--s 00000000 fe:00 9 /usr/lib/gconv"),
            Some((false, false))
        );
        assert_eq!(read("7f00-7f01 ---p 00000000 00:00 0"), None);
        assert_eq!(read("7f00-7f01 r--p 00000000 00:00 0 [vvar]"), None);
        assert_eq!(read("7f00-7f01 r-xp 00000000 00:00 0 [vdso]"), None);
        assert_eq!(read("nonsense"), None);
    }

    #[test]
    fn the_peak_is_in_bytes() {
        assert_eq!(
            peak_bytes("VmPeak:\t 9 kB\nVmHWM:\t  12 kB\nVmRSS: 3 kB\n"),
            Some(12 << 10)
        );
        assert_eq!(peak_bytes("VmPeak:\t 9 kB\n"), None);
    }
}
