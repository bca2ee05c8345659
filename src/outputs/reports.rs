//! A report in each kind of output that `check` and `merge` write.

use std::cell::OnceCell;

use super::{for_each, is_folder, not_json, page_to_folder, terminal_options, to_file, to_standard_output};
use crate::cli::{FormatKind, OutputFormat};
use crate::error::Error;
use crate::outputs;
use crate::receipt::WrittenReport;
use crate::repository;
use importgate_core::report::matrix::Matrix;
use importgate_core::report::merge::Merged;
use importgate_core::report::repository::Repository;
use importgate_core::report::traces::{Traces, chrome, speedscope};
use importgate_core::report::{
    Report, azure, benchmark_action, bmf, buildkite, github, gitlab, html, json, junit, markdown, openmetrics, rdjson,
    sarif, teamcity, terminal, untrusted,
};

/// Writes the report in every format that was asked for; to the terminal where none was.
///
/// A file is replaced as a whole, so that a run that is stopped leaves no half report. What measured code printed never
/// reaches an output raw: the renderers see to it. The answer names the files.
pub(crate) fn write(report: &Report, formats: &[OutputFormat], verbose: bool) -> Result<Vec<WrittenReport>, Error> {
    Reports::One(report).write(formats, verbose)
}

/// The same of what `merge` made.
pub(crate) fn write_merged(
    merged: &Merged,
    formats: &[OutputFormat],
    verbose: bool,
) -> Result<Vec<WrittenReport>, Error> {
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

impl<'a> Reports<'a> {
    fn write(self, formats: &[OutputFormat], verbose: bool) -> Result<Vec<WrittenReport>, Error> {
        let around = Surroundings {
            reports: self.each(),
            formats,
            repository: OnceCell::new(),
        };
        let mut written = Vec::new();
        for_each(formats, |kind, path| match (kind, path) {
            (FormatKind::Html, Some(path)) if is_folder(path) => page_to_folder(self.page(), path),
            (_, Some(path)) => {
                let text = self.render(kind, &terminal_options(false, verbose), &around)?;
                written.push(WrittenReport::new(path, &text));
                to_file(path, &text)
            }
            (_, None) => to_standard_output(&self.render(kind, &terminal_options(true, verbose), &around)?),
        })?;
        Ok(written)
    }

    /// The report of each environment.
    fn each(self) -> &'a [Report] {
        match self {
            Self::One(report) => std::slice::from_ref(report),
            Self::Legs(matrix) => &matrix.legs,
        }
    }

    fn render(self, kind: FormatKind, options: &terminal::Options, around: &Surroundings<'_>) -> Result<String, Error> {
        match kind {
            FormatKind::Terminal => Ok(self.terminal(options)),
            FormatKind::Json => self.json(),
            FormatKind::Markdown => Ok(self.markdown()),
            FormatKind::Github => Ok(github::render(self.each(), around.repository())),
            FormatKind::Html => Ok(self.page().render()),
            FormatKind::Speedscope => Ok(speedscope::render(&self.traces())),
            FormatKind::ChromeTrace => Ok(chrome::render(&self.traces())),
            FormatKind::Sarif => Ok(sarif::render(self.each(), around.repository())),
            FormatKind::Gitlab => Ok(gitlab::render(self.each(), around.repository())),
            FormatKind::Rdjson => Ok(rdjson::render(self.each(), around.repository())),
            FormatKind::Azure => Ok(azure::render(
                self.each(),
                around.repository(),
                around.summary().as_deref(),
            )),
            FormatKind::JUnit => junit::render(self.each()).map_err(not_xml),
            FormatKind::OpenMetrics => Ok(openmetrics::render(self.each())),
            FormatKind::Bmf => bmf::render(self.each()).map_err(not_json),
            FormatKind::BenchmarkAction => benchmark_action::render(self.each()).map_err(not_json),
            FormatKind::TeamCity => Ok(teamcity::render(self.each(), around.repository())),
            FormatKind::Buildkite => Ok(self.buildkite()),
        }
    }

    fn page(self) -> html::Page<'a> {
        match self {
            Self::One(report) => html::Page::One(report),
            Self::Legs(matrix) => html::Page::Legs(matrix),
        }
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

    fn buildkite(self) -> String {
        match self {
            Self::One(report) => buildkite::render(report),
            Self::Legs(matrix) => buildkite::render_matrix(matrix),
        }
    }

    /// What viewers of profiles draw. Few look into the file for what is not in it, so it is said beside it, too.
    fn traces(self) -> Traces<'a> {
        let traces = match self {
            Self::One(report) => Traces::of_report(report),
            Self::Legs(matrix) => Traces::of_matrix(matrix),
        };
        if let Some(left_out) = traces.left_out() {
            outputs::remark(&untrusted::line(left_out));
        }
        traces
    }
}

/// What formats need besides the reports.
struct Surroundings<'a> {
    reports: &'a [Report],
    formats: &'a [OutputFormat],
    repository: OnceCell<Repository>,
}

impl Surroundings<'_> {
    /// Looked up once, and only where a format names files of the repository: git may be asked, which takes time.
    fn repository(&self) -> &Repository {
        self.repository.get_or_init(|| repository::of(self.reports))
    }

    /// The file with the Markdown, where one is written too.
    fn summary(&self) -> Option<String> {
        let is_markdown = |format: &&OutputFormat| format.kind == FormatKind::Markdown;
        let mut markdown = self.formats.iter().filter(is_markdown);
        let path = markdown.find_map(|format| format.path.as_ref())?;
        std::path::absolute(path).ok()?.to_str().map(str::to_owned)
    }
}

/// The report could not be written as XML.
fn not_xml(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Output {
        path: "the XML".into(),
        source: std::io::Error::other(source),
    }
}
