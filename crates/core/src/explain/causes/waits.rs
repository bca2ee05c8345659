//! Where the import waits longer than before: how much longer, the samples say; where, the import that was looked at.

use rustc_hash::FxHashSet;

use super::CauseKind;
use super::attribution::Attribution;
use super::growth::{Candidate, Evidence, of_one_module};
use crate::explain::milliseconds;

/// A longer wait than this, in milliseconds, is a cause.
const SMALLEST_MS: f64 = 1.0;
/// The samples may wait so many times as long as the one import that was looked at did in the same place.
const MOST_STRETCHED: f64 = 1.5;

/// What the import waits longer than before, in milliseconds, as far as it is not attributed yet: what samples show where there
/// are any, else what the one import that was looked at does.
pub(super) struct Waits {
    left_ms: f64,
}

impl Waits {
    pub(super) fn new(evidence: &Evidence<'_>) -> Self {
        let observed: u64 = evidence.observation.blocked.iter().map(|blocked| blocked.ns).sum();
        let left_ms = match evidence.growth {
            Some(growth) => growth.blocked_ms().max(0.0),
            None => milliseconds(observed.saturating_sub(evidence.blocked_before_ns)),
        };
        Self { left_ms }
    }

    /// Takes at most so much of it.
    pub(super) fn take(&mut self, at_most_ms: f64) -> f64 {
        let taken = at_most_ms.min(self.left_ms);
        self.left_ms -= taken;
        taken
    }

    /// What is left once the waits of new modules are taken, by the place that waits.
    pub(super) fn add_causes<'a>(
        mut self,
        evidence: &Evidence<'a>,
        attribution: &Attribution<'_>,
        found: &mut Vec<Candidate<'a>>,
    ) {
        let new: FxHashSet<&String> = evidence.change.added.iter().collect();
        let all = evidence.observation.blocked.iter();
        let mut seen: Vec<_> = all.filter(|blocked| !new.contains(&blocked.module)).collect();
        // A body that changed is the first suspect for what is blocked longer than before.
        let changed: FxHashSet<&String> = evidence.change.changed.iter().collect();
        seen.sort_by_key(|blocked| std::cmp::Reverse((changed.contains(&blocked.module), blocked.ns)));
        let of_changed: u64 = seen
            .iter()
            .filter(|blocked| changed.contains(&blocked.module))
            .map(|blocked| blocked.ns)
            .sum();
        let in_changed_ms = milliseconds(of_changed);
        // What waits is rarely as long twice.
        let stretched = if self.left_ms > in_changed_ms && self.left_ms <= MOST_STRETCHED * in_changed_ms {
            self.left_ms / in_changed_ms
        } else {
            1.0
        };
        for blocked in seen {
            let stretched = if changed.contains(&blocked.module) {
                stretched
            } else {
                1.0
            };
            let part_ms = self.take(stretched * milliseconds(blocked.ns));
            if part_ms < SMALLEST_MS {
                break;
            }
            let mut cause = attribution.module(CauseKind::Blocked, &blocked.module, of_one_module(part_ms));
            if let Some(place) = blocked.body.as_ref().or(blocked.place.as_ref()) {
                (cause.file, cause.line) = (Some(place.file.clone()), Some(place.line));
            }
            found.push(Candidate {
                cause,
                modules: Vec::new(),
            });
        }
    }
}
