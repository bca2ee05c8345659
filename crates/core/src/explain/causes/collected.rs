//! Where code asks for its garbage to be collected. How much longer collections take, the samples say; who asked for one, the import
//! that was looked at.

use std::collections::BTreeMap;

use super::CauseKind;
use super::answerable::Answerable;
use super::attribution::Attribution;
use super::growth::{Candidate, Evidence, of_one_module};
use crate::observed::{COLLECTIONS, Place};
use crate::stats::growth::Growth;

/// What takes less, in milliseconds, is no cause.
const SMALLEST_MS: f64 = 1.0;

/// What collections of garbage take longer than before, as far as it is not attributed yet, and the modules that are new or changed and
/// ask for some.
pub(super) struct Collected<'a> {
    /// In milliseconds.
    all_ms: f64,
    left_ms: f64,
    /// The lines that ask, with what each takes in milliseconds as samples take it.
    asked: BTreeMap<&'a str, Vec<(&'a Place, f64)>>,
}

impl<'a> Collected<'a> {
    pub(super) fn new(evidence: &Evidence<'a>, attribution: &Attribution<'a>) -> Self {
        let all_ms = evidence.growth.map_or(0.0, Growth::collections_at_most_ms);
        Self {
            all_ms,
            left_ms: all_ms,
            asked: if all_ms > 0.0 {
                asked(evidence, attribution)
            } else {
                BTreeMap::new()
            },
        }
    }

    /// Takes what a module asks for.
    pub(super) fn take(&mut self, module: &str) -> f64 {
        let lines = self.asked.remove(module).unwrap_or_default();
        self.take_at_most(lines.iter().map(|(_, took_ms)| took_ms).sum())
    }

    fn take_at_most(&mut self, at_most_ms: f64) -> f64 {
        let taken = at_most_ms.min(self.left_ms);
        self.left_ms -= taken;
        taken
    }

    /// What was taken, in milliseconds.
    pub(super) fn taken_ms(&self) -> f64 {
        self.all_ms - self.left_ms
    }

    /// A cause for each module that still has something to answer for, at the first line that takes much of it.
    pub(super) fn add_causes(&mut self, attribution: &Attribution<'_>, found: &mut Vec<Candidate<'a>>) {
        let mut asked: Vec<_> = std::mem::take(&mut self.asked).into_iter().collect();
        let together = |lines: &[(&Place, f64)]| lines.iter().map(|(_, took_ms)| took_ms).sum::<f64>();
        asked.sort_by(|(_, left), (_, right)| together(right).total_cmp(&together(left)));
        for (module, lines) in asked {
            let part_ms = self.take_at_most(together(&lines));
            if part_ms < SMALLEST_MS {
                self.left_ms += part_ms;
                continue;
            }
            // Two that take about the same are told from each other by chance.
            let most_ms = lines.iter().map(|(_, took_ms)| *took_ms).fold(0.0, f64::max);
            let mut heavy = lines.iter().filter(|(_, took_ms)| 2.0 * took_ms > most_ms);
            let Some((place, _)) = heavy.next() else { continue };
            let kind = CauseKind::Collected { more: lines.len() - 1 };
            let mut cause = attribution.module(kind, module, of_one_module(part_ms));
            (cause.file, cause.line) = (Some(place.file.clone()), Some(place.line));
            found.push(Candidate {
                cause,
                modules: Vec::new(),
            });
        }
    }
}

/// The lines of new and changed modules that ask, by module.
fn asked<'a>(evidence: &Evidence<'a>, attribution: &Attribution<'a>) -> BTreeMap<&'a str, Vec<(&'a Place, f64)>> {
    let answerable = Answerable::new(evidence.change, attribution);
    // The samples say how long collections take, the one import which share of that each is.
    let usual_ms = evidence.growth.map_or(0.0, |growth| growth.now_ms(COLLECTIONS));
    let seen_ns: u64 = evidence.observation.collections.ns.iter().sum();
    let mut asked: BTreeMap<&str, Vec<(&Place, f64)>> = BTreeMap::new();
    for stretch in &evidence.observation.collected {
        let (place, body) = (stretch.place.as_ref(), stretch.body.as_ref());
        if let Some((module, place)) = answerable.who(&stretch.module, place, body) {
            let took_ms = usual_ms * stretch.ns as f64 / seen_ns.max(stretch.ns).max(1) as f64;
            asked.entry(module).or_default().push((place, took_ms));
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::super::growth_tests::{before, change, evidence, growth, samples, weighed};
    use super::super::{Cause, Rest, causes_of_change};
    use super::*;
    use crate::explain::graph::sketch::{Sketch, table};
    use crate::observed::Stretch;
    use crate::stats::{Comparison, ComparisonKind};

    /// The causes where `shop.settle` asks for a collection that takes four fifths of what collections take, 60 ms where they took 10, and
    /// what is left of the change.
    fn causes_of_a_collection(added: &[&str], changed: &[&str]) -> (Vec<Cause>, Rest) {
        let place = |file: &str, line| {
            let file = file.to_owned();
            Some(Place { file, line })
        };
        let observation = Sketch::new("shop")
            .loads("shop", 2, "shop.settle", 1)
            .with(|observation| {
                observation.collections.ns = [2_000_000, 0, 18_000_000];
                observation.collected = [(5, 7_000_000), (6, 9_000_000)]
                    .map(|(line, ns)| Stretch {
                        module: "shop".to_owned(),
                        place: place("shop/settle.py", line),
                        body: place("shop.py", 3),
                        ns,
                    })
                    .to_vec();
            })
            .build();
        let own_before_ns = before(&[("shop", 40), ("shop.settle", 1), (COLLECTIONS, 10)]);
        let samples = samples(&[("shop", 40), ("shop.settle", 1), (COLLECTIONS, 60)]);
        let change = change(added, changed);
        let growth = growth(&own_before_ns, &change, &samples);
        let comparison = Comparison {
            kind: ComparisonKind::ChangedPart,
            before_ms: 51.0,
            change_ms: 50.0,
            change: 50.0 / 51.0,
            p_value: 0.0,
        };
        let table = table(&observation, &["shop"], &[]);
        causes_of_change(&Evidence {
            growth: Some(&growth),
            comparison: Some(&comparison),
            ..evidence(&observation, &change, &table, &own_before_ns)
        })
    }

    #[test]
    fn a_collection_that_changed_code_asks_for_is_a_cause_at_its_line() {
        let (causes, rest) = causes_of_a_collection(&[], &["shop.settle"]);
        assert_eq!(weighed(&causes), [("shop.settle", Some(5), 48.0)]);
        assert_eq!(causes[0].kind, CauseKind::Collected { more: 1 });
        assert_eq!((rest.collections_ms, rest.unplaced_ms), (1.0, 1.0));
    }

    #[test]
    fn a_collection_goes_to_the_body_that_calls_unchanged_code_which_asks_for_it() {
        let (causes, _) = causes_of_a_collection(&[], &["shop"]);
        assert_eq!(
            causes[0].place().map(|place| place.to_string()).as_deref(),
            Some("shop.py:3")
        );
    }

    #[test]
    fn a_collection_is_part_of_the_new_module_that_asks_for_it() {
        let (causes, _) = causes_of_a_collection(&["shop.settle"], &["shop"]);
        assert_eq!(weighed(&causes), [("shop.settle", Some(2), 49.0)]);
    }

    #[test]
    fn a_collection_that_only_unchanged_code_asks_for_is_nobodys() {
        let (causes, rest) = causes_of_a_collection(&[], &[]);
        assert_eq!((causes, rest.collections_ms), (Vec::new(), 49.0));
    }
}
