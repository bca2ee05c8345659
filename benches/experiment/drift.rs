//! How often a target is said to have drifted from its anchor, and how often that is noticed: samples of one stretch of a stream as the
//! anchor, of another as this run, or as the recording of unchanged code that answers without a sample.

use std::error::Error;

use importgate_core::budgets::{Cited, Limits, Target};
use importgate_core::observed::Sample;
use importgate_core::sampling::{Answers, Decision, OtherSide, Question, Rules};
use importgate_core::stats::random::SplitMix64;

use crate::rates::Rates;
use crate::record::TARGETS;
use crate::replay::{self, Ended, Injection, RECORDED};
use crate::streams::Streams;
use crate::tables::MOVES;

/// What a target may drift by.
const MAX_DRIFT: f64 = 0.20;

/// How far it did.
const DRIFTED: [f64; 8] = [0.0, 0.10, 0.15, 0.20, 0.225, 0.25, 0.30, 0.50];

/// So many tests share the error level of the run.
const TESTS: usize = 3;

/// Prints them of the streams that there are.
pub(crate) fn of_streams(draws: usize) -> Result<(), Box<dyn Error>> {
    print(&Streams::read()?, draws);
    Ok(())
}

/// Prints both tables.
pub(crate) fn print(streams: &Streams, draws: usize) {
    for (title, is_sampled) in [
        ("Fresh samples against an anchor", true),
        (
            "What a baseline has, of code that did not change, against an anchor",
            false,
        ),
    ] {
        println!("\n### {title}, max-drift 20%\n");
        let cells = DRIFTED.map(|drifted| format!("+{:.1}%", 100.0 * drifted));
        println!("| anchored → checked | {} | open A/A |", cells.join(" | "));
        println!("|---|{}---|", "---|".repeat(DRIFTED.len()));
        for (name, pairs) in MOVES {
            let mut all = vec![Rates::default(); DRIFTED.len()];
            for target in 0..TARGETS.len() {
                let mut random = SplitMix64::new(17 + target as u64);
                for (&drifted, rates) in DRIFTED.iter().zip(&mut all) {
                    let draws = if drifted == 0.0 { 10 * draws } else { draws };
                    for _ in 0..draws {
                        let (then, now) = pairs[random.below(pairs.len())];
                        let (then, now) = (streams.head(target, then), streams.head(target, now));
                        rates.add(&check(&mut random, then, now, drifted, is_sampled));
                    }
                }
            }
            let cells: Vec<String> = all.iter().map(Rates::failed).collect();
            println!("| {name} | {} | {} |", cells.join(" | "), all[0].open());
        }
    }
}

fn check(random: &mut SplitMix64, then: &[Sample], now: &[Sample], drifted: f64, is_sampled: bool) -> Ended {
    let (anchor, mut now) = replay::stretches(random, then, now, RECORDED);
    for sample in &mut now {
        replay::inject(sample, Injection::Everything(drifted), None);
    }
    let limits = Limits {
        max_drift: Some(Cited::default_of(MAX_DRIFT)),
        noise_floor_ms: Cited::default_of(0.0),
        ..Limits::default()
    };
    let target = Target::module("replayed", limits);
    let rules = if is_sampled {
        replay::rules(TESTS)
    } else {
        Rules::of_recorded(replay::rules(TESTS).budget)
    };
    let question = Question::new(&target, &OtherSide::Nothing, rules).anchored_at(&anchor);
    if !is_sampled {
        return ended(question.answers(&now[..RECORDED], &[]), RECORDED);
    }
    let fewest = rules.min_samples;
    let looked = (fewest..=now.len()).find(|count| question.look(&now[..*count], &[]).is_final());
    let samples = looked.unwrap_or(now.len());
    ended(question.answers(&now[..samples], &[]), samples)
}

fn ended(answers: Answers, samples: usize) -> Ended {
    let decision = answers
        .drift
        .as_ref()
        .map_or(Decision::Continue, |ruling| ruling.decision);
    Ended {
        decision,
        samples,
        answers,
    }
}
