//! Finds and ends processes that a run left behind and that are no longer in its group: daemons, mostly.
//!
//! After `prepare` such a process becomes a child of this one when its own parent ends. A process that still has a living
//! parent among them is reached in the next round, when that parent is gone.

use std::fs;
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

use super::runs;
use super::system::{self, Mark};
use super::wakeup::Wakeup;
use crate::files;

/// How long processes have to end after SIGKILL. Only one in an uninterruptible wait, one of another user or an endless
/// chain of forks takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Kills and reaps every child that is of a run that is over, until none is left or the time to wait is over. To be called when
/// the run's own process was reaped.
pub(super) fn end(wakeup: &Wakeup) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        wakeup.clear();
        let (strays, reaped) = runs::kill_strays();
        let rest = give_up.saturating_duration_since(Instant::now());
        if strays == 0 || rest.is_zero() {
            return;
        }
        if reaped == 0 && system::wait_readable(wakeup.descriptor(), [], Some(rest)).is_err() {
            return;
        }
    }
}

/// Every child of this process. Reads `/proc` only where there are any, which between runs is hardly ever the case.
pub(super) fn children() -> Vec<i32> {
    let entries = system::has_children().then(|| fs::read_dir("/proc").ok()).flatten();
    let own = process::id();
    let child = |entry: fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = files::read_system(&entry.path().join("stat")).ok()?;
        (parent(&stat)? == own).then_some(id)
    };
    entries.into_iter().flatten().flatten().filter_map(child).collect()
}

/// The children of this process as the system lists them by thread, for a small part of what [`children`] takes. One may be
/// missing where another ends meanwhile.
pub(super) fn children_now() -> Vec<i32> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for thread in threads.flatten() {
        match files::read_system_text(&thread.path().join("children")) {
            Ok(listed) => found.extend(listed.split_ascii_whitespace().filter_map(|id| id.parse::<i32>().ok())),
            // A thread that has just ended; or a kernel that has no such list.
            Err(_) if thread.path().exists() => return children(),
            Err(_) => {}
        }
    }
    found
}

/// The mark of the run that a process belongs to; `None` where it has none.
pub(super) fn mark_of(process: i32) -> Option<Mark> {
    Mark::read(&files::read_system_text(Path::new(&format!("/proc/{process}/limits"))).ok()?)
}

/// The parent's id in the text of `/proc/ID/stat`: "ID (NAME) STATE PARENT …". The name is whatever the process set, with
/// blanks and brackets, and not always UTF-8.
fn parent(stat: &[u8]) -> Option<u32> {
    let name_end = stat.iter().rposition(|&byte| byte == b')')?;
    let after_name = std::str::from_utf8(&stat[name_end + 1..]).ok()?;
    after_name.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parent;

    #[test]
    fn a_process_name_cannot_hide_its_parent() {
        assert_eq!(parent(b"71 (python3) S 70 71 71 0 -1"), Some(70));
        assert_eq!(parent(b"71 (a) S 1 (b) ) R 70 71 71 0 -1"), Some(70));
        assert_eq!(parent(b"71 (\xff\n) Z 70 71 71 0 -1"), Some(70));
        assert_eq!(parent(b"71 (cut"), None);
        assert_eq!(parent(b""), None);
    }
}
