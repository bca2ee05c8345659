//! Who sent the signal that ended a child. A limit of processor time, seccomp, the kernel that runs out of memory and any process may
//! send SIGKILL; what tells them apart is gone when the child is reaped.

use std::path::Path;
use std::sync::OnceLock;

use importgate_core::observed::SignalCause;

use super::system;
use crate::files;

/// How many processes the kernel of the machine had ended for want of memory before the first child began; `None` where it does not tell.
static ENDED_FOR_MEMORY: OnceLock<Option<u64>> = OnceLock::new();

/// To be called before a child begins.
pub(super) fn note_what_was_ended_before() {
    ENDED_FOR_MEMORY.get_or_init(ended_for_memory);
}

/// The signal that ended a child, and what the system tells of the child until it is reaped.
pub(super) struct KillingSignal {
    signal: i32,
    limits: String,
    status: String,
}

impl KillingSignal {
    /// `None` where no signal ended it. It must not have been reaped.
    pub(super) fn of(child: i32) -> Option<Self> {
        let signal = system::killing_signal(child)?;
        let text = |name| files::read_system_text(Path::new(&format!("/proc/{child}/{name}"))).unwrap_or_default();
        Some(Self {
            signal,
            limits: text("limits"),
            status: text("status"),
        })
    }

    /// Who sent it to a child that computed for so long.
    pub(super) fn cause(&self, computed_ns: u64) -> SignalCause {
        let no_memory = || ended_for_memory().is_none_or(|now| Some(&Some(now)) != ENDED_FOR_MEMORY.get());
        match self.signal {
            libc::SIGXCPU => SignalCause::ProcessorTime { limit_s: None },
            libc::SIGSYS => SignalCause::ForbiddenCall,
            libc::SIGKILL => match processor_limit_s(&self.limits) {
                Some(limit) if reaches(computed_ns, limit) => SignalCause::ProcessorTime { limit_s: Some(limit) },
                _ if obeys_seccomp(&self.status) => SignalCause::ForbiddenCall,
                _ if no_memory() => SignalCause::PerhapsMemory,
                _ => SignalCause::Untold,
            },
            _ => SignalCause::Untold,
        }
    }
}

/// The kernel enforces the limit on what it samples at its ticks, and tells afterwards what was computed to the nanosecond: on a crowded
/// machine more than a tenth less.
fn reaches(computed_ns: u64, limit_s: u64) -> bool {
    u128::from(computed_ns) * 4 >= u128::from(limit_s) * 3 * 1_000_000_000
}

/// The hard limit of processor time, by the text of `/proc/PID/limits`; `None` for no limit.
fn processor_limit_s(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max cpu time"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// True where hardly any call was allowed, or a forbidden one ended it, by the text of `/proc/PID/status`: 2 is a filter, under which
/// SIGKILL is not how the kernel ends a process.
fn obeys_seccomp(status: &str) -> bool {
    let mode = status.lines().find_map(|line| line.strip_prefix("Seccomp:"));
    matches!(mode.map(str::trim), Some("1" | "3"))
}

/// Since the machine started, in all of its containers.
fn ended_for_memory() -> Option<u64> {
    let counters = files::read_system_text(Path::new("/proc/vmstat")).ok()?;
    counters
        .lines()
        .find_map(|line| line.strip_prefix("oom_kill "))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn killed(signal: i32, limits: &str, status: &str) -> KillingSignal {
        KillingSignal {
            signal,
            limits: limits.to_owned(),
            status: status.to_owned(),
        }
    }

    #[test]
    fn a_limit_of_processor_time_counts_only_where_it_was_reached() {
        let limits = "Limit       Soft Limit  Hard Limit  Units\nMax cpu time         2         3         seconds\n";
        let cause = |ms: u64| killed(libc::SIGKILL, limits, "").cause(ms * 1_000_000);
        assert_eq!(cause(3001), SignalCause::ProcessorTime { limit_s: Some(3) });
        assert_eq!(cause(2400), SignalCause::ProcessorTime { limit_s: Some(3) });
        assert!(!matches!(cause(2001), SignalCause::ProcessorTime { .. }));
        let unlimited = "Max cpu time              unlimited            unlimited            seconds\n";
        let cause = killed(libc::SIGKILL, unlimited, "").cause(u64::MAX);
        assert!(!matches!(cause, SignalCause::ProcessorTime { .. }));
    }

    #[test]
    fn seccomp_is_told_by_its_signal_and_by_its_mode() {
        let cause = |signal, status| killed(signal, "", status).cause(0);
        assert_eq!(cause(libc::SIGSYS, ""), SignalCause::ForbiddenCall);
        assert_eq!(
            cause(libc::SIGKILL, "Name:\tpython\nSeccomp:\t1\n"),
            SignalCause::ForbiddenCall
        );
        assert_ne!(
            cause(libc::SIGKILL, "Name:\tpython\nSeccomp:\t2\n"),
            SignalCause::ForbiddenCall
        );
        assert_eq!(cause(libc::SIGSEGV, "Seccomp:\t1\n"), SignalCause::Untold);
    }
}
