//! Collections of garbage against those of before. They are no module, and no yardstick for one.
//!
//! How many there are follows from what is allocated, and is the same in each run of the same code: it is compared as a number, whatever
//! each took. What a collection of the two younger generations walks through is bounded by their thresholds, so that one of them which
//! takes longer than before, beside the modules, tells that memory is slower. A full collection walks through all there is, and may
//! take longer by either (`gc` in the library reference of Python; garbage_collector.md among CPython's internal documents).
//!
//! Twelve packages on two processors (CPython 3.11), two imports at once, nothing else and beside two hogs: beside hogs of memory a
//! collection of the youngest generation took as long as before to a fifth longer, of the middle one 1.35 to 1.67 times as long, and a full one
//! 1.19 to 1.21 times, all beside the modules; beside hogs of the processor 1.0, 1.19 to 1.37 and 1.08 to 1.22 times. The modules
//! took up to 1.11 times what their calibrations make of it.

use std::collections::BTreeMap;

use crate::observed::{COLLECTIONS, Collections, Sample};

use super::quantile::{TRIM, trimmed_mean};

/// By what share of themselves collections of garbage may take longer or shorter than in the baseline, beside the unchanged
/// modules, before that is a change. One more full collection, or a larger heap, is far beyond it.
const COLLECTIONS_DRIFT: f64 = 0.10;

/// By what share of itself an import may take longer, calibrated, for each time that a collection of the middle generation takes longer by
/// itself: at most. Where those took 1.2 to 1.9 times as long, beside hogs, imports took between 0.02 and 0.33 of that.
const SHIFT_PER_TIME: f64 = 0.35;

/// The generations, from the youngest to the oldest.
const MIDDLE: usize = 1;
const OLDEST: usize = 2;

/// What the collections of one sample take longer than before, in nanoseconds of the machine of before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct CollectionsChange {
    /// Without what the machine may have done to them.
    pub sure_ns: f64,
    /// What the machine may have done, and the code as well: no more than a share of them ([`COLLECTIONS_DRIFT`]).
    pub unsure_ns: f64,
}

impl CollectionsChange {
    /// What they take longer, of which so much may be drift.
    fn beside_drift(longer_ns: f64, drift_ns: f64) -> Self {
        let unsure_ns = longer_ns.clamp(-drift_ns, drift_ns);
        Self {
            sure_ns: longer_ns - unsure_ns,
            unsure_ns,
        }
    }
}

/// The collections that an import had before, where its own times book them apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EarlierCollections {
    /// What they usually took together, in nanoseconds.
    together_ns: f64,
    /// How many there were, where samples counted them.
    counted: Option<UsualCollections>,
}

impl EarlierCollections {
    /// Of usual own times, and of the samples that these are usual of. `None` where they are not booked apart.
    pub(super) fn of(own_ns: &BTreeMap<String, u64>, samples: &[Sample]) -> Option<Self> {
        let together_ns = *own_ns.get(COLLECTIONS)? as f64;
        Some(Self {
            together_ns,
            counted: UsualCollections::of(samples, together_ns),
        })
    }

    /// What those of a sample take longer, on a machine that is so many times slower; nothing where it does not book them apart.
    pub(super) fn change(&self, sample: &Sample, slowness: f64) -> CollectionsChange {
        let Some(now_ns) = collections_ns(sample) else {
            return CollectionsChange::default();
        };
        let uncounted = || {
            let longer_ns = now_ns / slowness - self.together_ns;
            CollectionsChange::beside_drift(longer_ns, COLLECTIONS_DRIFT * self.together_ns)
        };
        let is_counted = now_ns == 0.0 || sample.collections.times != [0; 3];
        match self.counted.filter(|_| is_counted) {
            Some(counted) => counted.change(&sample.collections, slowness),
            None => uncounted(),
        }
    }
}

/// The collections that an import usually has, by generation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct UsualCollections {
    times: [f64; 3],
    /// In nanoseconds of the machine of before.
    ns: [f64; 3],
}

impl UsualCollections {
    /// Those of samples, which took `together_ns` in own times. `None` where nobody counted them.
    fn of(samples: &[Sample], together_ns: f64) -> Option<Self> {
        let each = |of: &dyn Fn(&Sample) -> f64| {
            trimmed_mean(&samples.iter().map(of).collect::<Vec<_>>(), TRIM).unwrap_or(0.0)
        };
        let times = [0, 1, 2].map(|generation| each(&|sample| sample.collections.times[generation] as f64));
        let share =
            |sample: &Sample, generation: usize| sample.collections.ns[generation] as f64 / sample.cpu_ns.max(1) as f64;
        let shares = [0, 1, 2].map(|generation| each(&|sample| share(sample, generation)));
        let all: f64 = shares.iter().sum();
        if all <= 0.0 {
            return (together_ns <= 0.0).then_some(Self { times, ns: [0.0; 3] });
        }
        let ns = shares.map(|share| share / all * together_ns);
        Some(Self { times, ns })
    }

    /// What those of a sample take longer, on a machine that is so many times slower.
    fn change(&self, now: &Collections, slowness: f64) -> CollectionsChange {
        let Collections { times, ns } = now;
        let now = [0, 1, 2].map(|generation| (times[generation] as f64, ns[generation] as f64 / slowness));
        let one = |generation: usize| {
            let seen = |(times, ns): (f64, f64)| (times > 0.0).then(|| ns / times);
            seen((self.times[generation], self.ns[generation]))
                .or(seen(now[generation]))
                .unwrap_or(0.0)
        };
        let counted = |generation: usize| (now[generation].0 - self.times[generation]) * one(generation);
        let counted: f64 = [0, 1, 2].map(counted).iter().sum();
        let usual = now[OLDEST].0 * one(OLDEST);
        let by_memory = usual * self.slower_memory(now[MIDDLE]);
        // Where it took no longer than memory explains, the code did nothing.
        let longer = now[OLDEST].1 - usual;
        let longer = longer - longer.clamp(0.0, by_memory);
        let of_full_ones = CollectionsChange::beside_drift(longer, COLLECTIONS_DRIFT * usual);
        CollectionsChange {
            sure_ns: counted + of_full_ones.sure_ns,
            ..of_full_ones
        }
    }

    /// By what share of itself a collection of the middle generation takes longer than before.
    fn slower_memory(&self, (times, ns): (f64, f64)) -> f64 {
        if times > 0.0 && self.times[MIDDLE] > 0.0 && self.ns[MIDDLE] > 0.0 {
            (ns / times / (self.ns[MIDDLE] / self.times[MIDDLE]) - 1.0).max(0.0)
        } else {
            0.0
        }
    }
}

/// What collections of garbage took in a sample, in nanoseconds, where its own times book them apart.
pub(super) fn collections_ns(sample: &Sample) -> Option<f64> {
    let booked = sample.own.iter().find(|own| &*own.module == COLLECTIONS)?;
    Some(booked.cpu_ns as f64)
}

/// By what share the calibrated time of an import may be longer than before since memory is slower than it was: a calibration hardly
/// touches it. 0 where nothing tells, as of an import that collects next to no garbage.
pub(crate) fn shift_of_memory(now: &[Sample], before: &[Sample]) -> f64 {
    let usual = |samples: &[Sample]| {
        let seen = samples.iter().filter_map(calibrated_middle);
        trimmed_mean(&seen.collect::<Vec<_>>(), TRIM)
    };
    let longer = usual(now).zip(usual(before)).map(|(now, before)| now / before - 1.0);
    SHIFT_PER_TIME * longer.unwrap_or(0.0).max(0.0)
}

/// What a collection of the middle generation took, in calibrations of its sample.
fn calibrated_middle(sample: &Sample) -> Option<f64> {
    let Collections { times, ns } = sample.collections;
    let is_known = times[MIDDLE] > 0 && ns[MIDDLE] > 0 && sample.calibration_ns > 0;
    is_known.then(|| ns[MIDDLE] as f64 / times[MIDDLE] as f64 / sample.calibration_ns as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::OwnTime;

    /// A sample of 100 ms with these collections, each of which took so many milliseconds.
    fn sample(collections: [(u64, f64); 3]) -> Sample {
        Sample {
            cpu_ns: 100_000_000,
            calibration_ns: 40_000,
            collections: Collections {
                times: collections.map(|(times, _)| times),
                ns: collections.map(|(times, ms)| (times as f64 * ms * 1e6) as u64),
            },
            ..Sample::default()
        }
    }

    const USUAL: [(u64, f64); 3] = [(100, 0.05), (10, 0.5), (1, 10.0)];

    /// What is sure and what is not, in milliseconds.
    fn change(now: [(u64, f64); 3], slowness: f64) -> (f64, f64) {
        let usual = UsualCollections::of(&vec![sample(USUAL); 5], 20e6).expect("they are counted");
        let change = usual.change(&sample(now).collections, slowness);
        let ms = |ns: f64| (ns / 1e3).round() / 1e3;
        (ms(change.sure_ns), ms(change.unsure_ns))
    }

    #[test]
    fn as_many_as_before_are_no_change_however_slow_memory_is() {
        assert_eq!(change(USUAL, 1.0), (0.0, 0.0));
        assert_eq!(change([(100, 0.1), (10, 1.0), (1, 20.0)], 2.0), (0.0, 0.0));
        assert_eq!(change([(100, 0.06), (10, 0.8), (1, 12.0)], 1.0), (0.0, 0.0));
    }

    #[test]
    fn more_or_fewer_of_them_count_as_what_one_usually_takes() {
        assert_eq!(change([(120, 0.09), (12, 0.5), (1, 10.0)], 1.0), (2.0, 0.0));
        assert_eq!(change([(100, 0.05), (10, 0.5), (2, 10.0)], 1.0), (10.0, 0.0));
        assert_eq!(change([(100, 0.05), (10, 0.5), (0, 0.0)], 1.0), (-10.0, 0.0));
    }

    #[test]
    fn full_ones_that_walk_through_more_count_beyond_what_memory_and_drift_explain() {
        assert_eq!(change([(100, 0.05), (10, 0.5), (1, 10.7)], 1.0), (0.0, 0.7));
        assert_eq!(change([(100, 0.05), (10, 0.5), (1, 15.0)], 1.0), (4.0, 1.0));
        assert_eq!(change([(100, 0.05), (10, 0.6), (1, 15.0)], 1.0), (2.0, 1.0));
        assert_eq!(change([(100, 0.05), (10, 0.5), (1, 5.0)], 1.0), (-4.0, -1.0));
    }

    #[test]
    fn a_generation_that_was_not_collected_before_counts_as_it_took() {
        let usual = UsualCollections::of(&vec![sample([(100, 0.05), (10, 0.5), (0, 0.0)]); 5], 10e6);
        let change = usual.expect("they are counted").change(&sample(USUAL).collections, 2.0);
        assert!(
            (change.sure_ns - 5e6).abs() < 1.0 && change.unsure_ns == 0.0,
            "{change:?}"
        );
    }

    #[test]
    fn what_nobody_counted_is_not_known() {
        let none = sample([(0, 0.0); 3]);
        let uncounted = Sample {
            own: vec![OwnTime {
                module: COLLECTIONS.into(),
                cpu_ns: 20_000_000,
            }],
            ..none.clone()
        };
        assert_eq!(UsualCollections::of(std::slice::from_ref(&uncounted), 20e6), None);
        let usual = UsualCollections::of(&[sample(USUAL)], 20e6).expect("they are counted");
        assert!((usual.change(&none.collections, 1.0).sure_ns + 20e6).abs() < 1.0);
        // By its time: it takes as long as before.
        let own_ns = BTreeMap::from([(COLLECTIONS.to_owned(), 20_000_000)]);
        let earlier = EarlierCollections::of(&own_ns, &[sample(USUAL)]).expect("they are booked apart");
        assert_eq!(earlier.change(&uncounted, 1.0), CollectionsChange::default());
        let usual = UsualCollections::of(std::slice::from_ref(&none), 0.0).expect("there were none");
        assert_eq!(usual.change(&none.collections, 1.0), CollectionsChange::default());
        assert!(usual.change(&sample(USUAL).collections, 1.0).sure_ns > 19e6);
    }

    #[test]
    fn an_import_may_take_longer_where_memory_is_slower() {
        let before = vec![sample(USUAL); 8];
        let slower = vec![sample([(100, 0.05), (10, 0.7), (1, 12.0)]); 3];
        assert!((shift_of_memory(&slower, &before) - 0.14).abs() < 1e-9);
        assert_eq!(shift_of_memory(&before, &slower), 0.0);
        assert_eq!(
            shift_of_memory(&slower, &[sample([(5, 0.05), (0, 0.0), (0, 0.0)])]),
            0.0
        );
    }
}
