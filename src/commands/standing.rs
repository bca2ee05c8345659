//! How each target stands before anything is timed: its import failed, its code is the baseline's, or it has to be measured.

use crate::cli::CheckArguments;
use importgate_core::baseline::Recorded;
use importgate_core::budgets::{Cited, Target, Workload};
use importgate_core::checks;
use importgate_core::checks::TargetStatus;
use importgate_core::checks::{Before, Case, Context};
use importgate_core::observed::{ClosureChange, Failure, Sample};
use importgate_core::sampling::{Answers, Question, Ruling, Yardstick};
use importgate_core::stats::Estimate;
use importgate_core::stats::changed_part::usual_own_times;
use importgate_core::stats::{Decision, MachineSpeed, estimate};

use super::arm::Survey;
use super::basis::{Basis, Stored};
use super::sampling::{Settings, Taken};

/// How one target stands.
#[derive(Debug)]
pub(super) struct Standing {
    kind: Kind,
    /// What is different in the closure, where there is one to compare with.
    change: Option<ClosureChange>,
    /// The samples of the baseline, where there are any.
    recorded: Option<Box<Recorded>>,
}

#[derive(Debug)]
enum Kind {
    /// The import failed when it was observed.
    Failed,
    /// The closure equals the baseline's: its numbers hold.
    Reused(MachineSpeed),
    /// It is timed, and held against this.
    Timed(Yardstick),
}

/// Decides how a target stands.
pub(super) fn standing_of(
    target: &Target,
    survey: &Survey,
    basis: &Basis,
    base: Option<&Survey>,
    arguments: &CheckArguments,
) -> Standing {
    let plain = |kind| Standing {
        kind,
        change: None,
        recorded: None,
    };
    if survey.failure.is_some() {
        return plain(Kind::Failed);
    }
    if let Some(base) = base {
        let other = basis.base().is_some_and(|base| base.interpreters.is_some());
        return against_base(target, survey, base, arguments.times_alone || other);
    }
    let Some((stored, recorded)) = basis
        .stored()
        .and_then(|stored| Some((stored, stored.entry.targets.get(&target.name)?)))
    else {
        return plain(Kind::Timed(Yardstick::None));
    };
    let change = ClosureChange::between(&recorded.closure, &survey.closure);
    let kind = against_recorded(target, survey, stored, recorded, &change, arguments);
    Standing {
        kind,
        change: Some(change),
        recorded: Some(Box::new(recorded.clone())),
    }
}

/// True where a glance says all that there is to say: the code is the baseline's, and nothing in it is a finding.
pub(super) fn is_settled(
    target: &Target,
    survey: &Survey,
    basis: &Basis,
    context: &Context<'_>,
    arguments: &CheckArguments,
) -> bool {
    if matches!(survey.failure, Some(Failure::Hung { .. })) {
        return true; // a full look would see no more of it, and take as long again
    }
    let standing = standing_of(target, survey, basis, None, arguments);
    // Only the full look sees who imports whom.
    let circles_matter = target.limits.fail_on_cycles.as_ref().is_some_and(|cited| cited.value);
    let reused = matches!(standing.kind, Kind::Reused(_)) && !circles_matter;
    reused && checks::is_silent(&standing.case(target, survey, None, None), context)
}

fn against_recorded(
    target: &Target,
    survey: &Survey,
    stored: &Stored,
    recorded: &Recorded,
    change: &ClosureChange,
    arguments: &CheckArguments,
) -> Kind {
    let modules_compare = stored.comparability.modules_compare();
    let samples: Vec<Sample> = recorded.samples.iter().map(Sample::from).collect();
    let same = modules_compare && is_same_code(target, survey, recorded, change);
    if same && !arguments.no_reuse && !arguments.times_alone && !samples.is_empty() {
        return Kind::Reused(stored.speed);
    }
    if same && !arguments.times_alone {
        let before_ms = estimate(&samples, &stored.speed).map_or(0.0, |estimate| estimate.time_ms);
        return Kind::Timed(Yardstick::SameClosure {
            before_ms,
            machine: stored.speed,
        });
    }
    Kind::Timed(Yardstick::Stored {
        samples,
        own_ns: recorded.own_ns.clone(),
        machine: stored.speed,
        change: (modules_compare && !arguments.times_alone).then(|| change.clone()),
        whole: stored.comparability.times_compare(),
    })
}

/// True where the import runs the same code on the same data as when it was recorded. What a command does is not observed.
fn is_same_code(target: &Target, survey: &Survey, recorded: &Recorded, change: &ClosureChange) -> bool {
    matches!(target.workload, Workload::Imports(_))
        && change.is_empty()
        && target.preload == recorded.preload
        && survey.files_read == recorded.files_read
}

/// With `times_alone` nothing but the whole is compared: neither closures nor modules decide.
fn against_base(target: &Target, survey: &Survey, base: &Survey, times_alone: bool) -> Standing {
    if base.failure.is_some() {
        // New in head, or broken in base: there is nothing to compare with.
        return Standing {
            kind: Kind::Timed(Yardstick::None),
            change: None,
            recorded: None,
        };
    }
    let change = ClosureChange::between(&base.closure, &survey.closure);
    let same =
        matches!(target.workload, Workload::Imports(_)) && change.is_empty() && survey.files_read == base.files_read;
    let modules = (!same && !times_alone).then(|| change.clone());
    let kind = Kind::Timed(if same && !times_alone {
        Yardstick::SameAsBase
    } else {
        Yardstick::Paired { change: modules }
    });
    Standing {
        kind,
        change: Some(change),
        recorded: None,
    }
}

impl Standing {
    /// True where samples are to be taken.
    pub(super) fn is_timed(&self) -> bool {
        matches!(self.kind, Kind::Timed(_))
    }

    /// Leaves the comparison to instruction counts; times are still held against the ceiling. What is the baseline's code
    /// stays decided by that, and so does a command, which is not counted, by its times.
    pub(super) fn leave_to_counts(&mut self, target: &Target) {
        if !matches!(target.workload, Workload::Imports(_)) {
            return;
        }
        let machine = match &self.kind {
            Kind::Timed(Yardstick::Stored { machine, whole, .. }) => whole.then_some(*machine),
            Kind::Timed(Yardstick::Paired { .. }) => None,
            _ => return,
        };
        self.kind = Kind::Timed(Yardstick::Counted { machine });
    }

    /// True where the base, or the baseline, is held against what was counted.
    pub(super) fn is_counted(&self) -> bool {
        matches!(self.kind, Kind::Timed(Yardstick::Counted { .. }))
    }

    /// The baseline's instructions.
    pub(super) fn recorded_instructions(&self) -> Option<u64> {
        self.recorded.as_ref()?.instructions
    }

    /// What is asked of the samples; `targets` is how many are asked in this run.
    pub(super) fn question(&self, target: &Target, targets: usize, settings: &Settings) -> Question {
        let yardstick = match &self.kind {
            Kind::Timed(yardstick) => yardstick.clone(),
            Kind::Failed | Kind::Reused(_) => Yardstick::None,
        };
        Question::new(
            target,
            yardstick,
            targets,
            settings.max_samples(),
            settings.fixed.is_some(),
        )
    }

    /// Everything that is known of the target once sampling is over.
    pub(super) fn case<'a>(
        &self,
        target: &'a Target,
        survey: &'a Survey,
        taken: Option<&'a Taken>,
        base: Option<&'a Survey>,
    ) -> Case<'a> {
        let mut case = Case {
            target,
            status: TargetStatus::Failed,
            failure: survey.failure.as_ref(),
            base_failure: base.and_then(|base| base.failure.as_ref()),
            printed: &survey.observation.output_tail,
            observation: Some(&survey.observation),
            closure: &survey.closure,
            estimate: None,
            own_now_ns: None,
            before: None,
            change: self.change.clone(),
            answers: Answers::default(),
            orders: &[],
            instructions: None,
            instructions_before: None,
            uncounted: false,
        };
        let recorded = self.recorded.as_deref();
        match (&self.kind, taken) {
            (Kind::Reused(machine), _) => {
                case.status = TargetStatus::Reused;
                case.before = recorded.map(|recorded| before_of(recorded, machine));
                case.estimate = case.before.as_ref().and_then(|before| before.estimate.clone());
                case.answers = reused(target, case.estimate.as_ref());
            }
            (Kind::Timed(yardstick), Some(taken)) => {
                case.failure = taken.failure.as_ref();
                if case.failure.is_some() {
                    if !taken.printed.is_empty() {
                        case.printed = &taken.printed;
                    }
                    return case;
                }
                let machine = &taken.question.machine(&taken.head);
                case.status = TargetStatus::Measured;
                case.estimate = estimate(&taken.head, machine);
                case.own_now_ns = Some(usual_own_times(&taken.head));
                case.answers = taken.question.answers(&taken.head, &taken.base);
                case.before = match yardstick {
                    Yardstick::Paired { .. } => base.map(|base| before_of_base(taken, base, machine)),
                    Yardstick::SameAsBase => None,
                    Yardstick::Counted { .. } if base.is_some() => base.map(before_of_observed),
                    _ => recorded.map(|recorded| before_of(recorded, machine)),
                };
            }
            (Kind::Failed, _) | (Kind::Timed(_), None) => {}
        }
        case
    }
}

fn before_of(recorded: &Recorded, machine: &MachineSpeed) -> Before {
    let samples: Vec<Sample> = recorded.samples.iter().map(Sample::from).collect();
    Before {
        estimate: estimate(&samples, machine),
        modules: recorded.closure.len() as u64,
        own_ns: recorded.own_ns.clone(),
    }
}

fn before_of_base(taken: &Taken, base: &Survey, machine: &MachineSpeed) -> Before {
    Before {
        estimate: estimate(&taken.base, machine),
        modules: base.closure.len() as u64,
        own_ns: usual_own_times(&taken.base),
    }
}

/// What a close look at the base says, where it is not timed.
fn before_of_observed(base: &Survey) -> Before {
    let modules = &base.observation.modules;
    Before {
        estimate: None,
        modules: base.closure.len() as u64,
        own_ns: modules
            .iter()
            .map(|module| (module.name.clone(), module.own_ns))
            .collect(),
    }
}

/// A target whose code is the baseline's is held against its ceiling by the baseline's own samples.
fn reused(target: &Target, estimate: Option<&Estimate>) -> Answers {
    let Some(estimate) = estimate else {
        return Answers::default();
    };
    let over = |ceiling: &Cited<f64>| {
        if estimate.time_ms > ceiling.value {
            Decision::Fail
        } else {
            Decision::Pass
        }
    };
    Answers {
        ceiling: target.limits.max_time_ms.as_ref().map(over),
        regression: Some(Ruling::same_code(estimate.time_ms)),
        slowdown: None,
    }
}
