//! How much of the calibrated time is noise, for different weights of the calibration inside the import and the reference
//! beside it, and for references further apart: where the weight in `stats::calibration` comes from, and how often a reference
//! runs (`sampling::plan`).

use importgate_core::observed::Sample;
use importgate_core::stats::calibration::CALIBRATION_WEIGHT;
use importgate_core::stats::quantile::{TRIM, trimmed_mean};

use crate::hogs::State;
use crate::record::TARGETS;
use crate::streams::Streams;

/// So many rounds of a stream share the pair of references around them, where each of them had its own.
const APART: [usize; 5] = [1, 2, 3, 4, 6];
/// What a recording takes of a target on a quiet machine.
const RECORDED: usize = 16;
const WEIGHTS: [f64; 8] = [0.0, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0];

/// Scatter within a state of the machine, and what the location moves by from quiet to each load (root mean square), both in
/// percent.
pub(crate) fn print(streams: &Streams) {
    println!(
        "\n### Scatter of single samples and shift of their location under load, by weight of the calibration, in percent\n"
    );
    let weights: Vec<String> = WEIGHTS.iter().map(ToString::to_string).collect();
    println!("| target | plain | {} |", weights.join(" | "));
    println!("|---|---|{}", "---|".repeat(WEIGHTS.len()));
    for (target, name) in TARGETS.iter().enumerate() {
        let cell = |log: &dyn Fn(&Sample) -> f64| {
            let states: Vec<Vec<f64>> = State::ALL
                .iter()
                .map(|state| streams.head(target, *state).iter().map(log).collect())
                .collect();
            format!("{:.1}, {:.1}", 100.0 * scatter(&states), 100.0 * shift(&states))
        };
        let plain = cell(&|sample| (sample.cpu_ns as f64).ln());
        let blends = WEIGHTS.map(|weight| cell(&|sample| blended(sample, weight)));
        println!("| {name} | {plain} | {} |", blends.join(" | "));
    }
}

/// What references further apart cost: the scatter of single samples, and that of the means of as many as a recording takes, both in
/// percent.
pub(crate) fn print_apart(streams: &Streams) {
    println!(
        "\n### Scatter of single samples and of means of {RECORDED}, by how many rounds share a pair of references, in percent\n"
    );
    let apart: Vec<String> = APART.iter().map(ToString::to_string).collect();
    println!("| target | {} |", apart.join(" | "));
    println!("|---|{}", "---|".repeat(APART.len()));
    for (target, name) in TARGETS.iter().enumerate() {
        let cells = APART.map(|apart| {
            let of_state = |state: &State| logs_apart(streams.head(target, *state), apart);
            let single: Vec<Vec<f64>> = State::ALL.iter().map(of_state).collect();
            let mean = |samples: &[f64]| samples.iter().sum::<f64>() / samples.len() as f64;
            let means: Vec<Vec<f64>> = single
                .iter()
                .map(|logs| logs.chunks_exact(RECORDED).map(mean).collect())
                .collect();
            format!("{:.2}, {:.2}", 100.0 * scatter(&single), 100.0 * scatter(&means))
        });
        println!("| {name} | {} |", cells.join(" | "));
    }
}

/// The calibrated logarithms of a stream where that many rounds share a pair of references.
fn logs_apart(stream: &[Sample], apart: usize) -> Vec<f64> {
    let around = |round: usize| {
        let before = round - round % apart;
        let after = (before + apart).min(stream.len() - 1);
        match apart {
            1 => stream[round].reference_ns,
            _ => (stream[before].reference_ns * stream[after].reference_ns).sqrt(),
        }
    };
    let log = |(round, sample): (usize, &Sample)| {
        let reference_ns = around(round);
        let sample = Sample {
            reference_ns,
            ..sample.clone()
        };
        blended(&sample, CALIBRATION_WEIGHT)
    };
    stream.iter().enumerate().map(log).collect()
}

fn blended(sample: &Sample, weight: f64) -> f64 {
    let calibration = (sample.calibration_ns as f64).ln();
    (sample.cpu_ns as f64).ln() - weight * calibration - (1.0 - weight) * sample.reference_ns.ln()
}

/// The standard deviation within a state, as the root mean square over the states.
fn scatter(states: &[Vec<f64>]) -> f64 {
    let variance = |values: &Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
    };
    root_mean_square(&states.iter().map(|state| variance(state).sqrt()).collect::<Vec<_>>())
}

/// How far the location of each other state is from that of the first.
fn shift(states: &[Vec<f64>]) -> f64 {
    let locations: Vec<f64> = states.iter().filter_map(|state| trimmed_mean(state, TRIM)).collect();
    let from_first: Vec<f64> = locations
        .iter()
        .skip(1)
        .map(|location| location - locations[0])
        .collect();
    root_mean_square(&from_first)
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64).sqrt()
}
