//! How far a run is, on stderr: a bar where that is a terminal, a few plain lines where it is a log.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::outputs;
use importgate_core::flows::ShowProgress;
use importgate_core::report::RunTimes;
use importgate_core::report::progress_line::{Outlook, Phase, Progress};

/// A log gets no more than a line in so long.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Draws the progress of one run.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: ProgressBar,
    began: Instant,
    /// The lines of a log, where it is one.
    log: Option<LogPace>,
    /// The phase at hand since when, and how long the others took.
    phase: Option<(Phase, Duration)>,
    spent: Vec<(Phase, Duration)>,
    /// How the targets stood at the end of the last round, and when that was.
    outlook: Option<(Outlook, Duration)>,
}

impl ProgressLine {
    /// A line on stderr; none at all where `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if quiet || !terminal {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        } else {
            // It is redrawn at steps and at no other time: a timer would disturb what is being measured.
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10))
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            began: Instant::now(),
            log: (!quiet && !terminal).then(LogPace::default),
            phase: None,
            spent: Vec::new(),
            outlook: None,
        }
    }

    /// Takes the line away before the report is printed.
    pub(crate) fn finish(&mut self) {
        self.bar.finish_and_clear();
        self.enter(None);
    }

    /// How the time divides until it was finished, with the CPU time of this process.
    pub(crate) fn times(&self, own_cpu: Duration) -> RunTimes {
        let of = |phases: &[Phase]| {
            let spent = self.spent.iter().filter(|(phase, _)| phases.contains(phase));
            spent.map(|(_, time)| time.as_secs_f64()).sum()
        };
        RunTimes {
            own_cpu: own_cpu.as_secs_f64(),
            observing: of(&[Phase::Observing]),
            sampling: of(&[Phase::Sampling, Phase::Counting, Phase::Ordering]),
            naming_causes: of(&[Phase::Explaining]),
        }
    }

    /// Books the time until now on the phase at hand, where another one begins.
    fn enter(&mut self, phase: Option<Phase>) {
        let now = self.began.elapsed();
        if self.phase.map(|(phase, _)| phase) == phase {
            return;
        }
        let next = phase.map(|phase| (phase, now));
        if let Some((ended, since)) = std::mem::replace(&mut self.phase, next) {
            self.spent.push((ended, now.saturating_sub(since)));
        }
    }

    /// The step at hand, and how the targets stand.
    fn message(&self, step: String, now: Duration) -> String {
        match self.outlook {
            Some((outlook, then)) => format!("{step} · {}", outlook.after(now.saturating_sub(then))),
            None => step,
        }
    }
}

impl ShowProgress for ProgressLine {
    fn show(&mut self, progress: &Progress<'_>) {
        self.enter(Some(progress.phase));
        let now = self.began.elapsed();
        if let Some(log) = &mut self.log {
            let is_first = log.last.is_none();
            if log.is_due(now) {
                let step = if is_first {
                    progress.announcement()
                } else {
                    progress.to_string()
                };
                outputs::remark(&self.message(step, now));
            }
        } else if !self.bar.is_hidden() {
            self.bar.set_message(self.message(progress.to_string(), now));
            self.bar.tick();
        }
    }

    fn foresee(&mut self, outlook: Option<Outlook>) {
        self.outlook = outlook.map(|outlook| (outlook, self.began.elapsed()));
    }
}

/// When the next line of a log is due.
#[derive(Debug, Default)]
struct LogPace {
    last: Option<Duration>,
}

impl LogPace {
    /// True where a line may be written now, which then counts as written.
    fn is_due(&mut self, now: Duration) -> bool {
        let is_due = self.last.is_none_or(|last| now.saturating_sub(last) >= BETWEEN_LINES);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_its_first_line_at_once_and_then_one_in_ten_seconds_at_most() {
        let mut log = LogPace::default();
        let due: Vec<u64> = (0..35)
            .filter(|seconds| log.is_due(Duration::from_secs(*seconds)))
            .collect();
        assert_eq!(due, [0, 10, 20, 30]);
    }
}
