//! The rows of the report: what a run has to say of each target, apart from its findings.

use serde::{Deserialize, Serialize};

use crate::budgets::TargetKind;
use crate::checks::{Case, Judgement, OrderTried, TargetStatus, Verdict};
use crate::observed::ClosureChange;
use crate::stats::contest::Standing;
use crate::stats::{ComparisonKind, Percentiles};

/// One row of the report. Times are milliseconds, memory is bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TargetReport {
    /// The target's name: the module, or `layer:NAME`, `startup:NAME`, `command:NAME`.
    pub module: String,
    /// What kind of target it is.
    pub kind: TargetKind,
    /// Its layer.
    pub layer: Option<String>,
    /// How its numbers came about.
    pub status: TargetStatus,
    /// What it comes to by itself.
    pub verdict: Verdict,
    /// CPU plus blocked time, in milliseconds.
    pub time_ms: Option<f64>,
    /// The blocked part of it.
    pub blocked_ms: Option<f64>,
    /// The ceiling of its time, if it has one.
    pub max_time_ms: Option<f64>,
    /// Percentiles of the time.
    pub time: Option<Percentiles>,
    /// Percentiles of the CPU time alone, as the process read it.
    pub cpu: Option<Percentiles>,
    /// Percentiles of the wall-clock time.
    pub wall: Option<Percentiles>,
    /// Median wall-clock time.
    pub wall_ms: Option<f64>,
    /// What the import added to the resident set.
    pub memory_bytes: Option<u64>,
    /// Peak of the resident set.
    pub peak_memory_bytes: Option<u64>,
    /// How many modules the import loaded.
    pub modules: Option<u64>,
    /// How many samples were taken.
    pub samples: u64,
    /// Spread of the calibrated time, a fraction.
    pub variation: Option<f64>,
    /// The baseline's time, in the milliseconds that `time_ms` is in.
    pub baseline_time_ms: Option<f64>,
    /// The baseline's memory.
    pub baseline_memory_bytes: Option<u64>,
    /// The baseline's number of modules.
    pub baseline_modules: Option<u64>,
    /// Whether its import worked in the baseline, or in the base of `--against`; `None` where that is not known.
    #[serde(default)]
    pub imported_before: Option<bool>,
    /// The change against the baseline, in percent of the baseline.
    pub change_percent: Option<f64>,
    /// The change against the baseline, in milliseconds.
    pub change_ms: Option<f64>,
    /// Which comparison decided.
    pub decided_by: Option<ComparisonKind>,
    /// Instructions that the import executed, where they were counted.
    #[serde(default)]
    pub instructions: Option<u64>,
    /// The baseline's instructions, where they compare.
    #[serde(default)]
    pub baseline_instructions: Option<u64>,
    /// The orders of its imports that were tried, the configured one first.
    #[serde(default)]
    pub orders: Vec<OrderReport>,
    /// What is different in what it loads.
    pub closure: Option<ClosureChange>,
}

/// An order of a start-up's imports that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OrderReport {
    /// The imports, in this order.
    pub imports: Vec<String>,
    /// True where its import failed.
    pub fails: bool,
    /// CPU plus blocked time, in milliseconds.
    pub time_ms: Option<f64>,
    /// Spread of the calibrated time, a fraction.
    pub variation: Option<f64>,
    /// How many samples were taken.
    pub samples: u64,
    /// How it compares with the configured order, as far as the samples show it.
    pub beside_configured: Option<Standing>,
    /// True where the samples show that it is faster than every other order.
    pub is_fastest: bool,
}

impl From<&OrderTried> for OrderReport {
    fn from(tried: &OrderTried) -> Self {
        let entrant = tried.entrant();
        Self {
            imports: tried.imports.clone(),
            fails: tried.failure().is_some(),
            time_ms: entrant.map(|entrant| entrant.time_ms),
            variation: entrant.map(|entrant| entrant.variation),
            samples: entrant.map_or(0, |entrant| entrant.samples),
            beside_configured: entrant.map(|entrant| entrant.standing),
            is_fastest: entrant.is_some_and(|entrant| entrant.is_fastest),
        }
    }
}

/// One row for each target, in the order of the cases that were judged.
pub fn rows(cases: &[Case<'_>], judgement: &Judgement) -> Vec<TargetReport> {
    let verdicts = judgement.verdicts.iter().copied();
    cases
        .iter()
        .zip(verdicts)
        .map(|(case, verdict)| row(case, verdict))
        .collect()
}

/// Whether it is known what the import loads: not where it failed, nor where the run was over before anybody looked.
fn was_loaded(case: &Case<'_>) -> bool {
    let is_seen = case.observation.is_some() || case.estimate.is_some() || !case.closure.is_empty();
    case.failure.is_none() && is_seen
}

/// The row of one target.
fn row(case: &Case<'_>, verdict: Verdict) -> TargetReport {
    let target = case.target;
    let estimate = case.estimate.as_ref();
    let before = case.before.as_ref();
    let before_estimate = before.and_then(|before| before.estimate.as_ref());
    let figures = case.figures();
    let of_time = figures.as_ref().and_then(|figures| figures.comparison.as_ref());
    let of_counts = || case.answers.regression.as_ref().map(|ruling| &ruling.comparison);
    let comparison = of_time.or_else(of_counts);
    TargetReport {
        module: target.name.clone(),
        kind: target.kind,
        layer: target.layer.clone(),
        status: case.status,
        verdict,
        time_ms: figures.as_ref().map(|figures| figures.time_ms),
        blocked_ms: estimate.map(|estimate| estimate.blocked_ms),
        max_time_ms: target.limits.max_time_ms.as_ref().map(|limit| limit.value),
        time: estimate.map(|estimate| estimate.time),
        cpu: estimate.map(|estimate| estimate.cpu),
        wall: estimate.map(|estimate| estimate.wall),
        wall_ms: estimate.map(|estimate| estimate.wall.p50),
        memory_bytes: estimate.map(|estimate| estimate.memory_bytes),
        peak_memory_bytes: estimate.map(|estimate| estimate.peak_memory_bytes),
        modules: was_loaded(case).then_some(case.closure.len() as u64),
        samples: estimate.map_or(0, |estimate| estimate.samples as u64),
        variation: estimate.map(|estimate| estimate.variation),
        baseline_time_ms: before_estimate
            .map(|estimate| of_time.map_or(estimate.time_ms, |comparison| comparison.before_ms)),
        baseline_memory_bytes: before_estimate.map(|estimate| estimate.memory_bytes),
        baseline_modules: before.map(|before| before.modules),
        imported_before: case.imported_before(),
        change_percent: comparison.map(|comparison| comparison.change * 100.0),
        change_ms: of_time.map(|comparison| comparison.change_ms),
        decided_by: comparison.map(|comparison| comparison.kind),
        instructions: case.instructions,
        baseline_instructions: case.instructions_before,
        orders: case.orders.iter().map(OrderReport::from).collect(),
        closure: case.change.clone(),
    }
}
