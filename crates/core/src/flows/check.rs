//! `importgate check`, in the order in which it happens: look at every target, decide what has to be timed, count and sample
//! that, judge, and name the lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::baseline::{COUNTER_VARIABLE, Circumstances, SET_UP_VARIABLE};
use crate::budgets::{Allowance, Budgets, Engine, InBaseline, Target};
use crate::checks;
use crate::checks::{
    AmendedBaseline, Asked, Case, CauseAllowances, Compared, Context, OrderTried, Places, by_allowances,
};
use crate::observed::{Environment, Machine, Measure, MeasureError, TargetObservation};
use crate::report;
use crate::report::{Picture, Report, ReportEnvironment, RunSummary, TargetReport, order};
use crate::sampling::{Rules, decide_fixed, most_tests_of};
use crate::usage::Usage;

use super::compare_with::{Against, CompareWith};
use super::counts::{self, InstructionCounts};
use super::excerpts;
use super::lines::{self, LinesBefore, SourceFiles};
use super::observe::Side;
use super::orders::Orders;
use super::pictures::{self, Drawn};
use super::ratchet;
use super::reuse::{Reuse, ReuseOfTargets};
use super::sample::{self, Job, Samples};
use super::sides::{Observed, observe_both, unless_stopped};
use super::speed::RunSpeed;
use super::target_state::TargetState;
use super::uses;
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
    let engine = check.budgets.measure.engine.value;
    let mut compare_with = compare_with(check, against, &environment, head.counter());
    compare_with.look_at_start(head, &check.places.project(), check.reuse.is_by_files())?;
    let key = environment.interpreter.key();
    let distributions = compare_with.distributions(head);
    let mut context = Context {
        asked: check.asked,
        usage: check.usage,
        heavy: &check.budgets.classes.heavy_ms,
        places: check.places,
        inconclusive: check.budgets.gate.inconclusive.value,
        key: &key,
        compared: compare_with.compared(engine),
        unrecorded: compare_with.unrecorded(check.targets),
        stale: compare_with.stale(check.all_targets),
        again: compare_with.again(check.targets),
        start: compare_with.stored().and_then(|stored| stored.start.as_ref()),
        distributions: &distributions,
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
    };
    let shown_at_ms = check.budgets.measure.machine_speed_ms.as_ref().map(|cited| cited.value);
    let recorded = compare_with.stored().map(|stored| &stored.entry);
    let speed = if check.asked.takes_samples() {
        RunSpeed::tell(head, shown_at_ms, recorded)?
    } else {
        RunSpeed::default()
    };
    let [targets, elsewhere] = [check.targets, check.elsewhere].map(|targets| match compare_with.stored() {
        Some(stored) => ratchet::with_tightened(targets, stored, &speed, check.asked),
        None => targets.to_vec(),
    });
    let check = &Check {
        targets: &targets,
        elsewhere: &elsewhere,
        ..check.clone()
    };
    let mut measured = measure(check, head, (&compare_with, &context, &speed), deadline, progress)?;
    let mut interrupted = measured.samples.interrupted;
    // Nothing more is measured after that: what is known is said.
    let deadline = unless_stopped(deadline, interrupted);
    if let Compared::Base { private_bytecode, .. } = &mut context.compared {
        *private_bytecode = measured.private_bytecode;
    }
    let orders = Orders {
        budgets: check.budgets,
        measure: head,
        sampling: &check.sampling,
        deadline,
    };
    let orders = unless_interrupted(
        measured.try_orders((check.targets, check.asked), &orders, progress),
        &mut interrupted,
    )?;
    let orders = orders.unwrap_or_else(|| vec![Vec::new(); check.targets.len()]);
    let deadline = unless_stopped(deadline, interrupted);
    let mut cases = measured.cases(check.targets, &orders, &compare_with);
    let unseen = waits::unseen(&cases);
    if !unseen.is_empty() {
        drop(cases);
        let looked = waits::look_again(&mut measured.head, check.targets, &unseen, deadline, progress);
        unless_interrupted(looked, &mut interrupted)?;
        cases = measured.cases(check.targets, &orders, &compare_with);
    }
    let mut judgement = checks::judge(&cases, &context);
    let before = measured.lines_before(&compare_with, check.files);
    let findings = &mut judgement.findings;
    let named = lines::name(findings, check.targets, &measured.head, before, deadline, progress);
    unless_interrupted(named, &mut interrupted)?;
    let seen = (head, &measured.head.observations[..]);
    let is_own = |file: &str| check.places.is_own(file);
    unless_interrupted(uses::name(findings, seen, is_own, deadline), &mut interrupted)?;
    let targets = report::rows(&cases, &judgement);
    let excerpts = excerpts::read(&judgement.findings, &measured.head, check.files, check.places);
    let found = judgement
        .findings
        .into_iter()
        .map(|found| found.seen_from(check.places));
    let (mut findings, mut causes) = report::gather(found.collect());
    for cause in &mut causes {
        cause.source = cause.place().and_then(|place| excerpts.get(&place).cloned());
    }
    order::sort(&mut findings, &targets);
    let pictures = measured.pictures(check, &cases, &targets);
    let accepted = (check.targets, check.allowances.of_causes);
    let loosened = by_allowances(accepted, check.allowances.earlier, check.today);
    let stored = compare_with.stored();
    let machine = speed.machine(&measured.samples.references);
    Ok(Report {
        version: Report::VERSION,
        importgate: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: judgement.verdict,
        budgets: check.budgets.file_name().to_owned(),
        findings,
        causes,
        targets,
        benchmarks: Vec::new(),
        environment: ReportEnvironment {
            key: key.clone(),
            python: environment.interpreter.executable.display().to_string(),
            python_version: environment.interpreter.version.clone(),
            python_chosen_by: environment.interpreter.chosen_by.clone(),
            machine: environment.machine.clone(),
            variables: check.variables.clone(),
            speed: stored.map(|stored| machine.relative_to(&stored.entry.machine())),
            machine_speed_us: machine.calibration_us(),
            shown_at_speed_us: shown_at_ms.map(|ms| ms * US_PER_MS),
        },
        baseline: compare_with.summary(),
        distributions,
        run: RunSummary {
            samples: measured.samples.count(),
            references: speed.references() + measured.samples.references.len() as u64,
            seconds: deadline.elapsed().as_secs_f64(),
            seed: check.sampling.seed,
            interrupted,
            times: None,
            set_up: measured.samples.set_up.clone(),
        },
        groups: Vec::new(),
        pictures,
        shard: None,
        not_asked: check.asked.left_out().collect(),
        loosened,
    })
}

/// The answer, or nothing where the run was interrupted before there was one.
fn unless_interrupted<T>(
    answer: Result<T, MeasureError>,
    interrupted: &mut Option<i32>,
) -> Result<Option<T>, MeasureError> {
    match answer {
        Err(MeasureError::Interrupted { signal }) => {
            *interrupted = Some(signal);
            Ok(None)
        }
        other => other.map(Some),
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

/// Everything that was observed, counted and timed.
struct Measured<'a> {
    head: Side<'a>,
    base: Option<Side<'a>>,
    states: Vec<TargetState>,
    counts: Vec<InstructionCounts>,
    rules: Rules,
    samples: Samples,
    /// True where base and head had to be brought into one state of their bytecode.
    private_bytecode: bool,
}

fn measure<'a>(
    check: &Check<'_>,
    head: &'a dyn Measure,
    (compare_with, context, speed): (&CompareWith<'a>, &Context<'_>, &RunSpeed),
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Measured<'a>, MeasureError> {
    let targets = check.targets;
    let timed = check.asked.takes_samples();
    let counted = timed && check.budgets.measure.engine.value == Engine::Instructions;
    let Observed {
        head,
        base,
        private_bytecode,
        stopped_by,
    } = observe_both(
        check,
        head,
        (compare_with, context, speed),
        (counted, deadline),
        progress,
    )?;
    let deadline = unless_stopped(deadline, stopped_by);
    let reuse = check.reuse_of_targets();
    let mut states: Vec<TargetState> = targets
        .iter()
        .zip(&head.observations)
        .enumerate()
        .map(|(position, (target, observed))| {
            let base = base.as_ref().map(|side| &side.observations[position]);
            TargetState::of(target, observed, compare_with, base, (reuse.of(target), speed))
        })
        .collect();
    for state in &mut states {
        state.keep_to(check.asked);
    }
    let counts = if counted {
        let sides = (&head, base.as_ref());
        counts::count_all(targets, &mut states, sides, compare_with, deadline, progress)?
    } else {
        vec![InstructionCounts::default(); targets.len()]
    };
    let sides = (head.measure, base.as_ref().map(|base| base.measure));
    let sampling = check.sampling.narrowed_to(head.width);
    let sampling = sampling.sharing_set_up(compare_with.shares_set_up(check.budgets));
    let rules = sampling.rules(tests(check, &states));
    let jobs = jobs(targets, &states, &head, rules);
    let mut samples = sample::take(sides, &jobs, &sampling, deadline, progress)?;
    samples.interrupted = samples.interrupted.or(stopped_by);
    Ok(Measured {
        head,
        base,
        states,
        counts,
        rules,
        samples,
        private_bytecode,
    })
}

/// How many tests share the error level, which is divided before the first look: a number that samples decide would void what it
/// promises. What the targets of other shards are asked depends on closures that only those see, so that shards divide by the
/// most that all targets of the run can be asked, which is the same in all of them.
fn tests(check: &Check<'_>, states: &[TargetState]) -> usize {
    if check.elsewhere.is_empty() {
        let tests = check
            .targets
            .iter()
            .zip(states)
            .map(|(target, state)| state.tests(target));
        return tests.sum();
    }
    check.targets.iter().chain(check.elsewhere).map(most_tests_of).sum()
}

/// What has to be timed, and what is asked of it.
fn jobs<'a>(targets: &'a [Target], states: &'a [TargetState], side: &Side<'_>, rules: Rules) -> Vec<Job<'a>> {
    let job = |((target, state), observed): ((&'a Target, &'a TargetState), &TargetObservation)| {
        let question = state.question(target, rules)?;
        Some(Job::to_check(target, question, observed))
    };
    targets
        .iter()
        .zip(states)
        .zip(&side.observations)
        .filter_map(job)
        .collect()
}

impl Measured<'_> {
    /// Where the lines of before are to be had.
    fn lines_before<'a>(&'a self, compare_with: &'a CompareWith<'_>, files: &'a dyn SourceFiles) -> LinesBefore<'a> {
        match (&self.base, compare_with.stored()) {
            (Some(base), _) => LinesBefore::Base(base.measure),
            (None, Some(stored)) => LinesBefore::Stored(&stored.entry, files),
            (None, None) => LinesBefore::Unknown,
        }
    }

    /// Tries other orders of every timed target that asks for them, in the milliseconds that it is shown in; a target whose code
    /// is the baseline's was tried when it was new.
    fn try_orders(
        &self,
        (targets, asked): (&[Target], &Asked),
        orders: &Orders<'_>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<Vec<OrderTried>>, MeasureError> {
        if !asked.tries_orders() {
            return Ok(vec![Vec::new(); targets.len()]);
        }
        let mut taken = self.samples.taken.iter();
        let mut tried = Vec::new();
        for (target, state) in targets.iter().zip(&self.states) {
            let question = state.question(target, self.rules);
            tried.push(match question.and_then(|question| Some((question, taken.next()?))) {
                Some((question, taken)) => orders.try_of(target, &question.machine(&taken.head), progress)?,
                None => Vec::new(),
            });
        }
        Ok(tried)
    }

    /// What a page draws of each target.
    fn pictures(&self, check: &Check<'_>, cases: &[Case<'_>], rows: &[TargetReport]) -> Vec<Picture> {
        let mut taken = self.samples.taken.iter();
        let drawn = cases.iter().zip(rows).zip(&self.states).enumerate();
        let drawn = drawn.map(|(position, ((case, row), state))| {
            let taken = if state.is_timed() { taken.next() } else { None };
            Drawn {
                case,
                row,
                times: state.times_drawn(case.target, taken, self.rules),
                taken: taken.map_or(&[], |taken| &taken.head),
                base: self.base.as_ref().map(|side| &side.observations[position]),
            }
        });
        pictures::draw(drawn.collect(), check.places)
    }

    /// Brings together what is known of each target.
    fn cases<'a>(
        &'a self,
        targets: &'a [Target],
        orders: &'a [Vec<OrderTried>],
        compare_with: &'a CompareWith<'_>,
    ) -> Vec<Case<'a>> {
        let mut taken = self.samples.taken.iter();
        let mut cases: Vec<Case<'_>> = targets
            .iter()
            .zip(&self.states)
            .enumerate()
            .map(|(position, (target, state))| {
                let taken = if state.is_timed() { taken.next() } else { None };
                let base = self.base.as_ref().map(|side| &side.observations[position]);
                let mut case = state.case(target, &self.head.observations[position], taken, base, self.rules);
                counts::decide(&mut case, self.counts[position], state);
                case.failed_then = compare_with.failed_then(&target.name);
                case.orders = &orders[position];
                case.interrupted = self.samples.interrupted.is_some();
                let before = match base {
                    Some(base) => Some(base.as_known()),
                    None => compare_with.recorded(&target.name),
                };
                case.closure_before = before.map(|before| before.closure);
                case.newly_taken_out = before
                    .zip(case.observation)
                    .map(|(before, observation)| before.without(&observation.traces.taken_out))
                    .unwrap_or_default();
                case
            })
            .collect();
        if self.rules.fixed {
            let answers = cases.iter_mut().map(|case| &mut case.answers).collect();
            decide_fixed(answers, self.rules.budget);
        }
        cases
    }
}
