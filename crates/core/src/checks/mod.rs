//! From what was measured to what the gate says: budgets, estimates and closures in, findings and rows out. Nothing here
//! reads a clock or a file, so that every verdict can be tested on values typed by hand.

mod counts;
mod facts;
mod failures;
mod finding;
mod heavy;
pub mod lines;
mod orders;
mod places;
mod rows;
mod target_report;
mod times;
mod whole_run;

use crate::sampling::Answers;
use crate::stats::sequential::Decision;
pub use counts::{INSTRUCTIONS_FLOOR, rule_on_counts};
pub use finding::{Code, Finding, Severity, Verdict};
pub use places::Places;
pub use target_report::{TargetReport, TargetStatus};
pub use whole_run::{Compared, Context};

use std::collections::BTreeMap;

use crate::budgets::{Inconclusive, Target};
use crate::explain::Cause;
use crate::explain::graph;
use crate::explain::graph::Evidence;
use crate::observed::{ClosureChange, Failure, ModuleTable, Observation, OrderTried};
use crate::stats::Estimate;

/// What the baseline, or the base of `--against`, says of a target.
#[derive(Debug, Clone)]
pub struct Before {
    /// What its samples come to, in the milliseconds of the machine that recorded it.
    pub estimate: Option<Estimate>,
    /// How many modules it loaded.
    pub modules: u64,
    /// Own CPU time of each module, in nanoseconds.
    pub own_ns: BTreeMap<String, u64>,
}

/// Everything that is known of one target.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The target with its limits.
    pub target: &'a Target,
    /// Measured, reused or failed.
    pub status: TargetStatus,
    /// Why its import failed, if it did.
    pub failure: Option<&'a Failure>,
    /// The last of what it printed where it failed; untrusted.
    pub printed: &'a str,
    /// Why the base of `--against` could not import it, if it could not.
    pub base_failure: Option<&'a Failure>,
    /// The instrumented import.
    pub observation: Option<&'a Observation>,
    /// What it loads.
    pub closure: &'a ModuleTable,
    /// What the samples come to; the baseline's numbers where they are reused.
    pub estimate: Option<Estimate>,
    /// Own CPU time of each module now, in nanoseconds of the machine that recorded the baseline.
    pub own_now_ns: Option<BTreeMap<String, u64>>,
    /// What the baseline says.
    pub before: Option<Before>,
    /// What is different in the closure.
    pub change: Option<ClosureChange>,
    /// What the samples say.
    pub answers: Answers,
    /// Other orders of the same imports.
    pub orders: &'a [OrderTried],
    /// The instructions that the import executed, where they were counted.
    pub instructions: Option<u64>,
    /// The instructions before, where they compare.
    pub instructions_before: Option<u64>,
    /// True where its instructions were to be counted, and the time of the run was over before.
    pub uncounted: bool,
}

impl Case<'_> {
    /// Why this target is heavier than it was.
    fn causes_of_change(&self, places: &Places) -> Vec<Cause> {
        self.causes(places, graph::causes_of_change)
    }

    /// Why a count went up.
    fn causes_of_count(&self, places: &Places, count: graph::Count) -> Vec<Cause> {
        self.causes(places, |evidence| graph::causes_of_count(evidence, count))
    }

    fn causes(&self, places: &Places, find: impl Fn(&Evidence<'_>) -> Vec<Cause>) -> Vec<Cause> {
        let (Some(observation), Some(change)) = (self.observation, &self.change) else {
            return Vec::new();
        };
        let unknown = BTreeMap::new();
        let before = self.before.as_ref();
        let blocked_ms = before.and_then(|before| Some(before.estimate.as_ref()?.blocked_ms));
        find(&Evidence {
            observation,
            change,
            table: self.closure,
            own_before_ns: before.map_or(&unknown, |before| &before.own_ns),
            own_now_ns: self.own_now_ns.as_ref(),
            blocked_before_ns: (blocked_ms.unwrap_or(0.0) * 1e6) as u64,
            project: &places.project(),
        })
    }

    /// Why this target is as heavy as it is.
    fn causes_of_weight(&self, places: &Places, measure: graph::Measure) -> Vec<Cause> {
        self.observation.map_or_else(Vec::new, |observation| {
            graph::causes_of_weight(observation, self.closure, &places.project(), measure)
        })
    }
}

/// What the gate says of all the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Pass, fail or inconclusive.
    pub verdict: Verdict,
    /// Every finding: those about the run as a whole, then target by target. `report::order` puts errors first.
    pub findings: Vec<Finding>,
    /// One row a target.
    pub rows: Vec<TargetReport>,
}

/// Judges a run.
pub fn judge(cases: &[Case<'_>], context: &Context<'_>) -> Judgement {
    let mut findings = context.findings();
    let mut rows = Vec::with_capacity(cases.len());
    for case in cases {
        let mut of_case = findings_of(case, context);
        if orders::breaks_only_together(case, cases) {
            of_case.iter_mut().for_each(orders::blame_the_order);
        }
        rows.push(rows::row(case, verdict_of(&of_case)));
        findings.extend(of_case);
    }
    Judgement {
        verdict: verdict_of(&findings),
        findings,
        rows,
    }
}

/// True where there is nothing to say of a target, so that nobody needs to know more about it.
pub fn is_silent(case: &Case<'_>, context: &Context<'_>) -> bool {
    findings_of(case, context).is_empty()
}

fn findings_of(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if let Some(failure) = case.failure {
        return vec![failures::of_target(case.target, failure, case.printed, context.places)];
    }
    let mut findings = facts::findings(case, context.places);
    findings.extend(times::findings(case, context));
    findings.extend(case.base_failure.map(|failure| failures::in_base(case.target, failure)));
    findings.extend(orders::findings(&case.target.name, case.orders, context.places));
    findings.extend(heavy::findings(case, context));
    findings
}

/// Errors fail; without one, an open question is inconclusive.
fn verdict_of(findings: &[Finding]) -> Verdict {
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        Verdict::Fail
    } else if findings
        .iter()
        .any(|finding| finding.code == crate::checks::Code::Inconclusive)
    {
        Verdict::Inconclusive
    } else {
        Verdict::Pass
    }
}

/// The severity of an open question, as the budgets ask.
fn severity_of_open(inconclusive: Inconclusive) -> Severity {
    match inconclusive {
        Inconclusive::Warn => Severity::Warning,
        Inconclusive::Fail => Severity::Error,
    }
}
