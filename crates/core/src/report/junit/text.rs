//! What is said of one target, as plain text of several lines: each finding with what asked for it, and then why and what to do.

use super::super::{facts, untrusted};
use crate::checks::Code;
use crate::report::{Cause, CauseTarget, Finding, Report};

/// How many steps of a way, lines of a stack and causes are shown.
const STEPS: usize = 16;
const DETAILS: usize = 40;
const CAUSES: usize = 8;

/// What is said of one target.
pub(super) struct Text {
    code: Option<Code>,
    headline: String,
    lines: Vec<String>,
}

impl Text {
    /// Of these findings, the worst first.
    pub(super) fn of(findings: &[&Finding], report: &Report) -> Self {
        let mut lines: Vec<String> = findings.iter().flat_map(|finding| of_finding(finding)).collect();
        lines.extend(causes(findings, report));
        let after = [
            findings.iter().find_map(|finding| finding.rest.clone()),
            findings.iter().find_map(|finding| finding.installed.clone()),
        ];
        lines.extend(after.into_iter().flatten());
        lines.extend(help(findings, report));
        Self {
            code: findings.first().map(|finding| finding.code),
            headline: headline(findings),
            lines,
        }
    }

    /// The code of the worst finding.
    pub(super) fn code(&self) -> Option<Code> {
        self.code
    }

    /// One line that says what is the matter.
    pub(super) fn headline(&self) -> String {
        untrusted::line(&self.headline)
    }

    /// Everything.
    pub(super) fn whole(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| untrusted::line(line)).collect();
        lines.join("\n")
    }
}

/// What the worst finding says, and the codes of the others.
fn headline(findings: &[&Finding]) -> String {
    let Some((first, others)) = findings.split_first() else {
        return String::from("it failed");
    };
    let mut codes: Vec<&str> = Vec::new();
    for other in others {
        if other.code != first.code && !codes.contains(&other.code.as_str()) {
            codes.push(other.code.as_str());
        }
    }
    match &codes[..] {
        [] => first.message.clone(),
        codes => format!("{} (also {})", first.message, codes.join(", ")),
    }
}

/// A finding with its place, its stack and the line of the budgets that asked.
fn of_finding(finding: &Finding) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", finding.code, facts::message(finding))];
    lines.extend(finding.place.as_ref().map(|place| format!("    at {place}")));
    lines.extend(
        facts::details(finding, DETAILS)
            .iter()
            .map(|line| format!("    {line}")),
    );
    let budget = finding.budget.as_ref();
    lines.extend(budget.map(|budget| format!("    budget: {} {}", budget.place(), budget.text)));
    lines
}

/// Why, each cause once, with what it costs this target and the way from it.
fn causes(findings: &[&Finding], report: &Report) -> Vec<String> {
    let mut known: Vec<&Cause> = Vec::new();
    let mut lines = Vec::new();
    for finding in findings {
        for cause in report.causes_of(finding) {
            // Of some failures the cause says what the finding has said already.
            let is_said = cause.summary.starts_with(&finding.message);
            if !is_said && known.iter().all(|known| known.id != cause.id) && known.len() < CAUSES {
                known.push(cause);
                lines.extend(of_cause(cause, cause.in_target(&finding.target)));
            }
        }
    }
    lines
}

fn of_cause(cause: &Cause, target: Option<&CauseTarget>) -> Vec<String> {
    let mut lines = vec![format!("because {}{}", facts::cause(cause), cost(cause, target))];
    let own = target.map(|target| Cause {
        chain: cause.chain_in(target),
        ..cause.clone()
    });
    let cause = own.as_ref().unwrap_or(cause);
    if cause.chain.len() > 1 {
        let (names, places) = facts::way(cause, STEPS);
        lines.push(format!("    {names}"));
        lines.extend((!places.is_empty()).then(|| format!("    at {places}")));
    }
    lines
}

fn cost(cause: &Cause, target: Option<&CauseTarget>) -> String {
    let cost = target.map_or_else(|| facts::usual_cost(cause), |target| facts::cost_in(cause, target));
    if cost.is_empty() { cost } else { format!(": {cost}") }
}

/// The ways out, each once.
fn help(findings: &[&Finding], report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for finding in findings {
        let of_causes = report.causes_of(finding).filter_map(Cause::way_out);
        for help in of_causes.chain(finding.help.clone()) {
            let line = format!("help: {help}");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}
