//! How much of the calibrated time is noise, for different weights of the calibration inside the import and the reference
//! beside it: where the weight in `stats::calibration` comes from.

use importgate_core::observed::Sample;
use importgate_core::stats::quantile::{TRIM, trimmed_mean};

use crate::hogs::State;
use crate::record::TARGETS;
use crate::streams::Streams;

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
