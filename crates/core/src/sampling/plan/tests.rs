//! Scripted runs: what a plan asks for, given what came of it so far.

use super::*;

/// So many targets, without a base.
fn settings(targets: usize, max_samples: usize) -> PlanSettings {
    PlanSettings {
        paired: vec![false; targets],
        seed: 42,
        max_samples,
    }
}

/// So many targets, each with a base.
fn pairs(targets: usize, max_samples: usize) -> PlanSettings {
    PlanSettings {
        paired: vec![true; targets],
        ..settings(targets, max_samples)
    }
}

/// Decides each target once it has this many samples.
struct Script(Vec<usize>);

impl Judge for Script {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        let is_enough = |(samples, enough): (&Arms, &usize)| samples.head.len() >= *enough;
        let all = round.samples.iter().zip(&self.0).map(is_enough);
        all.map(|enough| if enough { Decision::Pass } else { Decision::Continue })
            .collect()
    }
}

/// Never decides: every target gets all its samples.
struct TakeAll;

impl Judge for TakeAll {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        vec![Decision::Continue; round.samples.len()]
    }
}

/// Drives a plan to its end with imports of `wall_ms`, and gives the steps that it asked for.
fn run(plan: &mut Plan, judge: &mut dyn Judge, wall_ms: u64, fails: impl Fn(Step) -> bool) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(step) = plan.step() {
        steps.push(step);
        assert!(steps.len() < 10_000, "the plan does not end");
        let outcome = match step {
            _ if fails(step) => StepOutcome::Failed,
            Step::Reference => StepOutcome::Reference(reference(steps.len() as u64)),
            Step::Sample { .. } => StepOutcome::Sample(Sample {
                wall_ns: wall_ms * 1_000_000,
                ..Sample::default()
            }),
        };
        plan.record(outcome, judge);
    }
    steps
}

fn reference(cpu_ns: u64) -> ReferenceSample {
    ReferenceSample {
        cpu_ns,
        wall_ns: cpu_ns,
        calibration_ns: 0,
    }
}

fn never(_: Step) -> bool {
    false
}

fn targets(steps: &[Step], wanted: u32) -> Vec<usize> {
    let of_round = steps.iter().filter_map(|step| match step {
        Step::Sample { target, round, .. } if *round == wanted => Some(*target),
        _ => None,
    });
    of_round.collect()
}

#[test]
fn every_round_samples_each_open_target_once_in_an_order_of_its_own() {
    let steps = run(&mut Plan::new(settings(8, 10)), &mut TakeAll, 1, never);
    let orders: Vec<Vec<usize>> = (1..=10).map(|round| targets(&steps, round)).collect();
    for order in &orders {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..8).collect::<Vec<_>>());
    }
    assert!(orders.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn a_seed_repeats_the_run_and_another_does_not() {
    let steps = |seed| {
        let settings = PlanSettings { seed, ..settings(8, 4) };
        run(&mut Plan::new(settings), &mut TakeAll, 1, never)
    };
    assert_eq!(steps(1), steps(1));
    assert_ne!(steps(1), steps(2));
}

#[test]
fn a_decided_target_is_not_sampled_again() {
    let mut plan = Plan::new(settings(3, 4));
    let steps = run(&mut plan, &mut Script(vec![1, 3, 9]), 1, never);
    let counts: Vec<usize> = plan.samples.iter().map(|arms| arms.head.len()).collect();
    assert_eq!(counts, [1, 3, 4]);
    assert_eq!(targets(&steps, 4), [2]);
}

#[test]
fn every_sample_lies_between_two_references_and_gets_their_geometric_mean() {
    let mut plan = Plan::new(settings(1, 2));
    let steps = run(&mut plan, &mut TakeAll, 1, never);
    let sample = |round| Step::Sample {
        target: 0,
        round,
        arm: Arm::Head,
    };
    assert_eq!(
        steps,
        [Step::Reference, sample(1), Step::Reference, sample(2), Step::Reference]
    );
    // The scripted references take 1, 3 and 5 ns.
    let got: Vec<f64> = plan.samples[0].head.iter().map(|sample| sample.reference_ns).collect();
    assert_eq!(got, [3.0_f64.sqrt(), 15.0_f64.sqrt()]);
    assert_eq!(plan.samples[0].head[1].round, 2);
    assert_eq!(plan.references().len(), 3);
}

#[test]
fn short_imports_share_references_and_long_ones_do_not() {
    let references = |wall_ms| {
        let mut plan = Plan::new(settings(12, 1));
        run(&mut plan, &mut TakeAll, wall_ms, never);
        plan.references().len()
    };
    assert_eq!(references(5), 3);
    assert_eq!(references(200), 7);
    assert_eq!(references(900), 13);
}

#[test]
fn the_arms_of_a_pair_stand_together_in_either_order() {
    let mut plan = Plan::new(pairs(5, 6));
    let steps = run(&mut plan, &mut TakeAll, 500, never);
    let mut base_first = 0;
    let mut index = 0;
    while index < steps.len() {
        if let Step::Sample { target, round, arm } = steps[index] {
            let other = if arm == Arm::Head { Arm::Base } else { Arm::Head };
            assert_eq!(
                steps[index + 1],
                Step::Sample {
                    target,
                    round,
                    arm: other
                }
            );
            base_first += usize::from(arm == Arm::Base);
            index += 1;
        }
        index += 1;
    }
    assert!((5..25).contains(&base_first), "{base_first} of 30");
    for arms in &plan.samples {
        let rounds = |samples: &[Sample]| samples.iter().map(|sample| sample.round).collect::<Vec<_>>();
        assert_eq!(rounds(&arms.head), [1, 2, 3, 4, 5, 6]);
        assert_eq!(rounds(&arms.head), rounds(&arms.base));
    }
}

#[test]
fn a_target_that_fails_is_dropped_and_the_others_go_on() {
    let mut plan = Plan::new(pairs(3, 4));
    let fails = |step| {
        matches!(
            step,
            Step::Sample {
                target: 1,
                round: 3,
                arm: Arm::Base
            }
        )
    };
    let steps = run(&mut plan, &mut TakeAll, 1, fails);
    assert!(targets(&steps, 4).iter().all(|target| *target != 1));
    let arms = &plan.samples[1];
    assert_eq!((arms.head.len(), arms.base.len()), (2, 2));
    assert_eq!(plan.samples[0].head.len(), 4);
}

#[test]
fn after_a_failure_the_reference_is_taken_anew() {
    let mut plan = Plan::new(settings(2, 1));
    let first = std::cell::Cell::new(true);
    let fails = |step| step != Step::Reference && first.replace(false);
    let steps = run(&mut plan, &mut TakeAll, 1, fails);
    assert!(steps.windows(2).all(|pair| pair != [Step::Reference, Step::Reference]));
    assert_eq!(steps.iter().filter(|step| **step == Step::Reference).count(), 3);
}

#[test]
fn out_of_time_keeps_what_was_taken_and_leaves_the_rest_undecided() {
    let mut plan = Plan::new(pairs(2, 4));
    let mut judge = TakeAll;
    plan.record(StepOutcome::Reference(reference(9)), &mut judge);
    for _ in 0..3 {
        plan.record(StepOutcome::Sample(Sample::default()), &mut judge);
    }
    plan.out_of_time();
    assert_eq!(plan.step(), None);
    let pairs: Vec<(usize, usize)> = plan
        .samples
        .iter()
        .map(|arms| (arms.head.len(), arms.base.len()))
        .collect();
    assert!(pairs == [(1, 1), (0, 0)] || pairs == [(0, 0), (1, 1)], "{pairs:?}");
    let kept = plan
        .samples
        .iter()
        .flat_map(|arms| &arms.head)
        .next()
        .expect("a sample");
    assert_eq!(kept.reference_ns, 9.0);
}

#[test]
fn a_run_may_pair_some_targets_only() {
    let mut plan = Plan::new(PlanSettings {
        paired: vec![false, true],
        seed: 1,
        max_samples: 3,
    });
    run(&mut plan, &mut TakeAll, 1, never);
    let counts: Vec<(usize, usize)> = plan
        .into_samples()
        .iter()
        .map(|arms| (arms.head.len(), arms.base.len()))
        .collect();
    assert_eq!(counts, [(3, 0), (3, 3)]);
}

#[test]
fn nothing_to_do_is_no_step() {
    assert_eq!(Plan::new(settings(0, 4)).step(), None);
    assert_eq!(Plan::new(settings(3, 0)).step(), None);
    let all_fail = run(&mut Plan::new(settings(3, 4)), &mut TakeAll, 1, |step| {
        step != Step::Reference
    });
    assert_eq!(all_fail.iter().filter(|step| **step != Step::Reference).count(), 3);
}

#[test]
#[should_panic(expected = "does not belong to")]
fn an_outcome_of_another_step_is_a_mistake_in_the_caller() {
    Plan::new(settings(3, 4)).record(StepOutcome::Failed, &mut TakeAll);
}
