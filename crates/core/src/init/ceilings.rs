//! Ceilings of what was measured: for each layer the most that one of its modules took, with room to spare.

use std::collections::{BTreeMap, BTreeSet};

use super::layers::LayerPlan;
use super::round;
use crate::observed::is_at_or_below;

/// What ceilings are asked to be.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Policy {
    /// The ceiling of the time of each layer, in milliseconds; by default it follows from what was measured.
    pub max_time_ms: Option<f64>,
    /// Whether what is above it is taken as it is: no worse than today.
    pub accept_current: bool,
}

/// How much more than was measured a ceiling of time allows. Nobody's runner is as fast as the machine at hand, and the same import takes
/// twice as long on many a shared one; what a ceiling is there to stop is a heavy package, which takes ten times as long.
const ROOM: f64 = 3.0;
/// The same where nothing may be worse than today: more than an import moves by itself from one run to another.
const ROOM_OF_TODAY: f64 = 1.25;
/// The same for numbers of modules, which other versions of Python and of dependencies move.
const ROOM_OF_MODULES: f64 = 1.5;

impl Policy {
    /// How many times what was measured a ceiling is, before it is rounded up.
    pub(super) fn room(&self) -> f64 {
        let is_today = self.accept_current && self.max_time_ms.is_none();
        if is_today { ROOM_OF_TODAY } else { ROOM }
    }

    /// The same of numbers of modules.
    pub(super) fn room_of_modules(&self) -> f64 {
        ROOM_OF_MODULES
    }

    /// The ceiling of a whole command, in milliseconds.
    pub(super) fn of_command_ms(&self, time_ms: f64) -> f64 {
        round::time_ms(time_ms * self.room())
    }

    /// The ceilings of a module that has a table of its own: of its time in milliseconds, and of its modules.
    pub(super) fn of_module(&self, figures: &Figures) -> (f64, u64) {
        let room = if self.accept_current { ROOM_OF_TODAY } else { ROOM };
        (round::time_ms(figures.time_ms * room), of_modules(figures.modules))
    }
}

fn of_modules(modules: u64) -> u64 {
    round::modules(modules as f64 * ROOM_OF_MODULES)
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
    /// Those that a check has no time for, each with about what it takes, in milliseconds.
    pub left_out: BTreeMap<String, f64>,
}

impl Survey {
    /// The figures of a target that has some.
    pub fn figures(&self, name: &str) -> Option<Figures> {
        let target = self.targets.iter().find(|target| target.name == name)?;
        target.outcome.as_ref()?.as_ref().ok().copied()
    }

    /// True where anything was measured.
    pub fn has_figures(&self) -> bool {
        self.targets.iter().any(|target| matches!(target.outcome, Some(Ok(_))))
    }

    /// How many targets there was no time for.
    pub fn unmeasured(&self) -> usize {
        let is_open = |target: &&SurveyedTarget| target.outcome.is_none() && !self.left_out.contains_key(&target.name);
        self.targets.iter().filter(is_open).count()
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
    /// Modules that take far longer than the rest, or than the layer may, each with its figures: they have a table of their own.
    pub apart: BTreeMap<String, Figures>,
    /// How many modules are above the ceiling and have none.
    pub over: usize,
    /// The package that the modules lie in, with its own time in milliseconds, where each of them spends most of its time on loading it.
    pub package: Option<(String, f64)>,
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
    pub(super) fn of(layer: &LayerPlan, survey: &Survey, policy: Policy) -> Option<Self> {
        let figures = |name: &String| Some((name.clone(), survey.figures(name)?));
        let mut measured: Vec<(String, Figures)> = layer.modules.iter().filter_map(figures).collect();
        measured.sort_by(|(_, one), (_, other)| other.time_ms.total_cmp(&one.time_ms));
        let over = policy
            .max_time_ms
            .map(|limit| measured.iter().filter(|(_, of)| of.time_ms > limit).count());
        let count = match over {
            Some(over) => {
                if policy.accept_current {
                    over
                } else {
                    0
                }
            }
            None => apart(&measured),
        };
        let rest = &measured[count..];
        let holds = if rest.is_empty() { &measured } else { rest };
        let (slowest, most) = holds.first()?;
        let modules = holds.iter().map(|(_, figures)| figures.modules).max()?;
        let by_time = || round::time_ms(most.time_ms * policy.room());
        Some(Self {
            max_time_ms: policy.max_time_ms.unwrap_or_else(by_time),
            max_modules: of_modules(modules),
            slowest: (slowest.clone(), most.time_ms),
            over: over.unwrap_or(0) - count.min(over.unwrap_or(0)),
            apart: measured[..count].iter().cloned().collect(),
            package: package_of(&measured, survey),
        })
    }
}

/// So few modules need no word on what they share.
const FEWEST_TO_SHARE: usize = 3;
/// What takes less than this is not worth one either, in milliseconds.
const LEAST_SHARED_MS: f64 = 10.0;

/// The innermost package that all of these modules lie in, where loading it is most of what each of the others takes.
fn package_of(measured: &[(String, Figures)], survey: &Survey) -> Option<(String, f64)> {
    let (first, _) = measured.first()?;
    let above = first.rmatch_indices('.').map(|(end, _)| &first[..end]);
    let mut packages = [first.as_str()].into_iter().chain(above);
    let package = packages.find(|package| measured.iter().all(|(name, _)| is_at_or_below(name, package)))?;
    let time_ms = survey.figures(package)?.time_ms;
    let others = || measured.iter().filter(|(name, _)| name != package);
    let is_most = others().count() >= FEWEST_TO_SHARE && others().all(|(_, figures)| time_ms * 2.0 >= figures.time_ms);
    (is_most && time_ms >= LEAST_SHARED_MS).then(|| (package.to_owned(), time_ms))
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
        asked(times_ms, Policy::default())
    }

    fn asked(times_ms: &[f64], policy: Policy) -> Option<Ceilings> {
        let name = |position: usize| format!("acme.m{position}");
        let target = |(position, &time_ms): (usize, &f64)| SurveyedTarget {
            name: name(position),
            outcome: Some(Ok(Figures { time_ms, modules: 40 })),
            loaded: BTreeSet::new(),
        };
        let survey = Survey {
            targets: times_ms.iter().enumerate().map(target).collect(),
            left_out: BTreeMap::new(),
        };
        let layer = LayerPlan {
            name: "acme".to_owned(),
            patterns: Vec::new(),
            modules: (0..times_ms.len() + 1).map(name).collect(),
        };
        Ceilings::of(&layer, &survey, policy)
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

    #[test]
    fn a_package_that_is_most_of_each_of_its_modules_is_named() {
        let package = |times_ms: &[(&str, f64)]| {
            let measured = |(name, time_ms): &(&str, f64)| SurveyedTarget {
                name: (*name).to_owned(),
                outcome: Some(Ok(Figures {
                    time_ms: *time_ms,
                    modules: 40,
                })),
                loaded: BTreeSet::new(),
            };
            let survey = Survey {
                targets: times_ms.iter().map(measured).collect(),
                left_out: BTreeMap::new(),
            };
            let layer = LayerPlan {
                name: "acme".to_owned(),
                patterns: Vec::new(),
                modules: survey.targets.iter().map(|target| target.name.clone()).collect(),
            };
            Ceilings::of(&layer, &survey, Policy::default())?.package
        };
        let fat = [("acme", 80.0), ("acme.a", 82.0), ("acme.b", 90.0), ("acme.c", 81.0)];
        assert_eq!(package(&fat), Some(("acme".to_owned(), 80.0)));
        assert_eq!(package(&fat[..3]), None);
        assert_eq!(package(&fat[1..]), None);
        let heavier = [fat[0], fat[1], fat[2], ("acme.heavy", 170.0)];
        assert_eq!(package(&heavier), None);
        let light = fat.map(|(name, time_ms)| (name, time_ms / 20.0));
        assert_eq!(package(&light), None);
    }

    #[test]
    fn what_is_above_a_given_ceiling_is_counted_or_taken_as_it_is() {
        let given = |accept_current| Policy {
            max_time_ms: Some(10.0),
            accept_current,
        };
        let of = asked(&[3.0, 80.0, 12.0], given(false)).expect("figures");
        assert_eq!((of.max_time_ms, of.over, of.apart.len()), (10.0, 2, 0));
        let of = asked(&[3.0, 80.0, 12.0], given(true)).expect("figures");
        assert_eq!((of.max_time_ms, of.over, of.apart.len()), (10.0, 0, 2));
        assert_eq!(given(true).of_module(&of.apart["acme.m1"]).0, 100.0);
        assert!(asked(&[80.0], given(true)).is_some());
        let today = Policy {
            max_time_ms: None,
            accept_current: true,
        };
        assert_eq!(asked(&[80.0], today).expect("figures").max_time_ms, 100.0);
    }
}
