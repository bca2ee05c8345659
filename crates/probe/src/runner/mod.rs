//! Runs child processes, several at once where several threads ask, and leaves nothing behind, whatever a child does.
//!
//! Measured code is not to be trusted: it prints megabytes, hangs, ignores SIGTERM, starts daemons. [`run`] gives each
//! child a session of its own, a time limit and no core files, and ends with the accounting that only `wait4` has. Time for which
//! a child waited for a processor that others had is no part of its limit, where the system tells (`allowance.rs`).
//!
//! It starts no thread, and there is no periodic wake-up: between the events of its child, the caller's thread sleeps in `poll`, so
//! that watching a process does not disturb the time that it takes. This is the only part of the crate with unsafe code,
//! all of it in `system.rs`, `descriptors.rs`, `own_memory.rs` and `guardian.rs`.
//!
//! | left behind by the child | Linux, after [`prepare`] | otherwise |
//! | --- | --- | --- |
//! | processes in its group | killed | killed |
//! | processes that left the group (`setsid`, double fork) | killed and reaped | stay |
//!
//! Where several run at once, what one has left behind is told by a mark that it inherited (`runs.rs`).
//!
//! Where this process itself dies of SIGKILL, Linux kills the child too, but not what the child has started; macOS leaves both.

mod allowance;
mod command;
mod descriptors;
mod foreground;
mod forked;
mod guardian;
mod handover;
mod own_memory;
mod processor_time;
mod runs;
mod signal_cause;
mod strays;
mod supervise;
mod system;
mod tail;
mod wakeup;

pub use allowance::Overrun;
pub use command::{Command, Ended, Output, RunError, Status};
pub(crate) use descriptors::{sealed, unguessable, unnamed};
pub use foreground::run_in_foreground;
pub(crate) use forked::{Done, Fork, Parent, Waiting};
pub(crate) use handover::{Handed, Inbox};
#[cfg(test)]
pub(crate) use processor_time::EndedThread;
pub use supervise::run;
pub(crate) use supervise::run_handing;
pub(crate) use system::{may_write_in, own_peak_memory, own_user};
pub use system::{own_cpu_time, shut_out_others};
pub(crate) use wakeup::{adopts_orphans, wait_for_input};
pub use wakeup::{end_by_exit_code, interrupted, prepare};
