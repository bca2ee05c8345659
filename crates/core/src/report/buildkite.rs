//! The report for `buildkite-agent annotate`: the Markdown of a job summary. Buildkite reads CommonMark with GitHub's tables, keeps HTML
//! such as `<details>`, knows neither mentions nor references, and refuses what is larger than a mebibyte.

use super::markdown;
use super::matrix::Matrix;
use crate::report::Report;

/// The most that Buildkite takes as the body of an annotation, in bytes.
pub const ANNOTATION_BYTES: usize = 1024 * 1024;

/// The report of one environment.
pub fn render(report: &Report) -> String {
    markdown::render(report, ANNOTATION_BYTES)
}

/// The reports of several environments.
pub fn render_matrix(matrix: &Matrix) -> String {
    matrix.markdown(ANNOTATION_BYTES)
}
