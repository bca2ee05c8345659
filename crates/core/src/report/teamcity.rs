//! The report as service messages of TeamCity: each error as a build problem, which is what the page of a build begins with; whatever
//! has a line as a code inspection, which TeamCity counts and compares from build to build; the figures as statistics, for charts.
//!
//! What messages there are and what they may hold is said in TeamCity's help, "Service Messages".

use super::problems::{Level, Problem, of_all};
use super::repository::Repository;
use super::series::{self, Series};
use super::untrusted::service_message_value as escaped;
use super::wording::rule;
use crate::checks::Code;
use crate::report::Report;

/// The category of our inspections.
const CATEGORY: &str = "Import time";

/// The messages, one a line, with what the reports of several environments say said once. Notes are left to the other formats.
pub fn render(reports: &[Report], repository: &Repository) -> String {
    let problems = of_all(reports, repository);
    let loud: Vec<&Problem> = problems.iter().filter(|problem| problem.level != Level::Note).collect();
    let mut text = String::new();
    let errors = loud.iter().filter(|problem| problem.level == Level::Error);
    text.extend(errors.map(|problem| build_problem(problem)));
    let mut types: Vec<Code> = Vec::new();
    for problem in &loud {
        if !types.contains(&problem.rule) {
            types.push(problem.rule);
            text.push_str(&inspection_type(problem.rule));
        }
        text.push_str(&inspection(problem));
    }
    for series in series::all(reports, |name| escaped([name])) {
        text.push_str(&statistics(&series));
    }
    text
}

/// A message with its attributes, whose values are escaped.
fn message(name: &str, attributes: &[(&str, &str)]) -> String {
    let attributes: String = attributes
        .iter()
        .map(|(key, value)| format!(" {key}='{value}'"))
        .collect();
    format!("##teamcity[{name}{attributes}]\n")
}

/// What fails the build. Its identity is the same as long as the cause is, so that TeamCity knows what is new and what was muted.
fn build_problem(problem: &Problem) -> String {
    let title = format!("importgate: {}", problem.title());
    let lines = problem.message();
    let description = escaped(std::iter::once(title.as_str()).chain(lines.iter().map(String::as_str)));
    let identity = format!("importgate_{}", problem.fingerprint());
    message(
        "buildProblem",
        &[("description", &description), ("identity", &identity)],
    )
}

fn inspection_type(code: Code) -> String {
    let rule = rule(code);
    let attributes = [
        ("id", code.as_str()),
        ("name", &escaped([rule.title])),
        ("category", CATEGORY),
        ("description", &escaped([rule.meaning, rule.help])),
    ];
    message("inspectionType", &attributes)
}

/// One without a place of its own stands in the budgets file: an inspection has to have one.
fn inspection(problem: &Problem) -> String {
    let spot = problem.location();
    let lines = problem.message();
    let severity = match problem.level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Beside | Level::Note => "WEAK WARNING",
    };
    let attributes = [
        ("typeId", problem.rule.as_str()),
        ("message", &escaped(lines.iter().map(String::as_str))),
        ("file", &escaped([spot.path.as_str()])),
        ("line", &spot.line.to_string()),
        ("SEVERITY", severity),
    ];
    message("inspection", &attributes)
}

/// The figures of a target.
fn statistics(series: &Series<'_>) -> String {
    let target = series.target;
    let name = series.full_name();
    let figures = [
        ("ms", target.time_ms.and_then(series::rounded)),
        ("bytes", target.memory_bytes.map(|bytes| bytes as f64)),
        ("modules", target.modules.map(|modules| modules as f64)),
    ];
    let known = figures.into_iter().filter_map(|(unit, value)| Some((unit, value?)));
    known
        .map(|(unit, value)| statistic(&format!("importgate.{name}.{unit}"), value))
        .collect()
}

/// A value of up to six decimal places, which is all that TeamCity takes.
fn statistic(key: &str, value: f64) -> String {
    let value = format!("{value:.6}");
    let value = value.trim_end_matches('0').trim_end_matches('.');
    message("buildStatisticValue", &[("key", key), ("value", value)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn messages(reports: &[Report], name: &str) -> Vec<String> {
        let text = render(reports, &fixture::repository());
        let of_name = |line: &&str| line.starts_with(&format!("##teamcity[{name} "));
        text.lines().filter(of_name).map(str::to_owned).collect()
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!("teamcity", render(&[fixture::report()], &fixture::repository()));
    }

    #[test]
    fn each_error_is_a_problem_of_the_build_that_keeps_its_identity() {
        let problems = messages(&[fixture::report()], "buildProblem");
        assert_eq!(problems.len(), 5);
        let mut slower = fixture::report();
        slower.causes[0].time_ms *= 1.1;
        let identity = |problem: &String| {
            problem
                .rsplit_once("identity=")
                .map(|(_, identity)| identity.to_owned())
        };
        let both = [&problems, &messages(&[slower], "buildProblem")];
        let [before, after] = both.map(|problems| problems.iter().filter_map(identity).collect::<Vec<_>>());
        assert_eq!(before, after);
    }

    #[test]
    fn a_run_that_passes_has_figures_and_nothing_else() {
        let text = render(&[fixture::passing()], &fixture::repository());
        assert!(
            text.lines()
                .all(|line| line.starts_with("##teamcity[buildStatisticValue ")),
            "{text}"
        );
    }

    #[test]
    fn what_two_environments_say_is_said_once_and_figures_are_told_apart() {
        let mut other = fixture::report();
        other.environment.key.0 = "cpython-3.14-linux-x86_64".to_owned();
        let reports = [fixture::report(), other];
        assert_eq!(messages(&reports, "buildProblem").len(), 5);
        let one = messages(&reports[..1], "buildStatisticValue");
        let both = messages(&reports, "buildStatisticValue");
        assert_eq!(both.len(), 2 * one.len());
        assert!(
            both[0].contains("key='importgate.shop.services.billing (cpython-3.13-linux-x86_64).ms'"),
            "{}",
            both[0]
        );
    }
}
