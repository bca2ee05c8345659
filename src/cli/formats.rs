//! The kinds of output that `--format` takes, as `KIND` or `KIND=PATH`. Each kind has one line of help here and nowhere else.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

/// The kinds of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatKind {
    /// A table and findings for people.
    Terminal,
    /// The whole report for programs.
    Json,
    /// A table and findings for a job summary.
    Markdown,
    /// Annotations for GitHub Actions.
    Github,
    /// A page to look at; for a path that ends in / or is a folder, index.html with its style sheet and its script beside it.
    Html,
    /// The imports that were looked at closely, now and before, as profiles for speedscope.
    Speedscope,
    /// The same for Perfetto and chrome://tracing.
    ChromeTrace,
    /// Results for code scanning and editors (SARIF 2.1.0).
    Sarif,
    /// A code quality report for GitLab.
    Gitlab,
    /// Diagnostics for reviewdog.
    Rdjson,
    /// Errors and warnings for Azure Pipelines.
    Azure,
    /// JUnit XML: a test case for each target, for the test page of any CI service.
    #[value(name = "junit")]
    JUnit,
    /// OpenMetrics text: the figures of each target, for GitLab's metrics reports and Prometheus.
    #[value(name = "openmetrics")]
    OpenMetrics,
    /// Bencher Metric Format, for `bencher run --adapter json`.
    Bmf,
    /// JSON for github-action-benchmark, as customSmallerIsBetter.
    BenchmarkAction,
    /// Markdown for `buildkite-agent annotate`.
    Buildkite,
    /// Service messages for TeamCity: problems of the build, inspections, statistics.
    #[value(name = "teamcity")]
    TeamCity,
}

/// How an explanation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// Trees and tables for people.
    Terminal,
    /// Everything, for programs.
    Json,
    /// Advice and trees to paste into an issue or a pull request.
    Markdown,
    /// A page to look at; for a path that ends in / or is a folder, index.html with its style sheet and its script beside it.
    Html,
    /// A profile for speedscope.
    Speedscope,
    /// A trace for Perfetto and chrome://tracing.
    ChromeTrace,
}

/// How an examination of the machine is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoctorFormat {
    /// Text for people.
    Terminal,
    /// Everything, for programs.
    Json,
}

/// How proposals are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixFormat {
    /// Text for people.
    Terminal,
    /// Everything, for programs.
    Json,
    /// The changes alone.
    Diff,
}

/// How a table is shown that is no report: a classification, a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A table for people.
    Terminal,
    /// Everything, for programs.
    Json,
    /// A table for a job summary.
    Markdown,
}

/// One output, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFormat<Kind = FormatKind> {
    /// Its kind.
    pub kind: Kind,
    /// The file; standard output where it is `None`.
    pub path: Option<PathBuf>,
}

impl<Kind: ValueEnum> OutputFormat<Kind> {
    fn parse(text: &str) -> Result<Self, String> {
        let (kind, path) = match text.split_once('=') {
            Some((_, "")) => return Err("the path after = is empty".to_owned()),
            Some((kind, path)) => (kind, Some(PathBuf::from(path))),
            None => (text, None),
        };
        let kind = Kind::from_str(kind, false).map_err(|_| {
            let known: Vec<_> = Kind::value_variants()
                .iter()
                .filter_map(ValueEnum::to_possible_value)
                .map(|value| value.get_name().to_owned())
                .collect();
            format!("the kinds are {}", known.join(", "))
        })?;
        Ok(Self { kind, path })
    }
}

/// The parser of `--format`, which knows the kinds for `--help` and for completions.
pub(super) fn parser<Kind>() -> KindParser<Kind> {
    KindParser(PhantomData)
}

/// Reads `KIND` and `KIND=PATH`.
#[derive(Debug)]
pub(super) struct KindParser<Kind>(PhantomData<fn() -> Kind>);

impl<Kind> Clone for KindParser<Kind> {
    fn clone(&self) -> Self {
        parser()
    }
}

impl<Kind: ValueEnum + Send + Sync + 'static> TypedValueParser for KindParser<Kind> {
    type Value = OutputFormat<Kind>;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        OutputFormat::<Kind>::parse.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let kinds = Kind::value_variants().iter();
        Some(Box::new(kinds.filter_map(ValueEnum::to_possible_value)))
    }
}
