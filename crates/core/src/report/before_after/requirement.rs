//! What became of a required improvement, in words: the same in a terminal and in Markdown.

use crate::compare::{BeforeAfter, Quantity, RequiredImprovement, TargetComparison, TargetOutcome};
use crate::numbers;

/// What a required improvement came to.
pub(super) struct Requirement {
    pub(super) met: bool,
    pub(super) headline: String,
    /// The lines of the budgets file that ask for it.
    pub(super) asked_by: Vec<String>,
    /// One line for each target that falls short; it quotes names.
    pub(super) short: Vec<String>,
}

impl Requirement {
    /// `None` where nothing was required.
    pub(super) fn of(comparison: &BeforeAfter) -> Option<Self> {
        if comparison.required.is_empty() {
            return None;
        }
        let several = comparison.environments.len() > 1;
        let line = |(environment, row): (_, &TargetComparison)| {
            let place = if several {
                format!(" ({environment})")
            } else {
                String::new()
            };
            format!("{}{place}: {}", row.module, shortfalls(row, &comparison.required))
        };
        let short: Vec<String> = comparison.falling_short().map(line).collect();
        Some(Self {
            met: short.is_empty(),
            headline: headline(comparison, short.len() as u64),
            asked_by: asked_by(&comparison.required),
            short,
        })
    }
}

fn headline(comparison: &BeforeAfter, short: u64) -> String {
    let of = if comparison.required_of.is_empty() {
        String::new()
    } else {
        format!(" of {}", comparison.required_of.join(", "))
    };
    let amounts = |joint: &str| {
        let amounts = comparison.required.iter().map(|required| {
            let share = numbers::percent(required.percent);
            match required.quantity {
                Quantity::Time if comparison.required.len() == 1 => format!("by {joint}{share}"),
                quantity => format!("{} by {joint}{share}", quantity.as_str()),
            }
        });
        amounts.collect::<Vec<_>>().join(", ")
    };
    if short == 0 {
        format!(
            "every target{of} that both sides have improved {}",
            amounts("at least ")
        )
    } else {
        let targets = numbers::counted(short, "target");
        format!("{targets}{of} did not improve {}", amounts(""))
    }
}

fn asked_by(required: &[RequiredImprovement]) -> Vec<String> {
    let lines = required.iter().filter_map(|required| required.budget.as_ref());
    let lines = lines.map(|line| format!("{}  {}", line.place(), line.text));
    lines.collect()
}

fn shortfalls(row: &TargetComparison, required: &[RequiredImprovement]) -> String {
    // Of what fails, or is not timed, there is nothing else to say.
    if row.outcome == TargetOutcome::Broken || row.change_percent.is_none() {
        return shortfall(row);
    }
    let words = row.falls_short_of.iter().map(|quantity| match quantity {
        Quantity::Time if required.len() == 1 => shortfall(row),
        Quantity::Time => format!("time {}", shortfall(row)),
        Quantity::Memory => change("memory", row.memory_change_percent),
        Quantity::Cpu => change("CPU time", row.cpu_change_percent),
    });
    words.collect::<Vec<_>>().join("; ")
}

fn change(what: &str, percent: Option<f64>) -> String {
    match percent {
        Some(percent) => format!("{what} {}", numbers::percent_change(percent)),
        None => format!("{what} is not known on one side"),
    }
}

fn shortfall(row: &TargetComparison) -> String {
    match (row.outcome, row.change_percent) {
        (TargetOutcome::Same, Some(change)) => format!("{}, within the noise", numbers::percent_change(change)),
        _ if row.after.is_some_and(|after| after.failed) => String::from("it fails"),
        (TargetOutcome::Improved, Some(change)) => {
            format!("{}, and the samples show less", numbers::percent_change(change))
        }
        (TargetOutcome::Unknown, Some(_)) => String::from("nothing says how the times of the two sides relate"),
        (_, Some(change)) => numbers::percent_change(change),
        (_, None) => String::from("not timed on one side"),
    }
}
