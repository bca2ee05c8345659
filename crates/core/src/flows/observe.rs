//! The untimed look at each target that comes before everything else: what it loads, what it does, and whether it works.

use std::collections::VecDeque;

use crate::budgets::{Target, Workload};
use crate::observed::{Failure, ImportRequest, Look, Measure, MeasureError, TargetObservation};
use crate::report::progress_line::{Phase, Progress};

use super::side_by_side::{self, Tasks, Width};
use super::{Deadline, ShowProgress};

/// One version of the code: who measures it, and what was observed of each target.
pub(super) struct Side<'a> {
    pub(super) measure: &'a dyn Measure,
    pub(super) observations: Vec<TargetObservation>,
    /// How many imports may run at once, by what their memory was seen to be.
    pub(super) width: Width,
    /// What kept looks from sharing one set-up; untrusted.
    pub(super) hindered: Option<String>,
}

/// What a light look at a target leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glanced {
    /// It is enough.
    Settled,
    /// A full look is needed.
    Open,
    /// It took so much longer than it should that a second one has to tell whether that is so, or was once: the first import
    /// compiles what was just installed and reads from a cold disk.
    Slow,
}

/// Says what a light look at a target leads to, on any thread.
pub(super) type Settles<'a> = dyn Fn(&Target, &TargetObservation) -> Glanced + Sync + 'a;

/// Says whether a target needs a full look whatever a light one would see, on any thread.
pub(super) type IsOpen<'a> = dyn Fn(&Target) -> bool + Sync + 'a;

/// How targets are observed.
#[derive(Clone, Copy)]
pub(super) struct Observer<'a, 's> {
    pub(super) measure: &'a dyn Measure,
    /// With this, a target first gets no more than a light look, and a full one only where that does not settle it.
    pub(super) settles: Option<&'s Settles<'s>>,
    /// Whether it is known of a target that no light look will settle it, so that it gets a full one at once.
    pub(super) is_open: Option<&'s IsOpen<'s>>,
    /// How many imports may run at once.
    pub(super) width: Width,
    /// Whether an import that hangs is not looked at once more with nothing beside it: somebody waits, and nothing is decided by it.
    pub(super) believes_hangs: bool,
    /// When nothing is looked at any more; `None` where there is time.
    pub(super) deadline: Option<Deadline<'s>>,
}

impl<'a> Observer<'a, '_> {
    /// Looks at everything in full, one import at a time, however long it takes.
    pub(super) fn closely(measure: &'a dyn Measure) -> Self {
        Self {
            measure,
            settles: None,
            is_open: None,
            believes_hangs: false,
            width: Width::ONE,
            deadline: None,
        }
    }

    /// Observes every target once. That also writes the bytecode that the samples will find, where a start would write it.
    pub(super) fn observe(self, targets: &[Target], progress: &mut dyn ShowProgress) -> Result<Side<'a>, MeasureError> {
        self.observe_rest(targets, vec![None; targets.len()], progress)
    }

    /// Observes every target of which it is not `known` already what that would show: imports side by side, and commands one at a
    /// time, when nothing else runs. An import that fails while others run is looked at once more with nothing beside it.
    pub(super) fn observe_rest(
        self,
        targets: &[Target],
        known: Vec<Option<TargetObservation>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<Side<'a>, MeasureError> {
        match self.observe_until_stopped(targets, known, progress)? {
            (side, None) => Ok(side),
            (_, Some(signal)) => Err(MeasureError::Interrupted { signal }),
        }
    }

    /// The same, and what was seen until then with the signal where the run is stopped.
    pub(super) fn observe_until_stopped(
        self,
        targets: &[Target],
        known: Vec<Option<TargetObservation>>,
        progress: &mut dyn ShowProgress,
    ) -> Result<(Side<'a>, Option<i32>), MeasureError> {
        let mut observing = Observing::new(
            targets,
            known,
            (self.width, self.deadline, self.believes_hangs),
            progress,
        );
        let looker = Looker {
            measure: self.measure,
            settles: self.settles,
            is_open: self.is_open,
        };
        self.measure.share_set_up_of_looks(observing.imports() > 1);
        let ended = side_by_side::run(self.width.imports(), &mut observing, |position| {
            Ok((position, looker.look_at(&targets[position])?))
        });
        let hindered = self.measure.share_set_up_of_looks(false);
        let stopped_by = match ended {
            Err(MeasureError::Interrupted { signal }) => Some(signal),
            other => other.map(|()| None)?,
        };
        let missing = || TargetObservation {
            is_missing: true,
            ..TargetObservation::default()
        };
        let observations = observing
            .seen
            .into_iter()
            .map(|seen| seen.unwrap_or_else(missing))
            .collect();
        let side = Side {
            measure: self.measure,
            width: observing.width,
            hindered,
            observations,
        };
        Ok((side, stopped_by))
    }
}

/// Who looks at a target, on any thread.
#[derive(Clone, Copy)]
struct Looker<'s> {
    measure: &'s dyn Measure,
    settles: Option<&'s Settles<'s>>,
    is_open: Option<&'s IsOpen<'s>>,
}

impl Looker<'_> {
    fn look_at(self, target: &Target) -> Result<TargetObservation, MeasureError> {
        match self.settles {
            // It is timed anyway, and run no more often than it has to be.
            _ if is_command(target) => self.observe(target, Look::Full),
            Some(settles) => self.look_as_needed(target, settles),
            None => self.observe(target, Look::Full),
        }
    }

    /// A light look, and a full one where that does not settle the target: it keeps what the light one saw of the cost, which no
    /// hook made larger. Nobody asks for that where the code is another one: then the full look is the only one.
    fn look_as_needed(self, target: &Target, settles: &Settles<'_>) -> Result<TargetObservation, MeasureError> {
        if self.is_open.is_some_and(|is_open| is_open(target)) {
            let full = self.observe(target, Look::Full)?;
            if full.failure().is_some() || settles(target, &full) == Glanced::Open {
                return Ok(full);
            }
        }
        let mut light = self.observe(target, Look::Light)?;
        let mut glanced = settles(target, &light);
        if glanced == Glanced::Slow {
            light = self.observe(target, Look::Light)?;
            glanced = settles(target, &light);
        }
        if glanced == Glanced::Settled {
            return Ok(light);
        }
        let mut full = self.observe(target, Look::Full)?;
        full.observation.glance = light.observation.glance;
        Ok(full)
    }

    fn observe(self, target: &Target, look: Look) -> Result<TargetObservation, MeasureError> {
        match &target.workload {
            Workload::Command(words) => self.measure.observe_command(words),
            Workload::Imports(imports) => self.measure.observe(
                ImportRequest {
                    preload: &target.preload,
                    imports,
                    round: 0,
                },
                look,
            ),
        }
    }
}

fn is_command(target: &Target) -> bool {
    matches!(target.workload, Workload::Command(_))
}

/// The targets that are being observed, by their positions.
struct Observing<'a> {
    targets: &'a [Target],
    seen: Vec<Option<TargetObservation>>,
    width: Width,
    /// What may have others beside it, and what may not.
    beside: VecDeque<usize>,
    alone: VecDeque<usize>,
    in_progress: usize,
    /// Whether what is in progress has nothing beside it.
    is_alone: bool,
    believes_hangs: bool,
    deadline: Option<Deadline<'a>>,
    progress: &'a mut dyn ShowProgress,
}

impl<'a> Observing<'a> {
    fn new(
        targets: &'a [Target],
        known: Vec<Option<TargetObservation>>,
        (width, deadline, believes_hangs): (Width, Option<Deadline<'a>>, bool),
        progress: &'a mut dyn ShowProgress,
    ) -> Self {
        let unknown = (0..targets.len()).filter(|&position| known[position].is_none());
        let (alone, beside) = unknown.partition(|&position| width.imports() > 1 && is_command(&targets[position]));
        Self {
            targets,
            seen: known,
            width,
            beside,
            alone,
            in_progress: 0,
            is_alone: false,
            believes_hangs,
            deadline,
            progress,
        }
    }

    /// How many imports there are to look at.
    fn imports(&self) -> usize {
        let open = self.beside.iter().chain(&self.alone);
        open.filter(|&&position| !is_command(&self.targets[position])).count()
    }

    fn is_out_of_time(&self) -> bool {
        self.deadline.is_some_and(Deadline::is_over)
    }

    fn next_position(&mut self) -> Option<usize> {
        if self.is_alone || self.in_progress >= self.width.imports() || self.is_out_of_time() {
            return None;
        }
        if let Some(position) = self.beside.pop_front() {
            // The last one waits for what needs to be alone anyway.
            self.is_alone = self.in_progress == 0 && (self.beside.is_empty() || self.width.imports() == 1);
            return Some(position);
        }
        if self.in_progress > 0 {
            return None;
        }
        let position = self.alone.pop_front()?;
        self.is_alone = true;
        Some(position)
    }
}

impl Tasks for Observing<'_> {
    type Task = usize;
    type Outcome = (usize, TargetObservation);

    fn next(&mut self) -> Option<usize> {
        let position = self.next_position()?;
        let seen = self.seen.iter().flatten().count();
        self.progress.show(&Progress {
            phase: Phase::Observing,
            done: (seen + self.in_progress) as u64,
            total: self.targets.len() as u64,
            target: &self.targets[position].name,
        });
        self.in_progress += 1;
        Some(position)
    }

    fn take_in(&mut self, (position, seen): Self::Outcome) {
        self.in_progress -= 1;
        let was_alone = std::mem::take(&mut self.is_alone);
        let hangs = matches!(seen.failure(), Some(Failure::Hung { .. }));
        let is_believed = was_alone || (hangs && self.believes_hangs);
        if seen.failure().is_some() && !is_believed {
            self.alone.push_back(position);
            return;
        }
        let memory_bytes = u64::try_from(seen.observation.total_memory_bytes).unwrap_or(0);
        self.width = self.width.for_peak(memory_bytes);
        self.seen[position] = Some(seen);
    }
}
