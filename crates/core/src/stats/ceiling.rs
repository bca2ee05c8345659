//! A time against a ceiling. Far from it a handful of samples decides; near it, more are taken; at the limit it is over
//! only where the samples show it, and inconclusive otherwise: a ceiling that an import touches is no proof of a fault.

use crate::observed::Sample;

use super::calibration::{MachineSpeed, NS_PER_MS, blocked_ms, calibrated_log};
use super::quantile::{TRIM, trimmed_mean};
use super::rank::signed_rank_greater;
use super::sequential::{Decision, FAMILY_LEVEL, Schedule};

/// What a look at a ceiling says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CeilingLook {
    /// Fail where it is over.
    pub decision: Decision,
    /// The time, in milliseconds of the machine that was given.
    pub time_ms: f64,
    /// The one-sided p-value of "not over".
    pub p_value: f64,
}

/// Looks at samples against a ceiling in milliseconds of `machine`: a signed-rank test of ln(time ÷ ceiling), spending
/// its level over the looks of [`Schedule::ceiling`]. `ceilings` is how many ceilings the run checks. `None` without
/// samples.
pub fn look_at_ceiling(
    samples: &[Sample],
    machine: &MachineSpeed,
    ceiling_ms: f64,
    ceilings: usize,
    schedule: &Schedule,
) -> Option<CeilingLook> {
    let blocked = blocked_ms(samples);
    let beyond: Vec<f64> = samples
        .iter()
        .map(|sample| ((calibrated_log(sample, machine).exp() / NS_PER_MS + blocked) / ceiling_ms).ln())
        .collect();
    let center = trimmed_mean(&beyond, TRIM)?;
    let p_value = signed_rank_greater(&beyond);
    let level = schedule.level(samples.len(), FAMILY_LEVEL / ceilings.max(1) as f64, |look| {
        0.5_f64.powf(look as f64)
    });
    let p_under = || signed_rank_greater(&beyond.iter().map(|value| -value).collect::<Vec<_>>());
    let decision = if !schedule.is_look(samples.len()) {
        Decision::Continue
    } else if center > 0.0 && p_value < level {
        Decision::Fail
    } else if center < 0.0 && p_under() < schedule.pass_level() {
        Decision::Pass
    } else if samples.len() >= schedule.last() {
        Decision::Inconclusive
    } else {
        Decision::Continue
    };
    Some(CeilingLook {
        decision,
        time_ms: center.exp() * ceiling_ms,
        p_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times_ms: &[f64], ceiling_ms: f64, ceilings: usize) -> Decision {
        let samples: Vec<Sample> = times_ms
            .iter()
            .map(|ms| Sample {
                cpu_ns: (ms * 1e6) as u64,
                ..Sample::default()
            })
            .collect();
        let schedule = Schedule::ceiling(15);
        look_at_ceiling(&samples, &MachineSpeed::default(), ceiling_ms, ceilings, &schedule)
            .expect("a look")
            .decision
    }

    const TEN: [f64; 10] = [10.0, 10.4, 9.7, 10.1, 11.9, 9.9, 10.2, 10.3, 9.8, 10.6];

    #[test]
    fn far_below_passes_at_the_first_look() {
        assert_eq!(at(&TEN[..4], 50.0, 1), Decision::Continue);
        assert_eq!(at(&TEN[..5], 50.0, 100), Decision::Pass);
    }

    #[test]
    fn far_above_fails_in_eight_samples_or_a_few_more_among_many() {
        assert_eq!(at(&TEN[..5], 5.0, 1), Decision::Continue);
        assert_eq!(at(&TEN[..8], 5.0, 1), Decision::Fail);
        assert_eq!(at(&TEN, 5.0, 100), Decision::Continue);
        assert_eq!(at(&[&TEN[..], &TEN[..5]].concat(), 5.0, 100), Decision::Fail);
    }

    #[test]
    fn near_it_takes_more_samples_and_says_when_they_do_not_decide() {
        assert_eq!(at(&TEN, 10.1, 1), Decision::Continue);
        assert_eq!(at(&[&TEN[..], &TEN[..5]].concat(), 10.1, 1), Decision::Inconclusive);
    }

    #[test]
    fn what_it_waits_for_counts() {
        let waiting = Sample {
            cpu_ns: 1_000_000,
            blocked_ns: 60_000_000,
            voluntary_switches: 1,
            ..Sample::default()
        };
        let samples = vec![waiting; 8];
        let look =
            look_at_ceiling(&samples, &MachineSpeed::default(), 50.0, 1, &Schedule::ceiling(60)).expect("a look");
        assert_eq!(look.decision, Decision::Fail);
        assert!((look.time_ms - 61.0).abs() < 1e-9);
    }
}
