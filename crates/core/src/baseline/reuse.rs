//! When recorded numbers hold without measuring again: where the import would run the same code on the same data.

use std::collections::BTreeMap;

use super::{Recorded, StoredSample};
use crate::observed::{ClosureChange, ContentHash, Glance, Input, Inputs, Sample};
use crate::stats::{MachineSpeed, calibrated_log, estimate};

/// A glance is far from what is recorded above this many times it and so many nanoseconds more. One calibrated import comes out
/// at 0.75 to 0.9 times the recorded time, beside four or five processes a processor; the accounts of the scheduler are wrong by
/// tens of milliseconds in one import of twenty there, and then a second glance tells. It is only a reason to sample: what is
/// nearer than that is as good as the same.
const FAR_TIMES: f64 = 1.4;
const FAR_CPU_NS: f64 = 2e6;
const FAR_BLOCKED_NS: f64 = 10e6;

impl Recorded {
    /// True where an import after these `preload`s, whose closure differs by `change`, which read these files and was set up like this,
    /// runs the same code on the same data as when it was recorded. The interpreter has to be the same, too, which [`Comparability`] knows.
    ///
    /// [`Comparability`]: super::Comparability::modules_compare
    pub fn is_same_code(
        &self,
        preload: &[String],
        change: &ClosureChange,
        files_read: &BTreeMap<String, Option<ContentHash>>,
        inputs: &Inputs,
    ) -> bool {
        change.is_same_code() && self.is_same_data(preload, files_read, inputs)
    }

    /// True where an import that begins like this meets the data that the recorded one met.
    pub fn is_same_data(
        &self,
        preload: &[String],
        files_read: &BTreeMap<String, Option<ContentHash>>,
        inputs: &Inputs,
    ) -> bool {
        let set_up = |inputs: &Inputs| inputs.get(&Input::SetUp).copied();
        self.preload == preload && self.files_read == *files_read && set_up(&self.inputs) == set_up(inputs)
    }

    /// True where a glance at an import saw it take so much longer than what is recorded that no load of the machine explains it.
    /// Blocked time and CPU time are apart: only the one depends on the processor, and it is looked at where `machine`, which
    /// recorded, can be compared with the present one.
    pub fn is_exceeded_by(&self, glance: &Glance, machine: Option<&MachineSpeed>) -> bool {
        let longest = |read: fn(&StoredSample) -> u64| self.samples.iter().map(read).max();
        let Some(blocked_ns) = longest(|sample| sample.blocked_ns) else {
            return false;
        };
        let cpu_is_far = |machine: &MachineSpeed| {
            let samples = self.to_samples();
            let usual_ms = estimate(&samples, machine).map_or(f64::INFINITY, |usual| usual.time_ms - usual.blocked_ms);
            let glanced = Sample {
                cpu_ns: glance.cpu_ns,
                calibration_ns: glance.calibration_ns,
                ..Sample::default()
            };
            calibrated_log(&glanced, machine).exp() > FAR_TIMES * usual_ms * 1e6 + FAR_CPU_NS
        };
        glance.blocked_ns as f64 > FAR_TIMES * blocked_ns as f64 + FAR_BLOCKED_NS || machine.is_some_and(cpu_is_far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: MachineSpeed = MachineSpeed {
        calibration_ns: 100_000.0,
        reference_ns: 80e6,
    };

    /// An import that takes 20 ms and waits for 5 to 30 ms.
    fn recorded() -> Recorded {
        let sample = |blocked_ms: u64| StoredSample {
            cpu_ns: 20_000_000,
            blocked_ns: blocked_ms * 1_000_000,
            voluntary_switches: 1,
            calibration_ns: 100_000,
            reference_ns: 80_000_000,
            ..StoredSample::default()
        };
        Recorded {
            samples: vec![sample(5), sample(30), sample(6)],
            ..Recorded::default()
        }
    }

    fn is_exceeded(cpu_ms: u64, blocked_ms: u64, calibration_ns: u64, machine: Option<&MachineSpeed>) -> bool {
        let glance = Glance {
            cpu_ns: cpu_ms * 1_000_000,
            blocked_ns: blocked_ms * 1_000_000,
            calibration_ns,
        };
        recorded().is_exceeded_by(&glance, machine)
    }

    #[test]
    fn a_glance_is_far_where_no_load_explains_it() {
        assert!(!is_exceeded(29, 0, 100_000, Some(&MACHINE)));
        assert!(is_exceeded(31, 0, 100_000, Some(&MACHINE)));
        assert!(
            !is_exceeded(31, 0, 200_000, Some(&MACHINE)),
            "the machine is slower by half"
        );
        assert!(
            !is_exceeded(20, 50, 100_000, Some(&MACHINE)),
            "it waited for nearly as long before"
        );
        assert!(is_exceeded(20, 60, 100_000, Some(&MACHINE)));
    }

    #[test]
    fn on_a_foreign_machine_only_what_it_waits_for_is_far() {
        assert!(!is_exceeded(200, 0, 100_000, None));
        assert!(is_exceeded(20, 60, 100_000, None));
        let nothing = Recorded::default();
        let waiting = Glance {
            blocked_ns: 1_000_000_000,
            ..Glance::default()
        };
        assert!(!nothing.is_exceeded_by(&waiting, None));
    }

    #[test]
    fn the_same_modules_after_the_same_preloads_with_the_same_data_are_the_same_code() {
        let data = |content| BTreeMap::from([("data.csv".to_owned(), Some(ContentHash(content)))]);
        let json = ["json".to_owned()];
        let recorded = Recorded {
            preload: json.to_vec(),
            files_read: data(1),
            ..Recorded::default()
        };
        let same = ClosureChange::default();
        let edited = ClosureChange {
            changed: vec!["shop".to_owned()],
            ..ClosureChange::default()
        };
        let set_up = |content| Inputs::from_iter([(Input::SetUp, Some(ContentHash(content)))]);
        let plain = Inputs::default();
        assert!(recorded.is_same_code(&json, &same, &data(1), &plain));
        assert!(!recorded.is_same_code(&json, &edited, &data(1), &plain));
        assert!(!recorded.is_same_code(&[], &same, &data(1), &plain));
        assert!(!recorded.is_same_code(&json, &same, &data(2), &plain));
        assert!(!recorded.is_same_code(&json, &same, &BTreeMap::new(), &plain));
        assert!(!recorded.is_same_code(&json, &same, &data(1), &set_up(1)));
        let set_up_before = Recorded {
            inputs: set_up(1),
            ..recorded
        };
        assert!(set_up_before.is_same_code(&json, &same, &data(1), &set_up(1)));
        assert!(!set_up_before.is_same_code(&json, &same, &data(1), &set_up(2)));
        assert!(!set_up_before.is_same_code(&json, &same, &data(1), &plain));
    }
}
