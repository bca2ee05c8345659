//! Scripted runs: what a plan asks for, given what came of it so far.

use super::*;

/// So many targets, without a base, one at a time.
fn settings(targets: usize, max_samples: usize) -> PlanSettings {
    PlanSettings {
        targets: vec![
            Sampled {
                paired: false,
                reference: Reference::Between,
                ..Sampled::default()
            };
            targets
        ],
        seed: 42,
        max_samples,
        workers: 1,
    }
}

/// So many targets, each with a base.
fn pairs(targets: usize, max_samples: usize) -> PlanSettings {
    PlanSettings {
        targets: vec![
            Sampled {
                paired: true,
                reference: Reference::Between,
                ..Sampled::default()
            };
            targets
        ],
        ..settings(targets, max_samples)
    }
}

/// So many targets, with so many workers.
fn side_by_side(targets: usize, max_samples: usize, workers: usize) -> PlanSettings {
    PlanSettings {
        workers,
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

/// A sample that took `wall_ms`.
fn sample(wall_ms: u64) -> Sample {
    Sample {
        wall_ns: wall_ms * 1_000_000,
        ..Sample::default()
    }
}

fn reference(cpu_ns: u64) -> ReferenceSample {
    ReferenceSample {
        cpu_ns,
        wall_ns: cpu_ns,
        calibration_ns: 0,
    }
}

/// Drives a plan to its end with imports of `wall_ms`, and gives the tasks that it asked for. References take as many nanoseconds as
/// tasks were begun. Of the tasks in progress, as many as there are workers, the one ends next that `picks` says.
fn run_picking(
    plan: &mut Plan,
    judge: &mut dyn Judge,
    wall_ms: u64,
    fails: impl Fn(&Slot) -> bool,
    picks: impl Fn(usize) -> usize,
) -> Vec<Task> {
    let (mut tasks, mut in_progress) = (Vec::new(), Vec::new());
    loop {
        while in_progress.len() < plan.settings.workers
            && let Some(task) = plan.next_task()
        {
            tasks.push(task.clone());
            assert!(tasks.len() < 10_000, "the plan does not end");
            in_progress.push(match task {
                Task::Reference => Outcome::Reference(reference(tasks.len() as u64)),
                Task::Sample(slot) if fails(&slot) => Outcome::Failed(slot),
                Task::Sample(slot) => {
                    let samples = vec![sample(wall_ms); slot.arms.len()];
                    Outcome::Samples(slot, samples)
                }
            });
        }
        if in_progress.is_empty() {
            return tasks;
        }
        let next = picks(in_progress.len());
        plan.record(in_progress.remove(next), judge);
    }
}

fn run(plan: &mut Plan, judge: &mut dyn Judge, wall_ms: u64, fails: impl Fn(&Slot) -> bool) -> Vec<Task> {
    run_picking(plan, judge, wall_ms, fails, |_| 0)
}

fn never(_: &Slot) -> bool {
    false
}

fn slots(tasks: &[Task]) -> Vec<&Slot> {
    let slot = |task| match task {
        &Task::Reference => None,
        Task::Sample(slot) => Some(slot),
    };
    tasks.iter().filter_map(slot).collect()
}

fn targets(tasks: &[Task], wanted: u32) -> Vec<usize> {
    let of_round = slots(tasks).into_iter().filter(|slot| slot.round == wanted);
    of_round.map(|slot| slot.target).collect()
}

fn rounds(samples: &[Sample]) -> Vec<u32> {
    samples.iter().map(|sample| sample.round).collect()
}

fn counts(plan: &Plan) -> Vec<(usize, usize)> {
    let samples = plan.samples.iter();
    samples.map(|arms| (arms.head.len(), arms.base.len())).collect()
}

#[test]
fn every_round_samples_each_open_target_once_in_an_order_of_its_own() {
    let tasks = run(&mut Plan::new(settings(8, 10)), &mut TakeAll, 1, never);
    let orders: Vec<Vec<usize>> = (1..=10).map(|round| targets(&tasks, round)).collect();
    for order in &orders {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..8).collect::<Vec<_>>());
    }
    assert!(orders.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn a_seed_repeats_the_run_and_another_does_not() {
    let tasks = |seed| {
        let settings = PlanSettings { seed, ..settings(8, 4) };
        run(&mut Plan::new(settings), &mut TakeAll, 1, never)
    };
    assert_eq!(tasks(1), tasks(1));
    assert_ne!(tasks(1), tasks(2));
}

#[test]
fn a_decided_target_is_not_sampled_again() {
    let mut plan = Plan::new(settings(3, 4));
    let tasks = run(&mut plan, &mut Script(vec![1, 3, 9]), 1, never);
    assert_eq!(counts(&plan), [(1, 0), (3, 0), (4, 0)]);
    assert_eq!(targets(&tasks, 4), [2]);
}

#[test]
fn a_sample_gets_the_geometric_mean_of_the_references_around_it_as_far_as_they_ran() {
    let mut plan = Plan::new(settings(1, 3));
    run(&mut plan, &mut TakeAll, 500, never);
    // A reference, and another after each sample but the last; they take 1, 3 and 5 ns.
    let got: Vec<f64> = plan.samples[0].head.iter().map(|sample| sample.reference_ns).collect();
    assert_eq!(got, [3.0_f64.sqrt(), 15.0_f64.sqrt(), 5.0]);
    assert_eq!(rounds(&plan.samples[0].head), [1, 2, 3]);
    assert_eq!(plan.references().len(), 3);
}

#[test]
fn where_nothing_else_tells_the_speed_a_round_is_decided_after_its_reference() {
    let mut plan = Plan::new(PlanSettings {
        targets: vec![Sampled {
            paired: false,
            reference: Reference::Around,
            ..Sampled::default()
        }],
        ..settings(1, 2)
    });
    let tasks = run(&mut plan, &mut TakeAll, 1, never);
    let is_reference: Vec<bool> = tasks.iter().map(|task| *task == Task::Reference).collect();
    assert_eq!(is_reference, [true, false, true, false, true]);
    let got: Vec<f64> = plan.samples[0].head.iter().map(|sample| sample.reference_ns).collect();
    assert_eq!(got, [3.0_f64.sqrt(), 15.0_f64.sqrt()]);
}

#[test]
fn no_reference_runs_where_nothing_is_compared_with_it() {
    let mut plan = Plan::new(PlanSettings {
        targets: vec![Sampled::default(); 4],
        ..settings(4, 20)
    });
    let tasks = run(&mut plan, &mut TakeAll, 300, never);
    assert!(!tasks.contains(&Task::Reference));
    assert_eq!(counts(&plan), [(20, 0); 4]);
}

#[test]
fn short_imports_share_references_and_long_ones_do_not() {
    let references = |wall_ms| {
        let mut plan = Plan::new(settings(8, 1));
        run(&mut plan, &mut TakeAll, wall_ms, never);
        plan.references().len()
    };
    assert_eq!(references(5), 2);
    assert_eq!(references(200), 4);
    assert_eq!(references(900), 8);
}

#[test]
fn the_arms_of_a_pair_stand_together_in_either_order() {
    let mut plan = Plan::new(pairs(5, 6));
    let tasks = run(&mut plan, &mut TakeAll, 500, never);
    let slots = slots(&tasks);
    assert!(slots.iter().all(|slot| slot.arms.len() == 2));
    let base_first = slots.iter().filter(|slot| slot.arms[0] == Arm::Base).count();
    assert!((5..25).contains(&base_first), "{base_first} of 30");
    for arms in &plan.samples {
        assert_eq!(rounds(&arms.head), [1, 2, 3, 4, 5, 6]);
        assert_eq!(rounds(&arms.head), rounds(&arms.base));
    }
}

#[test]
fn a_target_that_fails_is_dropped_and_the_others_go_on() {
    let mut plan = Plan::new(pairs(3, 4));
    let tasks = run(&mut plan, &mut TakeAll, 1, |slot| slot.target == 1 && slot.round == 3);
    assert!(targets(&tasks, 4).iter().all(|target| *target != 1));
    assert_eq!(counts(&plan), [(4, 4), (2, 2), (4, 4)]);
}

#[test]
fn after_a_failure_the_reference_is_taken_anew() {
    let mut plan = Plan::new(settings(2, 1));
    let first = std::cell::Cell::new(true);
    let tasks = run(&mut plan, &mut TakeAll, 1, |_| first.replace(false));
    let is_reference: Vec<bool> = tasks.iter().map(|task| *task == Task::Reference).collect();
    assert_eq!(is_reference, [true, false, true, false]);
}

#[test]
fn out_of_time_keeps_what_was_taken_and_leaves_the_rest_undecided() {
    let mut plan = Plan::new(PlanSettings {
        workers: 2,
        ..pairs(2, 4)
    });
    let mut judge = TakeAll;
    assert_eq!(plan.next_task(), Some(Task::Reference));
    plan.record(Outcome::Reference(reference(9)), &mut judge);
    let [first, second] = [plan.next_task(), plan.next_task()].map(|task| match task {
        Some(Task::Sample(slot)) => slot,
        other => panic!("{other:?}"),
    });
    let taken = |slot| Outcome::Samples(slot, vec![sample(1), sample(1)]);
    plan.record(taken(first), &mut judge);
    plan.out_of_time();
    assert_eq!(plan.next_task(), None);
    plan.record(taken(second), &mut judge);
    assert_eq!(plan.next_task(), None);
    let samples = plan.into_samples();
    let counts: Vec<(usize, usize)> = samples.iter().map(|arms| (arms.head.len(), arms.base.len())).collect();
    assert_eq!(counts, [(1, 1), (1, 1)]);
    assert_eq!(samples[0].head[0].reference_ns, 9.0);
}

#[test]
fn a_run_may_pair_some_targets_only() {
    let mut plan = Plan::new(PlanSettings {
        targets: [false, true]
            .map(|paired| Sampled {
                paired,
                ..Sampled::default()
            })
            .to_vec(),
        ..settings(2, 3)
    });
    run(&mut plan, &mut TakeAll, 1, never);
    assert_eq!(counts(&plan), [(3, 0), (3, 3)]);
}

#[test]
fn nothing_to_do_is_no_task() {
    assert_eq!(Plan::new(settings(0, 4)).next_task(), None);
    assert_eq!(Plan::new(settings(3, 0)).next_task(), None);
    let all_fail = run(&mut Plan::new(settings(3, 4)), &mut TakeAll, 1, |_| true);
    assert_eq!(slots(&all_fail).len(), 3);
}

#[test]
fn the_samples_are_the_same_however_many_work_and_in_whatever_order_they_end() {
    let ends = |settings: PlanSettings, picks: fn(usize) -> usize| {
        let mut plan = Plan::new(settings);
        run_picking(&mut plan, &mut Script(vec![3, 5, 9, 1]), 1, never, picks);
        let heads = plan.samples.iter();
        heads.map(|arms| rounds(&arms.head)).collect::<Vec<_>>()
    };
    let one = ends(settings(4, 6), |_| 0);
    for workers in 2..7 {
        for picks in [|_| 0, |count: usize| count - 1, |count: usize| count / 2] {
            assert_eq!(ends(side_by_side(4, 6, workers), picks), one, "{workers}");
        }
    }
}

#[test]
fn a_single_target_keeps_every_worker_busy() {
    let mut plan = Plan::new(side_by_side(1, 20, 4));
    let begun = [(); 4].map(|()| plan.next_task());
    let rounds: Vec<u32> = begun
        .iter()
        .flatten()
        .filter_map(|task| match task {
            Task::Reference => None,
            Task::Sample(slot) => Some(slot.round),
        })
        .collect();
    assert_eq!(rounds, [1, 2, 3]);
    assert!(begun.contains(&Some(Task::Reference)));
}

#[test]
fn what_fails_beside_others_is_tried_once_more_alone() {
    let failing = |slot: &Slot| slot.target == 1 && slot.round == 2;
    let mut plan = Plan::new(side_by_side(3, 4, 3));
    let tasks = run(&mut plan, &mut TakeAll, 1, |slot| failing(slot) && !slot.alone);
    assert_eq!(counts(&plan), [(4, 0); 3]);
    assert_eq!(slots(&tasks).iter().filter(|slot| failing(slot)).count(), 2);

    let mut plan = Plan::new(side_by_side(3, 4, 3));
    run(&mut plan, &mut TakeAll, 1, failing);
    assert_eq!(counts(&plan), [(4, 0), (1, 0), (4, 0)]);
}

#[test]
fn nothing_is_beside_what_is_tried_alone() {
    let mut plan = Plan::new(PlanSettings {
        targets: vec![Sampled::default(); 3],
        ..side_by_side(3, 2, 3)
    });
    let mut next = || match plan.next_task() {
        Some(Task::Sample(slot)) => Some(slot),
        _ => None,
    };
    let [first, second, third] = [next(), next(), next()].map(|slot| slot.expect("a slot"));
    plan.record(Outcome::Failed(first), &mut TakeAll);
    assert_eq!(plan.next_task(), None, "others are in progress");
    plan.record(Outcome::Samples(second, vec![sample(1)]), &mut TakeAll);
    plan.record(Outcome::Samples(third, vec![sample(1)]), &mut TakeAll);
    let Some(Task::Sample(again)) = plan.next_task() else {
        panic!("it is tried again");
    };
    assert_eq!(plan.next_task(), None, "it is alone");
    plan.record(Outcome::Samples(again, vec![sample(1)]), &mut TakeAll);
    assert!(plan.next_task().is_some());
}

#[test]
fn what_must_be_alone_comes_last_in_its_round_and_so_does_its_reference() {
    let target = |alone| Sampled {
        reference: if alone { Reference::Around } else { Reference::Between },
        alone,
        ..Sampled::default()
    };
    let mut plan = Plan::new(PlanSettings {
        targets: [true, false, false].map(target).to_vec(),
        ..side_by_side(3, 3, 2)
    });
    let (mut in_progress, mut rounds) = (Vec::new(), Vec::new());
    loop {
        while in_progress.len() < 2
            && let Some(task) = plan.next_task()
        {
            in_progress.push(task);
        }
        if in_progress.is_empty() {
            break;
        }
        let commands = in_progress
            .iter()
            .filter(|task| matches!(task, Task::Sample(slot) if slot.target == 0));
        assert!(commands.count() == 0 || in_progress.len() == 1, "{in_progress:?}");
        plan.record(
            match in_progress.remove(0) {
                Task::Reference => Outcome::Reference(reference(1)),
                Task::Sample(slot) => {
                    rounds.push((slot.round, slot.target == 0));
                    Outcome::Samples(slot, vec![sample(1)])
                }
            },
            &mut TakeAll,
        );
    }
    assert!(rounds.is_sorted(), "{rounds:?}");
    assert_eq!(counts(&plan), [(3, 0); 3]);
}
