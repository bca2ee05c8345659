//! What counts as a measured number, in the unit that it is told in.

use importgate_core::observed::{Each, Values, is_measurement};

use crate::error::Unreadable;

/// Milliseconds in a second, and in a nanosecond.
pub(crate) const MS_PER_S: f64 = 1e3;
pub(crate) const MS_PER_NS: f64 = 1e-6;

/// The number times `scale`, where it is one.
pub(crate) fn measured(benchmark: &str, what: &str, number: f64, scale: f64) -> Result<f64, Unreadable> {
    let scaled = number * scale;
    if is_measurement(number) && is_measurement(scaled) {
        Ok(scaled)
    } else {
        Err(Unreadable::of(
            benchmark,
            format!("{what} is {number}, which no measurement gives"),
        ))
    }
}

/// The same of a number that may be missing.
pub(crate) fn measured_if(
    benchmark: &str,
    what: &str,
    number: Option<f64>,
    scale: f64,
) -> Result<Option<f64>, Unreadable> {
    number
        .map(|number| measured(benchmark, what, number, scale))
        .transpose()
}

/// Every sample, where all are numbers.
pub(crate) fn raw(benchmark: &str, samples: &[f64], scale: f64, each: Each) -> Result<Values, Unreadable> {
    if samples.is_empty() {
        return Err(Unreadable::of(benchmark, "it has no sample"));
    }
    let numbered = samples.iter().enumerate();
    let samples = numbered.map(|(at, sample)| measured(benchmark, &format!("sample {}", at + 1), *sample, scale));
    let samples = samples.collect::<Result<_, _>>()?;
    Ok(Values::Raw { samples, each })
}

/// What a sample is that stands for so many calls.
pub(crate) fn each(benchmark: &str, calls: u64) -> Result<Each, Unreadable> {
    match calls {
        0 => Err(Unreadable::of(benchmark, "a sample of it is the mean of no call")),
        1 => Ok(Each::Call),
        calls => Ok(Each::MeanOf(calls)),
    }
}
