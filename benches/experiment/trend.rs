//! How often `trend` finds a step in two hundred revisions, and how often it finds one that is not there: recordings made of stretches
//! of the recorded streams, with steps put into them.

use importgate_core::observed::Sample;
use importgate_core::stats::random::SplitMix64;
use importgate_core::stats::{MachineSpeed, estimate};
use importgate_core::trend::levels::{Timed, of_times};

use crate::hogs::State;
use crate::record::TARGETS;
use crate::streams::Streams;

const REVISIONS: usize = 200;
/// Samples of a recording on a quiet machine.
const SAMPLES: usize = 16;
/// By how much a planted step makes everything slower, or faster again.
const STEP: f64 = 0.05;
/// The fewest recordings between two planted steps, as a share of all, and at least.
const APART: (f64, usize) = (0.1, 3);

/// The machine of each recording.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Machine {
    /// Quiet in three of five recordings, beside processor hogs in one and beside memory hogs in one.
    Mixed,
    /// The same, and each state lasts for ten recordings in the mean.
    Lasting,
}

/// What was planted, and what was found of it.
#[derive(Debug, Default)]
struct Score {
    series: usize,
    planted: usize,
    found: usize,
    false_steps: usize,
}

/// Prints the table.
pub(crate) fn print(draws: usize) -> Result<(), Box<dyn std::error::Error>> {
    let streams = Streams::read()?;
    println!(
        "| the machine | recorded anew | steps in a series | found at the right revision or beside it | false steps |"
    );
    println!("| --- | ---: | ---: | ---: | ---: |");
    for machine in [Machine::Mixed, Machine::Lasting] {
        for share in [1.0, 0.3, 0.15] {
            for steps in [0, 1, 3] {
                let score = score(&streams, machine, share, steps, draws);
                println!("{}", line(machine, share, steps, &score));
            }
        }
    }
    Ok(())
}

fn line(machine: Machine, share: f64, steps: usize, score: &Score) -> String {
    let name = match machine {
        Machine::Mixed => "mixed",
        Machine::Lasting => "mixed, in stretches",
    };
    let found = match score.planted {
        0 => "-".to_owned(),
        planted => format!(
            "{} of {planted} ({:.0}%)",
            score.found,
            100.0 * score.found as f64 / planted as f64
        ),
    };
    format!(
        "| {name} | {:.0}% of revisions | {steps} | {found} | {} in {} series |",
        share * 100.0,
        score.false_steps,
        score.series
    )
}

fn score(streams: &Streams, machine: Machine, share: f64, steps: usize, draws: usize) -> Score {
    let mut random = SplitMix64::new(20);
    let mut score = Score::default();
    for draw in 0..draws {
        let target = draw % TARGETS.len();
        let recorded = recorded_revisions(&mut random, share);
        let planted = planted(&mut random, recorded.len(), steps);
        let found = of_times(
            &recordings(&mut random, streams, machine, target, (recorded.len(), &planted)),
            &MACHINE,
        );
        let at = |place: usize| recorded[place];
        let is_near = |one: usize, other: usize| at(one).abs_diff(at(other)) <= 1;
        score.series += 1;
        score.planted += planted.len();
        score.found += planted
            .iter()
            .filter(|step| found.iter().any(|one| is_near(*one, **step)))
            .count();
        // What was found one recording away is the planted one at the wrong place, and no step more.
        let is_planted = |one: &&usize| planted.iter().any(|step| step.abs_diff(**one) <= 1);
        score.false_steps += found.iter().filter(|one| !is_planted(one)).count();
    }
    score
}

/// In whose milliseconds they all are.
const MACHINE: MachineSpeed = MachineSpeed {
    calibration_ns: 65_000.0,
    reference_ns: 8e7,
};

/// The revisions for which the target was recorded.
fn recorded_revisions(random: &mut SplitMix64, share: f64) -> Vec<usize> {
    let is_recorded = |revision: &usize| *revision == 0 || (random.below(1000) as f64) < share * 1000.0;
    (0..REVISIONS).filter(is_recorded).collect()
}

fn planted(random: &mut SplitMix64, recordings: usize, steps: usize) -> Vec<usize> {
    let apart = ((APART.0 * recordings as f64) as usize).max(APART.1);
    let mut planted: Vec<usize> = Vec::new();
    while planted.len() < steps {
        let place = apart + random.below(recordings - 2 * apart + 1);
        if planted.iter().all(|other| other.abs_diff(place) >= apart) {
            planted.push(place);
        }
    }
    planted.sort_unstable();
    planted
}

fn recordings(
    random: &mut SplitMix64,
    streams: &Streams,
    machine: Machine,
    target: usize,
    (count, planted): (usize, &[usize]),
) -> Vec<Timed> {
    let (mut level, mut state) = (1.0, State::ALL[0]);
    let mut recordings = Vec::new();
    for index in 0..count {
        if planted.contains(&index) {
            // Up at first; from there either way.
            let is_up = level == 1.0 || random.below(2) == 0;
            level *= if is_up { 1.0 + STEP } else { 1.0 / (1.0 + STEP) };
        }
        if machine == Machine::Mixed || random.below(10) == 0 {
            state = [
                State::ALL[0],
                State::ALL[0],
                State::ALL[0],
                State::ALL[1],
                State::ALL[2],
            ][random.below(5)];
        }
        let stream = streams.head(target, state);
        let first = random.below(stream.len());
        let samples: Vec<Sample> = (stream.iter().cycle().skip(first).take(SAMPLES))
            .map(|sample| Sample {
                cpu_ns: (sample.cpu_ns as f64 * level) as u64,
                own: Vec::new(),
                ..sample.clone()
            })
            .collect();
        recordings.push(Timed {
            time_ms: estimate(&samples, &MACHINE).map_or(0.0, |estimate| estimate.time_ms),
            samples,
            is_same_code: false,
        });
    }
    recordings
}
