//! Benchmarks of other tools against their budgets. What may be decided depends on what the numbers are: of raw samples a quantile is
//! tested by counting and a change by a rank test; of a histogram the same, with the widths of its ranges against the finding; a summary
//! is held against ceilings as it stands, and no change of it can be told from chance.
//!
//! The error level is that of a run (`sampling::alpha`): 1% over all bounds and comparisons of all benchmarks together. It is a budget of
//! its own, since benchmarks were measured by another run than this one.

mod accepted;
mod compared;
mod held;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

use super::{Asked, Code, Finding, FindingKind, Severity, Verdict};
use crate::baseline::RecordedBenchmarks;
use crate::budgets::{Allowance, Bounded, BudgetLine, Inconclusive, Statistic};
use crate::observed::{BenchmarkMachine, Better, Tool, Unit};
use crate::sampling::{Alpha, ErrorBudget};

/// What a test may err by that lets a benchmark pass. A wrong pass harms one benchmark and not the run.
const PASS: f64 = 0.05;

/// What was found of a benchmark, in its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkFinding {
    /// The tool that measured it.
    pub tool: Tool,
    /// What its numbers are in.
    pub unit: Unit,
    /// What it is.
    pub kind: BenchmarkProblem,
}

/// One way in which a benchmark does not keep within its budgets.
#[derive(Debug, Clone, PartialEq)]
pub enum BenchmarkProblem {
    /// A number is beyond its limit.
    Beyond {
        /// Which.
        statistic: Statistic,
        /// What it is.
        value: f64,
        /// What it may be.
        limit: f64,
    },
    /// The numbers do not say whether it is.
    Undecided {
        /// Which.
        statistic: Statistic,
        /// What it seems to be, where that is known.
        value: Option<f64>,
        /// What it may be.
        limit: f64,
        /// Why.
        why: Undecided,
    },
    /// Requests or runs failed.
    Failed {
        /// How many.
        failed: u64,
        /// Of how many.
        all: u64,
        /// The share that may.
        allowed: f64,
    },
    /// It is worse than it was recorded.
    Worse {
        /// What it was.
        before: f64,
        /// What it is.
        now: f64,
        /// The share by which it may be worse.
        allowed: f64,
    },
    /// The numbers do not say whether it is.
    NotCompared {
        /// What it was.
        before: f64,
        /// What it is.
        now: f64,
        /// The share by which it may be worse.
        allowed: f64,
        /// Why.
        why: NotCompared,
    },
    /// It is worse than where it was anchored, or nobody can tell whether it is.
    Drift {
        /// The day of the anchor, where it is known.
        since: Option<Date>,
        /// What it was.
        before: f64,
        /// What it is.
        now: f64,
        /// The share by which it may be worse.
        allowed: f64,
        /// Why it was not decided, where it was not.
        open: Option<NotCompared>,
    },
    /// No file has it any more.
    Gone,
}

/// Why a bound was not decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Undecided {
    /// There are too few samples for this number.
    TooFew {
        /// How many there are.
        samples: u64,
        /// How many there have to be.
        needed: u64,
    },
    /// It is so near to its limit that so many samples do not tell.
    TooClose {
        /// How many there are.
        samples: u64,
    },
    /// Of a quantile: so many samples are above the limit that chance may have it so, either way.
    ManyAbove {
        /// How many there are.
        samples: u64,
        /// How many of them are or may be above.
        above: u64,
    },
    /// The tool did not write it down.
    NotWritten,
}

/// Why a change was not decided.
#[derive(Debug, Clone, PartialEq)]
pub enum NotCompared {
    /// There are too few samples.
    TooFew {
        /// How many there are on the smaller side.
        samples: u64,
        /// How many there have to be.
        needed: u64,
    },
    /// The change is so near to what is allowed that so many samples do not tell.
    TooClose {
        /// How many there are.
        samples: u64,
    },
    /// One side has one number and no samples.
    OneNumber,
    /// The machine is another one.
    OtherMachine {
        /// The one then.
        then: BenchmarkMachine,
        /// The one now.
        now: BenchmarkMachine,
    },
    /// Nothing says whether more is better.
    NoDirection,
}

impl BenchmarkFinding {
    pub(super) fn code(&self) -> Code {
        match &self.kind {
            BenchmarkProblem::Beyond { .. } if self.unit == Unit::Time => Code::OverTime,
            BenchmarkProblem::Beyond { .. } => Code::OutOfBounds,
            BenchmarkProblem::Undecided { .. } | BenchmarkProblem::NotCompared { .. } => Code::Inconclusive,
            BenchmarkProblem::Failed { .. } => Code::FailedRequests,
            BenchmarkProblem::Worse { .. } => Code::Regression,
            BenchmarkProblem::Drift { open: None, .. } => Code::Drift,
            BenchmarkProblem::Drift { .. } => Code::Inconclusive,
            BenchmarkProblem::Gone => Code::StaleBaselineEntry,
        }
    }

    /// The code of the rule that asked, also where it was not decided.
    pub(super) fn rule(&self) -> Code {
        match &self.kind {
            BenchmarkProblem::Undecided { .. } if self.unit == Unit::Time => Code::OverTime,
            BenchmarkProblem::Undecided { .. } => Code::OutOfBounds,
            BenchmarkProblem::NotCompared { .. } => Code::Regression,
            BenchmarkProblem::Drift { .. } => Code::Drift,
            _ => self.code(),
        }
    }
}

/// What a benchmark is called among the targets of a run.
pub fn target_of(benchmark: &str) -> String {
    format!("benchmark:{benchmark}")
}

/// True where a target's name is that of a benchmark.
pub(crate) fn is_benchmark(target: &str) -> bool {
    target.starts_with("benchmark:")
}

/// What is asked of benchmarks, beside their own bounds.
#[derive(Debug, Clone, Copy)]
pub struct BenchmarkContext<'a> {
    /// Which findings are asked for.
    pub asked: &'a Asked,
    /// What an open question does to the verdict.
    pub inconclusive: Inconclusive,
    /// What was recorded, where something was.
    pub recorded: Option<&'a RecordedBenchmarks>,
    /// False where only some of the benchmarks are looked at, so that what is missing is not gone.
    pub all: bool,
    /// The day of the run, for what is accepted until one.
    pub today: Date,
    /// True where an allowance that has ended, or that nothing needs, is an error.
    pub strict: bool,
    /// Allowances of benchmarks that no file has.
    pub of_no_benchmark: &'a [Allowance],
}

/// What a benchmark comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkJudgement {
    /// What it comes to by itself.
    pub verdict: Verdict,
    /// Its findings.
    pub findings: Vec<Finding>,
}

/// Judges benchmarks: one judgement each, in their order, and the findings that are about none of them.
pub fn judge_benchmarks(
    bounded: &[Bounded<'_>],
    context: &BenchmarkContext<'_>,
) -> (Vec<BenchmarkJudgement>, Vec<Finding>) {
    let tests = bounded.iter().map(|bounded| number_of_tests(bounded, context)).sum();
    let level = ErrorBudget::over(tests).share();
    let judgements = bounded.iter().map(|bounded| judge(bounded, level, context));
    let judgements = judgements.collect();
    let gone = gone(bounded, context).filter(|finding| context.asked.asks(finding.code()));
    let of_none = gone.chain(accepted::of_no_benchmark(context));
    (
        judgements,
        of_none.map(|finding| context.asked.weigh(finding)).collect(),
    )
}

/// How many questions are asked of a benchmark: it follows from the budgets and the baseline, and from no sample.
fn number_of_tests(bounded: &Bounded<'_>, context: &BenchmarkContext<'_>) -> usize {
    let is_compared = compared::recorded(bounded, context).is_some();
    bounded.bounds.len() + usize::from(is_compared) + usize::from(compared::anchored(bounded, context).is_some())
}

fn judge(bounded: &Bounded<'_>, level: Alpha, context: &BenchmarkContext<'_>) -> BenchmarkJudgement {
    let problem = |kind: BenchmarkProblem, line: Option<&BudgetLine>| {
        let severity = match &kind {
            BenchmarkProblem::Undecided { .. }
            | BenchmarkProblem::NotCompared { .. }
            | BenchmarkProblem::Drift { open: Some(_), .. } => match context.inconclusive {
                Inconclusive::Warn => Severity::Warning,
                Inconclusive::Fail => Severity::Error,
            },
            _ => Severity::Error,
        };
        let kind = FindingKind::Benchmark(BenchmarkFinding {
            tool: bounded.benchmark.tool,
            unit: bounded.benchmark.unit,
            kind,
        });
        Finding::named(target_of(&bounded.benchmark.name), severity, kind).asked_by(line)
    };
    let held = bounded.bounds.iter().filter_map(|bound| {
        let found = held::check(&bounded.benchmark.values, bound, level)?;
        Some(problem(found, bound.limit.line.as_ref()))
    });
    let failed = failed(bounded).map(|found| problem(found, bounded.max_failed.line.as_ref()));
    let compared = compared::check(bounded, level, context);
    let compared = compared.map(|found| problem(found, bounded.max_regression.line.as_ref()));
    let drift = compared::drift(bounded, level, context);
    let limit = bounded.max_drift.as_ref().and_then(|limit| limit.line.as_ref());
    let drift = drift.map(|found| problem(found, limit));
    let findings = failed.into_iter().chain(held).chain(compared).chain(drift);
    let findings = accepted::settle(bounded, context, findings.collect()).into_iter();
    let findings = findings.filter(|finding| context.asked.asks_for(finding));
    let findings: Vec<Finding> = findings.map(|finding| context.asked.weigh(finding)).collect();
    let verdict = Verdict::of(findings.iter().map(|finding| (finding.severity, finding.code())));
    BenchmarkJudgement { verdict, findings }
}

/// Requests and runs that failed, where more did than may.
fn failed(bounded: &Bounded<'_>) -> Option<BenchmarkProblem> {
    let requests = bounded.benchmark.requests?;
    let allowed = bounded.max_failed.value;
    let is_within = requests.failed as f64 <= allowed * requests.all as f64;
    (!is_within).then_some(BenchmarkProblem::Failed {
        failed: requests.failed,
        all: requests.all,
        allowed,
    })
}

/// What is recorded and is in no file any more.
fn gone<'a>(bounded: &'a [Bounded<'_>], context: &BenchmarkContext<'a>) -> impl Iterator<Item = Finding> + use<'a> {
    let recorded = context.recorded.filter(|_| context.all);
    let names = recorded.into_iter().flat_map(RecordedBenchmarks::iter);
    let is_gone = |name: &&str| bounded.iter().all(|bounded| bounded.benchmark.name != *name);
    names
        .filter(move |(name, _)| is_gone(&name.as_str()))
        .map(|(name, recorded)| {
            let kind = BenchmarkFinding {
                tool: recorded.tool,
                unit: recorded.unit,
                kind: BenchmarkProblem::Gone,
            };
            Finding::named(target_of(name), Severity::Warning, FindingKind::Benchmark(kind))
        })
}

/// Which of two numbers is the worse one.
fn is_worse(value: f64, limit: f64, better: Better) -> bool {
    match better {
        Better::Lower => value > limit,
        Better::Higher => value < limit,
    }
}
