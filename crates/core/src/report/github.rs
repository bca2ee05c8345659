//! The report as GitHub workflow commands, which the runner turns into annotations at the lines of a pull request. The
//! runner shows ten of a kind for a step and drops the rest in silence, so the rest is counted here and said.

use super::{facts, order, untrusted};
use crate::checks::{Severity, file_over};
use crate::numbers;
use crate::report::{Finding, Report};

/// How many annotations of one kind the runner shows for a step.
const MOST_OF_A_KIND: usize = 10;
/// How many causes an annotation names.
const CAUSES: usize = 3;

/// The annotations, one a line, of a report whose files are named from the folder that lies `way` below the workspace: up to ten errors and ten warnings, then a notice where there are more. Notes are left to the
/// other formats: they ask for nothing at a line of code. Empty where there is nothing to say.
pub fn render(report: &Report, way: &str) -> String {
    let findings = order::findings(report);
    let mut text = String::new();
    let mut left_out = Vec::new();
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of_kind: Vec<&&Finding> = findings.iter().filter(|finding| finding.severity == severity).collect();
        for finding in of_kind.iter().take(MOST_OF_A_KIND) {
            text.push_str(&annotation(command, (finding, report), way));
        }
        let more = of_kind.len().saturating_sub(MOST_OF_A_KIND) as u64;
        if more > 0 {
            left_out.push(numbers::counted(more, &format!("more {command}")));
        }
    }
    if !left_out.is_empty() {
        let message = format!(
            "{}: the table in the log and the job summary have them",
            left_out.join(" and ")
        );
        text.push_str(&format!(
            "::notice title=importgate::{}\n",
            untrusted::workflow_message([message.as_str()])
        ));
    }
    text
}

fn annotation(command: &str, (finding, report): (&Finding, &Report), way: &str) -> String {
    let title = match finding.target.as_str() {
        "" => format!("importgate: {}", finding.code),
        target => format!("importgate: {} ({target})", finding.code),
    };
    let title = untrusted::workflow_property(&title);
    let properties = match location(finding, report) {
        Some((file, line)) => format!(
            "file={},line={line},title={title}",
            untrusted::workflow_property(&file_over(way, &file))
        ),
        None => format!("title={title}"),
    };
    format!(
        "::{command} {properties}::{}\n",
        untrusted::workflow_message(message(finding, report).iter().map(String::as_str))
    )
}

/// The line that a reader would change: the import that costs, else the line it is about, else the budget.
fn location(finding: &Finding, report: &Report) -> Option<(String, u64)> {
    let cause = report
        .causes_of(finding)
        .find_map(|cause| Some((cause.file.clone()?, u64::from(cause.line?))));
    let place = || {
        finding
            .place
            .as_ref()
            .map(|place| (place.file.clone(), u64::from(place.line)))
    };
    let budget = || {
        finding
            .budget
            .as_ref()
            .map(|budget| (budget.file.clone(), budget.line as u64))
    };
    cause.or_else(place).or_else(budget)
}

fn message(finding: &Finding, report: &Report) -> Vec<String> {
    let mut lines = vec![facts::message(finding)];
    if let Some(budget) = &finding.budget {
        lines.push(format!("budget: {}:{}  {}", budget.file, budget.line, budget.text));
    }
    for cause in report.causes_of(finding).take(CAUSES) {
        let target = cause.in_target(&finding.target);
        let cost = target.map_or_else(String::new, |target| facts::cost_in(cause, target));
        let cost = if cost.is_empty() { cost } else { format!(": {cost}") };
        lines.push(format!("cause: {}{cost}", facts::cause(cause)));
    }
    lines.extend(facts::after_causes(finding).cloned());
    lines.extend(facts::help(finding, report).iter().map(|help| format!("help: {help}")));
    lines
}
