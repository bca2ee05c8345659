//! The rules end to end on simulated streams: how often an import that did not change fails, and how often a slower one
//! does.
//!
//! The noise is modelled on recordings from a shared two-core machine: the machine's speed wanders by a third, what
//! calibration leaves of it is 9% a sample with one sample in eight disturbed further, a state of the machine (quiet,
//! loaded) shifts calibrated times by about 1%, and each module by 2.5% of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alpha::{Alpha, ErrorBudget, Schedule};
use super::sequential::{Criteria, Decision, look};
use crate::observed::{ClosureChange, OwnTime, Sample};
use crate::stats::changed_part::{ChangedPart, usual_own_times};
use crate::stats::random::SplitMix64;
use crate::stats::{Design, Evidence, MachineSpeed};

const MACHINE: MachineSpeed = MachineSpeed {
    calibration_ns: 2.5e6,
    reference_ns: 80e6,
};
const MODULES: usize = 60;
const EDITED: usize = 17;
/// The fewest samples of a target that no other answers for: the gate's default.
const MIN_SAMPLES: usize = 3;

/// One state of a machine: what it does to every sample taken in it.
struct State {
    shift: f64,
    module_drift: Vec<f64>,
    noise: f64,
}

struct Simulation {
    random: SplitMix64,
    names: Vec<Arc<str>>,
    own_ns: Vec<f64>,
    with_own: bool,
}

impl Simulation {
    fn new(seed: u64, with_own: bool) -> Self {
        let mut random = SplitMix64::new(seed);
        let names = (0..MODULES)
            .map(|index| format!("package.module_{index}").into())
            .collect();
        let own_ns = (0..MODULES)
            .map(|_| 1.5e6 * (0.9 * normal(&mut random)).exp())
            .collect();
        Self {
            random,
            names,
            own_ns,
            with_own,
        }
    }

    fn state(&mut self, noise: f64) -> State {
        let shift = 0.01 * normal(&mut self.random);
        State {
            shift,
            module_drift: (0..MODULES).map(|_| 0.025 * normal(&mut self.random)).collect(),
            noise,
        }
    }

    fn total_ns(&self) -> f64 {
        self.own_ns.iter().sum()
    }

    /// A sample in which the edited module costs `heavier` of the total more, and everything `slower` by a share.
    fn sample(&mut self, round: usize, state: &State, heavier: f64, slower: f64) -> Sample {
        let extra = heavier * self.total_ns();
        let speed = 0.3 * normal(&mut self.random);
        let disturbed = if self.random.below(8) == 0 {
            2.0 * state.noise * normal(&mut self.random).abs()
        } else {
            0.0
        };
        let left_over = state.shift + state.noise * normal(&mut self.random) + disturbed;
        let slowness = (speed + left_over).exp() * (1.0 + slower);
        let seen = if self.with_own { MODULES } else { 0 };
        let own: Vec<OwnTime> = (0..seen)
            .map(|index| {
                let base = self.own_ns[index] + if index == EDITED { extra } else { 0.0 };
                let wobble = state.module_drift[index] + 0.05 * normal(&mut self.random);
                let cpu_ns = (base * slowness * wobble.exp()) as u64;
                OwnTime {
                    module: Arc::clone(&self.names[index]),
                    cpu_ns,
                }
            })
            .collect();
        Sample {
            round: round as u32,
            cpu_ns: ((self.total_ns() + extra) * slowness) as u64,
            calibration_ns: (MACHINE.calibration_ns * speed.exp()) as u64,
            reference_ns: MACHINE.reference_ns * speed.exp(),
            own,
            ..Sample::default()
        }
    }

    fn block(&mut self, samples: usize, state: &State, heavier: f64, slower: f64) -> Vec<Sample> {
        (0..samples)
            .map(|round| self.sample(round, state, heavier, slower))
            .collect()
    }
}

/// A standard normal number (Box and Muller).
fn normal(random: &mut SplitMix64) -> f64 {
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * uniform()).cos()
}

/// How the runs of one kind ended.
#[derive(Debug, Default)]
struct Outcome {
    decisions: BTreeMap<&'static str, usize>,
    samples: Vec<usize>,
}

impl Outcome {
    fn add(&mut self, decision: Decision, samples: usize) {
        let name = match decision {
            Decision::Fail => "fail",
            Decision::Pass | Decision::Warn => "pass",
            Decision::Inconclusive | Decision::Continue => "open",
        };
        *self.decisions.entry(name).or_default() += 1;
        self.samples.push(samples);
    }

    fn count(&self, name: &str) -> usize {
        self.decisions.get(name).copied().unwrap_or(0)
    }

    fn median_samples(&mut self) -> usize {
        self.samples.sort_unstable();
        self.samples[self.samples.len() / 2]
    }
}

/// Looks until the rule decides.
fn decide(
    now: &[Sample],
    design: Design<'_>,
    criteria: &Criteria,
    schedule: &Schedule,
    share: Alpha,
) -> (Decision, usize) {
    for samples in schedule.looks().filter(|samples| *samples >= MIN_SAMPLES) {
        let evidence = Evidence::new(design, &now[..samples], &MACHINE).expect("evidence");
        let decision = look(&evidence, criteria, schedule, share);
        if decision.is_final() {
            return (decision, samples);
        }
    }
    unreachable!("the last look decides")
}

fn criteria(max_regression: f64) -> Criteria {
    Criteria {
        max_regression,
        noise_floor_ms: 0.5,
        resolution: 0.0,
    }
}

/// A baseline recorded quiet, checked under load: the whole against the reference.
fn whole(runs: u64, slower: f64, max_regression: f64, noise: f64) -> Outcome {
    let mut outcome = Outcome::default();
    for seed in 0..runs {
        let mut simulation = Simulation::new(seed, false);
        let (quiet, loaded) = (simulation.state(noise / 3.0), simulation.state(noise));
        let before = simulation.block(40, &quiet, 0.0, 0.0);
        let now = simulation.block(60, &loaded, 0.0, slower);
        let schedule = Schedule::whole(60);
        let (decision, samples) = decide(
            &now,
            Design::Whole { before: &before },
            &criteria(max_regression),
            &schedule,
            ErrorBudget::over(1).share(),
        );
        outcome.add(decision, samples);
    }
    outcome
}

fn changed_part(runs: u64, heavier: f64, tests: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let change = ClosureChange {
        changed: vec![format!("package.module_{EDITED}")],
        ..ClosureChange::default()
    };
    for seed in 0..runs {
        let mut simulation = Simulation::new(seed, true);
        let (quiet, loaded) = (simulation.state(0.03), simulation.state(0.09));
        let before = simulation.block(20, &quiet, 0.0, 0.0);
        let now = simulation.block(60, &loaded, heavier, 0.0);
        let part = ChangedPart::new(&usual_own_times(&before), &change).expect("it applies");
        let design = Design::ChangedPart {
            part: &part,
            before: &before,
        };
        let (schedule, share) = (Schedule::changed_part(60), ErrorBudget::over(tests).share());
        let (decision, samples) = decide(&now, design, &criteria(0.01), &schedule, share);
        outcome.add(decision, samples);
    }
    outcome
}

fn paired(runs: u64, slower: f64, max_regression: f64) -> Outcome {
    let mut outcome = Outcome::default();
    for seed in 0..runs {
        let mut simulation = Simulation::new(seed, false);
        let state = simulation.state(0.06);
        let before = simulation.block(96, &state, 0.0, 0.0);
        let now = simulation.block(96, &state, 0.0, slower);
        let schedule = Schedule::paired(96);
        let (decision, samples) = decide(
            &now,
            Design::Paired { before: &before },
            &criteria(max_regression),
            &schedule,
            ErrorBudget::over(1).share(),
        );
        outcome.add(decision, samples);
    }
    outcome
}

#[test]
fn an_unchanged_import_never_fails_and_is_decided_early() {
    let mut outcome = whole(120, 0.0, 0.10, 0.09);
    assert_eq!(outcome.count("fail"), 0, "{:?}", outcome.decisions);
    assert!(outcome.count("pass") >= 112, "{:?}", outcome.decisions);
    assert!(outcome.median_samples() <= 12);
}

#[test]
fn a_clearly_slower_import_fails_under_load() {
    assert!(whole(60, 0.15, 0.10, 0.045).count("fail") >= 56);
    assert!(whole(60, 0.20, 0.10, 0.09).count("fail") >= 59);
    let mut half_again = whole(30, 0.50, 0.10, 0.09);
    assert_eq!(half_again.count("fail"), 30);
    assert!(half_again.median_samples() <= 12);
}

#[test]
fn a_quiet_machine_resolves_ten_percent_over_a_threshold_of_five() {
    let outcome = whole(60, 0.10, 0.05, 0.04);
    assert!(outcome.count("fail") >= 58, "{:?}", outcome.decisions);
}

#[test]
fn two_percent_in_one_module_fail_a_threshold_of_one_within_ten_samples() {
    let outcome = changed_part(100, 0.02, 1);
    let early = outcome.samples.iter().filter(|samples| **samples <= 10).count();
    assert!(
        outcome.count("fail") >= 97 && early >= 95,
        "{:?} {early}",
        outcome.decisions
    );
}

#[test]
fn an_edit_that_costs_nothing_or_gives_time_back_never_fails() {
    for heavier in [0.0, -0.003] {
        let mut outcome = changed_part(150, heavier, 1);
        assert_eq!(outcome.count("fail"), 0, "{:?}", outcome.decisions);
        assert!(outcome.median_samples() <= 8);
    }
}

#[test]
fn a_hundred_targets_cost_a_failing_one_some_samples_and_no_power() {
    let mut outcome = changed_part(60, 0.03, 100);
    assert!(outcome.count("fail") >= 57, "{:?}", outcome.decisions);
    assert!(outcome.median_samples() <= 20);
}

#[test]
fn pairs_find_what_is_half_as_much_again_as_the_threshold() {
    let mut unchanged = paired(100, 0.0, 0.05);
    assert_eq!(unchanged.count("fail"), 0);
    assert!(unchanged.median_samples() <= 24, "{}", unchanged.median_samples());
    assert!(paired(60, 0.10, 0.05).count("fail") >= 58);
}
