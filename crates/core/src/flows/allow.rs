//! `importgate allow`: what has to be accepted so that a target passes as it is, out of the report of its check.

use jiff::civil::Date;

use crate::budgets::{Accepted, Allowance, Amount, BudgetLine, Cited, InBaseline, Target, TargetKind, can_be_allowed};
use crate::checks::{Code, Severity};
use crate::observed::Effect;
use crate::report::{Finding, Report, TargetReport, first_names};

/// What somebody asks for: which rule is to be accepted, why, and for how long.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The rule; every one that something fails by where it is `None`.
    pub rule: Option<Code>,
    /// Why.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

impl Acceptance {
    pub(super) fn asks(&self, rule: Code) -> bool {
        self.rule.is_none_or(|asked| asked == rule)
    }

    /// The allowance of a target, a cause or a benchmark, without its lines.
    pub(super) fn allowance(&self, target: String, rule: Code, from: Option<Amount>, to: Amount) -> Allowance {
        Allowance {
            target,
            rule,
            key: None,
            from,
            to,
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            until: self.until,
            line: BudgetLine {
                file: String::new(),
                line: None,
                text: String::new(),
            },
            until_line: None,
        }
    }

    /// What is accepted already, accepted anew.
    pub(super) fn for_longer(&self, known: &Allowance) -> Proposal {
        Proposal {
            allowance: Allowance {
                reason: self.reason.clone(),
                owner: self.owner.clone().or(known.owner.clone()),
                until: self.until,
                ..known.clone()
            },
            finding: None,
        }
    }
}

/// What somebody accepts of a target.
#[derive(Debug, Clone)]
pub struct Allow<'a> {
    /// Of what, why, and for how long.
    pub acceptance: &'a Acceptance,
    /// The target as the budgets have it, and as it was checked: with what is accepted already.
    pub target: &'a Target,
    /// The same without anything accepted.
    pub plain: &'a Target,
    /// What the baseline has of it; `None` where it was held against something else.
    pub recorded: Option<InBaseline>,
}

/// Something to accept.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The allowance, without its lines.
    pub allowance: Allowance,
    /// What the check says of the target by that rule; `None` where it passes, and what is accepted is accepted for longer.
    pub finding: Option<Finding>,
}

/// Why nothing can be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowError {
    /// The target fails by nothing.
    #[error("{target} fails by nothing: there is nothing to accept")]
    Passes {
        /// The target.
        target: String,
    },
    /// It does not fail by the rule.
    #[error("{target} does not fail by {rule}{fails_by}", fails_by = fails_by(.others))]
    PassesRule {
        /// The target.
        target: String,
        /// The rule.
        rule: Code,
        /// What it fails by.
        others: Vec<Code>,
    },
    /// What it fails by has no limit.
    #[error("{rule} of {target} has no limit that could be raised: {}", way_out(*.rule))]
    NoLimit {
        /// The target.
        target: String,
        /// The rule.
        rule: Code,
    },
    /// Nothing that fails goes back to it.
    #[error("nothing that fails goes back to {cause}{known}", known = known_causes(.others))]
    NoCause {
        /// The cause.
        cause: String,
        /// The modules that failures go back to.
        others: Vec<String>,
    },
    /// It was not measured.
    #[error("{target} was not measured, so that nobody knows what to accept")]
    NotMeasured {
        /// The target.
        target: String,
    },
}

impl AllowError {
    /// True where the target is as it should be: nothing has to be accepted.
    pub fn is_pass(&self) -> bool {
        matches!(self, Self::Passes { .. } | Self::PassesRule { .. })
    }
}

fn fails_by(others: &[Code]) -> String {
    let names: Vec<&str> = others.iter().map(|code| code.as_str()).collect();
    if names.is_empty() {
        ": there is nothing to accept".to_owned()
    } else {
        format!(", but by {}", names.join(", "))
    }
}

fn known_causes(others: &[String]) -> String {
    match others {
        [] => ": there is nothing to accept".to_owned(),
        others => format!(", but to {}", first_names(others.iter().map(String::as_str))),
    }
}

/// What to do about a rule that no allowance can be made for.
fn way_out(rule: Code) -> &'static str {
    match rule {
        Code::Slowdown => "nothing in the code became slower, so look at what the finding names, or record again",
        Code::Drift => "`importgate anchor` moves what it is measured from, with a reason",
        Code::WarningRaised => "`warnings = \"warn\"` in its table shows warnings and passes",
        Code::ImportCycle => "`cycles = \"warn\"` in its table shows circles and passes",
        Code::OrderDependent => "`order-dependent = \"warn\"` in `[severity]` shows it and passes",
        _ if rule.is_failed_import() => "an import that fails has to be mended, or its target be left out",
        _ => "`[severity]` says how much it matters",
    }
}

impl Allow<'_> {
    /// What to accept, by the report of the target's check.
    ///
    /// # Errors
    /// [`AllowError`] where there is nothing to accept, or where it cannot be accepted.
    pub fn proposals(&self, report: &Report) -> Result<Vec<Proposal>, AllowError> {
        let target = || self.target.name.clone();
        let row = report.targets.iter().find(|row| row.module == self.target.name);
        let row = row.ok_or_else(|| AllowError::NotMeasured { target: target() })?;
        let is_error = |finding: &&Finding| finding.target == self.target.name && finding.severity == Severity::Error;
        let errors: Vec<&Finding> = report.findings.iter().filter(is_error).collect();
        let mut proposals = Vec::new();
        let failing = errors.iter().filter(|finding| finding.code != Code::AllowanceEnded);
        for finding in failing.filter(|finding| self.acceptance.asks(finding.code)) {
            let amounts = self.amounts(finding.code, finding.budget.as_ref(), row);
            let (from, to) = amounts.ok_or_else(|| AllowError::NoLimit {
                target: target(),
                rule: finding.code,
            })?;
            proposals.push(Proposal {
                allowance: self.allowance(finding.code, from, to),
                finding: Some((*finding).clone()),
            });
        }
        if !errors.is_empty() || self.acceptance.rule.is_some() {
            let open = self.left_open(row, &proposals).into_iter();
            proposals.extend(open.filter(|proposal| self.acceptance.asks(proposal.allowance.rule)));
        }
        proposals.extend(self.for_longer(&proposals));
        if !proposals.is_empty() {
            return Ok(proposals);
        }
        Err(match self.acceptance.rule {
            Some(rule) if !can_be_allowed(rule) => AllowError::NoLimit { target: target(), rule },
            Some(rule) => AllowError::PassesRule {
                target: target(),
                rule,
                others: errors.iter().map(|finding| finding.code).collect(),
            },
            None => AllowError::Passes { target: target() },
        })
    }

    /// What seems to be beyond a limit, and was left open since the target fails already: it would fail by that next.
    fn left_open(&self, row: &TargetReport, proposals: &[Proposal]) -> Vec<Proposal> {
        let limits = &self.target.limits;
        let over_ceiling = || Some(row.time_ms? > limits.max_time_ms.as_ref()?.value);
        let slower = || {
            let is_above_noise = row.change_ms.is_none_or(|ms| ms > limits.noise_floor_ms.value);
            Some(row.change_percent? / 100.0 > self.target.max_regression().value && is_above_noise)
        };
        let of_ceiling = match self.target.kind {
            TargetKind::LayerTotal => Code::OverTotalTime,
            TargetKind::Module | TargetKind::Startup | TargetKind::Command => Code::OverTime,
        };
        let beyond = [(of_ceiling, over_ceiling()), (Code::Regression, slower())];
        let is_told = |rule| proposals.iter().any(|proposal| proposal.allowance.rule == rule);
        let open = beyond
            .into_iter()
            .filter(|(rule, is_beyond)| *is_beyond == Some(true) && !is_told(*rule));
        let proposal = |(rule, _)| {
            let (from, to) = self.amounts(rule, None, row)?;
            Some(Proposal {
                allowance: self.allowance(rule, from, to),
                finding: None,
            })
        };
        open.filter_map(proposal).collect()
    }

    /// What is accepted already, and is accepted anew.
    fn for_longer(&self, proposals: &[Proposal]) -> Vec<Proposal> {
        let is_asked = |accepted: &&Accepted| match self.acceptance.rule {
            Some(rule) => accepted.allowance.rule == rule,
            None => proposals.is_empty(),
        };
        let is_new = |accepted: &&Accepted| {
            let allowance = &accepted.allowance;
            !proposals
                .iter()
                .any(|proposal| proposal.allowance.rule == allowance.rule)
        };
        let known = self.target.accepted.iter().filter(is_asked).filter(is_new);
        known
            .map(|accepted| self.acceptance.for_longer(&accepted.allowance))
            .collect()
    }

    fn allowance(&self, rule: Code, from: Option<Amount>, to: Amount) -> Allowance {
        let earlier = self.target.accepted.iter().map(|accepted| &accepted.allowance);
        let mut earlier = earlier.filter(|allowance| allowance.rule == rule && from.is_some());
        let earlier_from = earlier.next().and_then(|allowance| allowance.from.clone());
        let target = self.target.name.clone();
        self.acceptance.allowance(target, rule, earlier_from.or(from), to)
    }

    /// What held, and what has to hold.
    fn amounts(
        &self,
        rule: Code,
        asked_by: Option<&BudgetLine>,
        row: &TargetReport,
    ) -> Option<(Option<Amount>, Amount)> {
        let limits = &self.plain.limits;
        Some(match rule {
            Code::OverTime | Code::OverTotalTime => (
                Some(Amount::Time(limits.max_time_ms.as_ref()?.value)),
                Amount::time_with_room(row.time_ms?),
            ),
            Code::OverMemory => (
                Some(Amount::Memory(limits.max_memory_bytes.as_ref()?.value)),
                Amount::memory_with_room(row.memory_bytes?),
            ),
            Code::OverModules => (
                Some(Amount::Count(limits.max_modules.as_ref()?.value)),
                Amount::Count(row.modules?),
            ),
            Code::OverNewModules => {
                let before = self
                    .recorded
                    .map(|recorded| recorded.modules)
                    .or(row.baseline_modules)?;
                let added = row.closure.as_ref()?.added.len() as u64;
                (Some(Amount::Count(before)), Amount::Count(before + added))
            }
            Code::Unstable => (
                Some(Amount::Share(limits.max_variation.as_ref()?.value)),
                Amount::share_with_room(row.variation?),
            ),
            Code::Regression => self.slower(row)?,
            Code::MemoryRegression => {
                let before = row.baseline_memory_bytes?;
                let from = self
                    .recorded
                    .and_then(|recorded| recorded.memory_bytes)
                    .unwrap_or(before);
                let grown = row.memory_bytes? as f64 / before.max(1) as f64;
                (
                    Some(Amount::Memory(from)),
                    Amount::memory_with_room((from as f64 * grown).ceil() as u64),
                )
            }
            Code::Forbidden => (None, named(&limits.forbid, asked_by, String::clone)?),
            Code::ForbiddenEffect => (
                None,
                named(&limits.forbid_effects, asked_by, |effect: &Effect| {
                    effect.as_str().to_owned()
                })?,
            ),
            _ => return None,
        })
    }

    /// The time, or the instructions, of the baseline, and of now in the same milliseconds.
    fn slower(&self, row: &TargetReport) -> Option<(Option<Amount>, Amount)> {
        if let (Some(now), Some(before)) = (row.instructions, row.baseline_instructions) {
            return Some((Some(Amount::Count(before)), Amount::Count(now)));
        }
        let recorded = self.recorded.and_then(|recorded| recorded.time_ms);
        // As it is written, so that the share is that of what stands in the file.
        let from = Amount::rounded_time(recorded.or(row.baseline_time_ms)?);
        let Amount::Time(to) = Amount::time_with_room(from * (1.0 + row.change_percent? / 100.0)) else {
            return None;
        };
        Some((Some(Amount::Time(from)), Amount::Time(to)))
    }
}

/// The name of what is forbidden by the line that a finding cites.
fn named<T>(forbidden: &[Cited<T>], asked_by: Option<&BudgetLine>, name: impl Fn(&T) -> String) -> Option<Amount> {
    let cited = forbidden.iter().find(|cited| cited.line.as_ref() == asked_by)?;
    Some(Amount::Name(name(&cited.value)))
}

/// True for a rule that somebody may name: one with a limit.
pub fn rules_to_allow() -> impl Iterator<Item = Code> {
    Code::ALL.into_iter().filter(|code| can_be_allowed(*code))
}
