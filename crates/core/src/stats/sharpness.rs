//! How sure samples are of what a baseline keeps of them: the time of the import, and what each of its modules takes of it.

use crate::observed::{COLLECTIONS, Sample};

use super::location::{LEAST_SCATTER, Located, location};
use super::machine::MachineSpeed;
use super::sample_times::SampleTimes;
use super::shares::OwnShares;

/// The standard error of the time of an import, as a share of it. Single samples are never taken to scatter by less than they are
/// known to.
pub fn time_error(samples: &[Sample], machine: &MachineSpeed) -> f64 {
    let times = SampleTimes::of(samples, machine).each();
    let usual = location(&times);
    let error = Located::trimmed_mean(&times, LEAST_SCATTER * usual).error;
    if usual > 0.0 { error / usual } else { 0.0 }
}

/// How many samples it takes at least for that error to be no larger than `error`: as many where they scatter no more than that.
pub fn fewest_within(error: f64) -> usize {
    (LEAST_SCATTER / error).powi(2).ceil() as usize
}

/// What one module takes of an import.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnShare {
    /// Its usual share of the own times of all.
    pub share: f64,
    /// The standard error of that.
    pub error: f64,
}

/// The usual share of each module by itself, and how sure that is. Collections of garbage are no module.
pub fn own_shares(samples: &[Sample]) -> Vec<OwnShare> {
    let seen = OwnShares::of(samples);
    let of_module = |module: &str| {
        let located = Located::trimmed_mean(&seen.shares(module), 0.0);
        OwnShare {
            share: located.value,
            error: located.error,
        }
    };
    let modules = seen.modules().into_iter().filter(|module| *module != COLLECTIONS);
    modules.map(of_module).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::shares::tests::sample;

    #[test]
    fn more_samples_are_surer_and_a_few_that_agree_are_no_surer_than_they_can_be() {
        let machine = MachineSpeed::default();
        let agreeing = vec![sample(&[("shop", 10.0)]); 4];
        assert!((time_error(&agreeing, &machine) - LEAST_SCATTER / 2.0).abs() < 1e-12);
        assert_eq!(fewest_within(LEAST_SCATTER / 2.0), 4);
        let wild: Vec<Sample> = (0..16_u32)
            .map(|round| sample(&[("shop", 10.0 + f64::from(round % 2))]))
            .collect();
        assert!(time_error(&wild, &machine) < time_error(&wild[..4], &machine));
        assert_eq!(time_error(&[], &machine), 0.0);
    }

    #[test]
    fn a_module_has_its_share_and_collections_are_none() {
        let samples = [
            sample(&[("a", 30.0), ("b", 65.0), (COLLECTIONS, 5.0)]),
            sample(&[("a", 60.0), ("b", 130.0), (COLLECTIONS, 10.0)]),
        ];
        let shares = own_shares(&samples);
        assert_eq!(shares.len(), 2);
        assert!(
            (shares[0].share - 0.30).abs() < 1e-12 && shares[0].error < 1e-12,
            "{shares:?}"
        );
        assert!((shares[1].share - 0.65).abs() < 1e-12);
    }
}
