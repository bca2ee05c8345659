//! Benchmarks of other tools within a check: bound to their budgets, judged, and added to the report. Nothing is measured here.

use jiff::civil::Date;

use crate::baseline::RecordedBenchmarks;
use crate::budgets::{Allowance, Bounded, Budgets};
use crate::checks::{Asked, BenchmarkContext, Code, Loosening, Severity, Verdict, judge_benchmarks};
use crate::observed::{EnvironmentKey, Machine};
use crate::report::{self, BenchmarkReport, Finding, Report, ReportEnvironment, RunSummary, order};

/// What is checked of benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct BenchmarkCheck<'a> {
    /// The benchmarks with what holds for them.
    pub bounded: &'a [Bounded<'a>],
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Which findings are asked for.
    pub asked: &'a Asked,
    /// What was recorded, and where.
    pub recorded: Option<&'a RecordedBenchmarks>,
    /// The file of what was recorded, whether it exists or not.
    pub recorded_path: &'a str,
    /// False where only some of the benchmarks are looked at.
    pub all: bool,
    /// What is accepted beyond limits.
    pub allowances: BenchmarkAllowances<'a>,
}

/// What is accepted beyond the limits of these benchmarks, which have it already, and of others.
#[derive(Debug, Clone, Copy)]
pub struct BenchmarkAllowances<'a> {
    /// Those of benchmarks that no file has.
    pub of_no_benchmark: &'a [Allowance],
    /// What was accepted before the change under test, where that is known.
    pub earlier: Option<&'a [Allowance]>,
    /// The day of the run.
    pub today: Date,
    /// True where one that has ended, or that nothing needs, is an error.
    pub strict: bool,
}

impl<'a> BenchmarkCheck<'a> {
    /// What the rules are told.
    pub(super) fn context(&self) -> BenchmarkContext<'a> {
        BenchmarkContext {
            asked: self.asked,
            inconclusive: self.budgets.gate.inconclusive.value,
            recorded: self.recorded,
            all: self.all,
            today: self.allowances.today,
            strict: self.allowances.strict,
            of_no_benchmark: self.allowances.of_no_benchmark,
        }
    }
}

/// Adds what benchmarks come to to a report.
pub fn add_benchmarks(report: &mut Report, check: &BenchmarkCheck<'_>) {
    let (judgements, of_none) = judge_benchmarks(check.bounded, &check.context());
    let accepted = check.bounded.iter().flat_map(|bounded| &bounded.accepted);
    let allowances = check.allowances;
    let loosened =
        accepted.filter_map(|accepted| Loosening::of_allowance(accepted, allowances.earlier, allowances.today));
    report.loosened.extend(loosened);
    let judged = check.bounded.iter().zip(&judgements);
    let rows = judged.map(|(bounded, judged)| BenchmarkReport::of(bounded, judged, check.recorded));
    report.benchmarks.extend(rows);
    let verdicts = judgements.iter().map(|judged| judged.verdict);
    report.verdict = verdicts.fold(report.verdict, Verdict::worst);
    let found = judgements.into_iter().flat_map(|judged| judged.findings).chain(of_none);
    let (findings, _) = report::gather(found.collect());
    let severities = findings.iter().map(|finding| (finding.severity, finding.code));
    report.verdict = report.verdict.worst(Verdict::of(severities));
    report.findings.extend(findings);
    if check.recorded.is_none() && !check.bounded.is_empty() && check.asked.asks(Code::NoBaseline) {
        report.findings.push(not_recorded(check.recorded_path));
    }
    order::sort(&mut report.findings, &report.targets);
}

/// Says once that there is nothing to compare with.
fn not_recorded(path: &str) -> Finding {
    Finding {
        code: Code::NoBaseline,
        severity: Severity::Note,
        target: String::new(),
        message: format!("there is no {path}, so that benchmarks are held against their limits alone"),
        budget: None,
        place: None,
        help: Some("`importgate record --benchmarks FILE` writes it".to_owned()),
        details: Vec::new(),
        causes: Vec::new(),
        rest: None,
        installed: None,
    }
}

/// The report of a run in which no interpreter was needed: without a target.
pub fn report_without_targets(budgets: &Budgets, asked: &Asked, machine: Machine, seconds: f64) -> Report {
    Report {
        version: Report::VERSION,
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: Verdict::Pass,
        budgets: budgets.file_name().to_owned(),
        findings: Vec::new(),
        causes: Vec::new(),
        targets: Vec::new(),
        benchmarks: Vec::new(),
        environment: ReportEnvironment {
            key: EnvironmentKey("benchmarks".to_owned()),
            python: String::new(),
            python_version: String::new(),
            python_chosen_by: None,
            machine,
            variables: std::collections::BTreeMap::new(),
            speed: None,
            machine_speed_us: None,
            shown_at_speed_us: None,
        },
        baseline: None,
        distributions: Vec::new(),
        run: RunSummary {
            samples: 0,
            references: 0,
            seconds,
            seed: 0,
            interrupted: None,
            times: None,
            set_up: None,
            looks_set_up: None,
        },
        groups: Vec::new(),
        pictures: Vec::new(),
        shard: None,
        not_asked: asked.left_out().collect(),
        loosened: Vec::new(),
    }
}
