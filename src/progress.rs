//! How far a run is, on stderr: a bar where that is a terminal, a few plain lines where it is a log.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use importgate_core::flows::ShowProgress;
use importgate_core::report::progress_line::{Phase, Progress};

/// Draws the progress of one run.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: ProgressBar,
    plain: bool,
    announced: Option<Phase>,
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
            plain: !quiet && !terminal,
            announced: None,
        }
    }

    /// Takes the line away before the report is printed.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl ShowProgress for ProgressLine {
    /// A log gets one line at the beginning of each phase.
    fn show(&mut self, progress: &Progress<'_>) {
        if self.plain && self.announced != Some(progress.phase) {
            eprintln!("importgate: {}", progress.announcement());
            self.announced = Some(progress.phase);
        }
        if !self.plain {
            self.bar.set_message(progress.to_string());
            self.bar.tick();
        }
    }
}
