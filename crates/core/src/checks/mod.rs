//! From what was measured to findings. One file a rule: what it holds against what (its decision, on plain data), and
//! what it finds (typed, without English). Nothing here reads a clock or a file, so that every verdict can be tested on
//! values typed by hand.
//!
//! A new rule is one file and one line in [`RULES`]; a budget key that it reads is one line in the table of
//! `budgets::limits`. The compiler then asks for the rest: a variant of [`FindingKind`] that carries the rule's data, its
//! [`Code`], and its sentence in `report::wording`.

mod allowed;
mod asked;
mod base;
mod benchmarks;
#[cfg(test)]
mod by_hand;
mod case;
mod ceiling;
mod code;
mod cycles;
mod distributions;
mod drift;
mod effects;
mod failures;
mod figures;
mod finding;
mod forbid;
mod heavy;
pub mod lines;
mod loosened;
mod memory;
mod memory_regression;
mod modules;
mod new_target;
mod open;
mod orders;
mod places;
mod regression;
mod run_context;
mod slowdown;
mod start_up;
#[cfg(test)]
mod tests;
mod unfounded;
mod unmeasured;
mod variation;
mod warnings;

pub(crate) use allowed::can_be_allowed_of_causes;
pub use allowed::{AllowanceRemark, AllowanceState, Beyond, OfCause, Touched, Unused};
pub use asked::{Asked, CannotLeaveOut, Choice};
pub use base::BaseUnavailable;
pub(crate) use benchmarks::is_benchmark;
pub use benchmarks::{
    BenchmarkContext, BenchmarkFinding, BenchmarkJudgement, BenchmarkProblem, NotCompared, Undecided, judge_benchmarks,
    target_of,
};
pub use case::{Before, Case, TargetStatus};
pub use ceiling::TimeCeiling;
pub use code::{Code, Severity};
pub use cycles::ImportCircle;
pub use drift::{AnchorSeen, Drift};
pub use effects::ForbiddenEffect;
pub use failures::{ImportFailure, Started};
pub use figures::Figures;
pub use finding::{Finding, FindingKind, Verdict};
pub use forbid::ForbiddenModule;
pub use heavy::HeavyModule;
pub use loosened::{
    AsItWas, ByChange, Limited, Loosening, LooseningKind, TwoBaselines, by_allowances, by_baseline, by_budgets,
    by_budgets_of_benchmarks, by_settings,
};
pub use memory::OverMemory;
pub use memory_regression::MemoryRegression;
pub use modules::TooManyModules;
pub use new_target::{CeilingStanding, FirstCost, HeldAgainst};
pub use open::Open;
pub use orders::{OrderTime, OrderTried, OtherOrders};
pub use places::Places;
pub(crate) use places::is_installed;
pub use regression::{Certainty, INSTRUCTIONS_FLOOR, Regression, rule_on_counts};
pub use run_context::{BaselineRemark, CauseAllowances, Compared, ComparedUnder, Context};
pub use slowdown::Slowdown;
pub use start_up::{OtherStart, StartChange};
pub use unfounded::{AmendedBaseline, UnfoundedEntry};
pub use unmeasured::Unmeasured;
pub use variation::Unstable;
pub use warnings::WarningRaised;

/// What one rule finds of one target whose import came to its end.
type Rule = fn(&Case<'_>, &Context<'_>) -> Vec<Finding>;

/// Every rule. Each decides by itself; the order in which findings are read is that of `report::order`.
const RULES: [Rule; 17] = [
    unmeasured::check,
    ceiling::check,
    memory::check,
    memory_regression::check,
    regression::check,
    drift::check,
    slowdown::check,
    unfounded::check,
    variation::check,
    modules::check,
    forbid::check,
    effects::check,
    warnings::check,
    cycles::check,
    base::check,
    orders::check,
    heavy::check,
];

/// What a run comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Pass, fail or inconclusive.
    pub verdict: Verdict,
    /// Every finding: those about the run as a whole, then target by target.
    pub findings: Vec<Finding>,
    /// What each target comes to by itself, in the order of the cases.
    pub verdicts: Vec<Verdict>,
}

/// Judges a run.
pub fn judge(cases: &[Case<'_>], context: &Context<'_>) -> Judgement {
    let mut findings = run_context::findings(cases, context);
    findings.extend(start_up::find(cases, context));
    findings.extend(allowed::of_no_target(context));
    findings.retain(|finding| context.asked.asks_for(finding));
    findings = findings
        .into_iter()
        .map(|finding| context.asked.weigh(finding))
        .collect();
    let mut verdicts = Vec::with_capacity(cases.len());
    for case in cases {
        let of_case = if orders::breaks_only_together(case, cases) {
            failures::order_that_fails(case, context)
        } else {
            findings_of(case, context)
        };
        verdicts.push(verdict_of(&of_case));
        findings.extend(of_case);
    }
    findings.extend(allowed::unused_of_causes(cases, &findings, context));
    Judgement {
        verdict: verdict_of(&findings),
        findings,
        verdicts,
    }
}

/// True where there is nothing to say of a target, so that nobody needs to know more about it.
pub fn is_silent(case: &Case<'_>, context: &Context<'_>) -> bool {
    findings_of(case, context).is_empty()
}

/// Of an import that failed nothing else is said: what it loaded up to there is not what it loads.
fn findings_of(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if case.failure.is_some() {
        return failures::check(case, context);
    }
    let found = RULES.iter().flat_map(|check| check(case, context));
    let asked = found.filter(|finding| context.asked.asks_for(finding));
    let weighed = asked.map(|finding| context.asked.weigh(finding)).collect();
    allowed::settle(case, context, weighed)
}

fn verdict_of(findings: &[Finding]) -> Verdict {
    Verdict::of(findings.iter().map(|finding| (finding.severity, finding.code())))
}
