//! The report as logging commands of Azure Pipelines, which the agent turns into errors and warnings of the run, each with a link to
//! its line. It keeps ten of a kind for a step, so the most important ones come first.

use super::problems::{Level, Problem, of_all};
use super::repository::Repository;
use super::untrusted;
use crate::report::Report;

/// The commands, one a line, with what the reports of several environments say said once; then the one that puts `summary` on the page
/// of the run, the absolute path of a Markdown file. There are no issues but errors and warnings, so what adds to one of them is a
/// warning, and notes are left to the other formats.
pub fn render(reports: &[Report], repository: &Repository, summary: Option<&str>) -> String {
    let problems = of_all(reports, repository);
    let mut text: String = problems.iter().filter_map(issue).collect();
    text.extend(summary.map(|path| format!("##vso[task.uploadsummary]{}\n", untrusted::azure_message([path]))));
    text
}

fn issue(problem: &Problem) -> Option<String> {
    let kind = match problem.level {
        Level::Error => "error",
        Level::Warning | Level::Beside => "warning",
        Level::Note => return None,
    };
    let location = problem.spot.as_ref().map_or_else(String::new, |spot| {
        let path = untrusted::azure_path(&spot.path);
        format!("sourcepath={path};linenumber={};columnnumber=1;", spot.line)
    });
    let lines = problem.message();
    let message = untrusted::azure_message(lines.iter().map(String::as_str));
    Some(format!(
        "##vso[task.logissue type={kind};{location}code={};]{message}\n",
        problem.rule.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_failing_run() {
        let text = render(
            &[fixture::report()],
            &fixture::repository(),
            Some("/home/ci/out/summary.md"),
        );
        insta::assert_snapshot!("azure", text);
    }

    #[test]
    fn notes_and_a_summary_that_nobody_wrote_are_left_out() {
        assert_eq!(render(&[fixture::passing()], &fixture::repository(), None), "");
        let text = render(&[fixture::report()], &fixture::repository(), None);
        assert!(
            !text.contains("no-baseline") && !text.contains("uploadsummary"),
            "{text}"
        );
    }
}
