//! What a check measured: what every target was seen to import, what was counted and timed of it, and what that comes to.

use std::sync::Arc;

use crate::budgets::{Engine, Target};
use crate::checks::{Case, Context, Finding, OrderTried};
use crate::observed::{Measure, MeasureError, TargetObservation};
use crate::report;
use crate::report::{Cause, Picture, TargetReport};
use crate::sampling::{Rules, decide_fixed, most_tests_of, warn_alike};

use super::check::{Check, Rest};
use super::compare_with::CompareWith;
use super::counts::{self, InstructionCounts};
use super::excerpts;
use super::lines::{self, LinesBefore, SourceFiles};
use super::observe::Side;
use super::orders::Orders;
use super::pictures::{self, Drawn};
use super::sample::{self, Job, Samples};
use super::sides::{Observed, observe_both, unless_stopped};
use super::speed::RunSpeed;
use super::target_state::TargetState;
use super::uses;
use super::{Deadline, ShowProgress};

/// Everything that was observed, counted and timed.
pub(super) struct Measured<'a> {
    pub(super) head: Side<'a>,
    base: Option<Side<'a>>,
    states: Vec<TargetState>,
    counts: Vec<InstructionCounts>,
    rules: Rules,
    pub(super) samples: Samples,
    /// True where base and head had to be brought into one state of their bytecode.
    pub(super) private_bytecode: bool,
}

/// Observes every target, and counts and times what has to be.
pub(super) fn measure<'a>(
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
    /// What kept looks at imports from sharing one set-up, on either side.
    pub(super) fn hindered_looks(&self) -> Option<&str> {
        let sides = std::iter::once(&self.head).chain(&self.base);
        sides.filter_map(|side| side.hindered.as_deref()).next()
    }

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
    pub(super) fn try_orders(
        &self,
        check: &Check<'_>,
        deadline: Deadline<'_>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Vec<Vec<OrderTried>>, MeasureError> {
        if !check.asked.tries_orders() {
            return Ok(vec![Vec::new(); check.targets.len()]);
        }
        let orders = Orders {
            budgets: check.budgets,
            measure: self.head.measure,
            sampling: &check.sampling,
            deadline,
        };
        let mut taken = self.samples.taken.iter();
        let mut tried = Vec::new();
        for (target, state) in check.targets.iter().zip(&self.states) {
            let question = state.question(target, self.rules);
            tried.push(match question.and_then(|question| Some((question, taken.next()?))) {
                Some((question, taken)) => orders.try_of(target, &question.machine(&taken.head), progress)?,
                None => Vec::new(),
            });
        }
        Ok(tried)
    }

    /// Names the lines of causes, and where what they import is used.
    pub(super) fn name_lines(
        &self,
        findings: &mut [Finding],
        (check, compare_with): (&Check<'_>, &CompareWith<'_>),
        rest: &mut Rest<'_>,
        progress: &mut dyn ShowProgress,
    ) -> Result<(), MeasureError> {
        let before = self.lines_before(compare_with, check.files);
        rest.ask(|deadline| lines::name(findings, check.targets, &self.head, before, deadline, progress))?;
        let seen = (self.head.measure, &self.head.observations[..]);
        // The program of a command need not lie where modules are found.
        let is_editable = |file: &str| check.places.is_own(file) || check.places.is_in_project(file);
        rest.ask(|deadline| uses::name(findings, seen, is_editable, deadline))?;
        Ok(())
    }

    /// The findings and what causes them, each cause with its lines of code.
    pub(super) fn gather(&self, findings: Vec<Finding>, check: &Check<'_>) -> (Vec<report::Finding>, Vec<Cause>) {
        let excerpts = excerpts::read(&findings, &self.head, check.files, check.places);
        let found = findings.into_iter().map(|found| found.seen_from(check.places));
        let (findings, mut causes) = report::gather(found.collect());
        for cause in &mut causes {
            cause.source = cause.place().and_then(|place| excerpts.get(&place).cloned());
        }
        (findings, causes)
    }

    /// What a page draws of each target.
    pub(super) fn pictures(&self, check: &Check<'_>, cases: &[Case<'_>], rows: &[TargetReport]) -> Vec<Picture> {
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
    pub(super) fn cases<'a>(
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
        let of_targets: Arc<[_]> = cases.iter().filter_map(|case| case.growth.clone()).collect();
        for case in &mut cases {
            case.of_targets = Arc::clone(&of_targets);
        }
        if self.rules.fixed {
            let answers = cases.iter_mut().map(|case| &mut case.answers).collect();
            decide_fixed(answers, self.rules.budget);
        }
        warn_alike(cases.iter_mut().filter_map(|case| {
            let change = case.change.as_ref()?;
            Some((change, case.answers.regression.as_mut()?))
        }));
        cases
    }
}
