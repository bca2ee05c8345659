//! The options that say how to measure, and lengths of time on the command line.

use std::time::Duration;

use clap::Args;

use importgate_core::budgets::units;

/// How to measure.
#[derive(Debug, Args)]
pub struct MeasureArguments {
    /// Take exactly this many samples of every target.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub samples: Option<u32>,
    /// Run so many imports at once [default: as the budgets file says, else as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub jobs: Option<u32>,
    /// Repeat the random order of an earlier run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Measure nothing after this long, such as 90s or 5min; what is undecided then is inconclusive.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub time_limit: Option<Duration>,
    /// No progress on stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|character: char| character.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err("write it with a unit, such as 90s or 5min".to_owned()),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => {
            let seconds = value * factor;
            if seconds * 1000.0 > units::LONGEST_TIME_MS {
                return Err("it is longer than a year".to_owned());
            }
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("it must be a number above zero with a unit, such as 90s or 5min".to_owned()),
    }
}
