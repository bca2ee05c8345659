//! `engine = "instructions"`: counts what each import executes, and lets the count decide instead of the times.

use std::time::Instant;

use crate::error::Error;
use importgate_core::baseline::{Aspect, Comparability, Entry};
use importgate_core::budgets::{Engine, Target, Workload};
use importgate_core::checks::{Case, rule_on_counts};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_probe::instructions;
use importgate_probe::instructions::{InstructionsError, Program};
use importgate_probe::machine;
use importgate_probe::python::{CountedRun, Request, Session};

use super::arm::Arm;
use super::basis::Basis;
use super::progress::ProgressLine;
use super::standing::Standing;

/// The name under which a baseline says what counted, among its variables. No environment variable has a space in it.
const COUNTER: &str = "instruction counter";

/// Variables that may differ: counting pins them, or they say where things are found, and not what is done with them.
const PINNED_OR_PLACES: [&str; 10] = [
    "DYLD_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUSERBASE",
    "PYTHONVERBOSE",
];

/// What counts in this run.
#[derive(Debug)]
pub(super) struct Counter {
    engine: instructions::Engine,
}

/// The instructions of one target.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    now: Option<u64>,
    before: Option<u64>,
    /// True where the time of the run was over before it was counted.
    missed: bool,
}

impl Counter {
    /// What counts, where the budgets ask for counts.
    ///
    /// # Errors
    /// Where nothing is there that could: the message says what to install.
    pub(super) fn for_engine(engine: Engine) -> Result<Option<Self>, Error> {
        match engine {
            Engine::Time => Ok(None),
            Engine::Instructions => Ok(Some(Self {
                engine: instructions::Engine::detect()?,
            })),
        }
    }

    /// What must be equal for two counts to compare, beside the interpreter.
    fn identity(&self) -> String {
        let identity = self.engine.identity();
        match self.engine {
            instructions::Engine::Cachegrind { .. } => identity,
            // What one processor counts is not what another counts.
            instructions::Engine::Counters { .. } => {
                format!("{identity} on {}", machine::fingerprint().processor)
            }
        }
    }

    /// The same as a pair for the variables of a baseline, where a difference keeps counts apart.
    pub(super) fn variable(&self) -> (String, String) {
        (COUNTER.to_owned(), self.identity())
    }

    /// Counts every target that is measured, in both arms where there are two, and leaves the comparison to the counts.
    pub(super) fn count_all(
        &self,
        targets: &[Target],
        standings: &mut [Standing],
        head: &Arm,
        base: Option<&Arm>,
        basis: &Basis,
        (deadline, progress): (Option<Instant>, &mut ProgressLine),
    ) -> Result<Vec<Counts>, Error> {
        let compare = basis
            .stored()
            .is_some_and(|stored| counts_compare(&stored.entry, &stored.comparability));
        let mut all = Vec::with_capacity(targets.len());
        for (target, standing) in targets.iter().zip(standings) {
            // What two interpreters execute for the same code does not compare.
            if basis.base().is_none_or(|base| base.interpreters.is_none()) {
                standing.leave_to_counts(target);
            }
            let mut counts = Counts {
                now: standing.recorded_instructions(),
                before: standing.recorded_instructions().filter(|_| compare),
                missed: false,
            };
            if standing.is_timed() {
                counts.now = self.count(&head.session, target, deadline, progress)?;
                counts.missed = counts.now.is_none() && is_over(deadline);
            }
            if let Some(base) = base
                && standing.is_counted()
            {
                counts.before = self.count(&base.session, target, deadline, progress)?;
                counts.missed |= counts.before.is_none() && is_over(deadline);
            }
            all.push(counts);
        }
        Ok(all)
    }

    /// Counts every target of a recording and puts the counts into its entry.
    pub(super) fn record(
        &self,
        session: &Session,
        targets: &[Target],
        entry: &mut Entry,
        (deadline, progress): (Option<Instant>, &mut ProgressLine),
    ) -> Result<(), Error> {
        entry.variables.extend([self.variable()]);
        for target in targets {
            if let Some(recorded) = entry.targets.get_mut(&target.name) {
                recorded.instructions = self.count(session, target, deadline, progress)?;
                if recorded.instructions.is_none() && is_over(deadline) {
                    return Err(Error::CannotMeasure(format!(
                        "nothing was recorded: the time limit was reached before the instructions of {} were counted",
                        target.name
                    )));
                }
            }
        }
        Ok(())
    }

    /// Counts one target; `None` for a command, whose start is not its own, and where `deadline` comes first.
    pub(super) fn count(
        &self,
        session: &Session,
        target: &Target,
        deadline: Option<Instant>,
        progress: &mut ProgressLine,
    ) -> Result<Option<u64>, Error> {
        let Workload::Imports(imports) = &target.workload else {
            return Ok(None);
        };
        progress.show(&Progress {
            phase: Phase::Counting,
            done: 0,
            total: 0,
            target: &target.name,
        });
        let runs = session.counted_runs(Request {
            preload: &target.preload,
            imports,
            round: 0,
        });
        let limit = self.engine.time_limit(session.settings().time_limit);
        let mut counts = [0; 2];
        for (run, count) in runs.into_iter().zip(&mut counts) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
            let limit = left.map_or(limit, |left| left.min(limit));
            *count = match self.engine.count(&program(run, limit)) {
                Err(InstructionsError::TimedOut { .. }) if is_over(deadline) => return Ok(None),
                counted => counted?,
            };
        }
        let [importing, bare] = counts;
        Ok(Some(instructions::of_the_import(importing, bare)?))
    }
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

fn program(run: CountedRun, time_limit: std::time::Duration) -> Program {
    Program {
        command: run.command,
        environment: run.environment,
        working_directory: run.working_directory,
        time_limit,
    }
}

/// True where the counts of a baseline compare with those of now: one interpreter build, one counter, one state of the
/// bytecode cache, and no variable that makes the same code execute something else. The machine does not matter.
pub(super) fn counts_compare(entry: &Entry, comparability: &Comparability) -> bool {
    entry.engine == Engine::Instructions
        && comparability
            .differences()
            .iter()
            .all(|difference| match &difference.aspect {
                Aspect::Key
                | Aspect::Engine
                | Aspect::Bytecode
                | Aspect::InterpreterVersion
                | Aspect::InterpreterBuild => false,
                Aspect::Variable(name) => PINNED_OR_PLACES.contains(&name.as_str()) || name.ends_with("_NUM_THREADS"),
                Aspect::Processor
                | Aspect::ContainerCpus
                | Aspect::Cores
                | Aspect::ContainerMemory
                | Aspect::Kernel => true,
            })
}

/// Puts the counts into what is known of a target; where there are two of them, they decide, unless it is the same code.
pub(super) fn decide(case: &mut Case<'_>, counts: Counts) {
    case.uncounted = counts.missed;
    let Some(now) = counts.now else {
        return;
    };
    case.instructions = Some(now);
    case.instructions_before = counts.before;
    if case.failure.is_none()
        && case.answers.regression.is_none()
        && let Some(before) = counts.before
    {
        let max_regression = case.target.limits.max_regression.value;
        case.answers.regression = Some(rule_on_counts(before, now, max_regression));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use importgate_core::baseline::Difference;

    fn compare(aspect: Aspect) -> bool {
        let entry = Entry {
            engine: Engine::Instructions,
            ..Entry::default()
        };
        let differences = vec![Difference {
            aspect,
            recorded: None,
            now: None,
        }];
        counts_compare(&entry, &Comparability::Foreign { differences })
    }

    #[test]
    fn counts_compare_across_machines_and_not_across_builds_or_counters() {
        let variable = |name: &str| Aspect::Variable(name.to_owned());
        assert!(compare(Aspect::Processor) && compare(Aspect::Kernel));
        assert!(compare(variable("PYTHONPATH")) && compare(variable("OMP_NUM_THREADS")));
        assert!(!compare(Aspect::InterpreterBuild) && !compare(Aspect::Bytecode));
        assert!(!compare(variable(COUNTER)) && !compare(variable("PYTHONOPTIMIZE")));
        assert!(!counts_compare(&Entry::default(), &Comparability::SameMachine));
    }
}
