//! What the named causes leave of a change. Causes are read off single modules, the change off the whole import: this is where
//! the two are made to add up, so that no report names more than there is, or less without saying so.

use std::collections::BTreeSet;

use super::Cause;
use super::growth::Evidence;
use super::own_times::OwnTimes;
use crate::stats::ComparisonKind;

/// How many times what modules are seen to take longer may be said to be theirs: single modules scatter.
const MOST_BESIDE: f64 = 2.0;

/// What the named causes leave of a change, or of a whole time. All amounts are milliseconds, and none is negative: of a change,
/// the causes, `modules_ms`, `collections_ms` and `unplaced_ms` come to it and `saved_ms` together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rest {
    /// What modules take longer that are no cause by themselves.
    pub modules_ms: f64,
    /// How many of them there are.
    pub modules: u64,
    /// What collections of garbage take longer, which walk through all that is loaded.
    pub collections_ms: f64,
    /// What the import takes longer that no module is seen to take: beside much that is new everything takes a little longer, and a
    /// few samples place a large change less well than they show it.
    pub unplaced_ms: f64,
    /// What is saved beside the causes, by modules that are gone or take less.
    pub saved_ms: f64,
    /// What the samples wait for while the one import that was looked at, and that names the causes, did not wait at all.
    pub unseen_wait_ms: f64,
}

impl Rest {
    /// What there is beside the modules that are `named` and collections of so many milliseconds, before it is known how much of the
    /// change is left for it.
    pub(super) fn beside(
        named: &BTreeSet<&str>,
        evidence: &Evidence<'_>,
        times: &OwnTimes<'_>,
        collected_ms: f64,
    ) -> Self {
        let change = evidence.change;
        let is_other = |module: &&String| !named.contains(module.as_str());
        let edited = change.altered().filter(is_other).map(|module| times.growth_ms(module));
        let gone = change
            .removed
            .iter()
            .filter(is_other)
            .map(|module| times.before_ms(module));
        let saved_ms = edited.map(|growth| (-growth).max(0.0)).chain(gone).sum();
        let grows = |module: &&String| is_other(module) && times.growth_ms(module) > 0.0;
        let kind = evidence.comparison.map(|comparison| comparison.kind);
        // Beside the unchanged modules only the others can have become slower.
        let growing: Vec<&String> = if kind == Some(ComparisonKind::ChangedPart) {
            change.added.iter().chain(change.altered()).filter(grows).collect()
        } else {
            let all = evidence.observation.modules.iter().map(|module| &module.name);
            all.filter(grows).collect()
        };
        let collections_ms = evidence.growth.map_or(0.0, |growth| growth.collections_ms());
        Self {
            modules_ms: growing.iter().map(|module| times.growth_ms(module)).sum(),
            modules: growing.len() as u64,
            unplaced_ms: 0.0,
            collections_ms: (collections_ms - collected_ms).max(0.0),
            saved_ms,
            unseen_wait_ms: 0.0,
        }
    }

    /// Makes room among causes that add up to `change_ms` with this for others that were put beside them, and cost `others_ms`.
    pub(crate) fn make_room(&mut self, causes: &mut [Cause], others_ms: f64, change_ms: f64) {
        let unplaced_ms = (self.unplaced_ms - others_ms).max(0.0);
        let others_of_modules_ms = others_ms - (self.unplaced_ms - unplaced_ms);
        self.unplaced_ms = unplaced_ms;
        self.modules_ms = (self.modules_ms - others_of_modules_ms).max(0.0);
        let named_ms: f64 = causes.iter().map(|cause| cause.weight.time_ms).sum();
        scale(causes, named_ms, change_ms.max(0.0) + self.saved_ms);
    }

    /// Makes the causes and this add up to `change_ms`. What is smaller than `smallest_ms` is not worth saying.
    pub(super) fn share_out(&mut self, causes: &mut [Cause], change_ms: f64, smallest_ms: f64) {
        if change_ms <= 0.0 {
            *self = Self::default();
            return;
        }
        let worth = |amount: f64| if amount >= smallest_ms { amount } else { 0.0 };
        self.saved_ms = worth(self.saved_ms);
        let all_ms = change_ms + self.saved_ms;
        let named_ms: f64 = causes.iter().map(|cause| cause.weight.time_ms).sum();
        scale(causes, named_ms, all_ms);
        let left_ms = (all_ms - named_ms).max(0.0);
        self.collections_ms = worth(self.collections_ms.min(left_ms));
        let left_ms = left_ms - self.collections_ms;
        let of_modules_ms = if left_ms <= MOST_BESIDE * self.modules_ms {
            left_ms
        } else {
            worth(self.modules_ms)
        };
        self.unplaced_ms = worth(left_ms - of_modules_ms);
        self.modules_ms = worth(of_modules_ms);
    }
}

/// Causes that come to more than there is, as they share that.
fn scale(causes: &mut [Cause], named_ms: f64, all_ms: f64) {
    if named_ms > all_ms {
        for cause in causes {
            cause.weight.time_ms *= all_ms / named_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a change of 100 ms, of which no cause is named, beside modules that take so much longer.
    fn left_beside(modules_ms: f64) -> (f64, f64) {
        let mut rest = Rest {
            modules_ms,
            modules: 3,
            ..Rest::default()
        };
        rest.share_out(&mut [], 100.0, 1.0);
        (rest.modules_ms, rest.unplaced_ms)
    }

    #[test]
    fn what_no_module_is_seen_to_take_is_said_of_none() {
        assert_eq!(left_beside(20.0), (20.0, 80.0));
        assert_eq!(left_beside(0.5), (0.0, 100.0));
        assert_eq!(left_beside(60.0), (100.0, 0.0));
        assert_eq!(left_beside(300.0), (100.0, 0.0));
    }
}
