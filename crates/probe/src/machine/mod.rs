//! What the machine is and what state it is in, as far as it moves times: a baseline from another kind of machine must
//! not be compared blindly, and `doctor` has to say why a machine is noisy.
//!
//! Whatever cannot be read is left out; nothing here fails.

mod cgroup;
mod conditions;
mod linux;
mod macos;
mod processor;
mod variables;

pub(crate) use variables::is_relevant;
pub use variables::relevant_variables;

use std::time::Duration;

use importgate_core::observed::{Machine, MachineConditions};

/// The fingerprint of the machine that this process runs on.
pub fn fingerprint() -> Machine {
    let cores = u32::try_from(processors()).unwrap_or(u32::MAX);
    if cfg!(target_os = "macos") {
        macos::fingerprint(cores)
    } else {
        linux::fingerprint(linux::ROOT.as_ref(), cores)
    }
}

/// How many processes can compute at once: what the affinity mask and a container's share leave, not what the machine has.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How much more memory processes can take before the system has to take it from others, or the container's limit is reached, in
/// bytes; `None` where nothing says so.
pub fn free_memory_bytes() -> Option<u64> {
    if cfg!(target_os = "macos") {
        None
    } else {
        linux::free_memory_bytes(linux::ROOT.as_ref())
    }
}

/// Processor time that a hypervisor has given to other machines since this one started, of all processors together; nothing where
/// the system does not tell.
pub(crate) fn stolen() -> Duration {
    /// In a second: what the kernel tells programs, whatever it counts in itself.
    const TICKS: u64 = 100;
    let times = if cfg!(target_os = "macos") {
        None
    } else {
        linux::times(linux::ROOT.as_ref())
    };
    times.map_or(Duration::ZERO, |times| {
        Duration::from_millis(times.steal.saturating_mul(1000 / TICKS))
    })
}

/// The state that the machine is in now.
pub fn conditions() -> MachineConditions {
    if cfg!(target_os = "macos") {
        macos::conditions()
    } else {
        linux::conditions(linux::ROOT.as_ref())
    }
}
