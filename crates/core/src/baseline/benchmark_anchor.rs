//! Where the drift of a benchmark of another tool is measured from: what it came to once, which `record` never moves. It is kept as that of an
//! import is ([`super::Anchor`]): only a day and a commit while that is what is recorded, and the numbers once others are.

use std::collections::BTreeSet;

use super::Anchor;
use super::benchmarks::{RecordedBenchmark, RecordedBenchmarks};
use crate::observed::Unit;

/// When a benchmark was anchored, and what it came to then.
pub type BenchmarkAnchor = Anchor<RecordedBenchmark>;

impl BenchmarkAnchor {
    fn at(anchor: &Anchor, then: Option<RecordedBenchmark>) -> Self {
        Self {
            date: anchor.date,
            commit: anchor.commit.clone(),
            reason: anchor.reason.clone(),
            then: then.map(Box::new),
        }
    }
}

/// The anchor of a benchmark that was moved.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedBenchmark {
    /// The benchmark.
    pub name: String,
    /// What its numbers are in.
    pub unit: Unit,
    /// What drift was measured from.
    pub before: Option<f64>,
    /// What it is measured from now.
    pub now: Option<f64>,
}

impl RecordedBenchmark {
    /// What drift is measured from.
    pub fn anchored(&self) -> &Self {
        let then = self.anchor.as_ref().and_then(|anchor| anchor.then.as_deref());
        then.unwrap_or(self)
    }

    /// The same numbers without an anchor.
    pub(super) fn unanchored(&self) -> Self {
        let mut numbers = self.clone();
        numbers.anchor = None;
        numbers
    }

    /// These fresh numbers in the place of `old` ones, whose anchor stays; anchored now where there were none of its unit.
    pub(super) fn replacing(self, old: Option<&Self>, now: &Anchor) -> Self {
        let Some(old) = old.filter(|old| old.unit == self.unit) else {
            return self.anchored_at(BenchmarkAnchor::at(now, None));
        };
        if self == old.unanchored() {
            return old.clone();
        }
        let mut anchor = old.anchor.as_deref().cloned().unwrap_or_default();
        anchor.then.get_or_insert_with(|| Box::new(old.unanchored()));
        self.anchored_at(anchor)
    }

    fn anchored_at(mut self, anchor: BenchmarkAnchor) -> Self {
        self.anchor = Some(Box::new(anchor));
        self
    }
}

impl RecordedBenchmarks {
    /// Anchors these benchmarks: at what is recorded of them, or at what `from` has. One that `from` does not have in its unit is left alone.
    pub fn anchor(&mut self, names: &BTreeSet<String>, anchor: &Anchor, from: Option<&Self>) -> Vec<MovedBenchmark> {
        let mut moved = Vec::new();
        for (name, recorded) in self.iter_mut().filter(|(name, _)| names.contains(*name)) {
            let then = match from {
                None => None,
                Some(from) => match from.get(name).filter(|then| then.unit == recorded.unit) {
                    None => continue,
                    Some(then) => Some(then.unanchored()).filter(|then| *then != recorded.unanchored()),
                },
            };
            let before = recorded.anchored().typical_value();
            *recorded = recorded.clone().anchored_at(BenchmarkAnchor::at(anchor, then));
            moved.push(MovedBenchmark {
                name: name.clone(),
                unit: recorded.unit,
                before,
                now: recorded.anchored().typical_value(),
            });
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::observed::{Benchmark, Each, Tool, Values};

    fn of(value: f64, unit: Unit) -> Benchmark {
        Benchmark {
            name: "q".to_owned(),
            tool: Tool::Hyperfine,
            file: "bench.json".to_owned(),
            unit,
            better: None,
            values: Values::Raw {
                samples: vec![value; 8],
                each: Each::Call,
            },
            requests: None,
            machine: None,
        }
    }

    fn on(month: i8) -> Anchor {
        Anchor {
            date: Some(Date::constant(2026, month, 1)),
            ..Anchor::default()
        }
    }

    /// What is recorded on the first of each month, one value each.
    fn recorded(values: &[f64]) -> RecordedBenchmarks {
        let months = values.iter().zip(1..);
        months.fold(RecordedBenchmarks::default(), |recorded, (value, month)| {
            recorded.with(&[of(*value, Unit::Time)], true, &on(month))
        })
    }

    fn anchor(recorded: &RecordedBenchmarks) -> (Option<i8>, Option<f64>) {
        let recorded = recorded.get("q").expect("a benchmark");
        let date = recorded.anchor.as_ref().and_then(|anchor| anchor.date);
        (date.map(Date::month), recorded.anchored().typical_value())
    }

    #[test]
    fn no_recording_moves_an_anchor() {
        assert_eq!(anchor(&recorded(&[10.0])), (Some(1), Some(10.0)));
        assert_eq!(anchor(&recorded(&[10.0, 10.0])), (Some(1), Some(10.0)));
        assert_eq!(anchor(&recorded(&[10.0, 11.0, 12.0])), (Some(1), Some(10.0)));
        let same = recorded(&[10.0, 10.0]);
        assert!(
            same.get("q")
                .expect("one")
                .anchor
                .as_ref()
                .expect("an anchor")
                .then
                .is_none()
        );
        let text = recorded(&[10.0, 11.0]).render();
        assert_eq!(
            RecordedBenchmarks::parse(&text).expect("what was written"),
            recorded(&[10.0, 11.0])
        );
    }

    #[test]
    fn what_was_recorded_before_there_were_anchors_becomes_one_without_a_day() {
        let text = recorded(&[10.0]).render();
        let old = text
            .lines()
            .filter(|line| !line.contains("\"anchor\""))
            .collect::<Vec<_>>()
            .join("\n");
        let old = RecordedBenchmarks::parse(&old).expect("without an anchor");
        let again = old.clone().with(&[of(10.0, Unit::Time)], true, &on(6));
        assert_eq!(again, old, "the same numbers change nothing");
        assert_eq!(
            anchor(&old.with(&[of(11.0, Unit::Time)], true, &on(6))),
            (None, Some(10.0))
        );
    }

    #[test]
    fn another_unit_begins_anew() {
        let rate = recorded(&[10.0]).with(&[of(500.0, Unit::Rate)], true, &on(6));
        assert_eq!(anchor(&rate), (Some(6), Some(500.0)));
    }

    #[test]
    fn an_anchor_moves_by_hand_to_what_is_recorded_or_was() {
        let names = BTreeSet::from(["q".to_owned()]);
        let mut moved = recorded(&[10.0, 12.0]);
        let told = moved.anchor(&names, &on(9), None);
        assert_eq!((told[0].before, told[0].now), (Some(10.0), Some(12.0)));
        assert_eq!(anchor(&moved), (Some(9), Some(12.0)));
        moved.anchor(&names, &on(1), Some(&recorded(&[10.0])));
        assert_eq!(anchor(&moved), (Some(1), Some(10.0)));
        assert_eq!(moved.anchor(&names, &on(1), Some(&RecordedBenchmarks::default())), []);
        assert_eq!(moved.anchor(&BTreeSet::new(), &on(1), None), []);
    }

    #[test]
    fn an_anchor_within_an_anchor_is_damage() {
        let text = recorded(&[10.0, 11.0]).render();
        let nested = text.replacen("\"then\":{", "\"then\":{\"anchor\":{\"reason\":\"x\"},", 1);
        assert_ne!(nested, text);
        assert!(RecordedBenchmarks::parse(&nested).is_err());
        let below_zero = text.replacen("\"p50\":10.0", "\"p50\":-10.0", 1);
        assert_ne!(below_zero, text);
        assert!(RecordedBenchmarks::parse(&below_zero).is_err());
    }
}
