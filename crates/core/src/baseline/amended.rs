//! What a change made of the numbers of targets: an entry that it wrote says of its own code what that costs, and nobody but the check that
//! looks at the change can say whether that is so.

use std::collections::BTreeMap;

use super::moved::scatter;
use super::three_way::absolute;
use super::{AnchorNumbers, Entry, Recorded};
use crate::numbers;
use crate::stats::sameness::{memory_moved, noise_ms};

/// A target whose numbers a change wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Amended {
    /// What was recorded before; `None` where nothing was.
    pub before: Option<Recorded>,
    /// What is.
    pub now: Recorded,
}

/// A figure that became larger, before and now, for people.
pub(crate) type Grown = (String, String);

impl Amended {
    /// The targets of `now` whose numbers are not those of `before`, by name. Anchors and limits that tightened by themselves are no
    /// numbers of a target.
    pub fn between(before: &Entry, now: &Entry) -> BTreeMap<String, Self> {
        let amended = now.targets.iter().filter_map(|(name, recorded)| {
            let old = before.targets.get(name);
            let is_same = old.is_some_and(|old| numbers_of(old, before) == numbers_of(recorded, now));
            let amended = || Self {
                before: old.cloned(),
                now: recorded.clone(),
            };
            (!is_same).then(|| (name.clone(), amended()))
        });
        amended.collect()
    }
}

/// What was measured of a target, with all that its entry says of it.
fn numbers_of(recorded: &Recorded, entry: &Entry) -> Recorded {
    Recorded {
        anchor: None,
        ratchet: None,
        again: false,
        ..absolute(recorded, entry)
    }
}

impl Recorded {
    /// The figures that are larger here than in `before`, beyond what two recordings of one thing differ by. Times are those of the
    /// machines that recorded them.
    pub(crate) fn grown_since(&self, own: &Entry, (before, old): (&Self, &Entry)) -> Vec<Grown> {
        let mut grown = Vec::new();
        if let (Some(was), Some(is)) = (before.time_ms(&old.speed_of(before)), self.time_ms(&own.speed_of(self)))
            && is - was > noise_ms(was, scatter(before, old), scatter(self, own))
        {
            grown.push((numbers::time(was), numbers::time(is)));
        }
        if let (Some(was), Some(is)) = (before.memory_bytes(), self.memory_bytes())
            && is > was
            && memory_moved(was, is)
        {
            grown.push((numbers::bytes(was), numbers::bytes(is)));
        }
        let of_count = |what, was, is| (is > was).then(|| (numbers::counted(was, what), numbers::counted(is, what)));
        if let (Some(was), Some(is)) = (before.instructions, self.instructions) {
            grown.extend(of_count("instruction", was, is));
        }
        let modules = |recorded: &Self| recorded.closure.len() as u64;
        grown.extend(of_count("module", modules(before), modules(self)));
        grown
    }

    /// What drift is measured from.
    pub(crate) fn anchored_at(&self, entry: &Entry) -> AnchorNumbers {
        let then = self.anchor.as_ref().and_then(|anchor| anchor.then.as_deref());
        then.cloned().unwrap_or_else(|| AnchorNumbers::of(self, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample_data::{entry, own, sample};
    use super::*;
    use crate::baseline::{Anchor, Ratchet};

    fn names(before: &Entry, now: &Entry) -> Vec<String> {
        Amended::between(before, now).into_keys().collect()
    }

    #[test]
    fn what_is_said_about_a_target_is_no_number_of_it() {
        let mut now = entry();
        let utils = now.targets.get_mut("shop.utils").expect("a target");
        utils.anchor = Some(Anchor::default());
        utils.ratchet = Some(Ratchet {
            max_modules: Some(1),
            ..Ratchet::default()
        });
        utils.again = true;
        assert_eq!(names(&entry(), &now), [""; 0]);
        let mut elsewhere = entry();
        elsewhere.machine.cores = 64;
        assert_eq!(
            names(&entry(), &elsewhere).len(),
            2,
            "another machine recorded all of it"
        );
    }

    #[test]
    fn other_samples_other_code_and_what_is_new_are() {
        let changed = |change: fn(&mut Recorded)| {
            let mut now = entry();
            change(now.targets.get_mut("shop.utils").expect("a target"));
            names(&entry(), &now)
        };
        assert_eq!(changed(|utils| utils.samples[0].cpu_ns += 1), ["shop.utils"]);
        let other_code = |utils: &mut Recorded| {
            utils.closure.insert("shop".to_owned(), own(6));
        };
        assert_eq!(changed(other_code), ["shop.utils"]);
        let mut now = entry();
        let utils = now.targets.remove("shop.utils").expect("a target");
        now.targets.insert("shop.new".to_owned(), utils);
        assert_eq!(names(&entry(), &now), ["shop.new"]);
    }

    #[test]
    fn only_what_is_larger_beyond_noise_has_grown() {
        let old = entry();
        let before = &old.targets["shop.utils"];
        let grown = |milliseconds: u64, change: fn(&mut Recorded)| {
            let mut now = Recorded {
                samples: (0..8).map(|round| sample(round, milliseconds)).collect(),
                ..before.clone()
            };
            change(&mut now);
            now.grown_since(&old, (before, &old))
        };
        let nothing: fn(&mut Recorded) = |_| {};
        assert_eq!(grown(2, nothing), []);
        assert_eq!(grown(1, nothing), []);
        assert_eq!(grown(4, nothing), [("2.00 ms".to_owned(), "4.00 ms".to_owned())]);
        let larger = grown(2, |now| {
            now.samples.iter_mut().for_each(|sample| sample.memory_bytes *= 2);
            now.closure.insert("torch".to_owned(), own(9));
        });
        assert_eq!(
            larger,
            [("10.0 MiB", "20.0 MiB"), ("2 modules", "3 modules")].map(|(was, is)| (was.to_owned(), is.to_owned()))
        );
    }
}
