//! When recorded numbers hold without measuring again: where the import would run the same code on the same data.

use super::{Recorded, StoredSample};
use crate::observed::{ClosureChange, Glance, Input, KnownImport, Sameness, Sample};
use crate::stats::{MachineSpeed, calibrated_log, estimate};

/// A glance is far from what is recorded above this many times it and so many nanoseconds more. One calibrated import comes out
/// at 0.75 to 0.9 times the recorded time, beside four or five processes a processor; the accounts of the scheduler are wrong by
/// tens of milliseconds in one import of twenty there, and then a second glance tells. It is only a reason to sample: what is
/// nearer than that is as good as the same.
const FAR_TIMES: f64 = 1.4;
const FAR_CPU_NS: f64 = 2e6;
const FAR_BLOCKED_NS: f64 = 10e6;

impl Recorded {
    /// Whether an import after these `preload`s, whose closure differs by `change`, runs the same code on the same data as when it was
    /// recorded. The interpreter has to be the same, too, which [`Comparability`] knows.
    ///
    /// [`Comparability`]: super::Comparability::modules_compare
    pub fn sameness(&self, preload: &[String], change: &ClosureChange, now: KnownImport<'_>) -> Sameness {
        if change.is_same_code() && self.preload == preload {
            self.as_known().data_beside(now)
        } else {
            Sameness::Different
        }
    }

    /// True where an import begins and reads like the recorded one, so that numbers may be those of both: samples have to show it.
    pub fn may_be_of(&self, preload: &[String], now: KnownImport<'_>) -> bool {
        let set_up = |known: KnownImport<'_>| known.inputs.get(&Input::SetUp).copied();
        self.preload == preload && self.files_read == *now.files_read && set_up(self.as_known()) == set_up(now)
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
    use std::collections::BTreeMap;

    use super::*;
    use crate::observed::ContentHash;

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
        let with_data = |content, set_up: Option<u64>| Recorded {
            preload: vec!["json".to_owned()],
            files_read: BTreeMap::from([("data.csv".to_owned(), Some(ContentHash(content)))]),
            inputs: set_up
                .map(|set_up| (Input::SetUp, Some(ContentHash(set_up))))
                .into_iter()
                .collect(),
            ..Recorded::default()
        };
        let (plain, set_up) = (with_data(1, None), with_data(1, Some(1)));
        let same = ClosureChange::default();
        let edited = ClosureChange {
            changed: vec!["shop".to_owned()],
            ..ClosureChange::default()
        };
        let seen = |before: &Recorded, change, now: &Recorded| before.sameness(&now.preload, change, now.as_known());
        assert_eq!(seen(&plain, &same, &plain), Sameness::Same);
        assert_eq!(seen(&set_up, &same, &set_up), Sameness::Same);
        assert_eq!(seen(&plain, &edited, &plain), Sameness::Different);
        assert_eq!(seen(&plain, &same, &with_data(2, None)), Sameness::Different);
        assert_eq!(seen(&set_up, &same, &with_data(1, Some(2))), Sameness::Different);
        assert_eq!(seen(&set_up, &same, &plain), Sameness::Untold);
        assert_eq!(plain.sameness(&[], &same, plain.as_known()), Sameness::Different);
        let may_be = |before: &Recorded, now: &Recorded| before.may_be_of(&now.preload, now.as_known());
        assert!(may_be(&plain, &plain) && may_be(&set_up, &set_up));
        assert!(!may_be(&plain, &with_data(2, None)) && !may_be(&plain, &set_up));
        assert!(!may_be(&set_up, &with_data(1, Some(2))) && !plain.may_be_of(&[], plain.as_known()));
    }
}
