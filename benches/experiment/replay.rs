//! One replayed check: a stretch of a stream as the baseline, another as this run, slowed down by a given share, and
//! the question that a check asks of them, look by look.

use std::collections::BTreeMap;

use importgate_core::budgets::{Cited, Limits, Target};
use importgate_core::observed::{ClosureChange, Sample};
use importgate_core::sampling::plan::{Arms, Judge, Round};
use importgate_core::sampling::{
    Answers, Decision, ErrorBudget, OtherSide, Pooled, Question, Rules, SequentialJudge, decide_fixed, tests_of,
};
use importgate_core::stats::changed_part::usual_own_times;
use importgate_core::stats::random::SplitMix64;

/// Samples of a target in a recorded baseline: what a recording takes on a quiet machine.
pub(crate) const RECORDED: usize = 16;
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
pub(crate) fn stretches(
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
    let module = module_of(random, &own_ns);
    for sample in &mut now {
        inject(sample, injection, module.as_deref());
    }
    let change = module
        .filter(|_| !matches!(injection, Injection::Everything(_)))
        .map(edit);
    let other = OtherSide::Stored {
        samples: before,
        own_ns,
        change,
        whole: true,
    };
    ask(&other, threshold, &now, &[])
}

/// So many targets whose stretches of one stream have one module in common that differs, in one run against a stored baseline.
pub(crate) fn sharing(
    random: &mut SplitMix64,
    (before, now): (&[Sample], &[Sample]),
    targets: usize,
    threshold: f64,
    injection: Injection,
) -> Vec<Ended> {
    let (mut others, mut heads): (Vec<OtherSide>, Vec<Vec<Sample>>) = (Vec::new(), Vec::new());
    let mut shared: Option<String> = None;
    for _ in 0..targets {
        let (before, mut now) = stretches(random, before, now, RECORDED);
        let own_ns = usual_own_times(&before);
        let module = shared.get_or_insert_with(|| module_of(random, &own_ns).expect("a module of the project"));
        for sample in &mut now {
            inject(sample, injection, Some(module));
        }
        others.push(OtherSide::Stored {
            samples: before,
            own_ns,
            change: Some(edit(module.clone())),
            whole: true,
        });
        heads.push(now);
    }
    let target = target(threshold);
    let tests = others.iter().map(|other| tests_of(&target, other)).sum();
    let questions = others.iter().map(|other| Question::new(&target, other, rules(tests)));
    let taken = |count: usize| {
        let arms = heads.iter().map(|head| Arms {
            head: head[..count].to_vec(),
            base: Vec::new(),
        });
        arms.collect()
    };
    let rounds: Vec<Vec<Arms>> = (1..=MAX_SAMPLES).map(taken).collect();
    ended(questions.collect(), &rounds)
}

/// A module of the project, as opposed to the standard library's.
fn module_of(random: &mut SplitMix64, own_ns: &BTreeMap<String, u64>) -> Option<String> {
    let candidates: Vec<&String> = own_ns.keys().filter(|name| name.contains(".part_")).collect();
    (!candidates.is_empty()).then(|| candidates[random.below(candidates.len())].clone())
}

fn edit(module: String) -> ClosureChange {
    ClosureChange {
        changed: vec![module],
        ..ClosureChange::default()
    }
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
    ask(&other, threshold, &head, &base)
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
        max_samples: samples,
        fixed: true,
        ..rules(3)
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

/// Asks after every sample what a check asks, of a target that is alone in its run.
fn ask(other: &OtherSide, threshold: f64, head: &[Sample], base: &[Sample]) -> Ended {
    let target = target(threshold);
    let question = Question::new(&target, other, rules(tests_of(&target, other)));
    let taken = |count: usize| Arms {
        head: head[..count].to_vec(),
        base: base[..count.min(base.len())].to_vec(),
    };
    let samples: Vec<Vec<Arms>> = (1..=MAX_SAMPLES).map(|count| vec![taken(count)]).collect();
    ended(vec![question], &samples).pop().expect("one target")
}

/// What all targets of a run share that asks so many tests: the gate's defaults.
pub(crate) fn rules(tests: usize) -> Rules {
    Rules {
        budget: ErrorBudget::over(tests),
        min_samples: 3,
        min_pooled: 1,
        min_new: 5,
        max_samples: MAX_SAMPLES,
        fixed: false,
    }
}

/// Goes through the rounds of a run, each with the samples that there are by then, until every target is decided.
fn ended(questions: Vec<Question<'_>>, rounds: &[Vec<Arms>]) -> Vec<Ended> {
    let mut judge = SequentialJudge::new(&questions);
    let mut taken: Vec<Arms> = vec![Arms::default(); questions.len()];
    let mut decisions = vec![Decision::Continue; questions.len()];
    for round in rounds {
        let open: Vec<bool> = decisions.iter().map(|decision| !decision.is_final()).collect();
        for ((arms, now), _) in taken.iter_mut().zip(round).zip(&open).filter(|(_, open)| **open) {
            arms.clone_from(now);
        }
        let looked = judge.look_round(Round {
            samples: &taken,
            open: &open,
        });
        for (decision, now) in decisions
            .iter_mut()
            .zip(looked)
            .filter(|(before, _)| !before.is_final())
        {
            *decision = now;
        }
    }
    let pooled = judge.into_pooled();
    let ended = |(((question, decision), arms), pooled): (((Question<'_>, Decision), Arms), Pooled)| Ended {
        decision,
        samples: arms.head.len(),
        answers: question.beside(pooled).answers(&arms.head, &arms.base),
    };
    questions
        .into_iter()
        .zip(decisions)
        .zip(taken)
        .zip(pooled)
        .map(ended)
        .collect()
}

pub(crate) fn inject(sample: &mut Sample, injection: Injection, module: Option<&str>) {
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
