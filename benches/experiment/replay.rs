//! One replayed check: a stretch of a stream as the baseline, another as this run, slowed down by a given share, and
//! the question that a check asks of them, look by look.

use std::collections::BTreeMap;

use importgate_core::budgets::{Cited, Limits, Target};
use importgate_core::observed::{ClosureChange, Sample};
use importgate_core::sampling::alpha::Schedule;
use importgate_core::sampling::{Answers, Decision, ErrorBudget, OtherSide, Question, Rules, decide_fixed, tests_of};
use importgate_core::stats::changed_part::usual_own_times;
use importgate_core::stats::random::SplitMix64;

/// Samples of a target in a recorded baseline: the gate's default.
pub(crate) const RECORDED: usize = 30;
/// The most samples of a check: the gate's default.
const MAX_SAMPLES: usize = 60;

/// What is done to the samples of this run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Injection {
    /// Everything takes this share more.
    Everything(f64),
    /// One module of the project takes more, by this share of the whole; its content differs.
    OneModule(f64),
    /// Everything takes this share more, and one module has another comment.
    Hook(f64),
}

/// How a check came out.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) decision: Decision,
    pub(crate) samples: usize,
    pub(crate) answers: Answers,
}

/// `count` samples from `start` on, from the beginning again where the stream ends.
fn stretch(stream: &[Sample], start: usize, count: usize) -> Vec<Sample> {
    let around = stream.iter().cycle().skip(start % stream.len());
    let numbered = around.take(count).cloned().enumerate();
    numbered
        .map(|(round, sample)| Sample {
            round: round as u32,
            ..sample
        })
        .collect()
}

/// Two stretches at random places; of one and the same stream, the second begins behind the first.
fn stretches(
    random: &mut SplitMix64,
    before: &[Sample],
    now: &[Sample],
    recorded: usize,
) -> (Vec<Sample>, Vec<Sample>) {
    let first = random.below(before.len());
    let second = if std::ptr::eq(before, now) {
        let room = before.len().saturating_sub(recorded + MAX_SAMPLES).max(1);
        first + recorded + random.below(room)
    } else {
        random.below(now.len())
    };
    (stretch(before, first, recorded), stretch(now, second, MAX_SAMPLES))
}

/// Against a stored baseline, where the times alone decide, or with a module that differs.
pub(crate) fn stored(
    random: &mut SplitMix64,
    before: &[Sample],
    now: &[Sample],
    recorded: usize,
    threshold: f64,
    injection: Injection,
) -> Ended {
    let (before, mut now) = stretches(random, before, now, recorded);
    let own_ns = usual_own_times(&before);
    let candidates: Vec<&String> = own_ns.keys().filter(|name| name.contains(".part_")).collect();
    let module = (!candidates.is_empty()).then(|| candidates[random.below(candidates.len())].clone());
    for sample in &mut now {
        inject(sample, injection, module.as_deref());
    }
    let change = module
        .filter(|_| !matches!(injection, Injection::Everything(_)))
        .map(|module| ClosureChange {
            changed: vec![module],
            ..ClosureChange::default()
        });
    let other = OtherSide::Stored {
        samples: before,
        own_ns,
        change,
        whole: true,
    };
    ask(&other, threshold, &now, &[], &Schedule::whole(MAX_SAMPLES))
}

/// Base and head side by side, where the times alone decide.
pub(crate) fn paired(
    random: &mut SplitMix64,
    base: &[Sample],
    head: &[Sample],
    threshold: f64,
    injection: Injection,
) -> Ended {
    let start = random.below(head.len());
    let (mut head, mut base) = (stretch(head, start, MAX_SAMPLES), stretch(base, start, MAX_SAMPLES));
    if random.below(2) == 0 {
        std::mem::swap(&mut head, &mut base);
    }
    for sample in &mut head {
        inject(sample, injection, None);
    }
    let other = OtherSide::Paired { change: None };
    ask(&other, threshold, &head, &base, &Schedule::paired(MAX_SAMPLES))
}

/// A fixed number of samples against a stored baseline, where the times alone decide: one of three tests of its run.
pub(crate) fn fixed(
    random: &mut SplitMix64,
    stream: &[Sample],
    samples: usize,
    threshold: f64,
    injection: Injection,
) -> Decision {
    let (before, mut now) = stretches(random, stream, stream, RECORDED);
    for sample in &mut now {
        inject(sample, injection, None);
    }
    let other = OtherSide::Stored {
        samples: before,
        own_ns: BTreeMap::new(),
        change: None,
        whole: true,
    };
    let target = target(threshold);
    let budget = ErrorBudget::over(3);
    let rules = Rules {
        budget,
        min_samples: 0,
        max_samples: samples,
        fixed: true,
    };
    let mut answers = Question::new(&target, &other, rules).answers(&now[..samples], &[]);
    decide_fixed(vec![&mut answers], budget);
    answers.decision()
}

fn target(threshold: f64) -> Target {
    let limits = Limits {
        max_regression: Cited::default_of(threshold),
        // So that the percentage alone decides, also where it is less than the default floor.
        noise_floor_ms: Cited::default_of(0.0),
        ..Limits::default()
    };
    Target::module("replayed", limits)
}

fn ask(other: &OtherSide, threshold: f64, head: &[Sample], base: &[Sample], schedule: &Schedule) -> Ended {
    let target = target(threshold);
    let rules = Rules {
        budget: ErrorBudget::over(tests_of(&target, other)),
        min_samples: 0,
        max_samples: MAX_SAMPLES,
        fixed: false,
    };
    let question = Question::new(&target, other, rules);
    let mut ended = None;
    for samples in schedule.looks() {
        let answers = question.answers(&head[..samples], &base[..samples.min(base.len())]);
        let decision = answers.decision();
        ended = Some(Ended {
            decision,
            samples,
            answers,
        });
        if decision.is_final() {
            break;
        }
    }
    ended.expect("a schedule has a look")
}

fn inject(sample: &mut Sample, injection: Injection, module: Option<&str>) {
    let scaled = |time: u64, factor: f64| (time as f64 * factor) as u64;
    match injection {
        Injection::Everything(share) | Injection::Hook(share) => {
            sample.cpu_ns = scaled(sample.cpu_ns, 1.0 + share);
            for own in &mut sample.own {
                own.cpu_ns = scaled(own.cpu_ns, 1.0 + share);
            }
        }
        Injection::OneModule(share) => {
            let extra = share * sample.own.iter().map(|own| own.cpu_ns as f64).sum::<f64>();
            let changed = sample.own.iter_mut().find(|own| Some(&*own.module) == module);
            if let Some(own) = changed {
                // What is taken away from a module cannot be more than it had.
                let after = (own.cpu_ns as f64 + extra).max(0.1 * own.cpu_ns as f64);
                sample.cpu_ns = (sample.cpu_ns as f64 + after - own.cpu_ns as f64) as u64;
                own.cpu_ns = after as u64;
            }
        }
    }
}
