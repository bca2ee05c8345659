//! Findings in words: all English about them, once, so that a log and a pull request do not tell two stories. Numbers and
//! plurals are those of [`numbers`]. What comes from measured code is quoted as it is: the renderers make it safe.

mod advice;
mod allowances;
mod benchmarks;
mod causes;
mod ceilings;
mod changes;
mod comparisons;
mod contents;
mod distributions;
mod failures;
pub(super) mod fix;
mod help;
mod interpreter;
mod names;
mod new_target;
mod orders;
pub(super) mod rules;
mod set_up;
mod start_up;
#[cfg(test)]
mod tests;
mod unfounded;

pub use advice::short_failure;
pub(super) use advice::{hindrances, reason, remedy, together};
pub(super) use causes::{imports, label, summary};
pub use failures::failure;
pub(super) use help::help;
pub(super) use interpreter::{bracketed_python, python};
pub use interpreter::{chosen_by, headline};
pub(super) use names::{distribution, group, other_importer, usage};
pub(super) use rules::{Rule, rule};
pub use set_up::set_up;

use super::Finding;
use crate::checks;
use crate::checks::{Certainty, FindingKind};

/// A finding as the report has it, without its causes.
pub(super) fn finding(found: &checks::Finding) -> Finding {
    let mut words = Words::of(found);
    if let Some(accepted) = &found.accepted {
        words.message.push_str(&allowances::beyond(accepted));
    }
    Finding {
        code: found.code(),
        severity: found.severity,
        target: found.target.clone(),
        message: words.message,
        budget: found.budget.clone(),
        place: found.place.clone(),
        help: words.help,
        details: words.details,
        rest: causes::rest(&found.rest),
        installed: distributions::since(&found.distributions),
        causes: Vec::new(),
    }
}

/// What a finding says.
struct Words {
    message: String,
    help: Option<String>,
    details: Vec<String>,
}

impl Words {
    fn of(found: &checks::Finding) -> Self {
        match &found.kind {
            FindingKind::Baseline(remark) => comparisons::baseline(remark),
            FindingKind::Failure(failure) => failures::import_failure(failure, found.place.as_ref()),
            FindingKind::Unmeasured(unmeasured) => Self::saying(ceilings::not_measured(*unmeasured)),
            FindingKind::Ceiling(ceiling) => Self::saying(ceilings::time_ceiling(*ceiling)),
            FindingKind::Memory(memory) => Self::saying(ceilings::over_memory(*memory)),
            FindingKind::MemoryRegression(larger) => {
                let words = Self::saying(changes::memory_regression(larger));
                match larger.open {
                    None if found.causes.is_empty() => words.with_help(help::where_it_goes(&found.target)),
                    _ => words,
                }
            }
            FindingKind::Regression(slower) => {
                let words = Self::saying(changes::regression(slower));
                match slower.certainty {
                    Certainty::TooMuch | Certainty::MoreThanHalf if found.causes.is_empty() => {
                        words.with_help(help::where_it_goes(&found.target))
                    }
                    _ if !slower.edited.is_empty() => words.with_help(help::where_it_may_go(&slower.edited)),
                    _ => words,
                }
            }
            FindingKind::Drift(drift) => changes::drift(drift, &found.target),
            FindingKind::Slowdown(slower) => changes::slowdown(slower, found),
            FindingKind::Unfounded(entry) => unfounded::entry(entry, &found.target),
            FindingKind::Start(start) => start_up::other_start(start, &found.causes),
            FindingKind::Variation(unstable) => Self::saying(changes::varies(*unstable)),
            FindingKind::Modules(modules) => Self::saying(ceilings::too_many_modules(*modules)),
            FindingKind::Forbidden(module) => contents::forbidden_module(module, found.place.as_ref()),
            FindingKind::Effect(effect) => contents::forbidden_effect(effect),
            FindingKind::Warning(warning) => Self::saying(contents::warns(warning)),
            FindingKind::Cycle(circle) => contents::import_circle(circle),
            FindingKind::Base(why) => comparisons::base_unavailable(why),
            FindingKind::Orders(orders) => orders::other_orders(orders, found.place.as_ref()),
            FindingKind::Heavy(heavy) => ceilings::heavy_module(heavy, &found.target),
            FindingKind::Allowance(remark) => allowances::remark(remark),
            FindingKind::Benchmark(benchmark) => benchmarks::problem(benchmark),
        }
    }

    /// A message without help and without details.
    fn saying(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            details: Vec::new(),
        }
    }

    fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    fn with_details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }
}
