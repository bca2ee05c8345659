//! What a rule finds, as data: which rule, with its numbers and names, how much it matters, and where to look. There is no
//! English here; `report::wording` puts each kind into words.

use serde::{Deserialize, Serialize};

use super::allowed::AllowanceRemark;
use super::base::BaseUnavailable;
use super::benchmarks::BenchmarkFinding;
use super::ceiling::TimeCeiling;
use super::code::{Code, Severity};
use super::cycles::ImportCircle;
use super::drift::Drift;
use super::effects::ForbiddenEffect;
use super::failures::ImportFailure;
use super::forbid::ForbiddenModule;
use super::heavy::HeavyModule;
use super::memory::OverMemory;
use super::memory_regression::MemoryRegression;
use super::modules::TooManyModules;
use super::orders::OtherOrders;
use super::places::Places;
use super::regression::Regression;
use super::run_context::BaselineRemark;
use super::slowdown::Slowdown;
use super::start_up::OtherStart;
use super::unfounded::UnfoundedEntry;
use super::unmeasured::Unmeasured;
use super::variation::Unstable;
use super::warnings::WarningRaised;
use crate::budgets::{Accepted, BudgetLine, Target};
use crate::explain::{Cause, CauseKind, ChainStep, Rest};
use crate::observed::{DistributionChange, Failure, Place};

/// What was found: one variant a rule, whose file says what its data mean.
#[derive(Debug, Clone, PartialEq)]
pub enum FindingKind {
    /// About the baseline, or about what the run was compared with.
    Baseline(BaselineRemark),
    /// The import did not come to its end.
    Failure(ImportFailure),
    /// It was not measured in the time that there was.
    Unmeasured(Unmeasured),
    /// `max-time`, `max-total-time`.
    Ceiling(TimeCeiling),
    /// `max-memory`.
    Memory(OverMemory),
    /// `max-memory-regression`.
    MemoryRegression(MemoryRegression),
    /// `max-regression`.
    Regression(Regression),
    /// `max-drift`.
    Drift(Drift),
    /// `max-regression`, of what did not change.
    Slowdown(Slowdown),
    /// About what the change under test wrote into the baseline.
    Unfounded(UnfoundedEntry),
    /// About the interpreter's own start.
    Start(OtherStart),
    /// `max-variation`.
    Variation(Unstable),
    /// `max-modules`, `max-new-modules`.
    Modules(TooManyModules),
    /// `forbid`.
    Forbidden(ForbiddenModule),
    /// `forbid-effects`.
    Effect(ForbiddenEffect),
    /// `warnings`.
    Warning(WarningRaised),
    /// `cycles`.
    Cycle(ImportCircle),
    /// The base of `--against` could not import it.
    Base(BaseUnavailable),
    /// `orders`.
    Orders(OtherOrders),
    /// `classes.heavy`.
    Heavy(HeavyModule),
    /// About what somebody has accepted.
    Allowance(AllowanceRemark),
    /// `[benchmarks]`.
    Benchmark(BenchmarkFinding),
}

impl FindingKind {
    /// The stable name that outputs and users know it by.
    pub fn code(&self) -> Code {
        match self {
            Self::Baseline(remark) => remark.code(),
            Self::Failure(failure) => failure.code(),
            Self::Unmeasured(_) => Code::Inconclusive,
            Self::Ceiling(ceiling) => ceiling.code(),
            Self::Memory(_) => Code::OverMemory,
            Self::MemoryRegression(regression) => regression.code(),
            Self::Regression(regression) => regression.code(),
            Self::Drift(drift) => drift.code(),
            Self::Slowdown(_) => Code::Slowdown,
            Self::Unfounded(_) => Code::UnfoundedEntry,
            Self::Start(_) => Code::StartChanged,
            Self::Variation(unstable) => unstable.code(),
            Self::Modules(modules) => modules.code(),
            Self::Forbidden(_) => Code::Forbidden,
            Self::Effect(_) => Code::ForbiddenEffect,
            Self::Warning(_) => Code::WarningRaised,
            Self::Cycle(_) => Code::ImportCycle,
            Self::Base(_) => Code::NoBaseline,
            Self::Orders(orders) => orders.code(),
            Self::Heavy(_) => Code::HeavyModule,
            Self::Allowance(remark) => remark.code(),
            Self::Benchmark(benchmark) => benchmark.code(),
        }
    }
}

/// One thing that a rule has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// What it does to the verdict.
    pub severity: Severity,
    /// The target's name; empty where it is about the whole run.
    pub target: String,
    /// The budget line that asked.
    pub budget: Option<BudgetLine>,
    /// The line of the measured code that it is about.
    pub place: Option<Place>,
    /// Why, in order of weight.
    pub causes: Vec<Cause>,
    /// What the causes leave of a change.
    pub rest: Rest,
    /// What was installed, upgraded or removed since the baseline, what the target draws on first.
    pub distributions: Vec<DistributionChange>,
    /// What was accepted of it, where it is beyond that.
    pub accepted: Option<Box<Accepted>>,
}

impl Finding {
    /// A finding about a target.
    pub(super) fn about(target: &Target, severity: Severity, kind: FindingKind) -> Self {
        Self::named(target.name.clone(), severity, kind)
    }

    /// A finding about the whole run.
    pub(super) fn about_run(severity: Severity, kind: FindingKind) -> Self {
        Self::named(String::new(), severity, kind)
    }

    /// A finding about the target of this name.
    pub(super) fn named(target: String, severity: Severity, kind: FindingKind) -> Self {
        Self {
            kind,
            severity,
            target,
            budget: None,
            place: None,
            causes: Vec::new(),
            rest: Rest::default(),
            distributions: Vec::new(),
            accepted: None,
        }
    }

    /// With the line of the budgets that asked.
    pub(super) fn asked_by(self, budget: Option<&BudgetLine>) -> Self {
        Self {
            budget: budget.cloned(),
            ..self
        }
    }

    /// With the line of the measured code to look at.
    pub(super) fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }

    /// With its causes; the first of them says where to look.
    pub(super) fn caused_by(self, causes: Vec<Cause>) -> Self {
        Self {
            place: causes.first().and_then(Cause::place),
            causes,
            ..self
        }
    }

    /// With what its causes leave of a change.
    pub(super) fn leaving(self, rest: Rest) -> Self {
        Self { rest, ..self }
    }

    /// With what was installed, upgraded or removed since.
    pub(super) fn beside(self, distributions: Vec<DistributionChange>) -> Self {
        Self { distributions, ..self }
    }

    /// The finding with its files as the reader names them.
    pub(crate) fn seen_from(mut self, places: &Places) -> Self {
        let seen = |file: &mut String| *file = places.seen(file);
        let see_place = |place: &mut Option<Place>| place.iter_mut().for_each(|place| seen(&mut place.file));
        let see_chain = |chain: &mut [ChainStep]| chain.iter_mut().for_each(|step| see_place(&mut step.place));
        let see_failure = |failure: &mut Failure| failure.frames_mut().for_each(|frame| seen(&mut frame.file));
        see_place(&mut self.place);
        for cause in &mut self.causes {
            cause.file.iter_mut().for_each(seen);
            see_chain(&mut cause.chain);
            if let CauseKind::NewModules { others, .. } | CauseKind::HeavyTogether { others } = &mut cause.kind {
                others.iter_mut().for_each(|other| seen(&mut other.file));
            }
            cause.part_of = cause.part_of.take().map(|whole| whole.seen(seen));
        }
        match &mut self.kind {
            FindingKind::Failure(failed) => see_failure(&mut failed.failure),
            FindingKind::Orders(OtherOrders::Fail { failure, .. }) => see_failure(failure),
            FindingKind::Forbidden(module) => see_chain(&mut module.chain),
            FindingKind::Cycle(circle) => see_chain(&mut circle.chain),
            FindingKind::Effect(effect) => {
                for effect in std::iter::once(&mut effect.first).chain(&mut effect.others) {
                    see_place(&mut effect.place);
                    effect.stack.iter_mut().for_each(|frame| seen(&mut frame.file));
                }
            }
            _ => {}
        }
        self
    }

    /// The stable name of what was found.
    pub fn code(&self) -> Code {
        self.kind.code()
    }
}

/// What the whole run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing failed, and everything that was asked was decided.
    Pass,
    /// At least one finding is an error.
    Fail,
    /// Nothing failed, and at least one comparison could not be decided.
    Inconclusive,
}

impl Verdict {
    /// As outputs and exit codes are documented with it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// What findings come to: errors fail; without one, an open question is inconclusive.
    pub fn of(findings: impl Iterator<Item = (Severity, Code)>) -> Self {
        findings.fold(Self::Pass, |verdict, finding| {
            verdict.worst(match finding {
                (Severity::Error, _) => Self::Fail,
                (_, Code::Inconclusive) => Self::Inconclusive,
                _ => Self::Pass,
            })
        })
    }

    /// What two parts of a run come to together.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
            (Self::Inconclusive, _) | (_, Self::Inconclusive) => Self::Inconclusive,
            (Self::Pass, Self::Pass) => Self::Pass,
        }
    }
}
