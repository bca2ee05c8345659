//! Which findings a run asks for. What nobody asks for is not measured either, and a report names it: silence about it is no pass.

use std::collections::{BTreeMap, BTreeSet};

use super::regression::Certainty;
use super::run_context::BaselineRemark;
use super::{Code, Finding, FindingKind, Severity, TimeCeiling};
use crate::budgets::{Limits, Severities, Target, TargetKind, Weight};

/// A word of `--select` and `--ignore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One code.
    Code(Code),
    /// Every code that no samples are needed for: one import decides.
    NoClock,
    /// Every code.
    All,
}

impl Choice {
    /// Every word, the groups first.
    pub fn words() -> impl Iterator<Item = &'static str> {
        ["no-clock", "all"].into_iter().chain(Code::ALL.map(Code::as_str))
    }

    /// The choice that a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "no-clock" => Some(Self::NoClock),
            "all" => Some(Self::All),
            _ => Code::named(word).map(Self::Code),
        }
    }

    fn has(self, code: Code) -> bool {
        match self {
            Self::Code(chosen) => chosen == code,
            Self::NoClock => !code.needs_clock(),
            Self::All => true,
        }
    }
}

/// A code that cannot be left out, since it says that something else is not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be left out: it says that something else could not be decided{help}", help = instead(*.0))]
pub struct CannotLeaveOut(pub Code);

/// What to do instead of leaving out a code that is vital.
fn instead(code: Code) -> &'static str {
    if code.is_failed_import() {
        ", of an import that fails everything; what must not be imported is no target"
    } else {
        "; leave out what it speaks of"
    }
}

/// Which findings are asked for; by default all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    left_out: BTreeSet<Code>,
    weights: BTreeMap<Code, Severity>,
}

impl Asked {
    /// What is selected, all of it where nothing is, without what is ignored. What says that something could not be decided is asked
    /// for whatever is selected, and a group has it although it is ignored.
    ///
    /// # Errors
    /// Where such a code is to be ignored by its own name.
    pub fn new(select: &[Choice], ignore: &[Choice]) -> Result<Self, CannotLeaveOut> {
        for choice in ignore {
            if let Choice::Code(code) = choice
                && code.is_vital()
            {
                return Err(CannotLeaveOut(*code));
            }
        }
        let is_asked = |code: &Code| {
            let is_selected = select.is_empty() || select.iter().any(|choice| choice.has(*code));
            code.is_vital() || is_selected && !ignore.iter().any(|choice| choice.has(*code))
        };
        Ok(Self {
            left_out: Code::ALL.into_iter().filter(|code| !is_asked(code)).collect(),
            weights: BTreeMap::new(),
        })
    }

    /// With the severities of the budgets. What is off there counts as ignored.
    #[must_use]
    pub fn weighed(mut self, severities: &Severities) -> Self {
        for (code, weight) in severities {
            match weight.value {
                Weight::Error => self.weights.insert(*code, Severity::Error),
                Weight::Warn => self.weights.insert(*code, Severity::Warning),
                Weight::Off => {
                    self.left_out.insert(*code);
                    None
                }
            };
        }
        self
    }

    /// The finding as much as it matters here. What is less than its code usually is (a regression of half of what is allowed) is
    /// never made more; and what a rule leaves undecided is no more than what it finds.
    pub(super) fn weigh(&self, finding: Finding) -> Finding {
        let code = rule_of(&finding);
        let Some(&weight) = self.weights.get(&code) else {
            return finding;
        };
        let is_usual = finding.severity >= usual(code) && finding.code() == code;
        let severity = if is_usual { weight } else { finding.severity.min(weight) };
        Finding { severity, ..finding }
    }

    /// True where findings of this code are asked for.
    pub fn asks(&self, code: Code) -> bool {
        !self.left_out.contains(&code)
    }

    /// What is not asked for.
    pub fn left_out(&self) -> impl Iterator<Item = Code> {
        self.left_out.iter().copied()
    }

    /// True where something is asked for that only samples decide.
    pub fn takes_samples(&self) -> bool {
        Code::ALL.into_iter().any(|code| code.needs_clock() && self.asks(code))
    }

    /// True where samples are held against those of before.
    pub(crate) fn compares(&self) -> bool {
        [Code::Regression, Code::Drift, Code::Slowdown, Code::MemoryRegression]
            .into_iter()
            .any(|code| self.asks(code))
    }

    /// True where other orders of a start-up's imports are tried.
    pub(crate) fn tries_orders(&self) -> bool {
        self.asks(Code::OrderDependent) || self.asks(Code::ImportOrder)
    }

    /// Targets without the limits that nobody asks about, so that nothing is measured for them, and no report shows them as kept.
    pub fn narrowed(&self, targets: &[Target]) -> Vec<Target> {
        targets.iter().map(|target| self.narrow(target)).collect()
    }

    fn narrow(&self, target: &Target) -> Target {
        let of_time = match target.kind {
            TargetKind::LayerTotal => Code::OverTotalTime,
            TargetKind::Module | TargetKind::Startup | TargetKind::Command => Code::OverTime,
        };
        let Limits {
            mut max_time_ms,
            mut max_memory_bytes,
            mut max_memory_regression,
            max_regression,
            mut max_drift,
            noise_floor_ms,
            mut max_variation,
            mut max_modules,
            mut max_new_modules,
            mut forbid,
            mut forbid_effects,
            mut fail_on_warnings,
            mut fail_on_cycles,
        } = target.limits.clone();
        max_time_ms = max_time_ms.filter(|_| self.asks(of_time));
        max_memory_bytes = max_memory_bytes.filter(|_| self.asks(Code::OverMemory));
        max_memory_regression = max_memory_regression.filter(|_| self.asks(Code::MemoryRegression));
        max_drift = max_drift.filter(|_| self.asks(Code::Drift));
        max_variation = max_variation.filter(|_| self.asks(Code::Unstable));
        max_modules = max_modules.filter(|_| self.asks(Code::OverModules));
        max_new_modules = max_new_modules.filter(|_| self.asks(Code::OverNewModules));
        forbid.retain(|_| self.asks(Code::Forbidden));
        forbid_effects.retain(|_| self.asks(Code::ForbiddenEffect));
        fail_on_warnings = fail_on_warnings.filter(|_| self.asks(Code::WarningRaised));
        fail_on_cycles = fail_on_cycles.filter(|_| self.asks(Code::ImportCycle));
        Target {
            limits: Limits {
                max_time_ms,
                max_memory_bytes,
                max_memory_regression,
                max_regression,
                max_drift,
                noise_floor_ms,
                max_variation,
                max_modules,
                max_new_modules,
                forbid,
                forbid_effects,
                fail_on_warnings,
                fail_on_cycles,
            },
            ..target.clone()
        }
    }

    /// True where a finding answers what is asked. An undecided one does where its rule is asked for; where that has a limit of its
    /// own, [`narrowed`](Self::narrowed) has taken it away.
    pub(super) fn asks_for(&self, finding: &Finding) -> bool {
        match &finding.kind {
            FindingKind::Failure(_) => true,
            FindingKind::Regression(regression) if matches!(regression.certainty, Certainty::Undecided(_)) => {
                self.asks(Code::Regression) || self.asks(Code::Slowdown)
            }
            FindingKind::Baseline(BaselineRemark::BaseDiffers { .. } | BaselineRemark::OtherConditions { .. }) => {
                self.compares()
            }
            FindingKind::Benchmark(benchmark) => self.asks(benchmark.rule()),
            FindingKind::Baseline(BaselineRemark::ForeignAnchors { .. }) => self.asks(Code::Drift),
            kind => self.asks(kind.code()),
        }
    }
}

/// The code of the rule that a finding comes from, also where the samples do not decide.
fn rule_of(finding: &Finding) -> Code {
    match &finding.kind {
        FindingKind::Ceiling(TimeCeiling::Undecided { .. }) if finding.target.starts_with("layer:") => {
            Code::OverTotalTime
        }
        FindingKind::Ceiling(TimeCeiling::Undecided { .. }) => Code::OverTime,
        FindingKind::Regression(_) => Code::Regression,
        FindingKind::MemoryRegression(_) => Code::MemoryRegression,
        FindingKind::Drift(_) => Code::Drift,
        FindingKind::Variation(_) => Code::Unstable,
        FindingKind::Benchmark(benchmark) => benchmark.rule(),
        kind => kind.code(),
    }
}

/// What becomes of findings of a code where no budget says otherwise.
pub(super) fn usual_weight(code: Code) -> Weight {
    match usual(code) {
        Severity::Error => Weight::Error,
        Severity::Warning | Severity::Note => Weight::Warn,
    }
}

/// How severe a finding of this code is where it is said without a doubt, and no budget says otherwise.
fn usual(code: Code) -> Severity {
    match code {
        Code::NoBaseline | Code::ImportOrder | Code::Allowed => Severity::Note,
        Code::StartChanged | Code::HeavyModule | Code::StaleBaselineEntry | Code::ForeignBaseline => Severity::Warning,
        Code::AllowanceEnds | Code::AllowanceEnded | Code::UnusedAllowance => Severity::Warning,
        _ => Severity::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Open;
    use crate::checks::by_hand::{cited, target};

    fn asked(select: &[&str], ignore: &[&str]) -> Asked {
        let choices = |words: &[&str]| -> Vec<Choice> {
            let named = words.iter().map(|word| Choice::named(word).expect("a word"));
            named.collect()
        };
        Asked::new(&choices(select), &choices(ignore)).expect("it can be left out")
    }

    #[test]
    fn what_is_selected_is_asked_for_without_what_is_ignored() {
        assert_eq!(asked(&[], &[]), Asked::default());
        assert_eq!(asked(&["all"], &[]), Asked::default());
        let forbidden = asked(&["forbidden", "over-time"], &["over-time"]);
        assert!(forbidden.asks(Code::Forbidden) && !forbidden.asks(Code::OverTime));
        assert!(!forbidden.asks(Code::ImportCycle) && !forbidden.takes_samples());
        let rest = asked(&[], &["regression"]);
        assert_eq!(rest.left_out().collect::<Vec<_>>(), [Code::Regression]);
        assert!(rest.takes_samples() && rest.compares());
        assert!(!asked(&["over-time"], &[]).compares());
    }

    #[test]
    fn no_clock_has_what_one_import_decides() {
        let no_clock = asked(&["no-clock"], &[]);
        assert!(!no_clock.takes_samples() && !no_clock.tries_orders());
        for code in Code::ALL {
            assert_eq!(no_clock.asks(code), !code.needs_clock(), "{code}");
        }
    }

    #[test]
    fn what_says_that_something_is_not_decided_stays() {
        let nothing = asked(&[], &["all"]);
        for code in Code::ALL {
            assert_eq!(nothing.asks(code), code.is_vital(), "{code}");
        }
        let refused = |code| {
            Asked::new(&[], &[Choice::Code(code)])
                .expect_err("it is vital")
                .to_string()
        };
        assert!(refused(Code::ImportFailed).starts_with("`import-failed` cannot be left out"));
        assert!(refused(Code::Inconclusive).ends_with("leave out what it speaks of"));
    }

    #[test]
    fn a_limit_that_nobody_asks_about_is_none() {
        let limits = Limits {
            max_time_ms: Some(cited(10.0)),
            max_modules: Some(cited(5)),
            forbid: vec![cited("torch".to_owned())],
            ..Limits::default()
        };
        let mut targets = vec![target(limits.clone()), target(limits)];
        targets[1].kind = TargetKind::LayerTotal;
        let narrowed = asked(&[], &["over-time", "forbidden"]).narrowed(&targets);
        let has_ceiling = narrowed.iter().map(|target| target.limits.max_time_ms.is_some());
        assert_eq!(
            has_ceiling.collect::<Vec<_>>(),
            [false, true],
            "a total has a code of its own"
        );
        assert!(narrowed[0].limits.forbid.is_empty() && narrowed[0].limits.max_modules.is_some());
        assert_eq!(Asked::default().narrowed(&targets), targets);
    }

    #[test]
    fn a_severity_of_the_budgets_weighs_what_is_found_and_caps_what_is_open() {
        let severities = [
            (Code::OverTime, Weight::Warn),
            (Code::HeavyModule, Weight::Off),
            (Code::StaleBaselineEntry, Weight::Error),
        ];
        let severities = severities
            .map(|(code, weight)| (code, cited(weight)))
            .into_iter()
            .collect();
        let asked = Asked::default().weighed(&severities);
        assert_eq!(asked.left_out().collect::<Vec<_>>(), [Code::HeavyModule]);
        let target = target(Limits::default());
        let weighed = |kind, severity| asked.weigh(Finding::about(&target, severity, kind)).severity;
        let over = FindingKind::Ceiling(TimeCeiling::Exceeded {
            time_ms: 2.0,
            ceiling_ms: 1.0,
            of_layer: false,
        });
        assert_eq!(weighed(over, Severity::Error), Severity::Warning);
        let open = |severity| {
            let open = Open::UsedUp(60);
            weighed(
                FindingKind::Ceiling(TimeCeiling::Undecided {
                    time_ms: 2.0,
                    ceiling_ms: 2.0,
                    open,
                }),
                severity,
            )
        };
        assert_eq!(
            open(Severity::Error),
            Severity::Warning,
            "with `inconclusive = \"fail\"`"
        );
        assert_eq!(open(Severity::Note), Severity::Note);
        let stale = FindingKind::Baseline(BaselineRemark::Stale);
        assert_eq!(weighed(stale, Severity::Warning), Severity::Error);
    }
}
