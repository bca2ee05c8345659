//! The report as GitHub workflow commands, which the runner turns into annotations at the lines of a pull request. The
//! runner shows ten of a kind for a step and drops the rest in silence, so the rest is counted here and said.

use super::problems::{Level, Problem, of_all};
use super::repository::Repository;
use super::untrusted;
use crate::numbers;
use crate::report::Report;

/// How many annotations of one kind the runner shows for a step.
const MOST_OF_A_KIND: usize = 10;

/// The annotations, one a line: one for each cause, up to ten of a kind, the most important first, then a notice where there are more.
/// What the reports of several environments say is said once, with their names. Notes are left to the other formats: they ask for
/// nothing at a line of code. Empty where there is nothing to say.
pub fn render(reports: &[Report], repository: &Repository) -> String {
    let problems = of_all(reports, repository);
    let mut text = String::new();
    let mut left_out = Vec::new();
    for (level, command) in COMMANDS {
        let of_level: Vec<&Problem> = problems.iter().filter(|problem| problem.level == level).collect();
        // The notice about what is left out is one, too.
        let most = if level == Level::Beside {
            MOST_OF_A_KIND - 1
        } else {
            MOST_OF_A_KIND
        };
        text.extend(of_level.iter().take(most).map(|problem| annotation(problem, command)));
        let more = of_level.len().saturating_sub(most) as u64;
        if more > 0 {
            left_out.push(numbers::counted(more, &format!("more {command}")));
        }
    }
    if !left_out.is_empty() {
        let message = format!("{}: the log and the job summary have them", left_out.join(" and "));
        text.push_str(&format!(
            "::notice title=importgate::{}\n",
            untrusted::workflow_message([message.as_str()])
        ));
    }
    text
}

/// The kinds of annotations, the loudest first.
const COMMANDS: [(Level, &str); 3] = [
    (Level::Error, "error"),
    (Level::Warning, "warning"),
    (Level::Beside, "notice"),
];

fn annotation(problem: &Problem, command: &str) -> String {
    let title = untrusted::workflow_property(&format!("importgate: {}", problem.title()));
    let properties = match &problem.spot {
        Some(spot) => {
            let path = untrusted::workflow_path(&spot.path);
            format!("file={path},line={},title={title}", spot.line)
        }
        None => format!("title={title}"),
    };
    let lines = problem.message();
    let message = untrusted::workflow_message(lines.iter().map(String::as_str));
    format!("::{command} {properties}::{message}\n")
}
