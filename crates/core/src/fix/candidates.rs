//! Which statements to try, and in what order: those that give back most, and of nested ones the innermost that still gives back
//! nearly as much, since it says most precisely what costs.

use std::collections::{BTreeMap, BTreeSet};

use crate::explain::{CostlyImport, CostlyTogether, Weighed};
use crate::observed::StatementPlace;

/// A statement that gives back at least this share of what an outer one does is changed in its place.
const NEARLY_AS_MUCH: f64 = 0.8;

/// Statements that may be worth a change, alone or several that have to go together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// The statements, in a stable order.
    pub(crate) statements: BTreeSet<StatementPlace>,
    /// The module that they lead to.
    pub(crate) module: String,
    /// By target, what would fall away.
    falls_away: BTreeMap<usize, Weighed>,
}

/// All of them, as those are taken out that were dealt with.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    open: Vec<Candidate>,
    /// By target, the modules that accepted changes take away already.
    gone: BTreeMap<usize, BTreeSet<String>>,
}

impl Candidates {
    /// Takes in what one target has: the statements of it that the reader can change.
    pub(crate) fn add(
        &mut self,
        target: usize,
        imports: &[CostlyImport],
        together: &[CostlyTogether],
        is_own: impl Fn(&str) -> bool,
    ) {
        for import in imports {
            let module = import.imported.first().cloned().unwrap_or_default();
            self.add_one(target, std::slice::from_ref(import), module, import.weighed(), &is_own);
        }
        for set in together {
            self.add_one(target, &set.imports, set.module.clone(), set.weighed(), &is_own);
        }
    }

    fn add_one(
        &mut self,
        target: usize,
        imports: &[CostlyImport],
        module: String,
        weighed: Weighed,
        is_own: impl Fn(&str) -> bool,
    ) {
        let place = |import: &CostlyImport| {
            let place = import.place.as_ref().filter(|place| is_own(&place.file))?;
            Some(StatementPlace {
                module: import.importer.clone(),
                file: place.file.clone(),
                line: place.line,
            })
        };
        let statements: Option<BTreeSet<StatementPlace>> = imports.iter().map(place).collect();
        let Some(statements) = statements.filter(|statements| !statements.is_empty()) else {
            return;
        };
        match self.open.iter_mut().find(|known| known.statements == statements) {
            Some(known) => _ = known.falls_away.insert(target, weighed),
            None => self.open.push(Candidate {
                statements,
                module,
                falls_away: BTreeMap::from([(target, weighed)]),
            }),
        }
    }

    /// Every statement that is in one of them.
    pub(crate) fn statements(&self) -> Vec<StatementPlace> {
        let all: BTreeSet<&StatementPlace> = self.open.iter().flat_map(|one| &one.statements).collect();
        all.into_iter().cloned().collect()
    }

    /// Every module that would fall away with one of them.
    pub(crate) fn modules(&self) -> BTreeSet<&str> {
        self.open.iter().flat_map(Candidate::falling).collect()
    }

    /// Takes out the one to try next, with the target in which it gives back most and how much, in milliseconds. `None` where
    /// nothing is left that gives back `smallest_ms`.
    pub(crate) fn next(&mut self, smallest_ms: f64) -> Option<(Candidate, usize, f64)> {
        let weight = |one: &Candidate| one.most(&self.gone).1;
        let (top, most) = self
            .open
            .iter()
            .enumerate()
            .map(|(position, one)| (position, weight(one)))
            .max_by(|left, right| left.1.total_cmp(&right.1))
            .filter(|(_, most)| *most >= smallest_ms)?;
        let target = self.open[top].most(&self.gone).0;
        let outer = self.open[top].modules(target);
        // Fewer statements first, then fewer modules.
        let inner = self.open.iter().enumerate().filter(|(_, one)| {
            one.weight(target, &self.gone) >= NEARLY_AS_MUCH * most && one.modules(target).is_subset(&outer)
        });
        let size = |one: &Candidate| (one.statements.len(), one.modules(target).len());
        let chosen = inner
            .min_by_key(|(_, one)| size(one))
            .map_or(top, |(position, _)| position);
        let candidate = self.open.remove(chosen);
        let (target, weight) = candidate.most(&self.gone);
        Some((candidate, target, weight))
    }

    /// Notes that a candidate is changed: what falls away with it gives nothing back a second time.
    pub(crate) fn accept(&mut self, candidate: &Candidate) {
        for (target, weighed) in &candidate.falls_away {
            let gone = self.gone.entry(*target).or_default();
            gone.extend(weighed.time_ms.keys().cloned());
        }
    }
}

impl Candidate {
    /// The targets that would load less.
    pub(crate) fn targets(&self) -> impl Iterator<Item = usize> {
        self.falls_away.keys().copied()
    }

    /// The modules that would fall away in any target.
    pub(crate) fn falling(&self) -> impl Iterator<Item = &str> {
        let weighed = self.falls_away.values();
        weighed.flat_map(|weighed| weighed.time_ms.keys().map(String::as_str))
    }

    fn modules(&self, target: usize) -> BTreeSet<String> {
        let weighed = self.falls_away.get(&target);
        weighed.map_or_else(BTreeSet::new, |weighed| weighed.time_ms.keys().cloned().collect())
    }

    fn weight(&self, target: usize, gone: &BTreeMap<usize, BTreeSet<String>>) -> f64 {
        let gone = gone.get(&target);
        let is_left = |module: &String| gone.is_none_or(|gone| !gone.contains(module));
        let weighed = self.falls_away.get(&target);
        let left = weighed.into_iter().flat_map(|weighed| &weighed.time_ms);
        left.filter(|(module, _)| is_left(module)).map(|(_, ms)| ms).sum()
    }

    /// The target in which it gives back most, and how much.
    fn most(&self, gone: &BTreeMap<usize, BTreeSet<String>>) -> (usize, f64) {
        let weights = self
            .falls_away
            .keys()
            .map(|&target| (target, self.weight(target, gone)));
        weights
            .max_by(|left, right| left.1.total_cmp(&right.1))
            .unwrap_or_default()
    }
}
