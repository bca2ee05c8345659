//! Ceilings of what was measured: for each layer the most that one of its modules took, with room to spare.

use std::collections::{BTreeMap, BTreeSet};

use super::layers::LayerPlan;
use super::round;

/// How much more than was measured a ceiling allows. Nobody's runner is as fast as the machine at hand, and the same import takes twice
/// as long on many a shared one; what a ceiling is there to stop is a heavy package, which takes ten times as long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Of times.
    pub time: f64,
    /// Of numbers of modules, which other versions of Python and of dependencies move.
    pub modules: f64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            time: 3.0,
            modules: 1.5,
        }
    }
}

/// What one target came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Its time, in milliseconds.
    pub time_ms: f64,
    /// How many modules it loads.
    pub modules: u64,
}

/// One target that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyedTarget {
    /// Its name.
    pub name: String,
    /// Its figures, or why it has none, in words; `None` where there was no time for it.
    pub outcome: Option<Result<Figures, String>>,
    /// What it loads.
    pub loaded: BTreeSet<String>,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// In the order of the budgets.
    pub targets: Vec<SurveyedTarget>,
}

impl Survey {
    /// The figures of a target that has some.
    pub fn figures(&self, name: &str) -> Option<Figures> {
        let target = self.targets.iter().find(|target| target.name == name)?;
        target.outcome.as_ref()?.as_ref().ok().copied()
    }

    /// The targets that fail, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.targets.iter().filter_map(|target| match &target.outcome {
            Some(Err(reason)) => Some((target.name.as_str(), reason.as_str())),
            _ => None,
        })
    }

    /// Whatever any target loads.
    pub fn loaded(&self) -> BTreeSet<String> {
        let loaded = self.targets.iter().flat_map(|target| &target.loaded);
        loaded.cloned().collect()
    }
}

/// The ceilings of one layer, and of those in it that need their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Ceilings {
    /// The ceiling of the time, in milliseconds.
    pub max_time_ms: f64,
    /// The ceiling of the number of modules.
    pub max_modules: u64,
    /// The slowest module that it holds, with its time in milliseconds.
    pub slowest: (String, f64),
    /// Modules that take far longer than the rest, each with its figures: they have a table of their own.
    pub apart: BTreeMap<String, Figures>,
}

/// No more modules of a layer than this are far slower than the rest.
const MOST_APART: usize = 3;
/// The share of a layer that these may be at most.
const SHARE_APART: usize = 5;
/// How many times as long as the next one they have to take.
const APART: f64 = 3.0;
/// What takes less than this is never apart, in milliseconds.
const LEAST_APART_MS: f64 = 20.0;

impl Ceilings {
    /// The ceilings of a layer; `None` where nothing of it has figures.
    pub(super) fn of(layer: &LayerPlan, survey: &Survey, room: Room) -> Option<Self> {
        let figures = |name: &String| Some((name.clone(), survey.figures(name)?));
        let mut measured: Vec<(String, Figures)> = layer.modules.iter().filter_map(figures).collect();
        measured.sort_by(|(_, one), (_, other)| other.time_ms.total_cmp(&one.time_ms));
        let rest = measured.split_off(apart(&measured));
        let (slowest, most) = rest.first()?;
        let modules = rest.iter().map(|(_, figures)| figures.modules).max()?;
        Some(Self {
            max_time_ms: round::time_ms(most.time_ms * room.time),
            max_modules: round::modules(modules as f64 * room.modules),
            slowest: (slowest.clone(), most.time_ms),
            apart: measured.into_iter().collect(),
        })
    }
}

/// How many of the slowest, which come first, are apart from the rest.
fn apart(measured: &[(String, Figures)]) -> usize {
    let most = MOST_APART.min(measured.len() / SHARE_APART);
    let time = |position: usize| measured.get(position).map_or(0.0, |(_, figures)| figures.time_ms);
    let is_gap = |count: &usize| time(*count - 1) >= LEAST_APART_MS && time(*count - 1) > APART * time(*count);
    (1..=most).rev().find(is_gap).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ceilings(times_ms: &[f64]) -> Option<Ceilings> {
        let name = |position: usize| format!("acme.m{position}");
        let target = |(position, &time_ms): (usize, &f64)| SurveyedTarget {
            name: name(position),
            outcome: Some(Ok(Figures { time_ms, modules: 40 })),
            loaded: BTreeSet::new(),
        };
        let survey = Survey {
            targets: times_ms.iter().enumerate().map(target).collect(),
        };
        let layer = LayerPlan {
            name: "acme".to_owned(),
            patterns: Vec::new(),
            modules: (0..times_ms.len() + 1).map(name).collect(),
        };
        Ceilings::of(&layer, &survey, Room::default())
    }

    #[test]
    fn the_slowest_module_decides_with_room_to_spare() {
        let of = ceilings(&[3.0, 4.1, 2.0]).expect("figures");
        assert_eq!((of.max_time_ms, of.max_modules), (15.0, 60));
        assert_eq!(of.slowest, ("acme.m1".to_owned(), 4.1));
        assert_eq!(ceilings(&[]), None);
    }

    #[test]
    fn what_takes_far_longer_than_the_rest_has_its_own_ceiling() {
        let of = ceilings(&[1.0, 1.2, 90.0, 1.1, 1.3]).expect("figures");
        assert_eq!(of.max_time_ms, 4.0);
        assert_eq!(of.apart.keys().collect::<Vec<_>>(), ["acme.m2"]);
        for together in [
            &[1.0, 1.2, 90.0, 1.1][..],
            &[1.0, 1.2, 3.5, 1.1, 1.3],
            &[9.0, 12.0, 30.0, 11.0, 13.0],
        ] {
            assert!(ceilings(together).expect("figures").apart.is_empty(), "{together:?}");
        }
    }
}
