//! Moving an anchor by hand: to what is recorded now, or to what another revision of the baseline has.

use std::collections::BTreeSet;

use super::{Anchor, AnchorNumbers, Baseline, Entry, Recorded};
use crate::observed::EnvironmentKey;

/// An anchor that was moved.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedAnchor {
    /// The entry.
    pub environment: EnvironmentKey,
    /// The target.
    pub target: String,
    /// The time that drift was measured from, in milliseconds; `None` without samples.
    pub before_ms: Option<f64>,
    /// The time that it is measured from now.
    pub now_ms: Option<f64>,
    /// True where limits that had tightened by themselves were let go.
    pub let_go: bool,
}

impl Recorded {
    /// The time that drift is measured from.
    pub fn anchored_ms(&self, entry: &Entry) -> Option<f64> {
        let then = self.anchor.as_ref().and_then(|anchor| anchor.then.as_ref());
        then.map_or_else(|| self.time_ms(&entry.speed_of(self)), |then| then.time_ms())
    }
}

impl Baseline {
    /// Anchors these targets in every entry: at what is recorded of them, or at what `from` has. A target that `from` does not have is left
    /// alone. With `let_go`, the limits that tightened by themselves go, too.
    pub fn anchor(
        &mut self,
        targets: &BTreeSet<String>,
        anchor: &Anchor,
        from: Option<&Self>,
        let_go: bool,
    ) -> Vec<MovedAnchor> {
        let mut moved = Vec::new();
        for (key, entry) in &mut self.environments {
            let mut of_entry = entry.clone();
            for (name, recorded) in of_entry.targets.iter_mut().filter(|(name, _)| targets.contains(*name)) {
                let Some(then) = numbers_to_anchor_at(recorded, from.map(|from| (from, key, name))) else {
                    continue;
                };
                let before_ms = recorded.anchored_ms(entry);
                recorded.anchor = Some(Anchor { then, ..anchor.clone() });
                let had_limits = let_go && recorded.ratchet.take().is_some();
                moved.push(MovedAnchor {
                    environment: key.clone(),
                    target: name.clone(),
                    before_ms,
                    now_ms: recorded.anchored_ms(entry),
                    let_go: had_limits,
                });
            }
            *entry = of_entry;
        }
        moved
    }
}

/// The numbers of the other revision, or none where what is recorded is meant; nothing where that revision does not have the target.
fn numbers_to_anchor_at(
    recorded: &Recorded,
    from: Option<(&Baseline, &EnvironmentKey, &String)>,
) -> Option<Option<Box<AnchorNumbers>>> {
    let Some((from, key, name)) = from else {
        return Some(None);
    };
    let entry = from.entry(key)?;
    let then = entry.targets.get(name)?;
    let is_other = then.samples != recorded.samples;
    Some(is_other.then(|| Box::new(AnchorNumbers::of(then, entry))))
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample_data::{baseline, key, sample};
    use super::*;

    fn database() -> BTreeSet<String> {
        BTreeSet::from(["shop.database".to_owned()])
    }

    /// The baseline after a recording in which the database takes 60 ms.
    fn slower() -> Baseline {
        let mut slower = baseline();
        let entry = slower.environments.get_mut(&key()).expect("an entry");
        let old = entry.targets["shop.database"].clone();
        let fresh = Recorded {
            samples: (0..5).map(|round| sample(round, 60)).collect(),
            ..old.clone()
        };
        let fresh = fresh.replacing(&old, entry);
        entry.targets.insert("shop.database".to_owned(), fresh);
        slower
    }

    fn because() -> Anchor {
        Anchor {
            reason: Some("worth it".to_owned()),
            ..Anchor::default()
        }
    }

    #[test]
    fn an_anchor_moves_to_what_is_recorded_and_no_other_does() {
        let mut moved = slower();
        let [of_database] = &moved.anchor(&database(), &because(), None, false)[..] else {
            panic!("one anchor")
        };
        let rounded = [of_database.before_ms, of_database.now_ms].map(|ms| ms.map(f64::round));
        assert_eq!(rounded, [Some(50.0), Some(60.0)]);
        let targets = &moved.environments[&key()].targets;
        assert_eq!(targets["shop.database"].anchor, Some(because()));
        assert_eq!(
            targets["shop.utils"],
            slower().environments[&key()].targets["shop.utils"]
        );
    }

    #[test]
    fn an_anchor_moves_to_what_an_earlier_revision_had() {
        let mut moved = slower();
        moved.anchor(&database(), &because(), None, false);
        let back = moved.anchor(&database(), &because(), Some(&baseline()), false);
        assert_eq!(back[0].now_ms.map(f64::round), Some(50.0));
        let nothing = moved.anchor(&database(), &because(), Some(&Baseline::default()), false);
        assert_eq!(nothing, []);
    }
}
