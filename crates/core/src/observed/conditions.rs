//! The state of the machine at one moment: what makes times wander on it.

use std::collections::BTreeSet;

/// What can be read of the machine's state; what a system does not tell is `None` or empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MachineConditions {
    /// Load averages over 1, 5 and 15 minutes: processes that run or wait for a processor.
    pub load: Option<[f64; 3]>,
    /// The frequency governors in use, such as `performance` or `powersave`.
    pub governors: BTreeSet<String>,
    /// Whether the processor may exceed its nominal frequency for a while.
    pub turbo: Option<bool>,
    /// Whether this is a virtual machine.
    pub virtual_machine: Option<bool>,
    /// Processor time since the start of the system.
    pub times: Option<ProcessorTimes>,
}

/// Processor time of all processors since the start of the system, in the ticks of `/proc/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessorTimes {
    /// Everything, idle time included.
    pub total: u64,
    /// What the hypervisor gave to other virtual machines while this one had work to do.
    pub steal: u64,
}

impl ProcessorTimes {
    /// The share of the processor time since an earlier reading that the hypervisor took away, 0 to 1.
    pub fn stolen_since(&self, earlier: &Self) -> f64 {
        let total = self.total.saturating_sub(earlier.total);
        if total == 0 {
            return 0.0;
        }
        self.steal.saturating_sub(earlier.steal) as f64 / total as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_was_stolen_between_two_readings() {
        let (earlier, later) = (
            ProcessorTimes { total: 1000, steal: 60 },
            ProcessorTimes { total: 1100, steal: 69 },
        );
        assert!((later.stolen_since(&earlier) - 0.09).abs() < 1e-12);
        assert_eq!(earlier.stolen_since(&earlier), 0.0);
    }
}
