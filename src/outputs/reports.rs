//! A report in each kind of output that `check` and `merge` write.

use std::path::Path;

use super::{not_json, terminal_options, write_each};
use crate::cli::{FormatKind, OutputFormat};
use crate::error::Error;
use importgate_core::report::matrix::Matrix;
use importgate_core::report::merge::Merged;
use importgate_core::report::{Report, github, json, markdown, terminal};

/// Writes the report in every format that was asked for; to the terminal where none was.
///
/// A file is replaced as a whole, so that a run that is stopped leaves no half report. What measured code printed never
/// reaches an output raw: the renderers see to it.
pub(crate) fn write(report: &Report, formats: &[OutputFormat], verbose: bool) -> Result<(), Error> {
    Reports::One(report).write(formats, verbose)
}

/// The same of what `merge` made.
pub(crate) fn write_merged(merged: &Merged, formats: &[OutputFormat], verbose: bool) -> Result<(), Error> {
    let reports = match merged {
        Merged::One(report) => Reports::One(report),
        Merged::Legs(matrix) => Reports::Legs(matrix),
    };
    reports.write(formats, verbose)
}

/// What is written: the report of one environment, or those of several.
#[derive(Clone, Copy)]
enum Reports<'a> {
    One(&'a Report),
    Legs(&'a Matrix),
}

impl Reports<'_> {
    fn write(self, formats: &[OutputFormat], verbose: bool) -> Result<(), Error> {
        write_each(formats, |kind, on_screen| {
            let options = || terminal_options(on_screen, verbose);
            match kind {
                FormatKind::Terminal => Ok(self.terminal(&options())),
                FormatKind::Json => self.json(),
                FormatKind::Markdown => Ok(self.markdown()),
                FormatKind::Github => Ok(self.github(&way_from_workspace())),
            }
        })
    }

    fn terminal(self, options: &terminal::Options) -> String {
        match self {
            Self::One(report) => terminal::render(report, options),
            Self::Legs(matrix) => matrix.terminal(options),
        }
    }

    fn json(self) -> Result<String, Error> {
        match self {
            Self::One(report) => json::render(report),
            Self::Legs(matrix) => json::render_matrix(matrix),
        }
        .map_err(not_json)
    }

    fn markdown(self) -> String {
        match self {
            Self::One(report) => markdown::render(report, markdown::SUMMARY_BYTES),
            Self::Legs(matrix) => matrix.markdown(markdown::SUMMARY_BYTES),
        }
    }

    fn github(self, way: &str) -> String {
        match self {
            Self::One(report) => github::render(report, way),
            Self::Legs(matrix) => matrix.github(way),
        }
    }
}

/// The way from the folder that annotations name their files from to this one; empty where this one does not lie below it.
fn way_from_workspace() -> String {
    let way = || {
        let workspace = Path::new(&std::env::var_os("GITHUB_WORKSPACE")?).canonicalize().ok()?;
        let here = std::env::current_dir().ok()?;
        Some(here.strip_prefix(workspace).ok()?.to_str()?.to_owned())
    };
    way().unwrap_or_default()
}
