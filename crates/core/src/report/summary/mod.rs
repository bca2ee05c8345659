//! What the targets of a run come to together: how many imports work, now and before; what a layer takes, and which part of it one
//! target has; how far each is from what is expected of it. It is told of a report alone, so that it cannot say anything else
//! than the report does, also where shards were joined.

mod groups;
mod markdown;
mod terminal;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::{Report, TargetReport};
use crate::budgets::TargetKind;
use crate::checks::TargetStatus;
use crate::numbers;

pub use groups::GroupSummary;
pub(super) use markdown::markdown;
pub(super) use terminal::{brief, remarks, tables};

/// A target that does not pass, and one that does, is named without being asked for where it has more than this share of what all
/// take, in percent. That a program's own entry point has most is nothing to remark on.
const MOST_PERCENT: f64 = 50.0;
const MOST_PERCENT_OF_PASSING: f64 = 90.0;

/// What the targets of a run come to together. Sums and shares are of module targets, each imported in a process of its own:
/// what a layer, a start-up or a command takes in one process is made of the same modules, and would count them twice.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// How many imports work.
    pub imports: Imports,
    /// All module targets.
    pub all: Totals,
    /// The module targets of each layer, in the order in which the layers first occur; those of no layer have no name.
    pub layers: Vec<Totals>,
    /// The checkpoints, and the layers that were asked for by name.
    pub groups: Vec<GroupSummary>,
    /// Each target that has numbers.
    pub targets: Vec<TargetShare>,
    /// The orders of each start-up that was tried in several.
    pub orders: Vec<OrderSpread>,
}

/// How many imports work, now and before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Imports {
    /// Of all targets that this run came to look at.
    pub now: SuccessRate,
    /// Of the targets of which it is known how their import came out in the baseline, or in the base of `--against`.
    pub before: Option<SuccessRate>,
}

/// How many imports of how many work.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SuccessRate {
    /// How many end without a failure, in time.
    pub succeeded: u64,
    /// How many there are.
    pub targets: u64,
    /// The share of them, in percent.
    pub percent: f64,
}

/// What several targets take together.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// The layer.
    pub layer: Option<String>,
    /// How many targets have a time.
    pub targets: u64,
    /// Their times, in milliseconds.
    pub time_ms: Option<Amounts>,
    /// The memory that they add, in bytes.
    pub memory_bytes: Option<Amounts>,
}

/// One quantity over several targets.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Amounts {
    /// The sum.
    pub total: f64,
    /// The sum as a share of that of all module targets, in percent.
    pub share_percent: f64,
    /// The average of a target.
    pub average: f64,
    /// The average of all but the one with most; `None` where there is only one.
    pub average_without_worst: Option<f64>,
    /// The target with most.
    pub worst: String,
    /// What that has of the sum, in percent.
    pub worst_percent: f64,
}

/// One target beside the others, and beside what is expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TargetShare {
    /// The target.
    pub module: String,
    /// Its share of the time of all module targets, in percent; `None` for what is no module.
    pub time_percent: Option<f64>,
    /// Its share of their memory, in percent.
    pub memory_percent: Option<f64>,
    /// Its time beside its `max-time`, in percent of that: -39 is 39% faster than may be, 300 is four times as long.
    pub beside_limit_percent: Option<f64>,
}

/// What several orders of the same imports take.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct OrderSpread {
    /// The start-up.
    pub module: String,
    /// The time of each order in milliseconds, the configured one first; `None` for one that fails or was not timed.
    pub times_ms: Vec<Option<f64>>,
    /// From the fastest to the slowest, in milliseconds.
    pub spread_ms: f64,
    /// The same, in percent of the configured order's time, where that has one.
    pub spread_percent: Option<f64>,
}

impl Summary {
    /// The summary of a report.
    pub fn of(report: &Report) -> Self {
        let modules: Vec<&TargetReport> = report.targets.iter().filter(|target| is_module(target)).collect();
        let all = Whole::of(&modules);
        let mut layers: Vec<Option<&str>> = Vec::new();
        for target in &modules {
            if !layers.contains(&target.layer.as_deref()) {
                layers.push(target.layer.as_deref());
            }
        }
        let of_layer = |layer: Option<&str>| -> Vec<&TargetReport> {
            let own = modules.iter().filter(|target| target.layer.as_deref() == layer);
            own.copied().collect()
        };
        Self {
            imports: Imports::of(&report.targets),
            all: all.totals(None, &modules),
            layers: layers
                .iter()
                .map(|layer| all.totals(*layer, &of_layer(*layer)))
                .collect(),
            groups: report
                .groups
                .iter()
                .map(|group| groups::summary(group, report, &all))
                .collect(),
            targets: report.targets.iter().filter_map(|target| all.share(target)).collect(),
            orders: report.targets.iter().filter_map(OrderSpread::of).collect(),
        }
    }
}

fn is_module(target: &TargetReport) -> bool {
    target.kind == TargetKind::Module
}

impl Imports {
    fn of(targets: &[TargetReport]) -> Self {
        let before: Vec<bool> = targets.iter().filter_map(|target| target.imported_before).collect();
        Self {
            now: SuccessRate::of(targets.iter().filter_map(works)),
            before: (!before.is_empty()).then(|| SuccessRate::of(before)),
        }
    }
}

/// Whether an import works; `None` where the run was over before anybody looked.
fn works(target: &TargetReport) -> Option<bool> {
    let has_failed = target.status == TargetStatus::Failed;
    (has_failed || target.modules.is_some()).then_some(!has_failed)
}

impl SuccessRate {
    pub(crate) fn of(worked: impl IntoIterator<Item = bool>) -> Self {
        let (mut succeeded, mut targets) = (0, 0);
        for worked in worked {
            targets += 1;
            succeeded += u64::from(worked);
        }
        Self {
            succeeded,
            targets,
            percent: percent_of(succeeded as f64, targets as f64).unwrap_or(100.0),
        }
    }

    /// True where every import works.
    pub(in crate::report) fn is_whole(self) -> bool {
        self.succeeded == self.targets
    }

    /// `19 of 20 (95%)`.
    pub(in crate::report) fn words(self) -> String {
        format!(
            "{} of {} ({})",
            numbers::count(self.succeeded),
            numbers::count(self.targets),
            numbers::percent(self.percent)
        )
    }
}

/// What all module targets take, of which others are shares.
struct Whole {
    time_ms: f64,
    memory_bytes: f64,
}

impl Whole {
    fn of(modules: &[&TargetReport]) -> Self {
        Self {
            time_ms: modules.iter().filter_map(|target| target.time_ms).sum(),
            memory_bytes: modules.iter().filter_map(|target| memory_of(target)).sum(),
        }
    }

    fn totals(&self, layer: Option<&str>, targets: &[&TargetReport]) -> Totals {
        let of = |quantity: fn(&TargetReport) -> Option<f64>| -> Vec<(&str, f64)> {
            let known = targets
                .iter()
                .filter_map(|target| Some((target.module.as_str(), quantity(target)?)));
            known.collect()
        };
        let times = of(|target| target.time_ms);
        Totals {
            layer: layer.map(str::to_owned),
            targets: times.len() as u64,
            time_ms: Amounts::of(&times, self.time_ms),
            memory_bytes: Amounts::of(&of(memory_of), self.memory_bytes),
        }
    }

    fn share(&self, target: &TargetReport) -> Option<TargetShare> {
        let time_ms = target.time_ms?;
        let of = |part: Option<f64>, whole: f64| {
            part.filter(|_| is_module(target))
                .and_then(|part| percent_of(part, whole))
        };
        let beside = |limit_ms: f64| percent_of(time_ms - limit_ms, limit_ms);
        Some(TargetShare {
            module: target.module.clone(),
            time_percent: of(Some(time_ms), self.time_ms),
            memory_percent: of(memory_of(target), self.memory_bytes),
            beside_limit_percent: target.max_time_ms.and_then(beside),
        })
    }
}

fn memory_of(target: &TargetReport) -> Option<f64> {
    target.memory_bytes.map(|bytes| bytes as f64)
}

impl Amounts {
    fn of(each: &[(&str, f64)], whole: f64) -> Option<Self> {
        let (worst, most) = each
            .iter()
            .copied()
            .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let total: f64 = each.iter().map(|(_, amount)| amount).sum();
        let others = each.len() - 1;
        Some(Self {
            total,
            share_percent: percent_of(total, whole).unwrap_or(0.0),
            average: total / each.len() as f64,
            average_without_worst: (others > 0).then(|| (total - most) / others as f64),
            worst: worst.to_owned(),
            worst_percent: percent_of(most, total).unwrap_or(0.0),
        })
    }
}

impl OrderSpread {
    fn of(target: &TargetReport) -> Option<Self> {
        let times_ms: Vec<Option<f64>> = target.orders.iter().map(|order| order.time_ms).collect();
        let known: Vec<f64> = times_ms.iter().copied().flatten().collect();
        let slowest = known.iter().copied().max_by(f64::total_cmp)?;
        let fastest = known.iter().copied().min_by(f64::total_cmp)?;
        let configured = times_ms.first().copied().flatten();
        Some(Self {
            module: target.module.clone(),
            spread_ms: slowest - fastest,
            spread_percent: configured.and_then(|time_ms| percent_of(slowest - fastest, time_ms)),
            times_ms,
        })
    }
}

/// What stands above a layer's name and the cells of its [`Totals`].
pub(super) const LAYER_HEADINGS: [&str; 9] = [
    "layer",
    "targets",
    "total",
    "share",
    "average",
    "without worst",
    "worst has",
    "memory",
    "its share",
];

impl Totals {
    /// Targets, total, share, average, average without the worst, what the worst has, memory, its share.
    pub(super) fn cells(&self) -> [String; 8] {
        let (time, memory) = (self.time_ms.as_ref(), self.memory_bytes.as_ref());
        let of_time = |write: &dyn Fn(&Amounts) -> Option<String>| or_none(time.and_then(write));
        [
            numbers::count(self.targets),
            of_time(&|time| Some(numbers::time(time.total))),
            of_time(&|time| Some(numbers::percent(time.share_percent))),
            of_time(&|time| Some(numbers::time(time.average))),
            of_time(&|time| time.average_without_worst.map(numbers::time)),
            of_time(&|time| Some(numbers::percent(time.worst_percent))),
            or_none(memory.map(|memory| numbers::bytes(memory.total as u64))),
            or_none(memory.map(|memory| numbers::percent(memory.share_percent))),
        ]
    }
}

fn percent_of(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

/// The text, or what is shown where a number is not known or does not apply.
fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

/// A time beside its limit in the units that people use: `39% faster`, `54% slower`, `180 times as long`.
fn beside_limit(percent: f64) -> String {
    const NOTHING: f64 = 0.005;
    if percent.abs() < NOTHING {
        "at it".to_owned()
    } else if percent >= 100.0 {
        format!("{} times as long", numbers::times(percent / 100.0 + 1.0))
    } else if percent > 0.0 {
        format!("{} slower", numbers::percent(percent))
    } else {
        format!("{} faster", numbers::percent(-percent))
    }
}
