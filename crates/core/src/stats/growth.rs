//! Which modules take longer than before, as far as samples can tell: what naming one as a cause has to rest on.

use std::collections::BTreeMap;

use crate::observed::{COLLECTIONS, Sample};

use super::changed_part::{MODULE_DRIFT, own_times};
use super::location::{low_location, standard_error};
use super::quantile::weighted_median;
use super::student::p_above;

/// The error of naming a module that does not take longer, over all that are asked.
const ERROR: f64 = 0.01;

/// The least that a module's time is taken to scatter by from sample to sample, as a share of it: a few that agree by luck say
/// nothing else.
const LEAST_SCATTER: f64 = 0.05;

/// For each module how likely its growth is to be noise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Growth {
    p_values: BTreeMap<String, f64>,
}

impl Growth {
    /// Holds the own times of samples against those of `before_ns`, usual ones of as many as `before_samples`. The unchanged
    /// modules say how fast the machine was in each sample: most of the time is theirs, and the median of all is taken.
    pub fn of(before_ns: &BTreeMap<String, u64>, before_samples: usize, samples: &[Sample]) -> Self {
        let seen: Vec<(BTreeMap<&str, f64>, f64)> = samples
            .iter()
            .map(own_times)
            .map(|own| {
                let slowness = slowness(before_ns, |module| own.get(module).copied(), |_| true);
                (own, slowness)
            })
            .collect();
        let p_value = |module: &str, before: f64| {
            let each: Vec<f64> = seen
                .iter()
                .map(|(own, slowness)| own.get(module).copied().unwrap_or(0.0) / slowness)
                .collect();
            let now = standard_error(&each, LEAST_SCATTER * before);
            // The samples of before are not kept module by module: they scattered as these do.
            let earlier = now * (each.len() as f64 / before_samples.max(1) as f64).sqrt();
            let error = now.hypot(earlier).hypot(MODULE_DRIFT * before);
            p_above(low_location(&each) - before, error, each.len())
        };
        let modules = before_ns.iter().filter(|(module, _)| *module != COLLECTIONS);
        Self {
            p_values: modules
                .map(|(module, &before)| (module.clone(), p_value(module, before as f64)))
                .collect(),
        }
    }

    /// True where a module takes longer, beyond what may be noise in the worst of `asked` modules. A module that was not there
    /// before takes longer as a fact.
    pub fn is_real(&self, module: &str, asked: usize) -> bool {
        let p_value = self.p_values.get(module);
        p_value.is_none_or(|p_value| p_value * asked as f64 <= ERROR)
    }

    /// How many modules there are to ask about.
    pub fn modules(&self) -> usize {
        self.p_values.len()
    }
}

/// How much longer modules take than before, most of them: the weighted median of those that `is_counted`. Collections of
/// garbage are no module.
pub fn slowness(
    before_ns: &BTreeMap<String, u64>,
    now_ns: impl Fn(&str) -> Option<f64>,
    is_counted: impl Fn(&str) -> bool,
) -> f64 {
    let mut ratios: Vec<(f64, u64)> = before_ns
        .iter()
        .filter(|(module, before)| **before > 0 && *module != COLLECTIONS && is_counted(module))
        .filter_map(|(module, &before)| Some((now_ns(module)? / before as f64, before)))
        .filter(|(ratio, _)| *ratio > 0.0)
        .collect();
    weighted_median(&mut ratios).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    fn before() -> BTreeMap<String, u64> {
        let usual = [("steady", 40), ("wobbling", 4), ("grown", 4)];
        usual.map(|(module, ms)| (module.to_owned(), ms * 1_000_000)).into()
    }

    /// `wobbling` takes about 6 ms, now much more and now less; `grown` always takes 6.
    fn samples() -> Vec<Sample> {
        let wobbling = [4.0, 9.0, 3.5, 10.0, 4.5, 5.0];
        let speeds = [1.0, 2.0, 1.5, 0.7, 1.0, 3.0];
        let sample = |(wobbling, slowness): (f64, f64)| {
            let own = [("steady", 40.0), ("wobbling", wobbling), ("grown", 6.0), ("fresh", 1.0)];
            let own = own.map(|(module, ms)| OwnTime {
                module: module.into(),
                cpu_ns: (ms * 1e6 * slowness) as u64,
            });
            Sample {
                own: own.to_vec(),
                ..Sample::default()
            }
        };
        wobbling.into_iter().zip(speeds).map(sample).collect()
    }

    #[test]
    fn growth_is_told_from_scatter() {
        let growth = Growth::of(&before(), 20, &samples());
        assert!(growth.is_real("grown", growth.modules()), "{growth:?}");
        assert!(growth.is_real("fresh", growth.modules()), "it was not there before");
        assert!(
            !growth.is_real("wobbling", 1) && !growth.is_real("steady", 1),
            "{growth:?}"
        );
    }

    #[test]
    fn the_more_modules_are_asked_the_more_it_takes() {
        let growth = Growth::of(&before(), 20, &samples());
        assert!(!growth.is_real("grown", 1_000_000_000), "{growth:?}");
    }

    #[test]
    fn one_sample_tells_nothing() {
        let growth = Growth::of(&before(), 20, &samples()[..1]);
        assert!(!growth.is_real("grown", 1), "{growth:?}");
    }
}
