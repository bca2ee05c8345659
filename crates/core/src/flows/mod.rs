//! What each subcommand that measures does, from its first import to its last finding, told in the order in which it happens.
//! Whatever has to be measured is asked of a [`Measure`](crate::observed::Measure), so that a whole check runs in tests without an
//! interpreter and without a clock.

mod allow;
mod allow_benchmark;
mod allow_cause;
mod anchored;
mod benchmarks;
mod check;
mod classify;
mod compare_with;
mod counts;
mod doctor;
mod excerpts;
mod explain;
mod fix;
mod init;
mod lines;
mod measured;
mod observe;
mod orders;
mod outlook;
mod pictures;
mod ratchet;
mod record;
mod recording;
mod reuse;
mod sample;
mod side_by_side;
mod sides;
mod speed;
mod start_up;
mod target_state;
mod together;
mod unchanged;
mod uses;
mod usual;
mod waits;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use allow::{Acceptance, Allow, AllowError, Proposal, rules_to_allow};
pub use allow_benchmark::AllowBenchmark;
pub use allow_cause::AllowCause;
pub use benchmarks::{BenchmarkAllowances, BenchmarkCheck, add_benchmarks, report_without_targets};
pub use check::{Allowances, Check, check};
pub use classify::{Classify, ClassifyError, classify};
pub use compare_with::{Against, Base, VerifySources};
pub use doctor::{Doctor, DoctorError, doctor};
pub use explain::{Explain, ExplainError, explain};
pub use fix::{Copies, Fix, FixError, fix};
pub use init::{narrow, survey};
pub use lines::SourceFiles;
pub use record::{Record, RecordError, record};
pub use recording::{NotRecorded, Recording};
pub use reuse::Reuse;
pub use sample::SamplingSettings;
pub use side_by_side::Width;

use crate::budgets::{Target, Workload};
use crate::observed::{Clock, ImportRequest};
use crate::report::progress_line::{Outlook, Progress};

/// Who is told how far a run is.
pub trait ShowProgress {
    /// Shows a step that begins.
    fn show(&mut self, progress: &Progress<'_>);

    /// Takes in how the targets stand at the end of a round; `None` where sampling is over.
    fn foresee(&mut self, _outlook: Option<Outlook>) {}
}

/// When the time that a run may take is over.
#[derive(Clone, Copy)]
pub struct Deadline<'a> {
    clock: &'a dyn Clock,
    limit: Option<Duration>,
}

impl<'a> Deadline<'a> {
    /// The end of a run that may take this long by this clock; no end without a limit.
    pub fn new(clock: &'a dyn Clock, limit: Option<Duration>) -> Self {
        Self { clock, limit }
    }

    /// True where no time is left.
    fn is_over(self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// How much time is left; `None` where it does not matter.
    fn left(self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.clock.elapsed()))
    }

    /// The same without any time left.
    fn ended(self) -> Self {
        Self {
            limit: Some(Duration::ZERO),
            ..self
        }
    }

    /// How long ago the run began.
    fn elapsed(self) -> Duration {
        self.clock.elapsed()
    }
}

/// The import of a target in a round; `None` for a command.
fn import_of(target: &Target, round: u32) -> Option<ImportRequest<'_>> {
    match &target.workload {
        Workload::Imports(imports) => Some(ImportRequest {
            preload: &target.preload,
            imports,
            round,
        }),
        Workload::Command(_) => None,
    }
}
