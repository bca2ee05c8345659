//! `importgate allow benchmark:NAME`: what has to be accepted so that a benchmark passes as it is, out of what its check finds.

use super::allow::{Acceptance, AllowError, Proposal};
use super::benchmarks::BenchmarkCheck;
use crate::budgets::{Allowance, Amount, Bounded, Quantity, Statistic, can_be_allowed};
use crate::checks::{BenchmarkProblem, Code, Finding, FindingKind, Severity, judge_benchmarks, target_of};
use crate::observed::Better;
use crate::report;

/// What somebody accepts of benchmarks.
#[derive(Debug, Clone)]
pub struct AllowBenchmark<'a> {
    /// Of what, why, and for how long.
    pub acceptance: &'a Acceptance,
    /// The benchmarks, and how they are checked: with what is accepted already.
    pub check: BenchmarkCheck<'a>,
}

impl AllowBenchmark<'_> {
    /// What to accept of each of the benchmarks. Those that fail by nothing are passed over where one fails.
    ///
    /// # Errors
    /// [`AllowError`] where there is nothing to accept, or where it cannot be accepted.
    pub fn proposals(&self) -> Result<Vec<Proposal>, AllowError> {
        let (judgements, _) = judge_benchmarks(self.check.bounded, &self.check.context());
        let (mut all, mut passing) = (Vec::new(), None);
        for (bounded, judged) in self.check.bounded.iter().zip(judgements) {
            match self.of_benchmark(bounded, judged.findings) {
                Ok(proposals) => all.extend(proposals),
                Err(error) if error.is_pass() => passing = passing.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        match passing {
            Some(error) if all.is_empty() => Err(error),
            _ => Ok(all),
        }
    }

    fn of_benchmark(&self, bounded: &Bounded<'_>, findings: Vec<Finding>) -> Result<Vec<Proposal>, AllowError> {
        let target = target_of(&bounded.benchmark.name);
        let errors = findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        let errors: Vec<Finding> = errors
            .filter(|finding| finding.code() != Code::AllowanceEnded)
            .collect();
        let mut proposals = Vec::new();
        for finding in errors.iter().filter(|finding| self.acceptance.asks(finding.code())) {
            let rule = finding.code();
            let Some((key, from, to)) = amounts(bounded, &finding.kind) else {
                return Err(AllowError::NoLimit { target, rule });
            };
            proposals.push(Proposal {
                allowance: self.allowance(bounded, (rule, key), from, to),
                finding: report::gather(vec![finding.clone()]).0.pop(),
            });
        }
        let known = bounded.accepted.iter().map(|accepted| &accepted.allowance);
        let is_new = |known: &&Allowance| {
            let limit = |one: &Allowance| (one.rule, one.key);
            self.acceptance.asks(known.rule)
                && !proposals
                    .iter()
                    .any(|proposal| limit(&proposal.allowance) == limit(known))
        };
        if self.acceptance.rule.is_some() || proposals.is_empty() {
            let anew: Vec<Proposal> = known
                .filter(is_new)
                .map(|known| self.acceptance.for_longer(known))
                .collect();
            proposals.extend(anew);
        }
        match (proposals.is_empty(), self.acceptance.rule) {
            (false, _) => Ok(proposals),
            (true, Some(rule)) if !can_be_allowed(rule) => Err(AllowError::NoLimit { target, rule }),
            (true, Some(rule)) => Err(AllowError::PassesRule {
                target,
                rule,
                others: errors.iter().map(Finding::code).collect(),
            }),
            (true, None) => Err(AllowError::Passes { target }),
        }
    }

    fn allowance(
        &self,
        bounded: &Bounded<'_>,
        (rule, key): (Code, Option<Statistic>),
        from: Amount,
        to: Amount,
    ) -> Allowance {
        let earlier = bounded.accepted.iter().map(|accepted| &accepted.allowance);
        let mut earlier = earlier.filter(|known| (known.rule, known.key) == (rule, key));
        let earlier_from = earlier.next().and_then(|known| known.from.clone());
        let (target, from) = (target_of(&bounded.benchmark.name), earlier_from.unwrap_or(from));
        Allowance {
            key,
            ..self.acceptance.allowance(target, rule, Some(from), to)
        }
    }
}

/// Which limit, what held, and what has to hold.
fn amounts(bounded: &Bounded<'_>, found: &FindingKind) -> Option<(Option<Statistic>, Amount, Amount)> {
    let FindingKind::Benchmark(found) = found else {
        return None;
    };
    let unit = found.unit;
    let quantity = |value| Amount::Quantity(Quantity { value, unit });
    Some(match found.kind {
        BenchmarkProblem::Beyond {
            statistic,
            value,
            limit,
        } => {
            let is_less = statistic == Statistic::AtLeast;
            (
                Some(statistic),
                quantity(limit),
                Amount::quantity_with_room(value, unit, is_less),
            )
        }
        BenchmarkProblem::Failed { failed, all, allowed } => {
            let share = Amount::share_with_room(failed as f64 / all.max(1) as f64);
            (None, Amount::Share(allowed), share)
        }
        BenchmarkProblem::Worse { before, now, .. } => {
            let is_less = bounded.better == Some(Better::Higher);
            (None, quantity(before), Amount::quantity_with_room(now, unit, is_less))
        }
        _ => return None,
    })
}
