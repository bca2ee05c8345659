//! What a process and everything below it have had of the processors, as Linux accounts for each thread: also the wait in a control
//! group that has used up its share. Elsewhere nothing tells, and nothing is known.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::allowance::ProcessorTime;
use crate::files;

/// No more threads than these are looked at: what starts more has not been starved.
const MOST_THREADS: usize = 4096;

/// Reads the processor time of a child that is not reaped, and of its descendants as far as their parents live.
pub(super) fn of(child: i32) -> ProcessorTime {
    below(Path::new("/proc"), child)
}

fn below(proc: &Path, process: i32) -> ProcessorTime {
    let mut time = ProcessorTime::default();
    let mut threads = 0;
    let mut open = vec![process];
    while let Some(process) = open.pop() {
        let entries = fs::read_dir(proc.join(process.to_string()).join("task"));
        for thread in entries.into_iter().flatten().flatten() {
            threads += 1;
            if threads > MOST_THREADS {
                return time;
            }
            let text = |name| files::read_system_text(&thread.path().join(name)).unwrap_or_default();
            if let Some((computed, waited)) = of_thread(&text("schedstat")) {
                time.computed = time.computed.saturating_add(computed);
                time.waited = time.waited.max(waited);
            }
            let children = text("children");
            open.extend(
                children
                    .split_ascii_whitespace()
                    .filter_map(|id| id.parse::<i32>().ok()),
            );
        }
    }
    time
}

/// What the system tells of a child that has ended and is not reaped, besides what it tells when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndedThread {
    /// What the thread that began the process computed, and none of the others.
    pub(crate) computed: Duration,
    /// How long it was ready to run and had no processor.
    pub(crate) waited: Duration,
    /// True where the process waited for children of its own, whose figures are then among its own.
    pub(crate) had_children: bool,
}

/// Reads it; `None` where the system does not tell.
pub(super) fn of_ended(child: i32) -> Option<EndedThread> {
    let text = |name: &str| files::read_system_text(Path::new(&format!("/proc/{child}/{name}"))).ok();
    let (computed, waited) = of_thread(&text(&format!("task/{child}/schedstat"))?)?;
    // A system without these figures has zeros in their place.
    (!computed.is_zero()).then_some(EndedThread {
        computed,
        waited,
        had_children: had_children(&text("stat")?)?,
    })
}

/// How long the calling thread was ready to run and had no processor, since it began.
pub(super) fn own_wait() -> Duration {
    let own = files::read_system_text(Path::new("/proc/thread-self/schedstat")).unwrap_or_default();
    of_thread(&own).map_or(Duration::ZERO, |(_, waited)| waited)
}

/// Whether there were page faults of children that were waited for, by the text of `/proc/PID/stat`. No process is without any.
fn had_children(stat: &str) -> Option<bool> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let faults: u64 = after_name.split_ascii_whitespace().nth(8)?.parse().ok()?;
    Some(faults > 0)
}

/// What the text of `/proc/PID/task/TID/schedstat` says: what the thread computed, how long it waited in a run queue, both in
/// nanoseconds, and how often it ran.
fn of_thread(schedstat: &str) -> Option<(Duration, Duration)> {
    let mut words = schedstat.split_ascii_whitespace().map(str::parse);
    let mut next = || Some(Duration::from_nanos(words.next()?.ok()?));
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_and_all_that_was_computed_also_in_children_count() {
        let proc = tempfile::tempdir().expect("a folder");
        let thread = |process: i32, thread: i32, schedstat: &str, children: &str| {
            let folder = proc.path().join(format!("{process}/task/{thread}"));
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("schedstat"), schedstat).expect("a file");
            fs::write(folder.join("children"), children).expect("a file");
        };
        thread(70, 70, "1000 300 5\n", "81 ");
        thread(70, 71, "20 100 1\n", "");
        thread(81, 81, "400 900 7\n", "90");
        thread(90, 90, "5 2 1\n", "");
        thread(99, 99, "50000 90000 1\n", "");
        let time = below(proc.path(), 70);
        assert_eq!((time.computed.as_nanos(), time.waited.as_nanos()), (1425, 900));
    }

    #[test]
    fn children_that_were_waited_for_are_told_by_their_page_faults() {
        let stat = |faults| format!("70 (a) b) Z 1 70 70 0 -1 4194304 312 {faults} 0 0 3 1 0 0 20 0 1 0 5 0 0");
        assert_eq!(had_children(&stat(0)), Some(false));
        assert_eq!(had_children(&stat(214)), Some(true));
        assert_eq!(had_children("70 (cut"), None);
    }

    #[test]
    fn what_the_system_does_not_tell_is_nothing() {
        let proc = tempfile::tempdir().expect("a folder");
        assert_eq!(below(proc.path(), 70), ProcessorTime::default());
        assert_eq!(of_thread(""), None);
        assert_eq!(of_thread("12\n"), None);
        assert_eq!(of_thread("a b c\n"), None);
        assert_eq!(of_thread("0 0 0\n"), Some((Duration::ZERO, Duration::ZERO)));
    }
}
