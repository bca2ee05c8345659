//! When recorded numbers hold without measuring again: where the import would run the same code on the same data.

use std::collections::BTreeMap;

use super::{Recorded, StoredSample};
use crate::observed::{ClosureChange, ContentHash, Glance, Sample};
use crate::stats::{MachineSpeed, calibrated_log, estimate};

/// A glance is far from what is recorded above this many times it and so many nanoseconds more. One import, calibrated at its
/// ends alone, comes out up to one and a half times as long on a busy machine, and the accounts of the scheduler may be wrong by
/// some milliseconds. It is only a reason to sample: what is nearer than that is as good as the same.
const FAR_TIMES: f64 = 2.0;
const FAR_NS: f64 = 10e6;

impl Recorded {
    /// True where an import after these `preload`s, whose closure differs by `change` and which read these files, runs the same
    /// code on the same data as when it was recorded. The interpreter has to be the same, too, which [`Comparability`] knows.
    ///
    /// [`Comparability`]: super::Comparability::modules_compare
    pub fn is_same_code(
        &self,
        preload: &[String],
        change: &ClosureChange,
        files_read: &BTreeMap<String, Option<ContentHash>>,
    ) -> bool {
        change.is_same_code() && self.preload == preload && self.files_read == *files_read
    }

    /// True where a glance at an import saw it take so much longer than what is recorded that no load of the machine explains it.
    /// Blocked time and CPU time are apart: only the one depends on the processor, and it is looked at where `machine`, which
    /// recorded, can be compared with the present one.
    pub fn is_exceeded_by(&self, glance: &Glance, machine: Option<&MachineSpeed>) -> bool {
        let longest = |read: fn(&StoredSample) -> u64| self.samples.iter().map(read).max();
        let Some(blocked_ns) = longest(|sample| sample.blocked_ns) else {
            return false;
        };
        let is_far = |now: f64, usual: f64| now > FAR_TIMES * usual + FAR_NS;
        let cpu_is_far = |machine: &MachineSpeed| {
            let samples = self.to_samples();
            let usual_ms = estimate(&samples, machine).map_or(f64::INFINITY, |usual| usual.time_ms - usual.blocked_ms);
            let glanced = Sample {
                cpu_ns: glance.cpu_ns,
                calibration_ns: glance.calibration_ns,
                ..Sample::default()
            };
            is_far(calibrated_log(&glanced, machine).exp(), usual_ms * 1e6)
        };
        is_far(glance.blocked_ns as f64, blocked_ns as f64) || machine.is_some_and(cpu_is_far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(recorded.is_same_code(&json, &same, &data(1)));
        assert!(!recorded.is_same_code(&json, &edited, &data(1)));
        assert!(!recorded.is_same_code(&[], &same, &data(1)));
        assert!(!recorded.is_same_code(&json, &same, &data(2)));
        assert!(!recorded.is_same_code(&json, &same, &BTreeMap::new()));
    }
}
