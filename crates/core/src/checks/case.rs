//! Everything that is known of one target once sampling is over: what the rules are given.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::drift::AnchorSeen;
use super::figures::Figures;
use super::orders::OrderTried;
use super::places::Places;
use crate::budgets::{Target, Workload};
use crate::explain;
use crate::explain::{Cause, CauseKind, Count, Evidence, Resource, Rest, scale_of_wait, scaled, waited_for_threads};
use crate::observed::{ClosureChange, Failure, ModuleTable, Observation, Origin};
use crate::sampling::Answers;
use crate::stats::Estimate;
use crate::stats::growth::Growth;

/// What a body has to take longer, in milliseconds and as a share, before one look at each side tells it from chance.
const SURE_GROWTH_MS: f64 = 2.0;
const SURE_GROWTH_SHARE: f64 = 0.5;
/// What takes a smaller share of a change that samples leave open is not why it may be one.
const LEAST_OF_AN_OPEN_CHANGE: f64 = 0.25;

/// How a target's numbers came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetStatus {
    /// It was timed in this run.
    Measured,
    /// Its closure equals the baseline's, whose numbers are shown.
    Reused,
    /// Its import failed; there are no numbers.
    Failed,
    /// It was imported once and not timed: nothing that needs a clock was asked.
    Observed,
}

impl TargetStatus {
    /// That of a target without numbers. One that was not given the time to come to its end is one that was to be measured.
    pub(crate) fn of_failure(failure: Option<&Failure>) -> Self {
        match failure {
            Some(failure) if failure.kind().is_none() => Self::Measured,
            _ => Self::Failed,
        }
    }
}

/// What the baseline, or the base of `--against`, says of a target.
#[derive(Debug, Clone)]
pub struct Before {
    /// What its samples come to, in the milliseconds that its time is shown in.
    pub estimate: Option<Estimate>,
    /// The time by its own calibrations alone, in milliseconds of the same machine. Calibrations depend on what is imported around
    /// them: those of the samples of now are right for it only where the import is much the same.
    pub level_ms: Option<f64>,
    /// How many modules it loaded.
    pub modules: u64,
    /// Own CPU time of each module, in nanoseconds.
    pub own_ns: BTreeMap<String, u64>,
}

/// Everything that is known of one target.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The target with its limits.
    pub target: &'a Target,
    /// Measured, reused or failed.
    pub status: TargetStatus,
    /// Why its import failed, if it did.
    pub failure: Option<&'a Failure>,
    /// The last of what it printed where it failed; untrusted.
    pub printed: &'a str,
    /// Why the base of `--against` could not import it, if it could not.
    pub base_failure: Option<&'a Failure>,
    /// True where its import failed when the baseline was recorded, so that there is nothing to compare with.
    pub failed_then: bool,
    /// The instrumented import.
    pub observation: Option<&'a Observation>,
    /// What it loads.
    pub closure: &'a ModuleTable,
    /// What it loaded in the baseline, or loads in the base, where it is known there.
    pub closure_before: Option<&'a ModuleTable>,
    /// Modules that it loads and takes out again, and that it did not load then.
    pub newly_taken_out: Vec<String>,
    /// What the samples come to; the baseline's numbers where they are reused.
    pub estimate: Option<Estimate>,
    /// What each module takes beside before, and which take longer beyond what may be noise.
    pub growth: Option<Arc<Growth>>,
    /// The same of all targets of the run that were timed, this one among them.
    pub of_targets: Arc<[Arc<Growth>]>,
    /// What the baseline says.
    pub before: Option<Before>,
    /// What it is held against beside the baseline, where `max-drift` asks for that.
    pub anchor: Option<AnchorSeen>,
    /// What is different in the closure.
    pub change: Option<ClosureChange>,
    /// Modules of the import that the interpreter's start loads before it, on one side of the comparison only.
    pub moved: Vec<String>,
    /// What the samples say.
    pub answers: Answers,
    /// Orders of its imports, the configured one first.
    pub orders: &'a [OrderTried],
    /// The instructions that the import executed, where they were counted.
    pub instructions: Option<u64>,
    /// The instructions before, where they compare.
    pub instructions_before: Option<u64>,
    /// True where its instructions were to be counted, and the time of the run was over before.
    pub uncounted: bool,
    /// True where a signal ended the run, and not the time limit.
    pub interrupted: bool,
}

impl Case<'_> {
    /// True where a whole process is measured.
    pub(crate) fn is_command(&self) -> bool {
        matches!(self.target.workload, Workload::Command(_))
    }

    /// Why this target is heavier than it was, and what that leaves of the change.
    pub(super) fn causes_of_change(&self, places: &Places) -> (Vec<Cause>, Rest) {
        let (mut causes, rest) = self.with_evidence(places, explain::causes_of_change);
        for cause in &mut causes {
            cause.before_ms = self.before_ms(cause);
        }
        if self.is_command() {
            causes.retain(|cause| self.is_told_by_one_look(cause));
            // What is not told is not known to be modules: a command does more than import.
            return (causes, Rest::default());
        }
        (causes, rest)
    }

    /// What may be why this target is heavier, where samples leave open whether it is by too much: what is new, and changed modules that
    /// take longer by their own samples. Nothing where that is little of the change.
    pub(super) fn causes_of_open_change(&self, places: &Places, change_ms: f64) -> Vec<Cause> {
        let (Some(growth), Some(change)) = (&self.growth, &self.change) else {
            return Vec::new();
        };
        let (mut causes, _) = self.causes_of_change(places);
        causes.retain(|cause| match cause.kind {
            CauseKind::NewModules { .. } | CauseKind::AtStart => true,
            CauseKind::ChangedModule => growth.is_real(&[&cause.module], change.changed.len()),
            _ => false,
        });
        let explained_ms: f64 = causes.iter().map(|cause| cause.weight.time_ms).sum();
        if explained_ms < LEAST_OF_AN_OPEN_CHANGE * change_ms {
            return Vec::new();
        }
        causes
    }

    /// The files of the project that changed or are new, in the order in which they are loaded.
    pub(super) fn edited(&self, places: &Places) -> Vec<String> {
        let (Some(observation), Some(change)) = (self.observation, &self.change) else {
            return Vec::new();
        };
        let is_edited = |name: &String| change.changed.contains(name) || change.added.contains(name);
        let modules = observation.modules.iter().filter(|module| is_edited(&module.name));
        let files = modules.filter_map(|module| module.file.as_deref());
        let files = files.filter(|file| places.is_own(file));
        files.map(|file| places.shorten(file)).collect()
    }

    /// What a cause took before.
    fn before_ms(&self, cause: &Cause) -> f64 {
        let Some(before) = &self.before else {
            return 0.0;
        };
        let is_of = |module: &String| match &cause.kind {
            CauseKind::NewModules { upgrade: None, .. } => false,
            CauseKind::NewModules { upgrade: Some(_), .. } | CauseKind::Upgrade(_) => {
                let origin = self
                    .closure_before
                    .and_then(|closure| closure.get(module))
                    .map(|record| &record.origin);
                let name = cause.distribution.as_ref().map(|distribution| &distribution.name);
                matches!((origin, name), (Some(Origin::Distribution { name, .. }), Some(own)) if name == own)
            }
            _ => *module == cause.module,
        };
        let own = before.own_ns.iter().filter(|(module, _)| is_of(module));
        own.map(|(_, own_ns)| *own_ns as f64 / 1e6).sum()
    }

    /// True for what one look at each side tells of a command's modules: what is new. Of a body that changed it bears out no more than
    /// a large growth.
    fn is_told_by_one_look(&self, cause: &Cause) -> bool {
        if !matches!(
            cause.kind,
            CauseKind::ChangedModule | CauseKind::Upgrade(_) | CauseKind::Blocked
        ) {
            return true;
        }
        let before = self.before.as_ref().and_then(|before| before.own_ns.get(&cause.module));
        let before_ms = before.map_or(0.0, |&own_ns| own_ns as f64 / 1e6);
        cause.weight.time_ms >= SURE_GROWTH_MS.max(SURE_GROWTH_SHARE * before_ms)
    }

    /// Why a count went up.
    pub(super) fn causes_of_count(&self, places: &Places, count: Count) -> Vec<Cause> {
        self.with_evidence(places, |evidence| explain::causes_of_count(evidence, count))
    }

    /// Who slows down what did not change by so many milliseconds, where a line that puts a hook in its way does.
    pub(super) fn cause_of_slowdown(&self, places: &Places, change_ms: f64) -> Option<Cause> {
        self.with_evidence(places, |evidence| explain::cause_of_slowdown(evidence, change_ms))
    }

    fn with_evidence<T: Default>(&self, places: &Places, find: impl Fn(&Evidence<'_>) -> T) -> T {
        let (Some(observation), Some(change)) = (self.observation, &self.change) else {
            return T::default();
        };
        let unknown = BTreeMap::new();
        let before = self.before.as_ref();
        let blocked_ms = before.and_then(|before| Some(before.estimate.as_ref()?.blocked_ms));
        find(&Evidence {
            observation,
            change,
            table: self.closure,
            own_before_ns: before.map_or(&unknown, |before| &before.own_ns),
            own_now_ns: None,
            growth: self.growth.as_deref(),
            of_targets: &self.of_targets,
            comparison: self.figures().and_then(|figures| figures.comparison).as_ref(),
            blocked_before_ns: (blocked_ms.unwrap_or(0.0) * 1e6) as u64,
            project: &places.project(),
        })
    }

    /// Its times as they are shown; `None` where nothing was timed.
    pub fn figures(&self) -> Option<Figures> {
        Figures::of(self)
    }

    /// Why this target is as heavy as it is, in the milliseconds and bytes of its samples where there are any.
    pub(super) fn causes_of_weight(&self, places: &Places, resource: Resource) -> Vec<Cause> {
        let Some(observation) = self.observation else {
            return Vec::new();
        };
        let of_samples = self.in_times_of_samples(observation);
        let mut causes = explain::causes_of_weight(&of_samples, self.closure, &places.project(), resource);
        let of_memory = self.scale_of_memory(observation);
        for cause in &mut causes {
            cause.weight.memory_bytes = (cause.weight.memory_bytes as f64 * of_memory) as i64;
        }
        causes
    }

    /// The milliseconds that the samples wait, where the import that was looked at does not show where; else 0.
    pub(crate) fn unseen_wait_ms(&self) -> f64 {
        let Some(observation) = self.observation else {
            return 0.0;
        };
        let blocked_ms = self.blocked_ms(observation);
        scale_of_wait(observation, blocked_ms).map_or(blocked_ms, |_| 0.0)
    }

    /// The milliseconds that the samples wait, but for threads that import meanwhile.
    fn blocked_ms(&self, observation: &Observation) -> f64 {
        let blocked_ms = self.estimate.as_ref().map_or(0.0, |estimate| estimate.blocked_ms);
        blocked_ms - waited_for_threads(observation, blocked_ms)
    }

    /// What a byte of the observation is in the samples: never more, since what the hooks themselves hold is not the import's.
    pub(crate) fn scale_of_memory(&self, observation: &Observation) -> f64 {
        let bodies = observation.modules.iter();
        let observed: i64 = bodies.map(|module| module.own_memory_bytes.max(0)).sum();
        match &self.estimate {
            Some(estimate) if observed > 0 => (estimate.memory_bytes as f64 / observed as f64).min(1.0),
            _ => 1.0,
        }
    }

    /// The observation in the times of the samples, as far as there are any. What they wait for and the observed import happened
    /// not to is in none of its modules.
    fn in_times_of_samples<'o>(&self, observation: &'o Observation) -> Cow<'o, Observation> {
        let observed_ms = observation.total_ns as f64 / 1e6;
        match (self.figures(), &self.estimate) {
            (Some(figures), Some(_)) if observed_ms > 0.0 => {
                let blocked_ms = self.blocked_ms(observation);
                let computing = (figures.time_ms - blocked_ms).max(0.0) / observed_ms;
                let waiting = scale_of_wait(observation, blocked_ms).unwrap_or(1.0);
                Cow::Owned(scaled(observation, computing, waiting))
            }
            _ => Cow::Borrowed(observation),
        }
    }
}
