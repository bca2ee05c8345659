//! Finds and ends processes that a run left behind and that are no longer in its group: daemons, mostly.
//!
//! After `prepare` such a process becomes a child of this one when its own parent ends. A process that still has a living
//! parent among them is reached in the next round, when that parent is gone.

use std::collections::HashSet;
use std::fs;
use std::process;
use std::time::{Duration, Instant};

use super::system;
use super::wakeup::Wakeup;

/// How long processes have to end after SIGKILL. Only one in an uninterruptible wait, one of another user or an endless
/// chain of forks takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is needed to tell the strays of one run from other children.
pub(super) struct Strays {
    /// Children that were there before the run; `None` where orphans go to process 1 and there is nothing to look for.
    unrelated: Option<HashSet<i32>>,
}

impl Strays {
    /// To be called before the run starts its process.
    pub(super) fn before_run(wakeup: &Wakeup) -> Self {
        Self {
            unrelated: wakeup.adopts_orphans().then(|| children().collect()),
        }
    }

    /// Kills and reaps every child that was not there before the run, until none is left or the time to wait is over.
    /// To be called when the run's own process was reaped.
    pub(super) fn end(&self, wakeup: &Wakeup) {
        let Some(unrelated) = &self.unrelated else {
            return;
        };
        let give_up = Instant::now() + PATIENCE;
        loop {
            wakeup.clear();
            let strays: Vec<i32> = children().filter(|child| !unrelated.contains(child)).collect();
            let rest = give_up.saturating_duration_since(Instant::now());
            if strays.is_empty() || rest.is_zero() {
                return;
            }
            for &stray in &strays {
                system::signal_process(stray, libc::SIGKILL);
            }
            // An error here means that it is reaped already; then the next list does not have it.
            let reaped = strays
                .iter()
                .filter(|&&stray| !matches!(system::reap(stray), Ok(None)))
                .count();
            if reaped == 0 && system::wait_readable(wakeup.descriptor(), None, Some(rest)).is_err() {
                return;
            }
        }
    }
}

/// The children of this process. Reads `/proc` only where there are any, which between runs is hardly ever the case.
fn children() -> impl Iterator<Item = i32> {
    let entries = system::has_children().then(|| fs::read_dir("/proc").ok()).flatten();
    let own = process::id();
    entries.into_iter().flatten().flatten().filter_map(move |entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read(entry.path().join("stat")).ok()?;
        (parent(&stat)? == own).then_some(id)
    })
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
