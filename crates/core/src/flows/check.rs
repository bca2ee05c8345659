//! `importgate check`, in the order in which it happens: look at every target, decide what has to be timed, count and sample
//! that, judge, and name the lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::baseline::{COUNTER_VARIABLE, Circumstances, SET_UP_VARIABLE};
use crate::budgets::{Allowance, Budgets, InBaseline, Target};
use crate::checks;
use crate::checks::{AmendedBaseline, Asked, CauseAllowances, Compared, Context, Places, by_allowances};
use crate::observed::{DistributionChange, Environment, EnvironmentKey, Machine, Measure, MeasureError};
use crate::report;
use crate::report::{Report, ReportEnvironment, RunSummary, order};
use crate::stats::MachineSpeed;
use crate::usage::Usage;

use super::compare_with::{Against, CompareWith, StoredEntry};
use super::lines::SourceFiles;
use super::measured::measure;
use super::ratchet;
use super::reuse::{Reuse, ReuseOfTargets};
use super::sides::unless_stopped;
use super::speed::RunSpeed;
use super::waits;
use super::{Deadline, SamplingSettings, ShowProgress};

/// Microseconds in a millisecond.
const US_PER_MS: f64 = 1e3;

/// What is checked, and how.
#[derive(Clone)]
pub struct Check<'a> {
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Every target of the budgets.
    pub all_targets: &'a [Target],
    /// The targets to check, with the limits that are asked about ([`Asked::narrowed`]).
    pub targets: &'a [Target],
    /// The targets that other shards of this run check.
    pub elsewhere: &'a [Target],
    /// The machine that it runs on.
    pub machine: Machine,
    /// Environment variables that change what an import does or costs.
    pub variables: BTreeMap<String, String>,
    /// How lines of measured code are named.
    pub places: &'a Places,
    /// What was recorded of workloads, where something was.
    pub usage: Option<&'a Usage>,
    /// The files of the project.
    pub files: &'a dyn SourceFiles,
    /// How many samples, and in which order.
    pub sampling: SamplingSettings,
    /// How far equal code is taken for equal cost.
    pub reuse: Reuse,
    /// Which findings are asked for.
    pub asked: &'a Asked,
    /// The day of the run, for what ends on a date.
    pub today: Date,
    /// What is accepted beyond the limits of these targets, which have it already, and of others.
    pub allowances: Allowances<'a>,
    /// What the change under test did to the baseline, where that is known.
    pub amended: Option<&'a AmendedBaseline>,
}

impl Check<'_> {
    /// In whose milliseconds times are shown, where the budgets say so: what the calibration takes there.
    fn shown_at_ms(&self) -> Option<f64> {
        self.budgets.measure.machine_speed_ms.as_ref().map(|cited| cited.value)
    }

    /// How far equal code is taken for equal cost in each target.
    pub(super) fn reuse_of_targets(&self) -> ReuseOfTargets<'_> {
        ReuseOfTargets {
            usual: self.reuse,
            amended: self.amended,
        }
    }
}

/// What is accepted beyond limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowances<'a> {
    /// Those of targets that no budget has.
    pub of_no_target: &'a [Allowance],
    /// Those of causes.
    pub of_causes: &'a [Allowance],
    /// What the baseline has of each target, where it is held against that.
    pub recorded: Option<&'a BTreeMap<String, InBaseline>>,
    /// What was accepted before the change under test, where that is known.
    pub earlier: Option<&'a [Allowance]>,
    /// The files that the change under test touches, as the project names them, where that is known.
    pub changed_files: Option<&'a BTreeSet<String>>,
    /// True where one that has ended, or that nothing needs, is an error whatever the change has to do with it.
    pub strict: bool,
}

/// Checks the targets: `head` measures the code under test, `against` has what it is compared with.
///
/// # Errors
/// Where nothing can be measured. A target that fails is a finding.
pub fn check(
    check: &Check<'_>,
    head: &dyn Measure,
    against: Against<'_>,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Report, MeasureError> {
    let environment = Environment {
        interpreter: head.interpreter().clone(),
        machine: check.machine.clone(),
    };
    let mut compare_with = compare_with(check, against, &environment, head.counter());
    compare_with.look_at_start(head, &check.places.project(), check.reuse.is_by_files())?;
    let speed = speed(check, head, &compare_with)?;
    let [targets, elsewhere] = tightened(check, &compare_with, &speed);
    let check = &Check {
        targets: &targets,
        elsewhere: &elsewhere,
        ..check.clone()
    };
    let key = environment.interpreter.key();
    let distributions = compare_with.distributions(head);
    let mut context = context(check, &compare_with, &key, &distributions);
    let mut measured = measure(check, head, (&compare_with, &context, &speed), deadline, progress)?;
    if let Compared::Base { private_bytecode, .. } = &mut context.compared {
        *private_bytecode = measured.private_bytecode;
    }
    let mut rest = Rest {
        deadline,
        interrupted: measured.samples.interrupted,
    };
    let orders = rest.ask(|deadline| measured.try_orders(check, deadline, progress))?;
    let orders = orders.unwrap_or_else(|| vec![Vec::new(); check.targets.len()]);
    let mut cases = measured.cases(check.targets, &orders, &compare_with);
    let unseen = waits::unseen(&cases);
    if !unseen.is_empty() {
        drop(cases);
        rest.ask(|deadline| waits::look_again(&mut measured.head, check.targets, &unseen, deadline, progress))?;
        cases = measured.cases(check.targets, &orders, &compare_with);
    }
    let mut judgement = checks::judge(&cases, &context);
    measured.name_lines(&mut judgement.findings, (check, &compare_with), &mut rest, progress)?;
    let targets = report::rows(&cases, &judgement);
    let (mut findings, causes) = measured.gather(judgement.findings, check);
    order::sort(&mut findings, &targets);
    let accepted = (check.targets, check.allowances.of_causes);
    Ok(Report {
        version: Report::VERSION,
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: judgement.verdict,
        budgets: check.budgets.file_name().to_owned(),
        findings,
        causes,
        benchmarks: Vec::new(),
        environment: report_environment(
            (check, environment),
            compare_with.stored(),
            &speed.machine(&measured.samples.references),
        ),
        baseline: compare_with.summary(),
        run: RunSummary {
            samples: measured.samples.count(),
            references: speed.references() + measured.samples.references.len() as u64,
            seconds: deadline.elapsed().as_secs_f64(),
            seed: check.sampling.seed,
            interrupted: rest.interrupted,
            times: None,
            set_up: measured.samples.set_up.clone(),
            looks_set_up: measured.hindered_looks().map(str::to_owned),
        },
        groups: Vec::new(),
        pictures: measured.pictures(check, &cases, &targets),
        targets,
        distributions,
        shard: None,
        not_asked: check.asked.left_out().collect(),
        loosened: by_allowances(accepted, check.allowances.earlier, check.today),
    })
}

/// What is done once everything is timed. Where the run is interrupted nothing more is measured, and what is known is said.
pub(super) struct Rest<'a> {
    deadline: Deadline<'a>,
    interrupted: Option<i32>,
}

impl<'a> Rest<'a> {
    /// The answer, or nothing where the run was interrupted before there was one.
    pub(super) fn ask<T>(
        &mut self,
        ask: impl FnOnce(Deadline<'a>) -> Result<T, MeasureError>,
    ) -> Result<Option<T>, MeasureError> {
        match ask(unless_stopped(self.deadline, self.interrupted)) {
            Err(MeasureError::Interrupted { signal }) => {
                self.interrupted = Some(signal);
                Ok(None)
            }
            other => other.map(Some),
        }
    }
}

/// In whose milliseconds times are shown, where anything is timed.
fn speed(check: &Check<'_>, head: &dyn Measure, compare_with: &CompareWith<'_>) -> Result<RunSpeed, MeasureError> {
    if !check.asked.takes_samples() {
        return Ok(RunSpeed::default());
    }
    let recorded = compare_with.stored().map(|stored| &stored.entry);
    RunSpeed::tell(head, check.shown_at_ms(), recorded)
}

/// The targets of this run and of its other shards, with what the baseline says of tightened limits.
fn tightened(check: &Check<'_>, compare_with: &CompareWith<'_>, speed: &RunSpeed) -> [Vec<Target>; 2] {
    [check.targets, check.elsewhere].map(|targets| match compare_with.stored() {
        Some(stored) => ratchet::with_tightened(targets, stored, speed, check.asked),
        None => targets.to_vec(),
    })
}

/// What is known of the run before anything is measured.
fn context<'a>(
    check: &'a Check<'_>,
    compare_with: &'a CompareWith<'_>,
    key: &'a EnvironmentKey,
    distributions: &'a [DistributionChange],
) -> Context<'a> {
    Context {
        asked: check.asked,
        usage: check.usage,
        heavy: &check.budgets.classes.heavy_ms,
        places: check.places,
        inconclusive: check.budgets.gate.inconclusive.value,
        key,
        compared: compare_with.compared(check.budgets.measure.engine.value),
        unrecorded: compare_with.unrecorded(check.targets),
        stale: compare_with.stale(check.all_targets),
        again: compare_with.again(check.targets),
        start: compare_with.stored().and_then(|stored| stored.start.as_ref()),
        distributions,
        today: check.today,
        strict: check.allowances.strict,
        changed_files: check.allowances.changed_files,
        amended: check.amended,
        causes: CauseAllowances {
            allowances: check.allowances.of_causes,
            recorded: check.allowances.recorded,
            is_whole: check.targets.len() == check.all_targets.len(),
        },
        of_no_target: check.allowances.of_no_target,
    }
}

/// Where it was measured, and how fast that is.
fn report_environment(
    (check, environment): (&Check<'_>, Environment),
    stored: Option<&StoredEntry>,
    machine: &MachineSpeed,
) -> ReportEnvironment {
    let Environment {
        interpreter,
        machine: fingerprint,
    } = environment;
    ReportEnvironment {
        key: interpreter.key(),
        python: interpreter.executable.display().to_string(),
        python_version: interpreter.version,
        python_chosen_by: interpreter.chosen_by,
        machine: fingerprint,
        variables: check.variables.clone(),
        speed: stored.map(|stored| machine.relative_to(&stored.entry.machine())),
        machine_speed_us: machine.calibration_us(),
        shown_at_speed_us: check.shown_at_ms().map(|ms| ms * US_PER_MS),
    }
}

/// What counts instructions stands among the variables, where a difference keeps counts apart.
fn compare_with<'a>(
    check: &Check<'_>,
    against: Against<'a>,
    environment: &Environment,
    counter: Option<String>,
) -> CompareWith<'a> {
    let counter = counter.map(|counter| (COUNTER_VARIABLE.to_owned(), counter));
    let set_up = set_up_as_in(&against, environment);
    let variables = check
        .variables
        .clone()
        .into_iter()
        .chain(counter)
        .chain(set_up)
        .collect();
    let now = Circumstances {
        environment,
        variables: &variables,
        bytecode: check.budgets.measure.bytecode.value,
        engine: check.budgets.measure.engine.value,
    };
    CompareWith::new(against, now)
}

/// What a baseline says of the set-up: a check has it run as often as the recording had.
fn set_up_as_in(against: &Against<'_>, environment: &Environment) -> Option<(String, String)> {
    let Against::Baseline { content, .. } = against else {
        return None;
    };
    let entry = content.as_ref()?.entry(&environment.interpreter.key())?;
    let (name, value) = entry.variables.get_key_value(SET_UP_VARIABLE)?;
    Some((name.clone(), value.clone()))
}
