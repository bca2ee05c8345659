//! The interpreter's own start is another than when the baseline was recorded: what that costs every process, and which imports
//! find modules loaded that they had to load themselves, or the other way round.

use std::collections::BTreeSet;

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::budgets::{Target, Workload};
use crate::explain::Cause;
use crate::observed::ClosureChange;

/// What adds less to the start, in milliseconds, is not worth a line: an editable installation comes to a tenth of one.
const SMALLEST_MS: f64 = 0.5;

/// What is different in the interpreter's own start.
#[derive(Debug, Clone, PartialEq)]
pub struct StartChange {
    /// What it loads and did not, or the other way round.
    pub change: ClosureChange,
    /// Why it takes longer.
    pub causes: Vec<Cause>,
}

/// The start loads other modules than it did.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherStart {
    /// What its causes come to, in milliseconds.
    pub added_ms: f64,
    /// Modules of targets that it loads and did not.
    pub loads: Vec<String>,
    /// Modules of targets that it loads no longer.
    pub leaves: Vec<String>,
    /// The targets that need them.
    pub targets: Vec<String>,
}

/// One finding about the run, where the start takes longer or imports are concerned. A start that is a target is judged as one.
pub(super) fn find(cases: &[Case<'_>], context: &Context<'_>) -> Option<Finding> {
    let start = context.start?;
    let concerned = || cases.iter().filter(|case| !case.moved.is_empty());
    let is_judged = cases.iter().any(|case| is_start(case.target));
    let modules: BTreeSet<&String> = concerned().flat_map(|case| &case.moved).collect();
    let added_ms: f64 = start.causes.iter().map(|cause| cause.weight.time_ms).sum();
    let is_small = added_ms < SMALLEST_MS;
    if modules.is_empty() && (is_small || is_judged) {
        return None;
    }
    let in_order = |names: &[String]| {
        let names = names.iter().filter(|name| modules.contains(name));
        names.cloned().collect()
    };
    let kind = FindingKind::Start(OtherStart {
        added_ms,
        loads: in_order(&start.change.added),
        leaves: in_order(&start.change.removed),
        targets: concerned().map(|case| case.target.name.clone()).collect(),
    });
    let severity = if is_small { Severity::Note } else { Severity::Warning };
    Some(Finding::about_run(severity, kind).caused_by(start.causes.clone()))
}

/// True for the interpreter's own start.
pub(super) fn is_start(target: &Target) -> bool {
    matches!(&target.workload, Workload::Imports(imports) if imports.is_empty())
}
