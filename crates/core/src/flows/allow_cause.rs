//! `importgate allow cause:NAME`: what has to be accepted of a cause so that the targets that fail by it pass as they are, one value for
//! each rule, out of the report of a check of all targets.

use std::collections::BTreeMap;

use super::allow::{Acceptance, AllowError, Proposal};
use crate::budgets::{Allowance, Amount, InBaseline, OF_CAUSE};
use crate::checks::{Code, Severity, can_be_allowed_of_causes};
use crate::observed::is_at_or_below;
use crate::report::{Cause, CauseTarget, Finding, Report};

/// What somebody accepts of a cause.
#[derive(Debug, Clone)]
pub struct AllowCause<'a> {
    /// Of what, why, and for how long.
    pub acceptance: &'a Acceptance,
    /// A module, a distribution, or a statement such as `shop/utils.py:7`.
    pub name: &'a str,
    /// What the baseline has of each target, where it was held against that.
    pub recorded: &'a BTreeMap<String, InBaseline>,
    /// What is accepted of it already.
    pub known: Vec<&'a Allowance>,
}

impl AllowCause<'_> {
    /// What to accept, by the report of a check of all targets: of each rule the most that the cause takes in any target that fails.
    ///
    /// # Errors
    /// [`AllowError`] where nothing that fails goes back to the cause.
    pub fn proposals(&self, report: &Report) -> Result<Vec<Proposal>, AllowError> {
        let mut proposals: Vec<Proposal> = Vec::new();
        for finding in report.findings.iter().filter(|finding| self.is_asked(finding)) {
            let Some((from, to)) = self.amounts(finding, report) else {
                continue;
            };
            let same = |known: &&mut Proposal| {
                known.allowance.rule == finding.code && (from.is_some() || known.allowance.to == to)
            };
            match proposals.iter_mut().find(same) {
                Some(known) => most(&mut known.allowance, from, to),
                None => proposals.push(Proposal {
                    allowance: self.acceptance.allowance(self.target(), finding.code, from, to),
                    finding: Some(finding.clone()),
                }),
            }
        }
        for proposal in &mut proposals {
            with_room(&mut proposal.allowance);
        }
        if proposals.is_empty() {
            proposals.extend(self.for_longer());
        }
        if proposals.is_empty() {
            return Err(AllowError::NoCause {
                cause: self.name.to_owned(),
                others: failing_causes(report),
            });
        }
        Ok(proposals)
    }

    fn is_asked(&self, finding: &Finding) -> bool {
        self.acceptance.asks(finding.code)
            && finding.severity == Severity::Error
            && can_be_allowed_of_causes(finding.code)
    }

    /// What the cause took before in the target of a finding, and takes now.
    fn amounts(&self, finding: &Finding, report: &Report) -> Option<(Option<Amount>, Amount)> {
        let causes: Vec<&Cause> = report.causes_of(finding).filter(|cause| self.is_meant(cause)).collect();
        let ids: Vec<&str> = causes.iter().map(|cause| cause.id.as_str()).collect();
        let is_whole = |cause: &&&Cause| cause.part_of.as_deref().is_none_or(|whole| !ids.contains(&whole));
        let whole: Vec<&Cause> = causes.iter().filter(is_whole).copied().collect();
        let costs: Vec<&CauseTarget> = whole
            .iter()
            .filter_map(|cause| cause.in_target(&finding.target))
            .collect();
        let first = whole.first()?;
        Some(match finding.code {
            Code::Forbidden => (None, Amount::Name(first.module.clone())),
            Code::OverMemory | Code::MemoryRegression => {
                let bytes: i64 = costs.iter().map(|cost| cost.memory_bytes).sum();
                (Some(Amount::Memory(0)), Amount::Memory(bytes.max(0).unsigned_abs()))
            }
            Code::OverModules | Code::OverNewModules => {
                let modules = costs.iter().map(|cost| cost.modules).sum();
                (Some(Amount::Count(0)), Amount::Count(modules))
            }
            rule => {
                let scale = if rule == Code::Regression {
                    self.scale(&finding.target, report)
                } else {
                    1.0
                };
                let before: f64 = costs.iter().map(|cost| cost.before_ms * scale).sum();
                let added: f64 = costs.iter().map(|cost| cost.time_ms * scale).sum();
                (
                    Some(Amount::Time(Amount::rounded_time(before))),
                    Amount::Time(before + added),
                )
            }
        })
    }

    /// How many milliseconds of the machine that recorded a target are one of those that the report shows.
    fn scale(&self, target: &str, report: &Report) -> f64 {
        let row = report.targets.iter().find(|row| row.module == target);
        let shown_ms = row.and_then(|row| row.baseline_time_ms).filter(|ms| *ms > 0.0);
        let recorded_ms = self.recorded.get(target).and_then(|recorded| recorded.time_ms);
        recorded_ms
            .zip(shown_ms)
            .map_or(1.0, |(recorded_ms, shown_ms)| recorded_ms / shown_ms)
    }

    fn is_meant(&self, cause: &Cause) -> bool {
        let distribution = cause.distribution.as_deref().and_then(|named| named.split(' ').next());
        let statement = || Some(format!("{}:{}", cause.file.as_ref()?, cause.line?));
        is_at_or_below(&cause.module, self.name)
            || distribution == Some(self.name)
            || statement().as_deref() == Some(self.name)
    }

    /// What is accepted already, and is accepted anew.
    fn for_longer(&self) -> impl Iterator<Item = Proposal> {
        let asked = self.known.iter().filter(|known| self.acceptance.asks(known.rule));
        asked.map(|known| self.acceptance.for_longer(known))
    }

    fn target(&self) -> String {
        format!("{OF_CAUSE}{}", self.name)
    }
}

/// The larger of what is known and these.
fn most(known: &mut Allowance, from: Option<Amount>, to: Amount) {
    if to.is_more_than(&known.to) {
        known.to = to;
    }
    if let (Some(from), Some(known)) = (from, &mut known.from)
        && from.is_more_than(known)
    {
        *known = from;
    }
}

fn with_room(allowance: &mut Allowance) {
    allowance.to = match &allowance.to {
        Amount::Time(ms) => Amount::time_with_room(*ms),
        Amount::Memory(bytes) => Amount::memory_with_room(*bytes),
        other => other.clone(),
    };
}

/// What fails goes back to these modules.
fn failing_causes(report: &Report) -> Vec<String> {
    let errors = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let mut modules: Vec<String> = Vec::new();
    for cause in errors.flat_map(|finding| report.causes_of(finding)) {
        if !cause.module.is_empty() && !modules.contains(&cause.module) {
            modules.push(cause.module.clone());
        }
    }
    modules
}
