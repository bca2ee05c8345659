//! Few samples: whether the test of them keeps its level on recorded noise, and what a fixed number of samples can tell.

use importgate_core::sampling::Decision;
use importgate_core::stats::random::SplitMix64;
use importgate_core::stats::time::Time;
use importgate_core::stats::{Design, Evidence, MachineSpeed};

use crate::hogs::State;
use crate::rates::percent;
use crate::record::TARGETS;
use crate::replay::{Injection, fixed};
use crate::streams::Streams;

const COUNTS: [usize; 6] = [2, 3, 5, 8, 10, 15];
/// Below any level that a rank test can reach, so that the test of few is asked, or Student's t.
const UNREACHABLE: f64 = 0.0;

/// All tables.
pub(crate) fn print(streams: &Streams, draws: usize) {
    keeps_its_level(streams);
    power(streams, draws);
}

/// Every stretch of so many samples in a row is tested for being above what its stream comes to, or above the other arm of
/// the same code.
fn keeps_its_level(streams: &Streams) {
    println!("\n### Few samples where nothing changed: stretches with p below 1%, and below 0.1%, in percent\n");
    println!("| samples | {} |", COUNTS.map(|count| count.to_string()).join(" | "));
    println!("|---|{}", "---|".repeat(COUNTS.len()));
    for state in State::ALL {
        let cells = COUNTS.map(|count| cell(&against_location(streams, state, count)));
        println!("| {}, against the location | {} |", state.name(), cells.join(" | "));
        let cells = COUNTS.map(|count| cell(&in_pairs(streams, state, count)));
        println!("| {}, in pairs | {} |", state.name(), cells.join(" | "));
    }
}

fn cell(p_values: &[f64]) -> String {
    let below = |level: f64| p_values.iter().filter(|p_value| **p_value < level).count();
    let share = |level| percent(below(level), p_values.len());
    format!("{}, {}", share(0.01), share(0.001))
}

fn against_location(streams: &Streams, state: State, count: usize) -> Vec<f64> {
    let of_target = |target| {
        let stream = streams.head(target, state);
        let machine = MachineSpeed::of(stream);
        let location_ms = Time::of(stream, &machine).map_or(0.0, |time| time.ms());
        stream.windows(count).filter_map(move |stretch| {
            let time = Time::of(stretch, &machine)?;
            Some(time.p_above(location_ms, UNREACHABLE))
        })
    };
    (0..TARGETS.len()).flat_map(of_target).collect()
}

fn in_pairs(streams: &Streams, state: State, count: usize) -> Vec<f64> {
    let of_target = |target| {
        let (head, base) = (streams.head(target, state), streams.base(target, state));
        let machine = MachineSpeed::of(head);
        let pairs = head.windows(count).zip(base.windows(count));
        pairs.flat_map(move |(head, base)| {
            [(head, base), (base, head)]
                .into_iter()
                .filter_map(move |(now, before)| {
                    let evidence = Evidence::new(Design::Paired { before }, now, &machine)?;
                    Some(evidence.p_slower_than(0.0, UNREACHABLE))
                })
        })
    };
    (0..TARGETS.len()).flat_map(of_target).collect()
}

/// A fixed number of samples against a stored baseline, one of three tests of its run.
fn power(streams: &Streams, draws: usize) {
    const SLOWER: [f64; 6] = [0.0, 0.10, 0.20, 0.50, 1.0, 2.0];
    println!(
        "\n### A fixed number of samples against a stored baseline, threshold 10%, quiet: failed checks in percent\n"
    );
    let header = SLOWER.map(|slower| format!("+{}%", 100.0 * slower));
    println!("| samples | {} |", header.join(" | "));
    println!("|---|{}", "---|".repeat(SLOWER.len()));
    for samples in [2, 3, 5, 8, 20] {
        let cells = SLOWER.map(|slower| {
            let mut random = SplitMix64::new(5);
            let checks = (0..TARGETS.len() * draws).filter(|draw| {
                let stream = streams.head(draw % TARGETS.len(), State::Quiet);
                let injection = Injection::Everything(slower);
                fixed(&mut random, stream, samples, 0.10, injection) == Decision::Fail
            });
            percent(checks.count(), TARGETS.len() * draws)
        });
        println!("| {samples} | {} |", cells.join(" | "));
    }
}
