//! Proposals for a person: each with what it saves and its diff, then what is not changed, and why.

use std::fmt::Write;

use crate::fix::{FixReport, MovedStatement, Proposal, Refusal, Style, Withdrawn, unified};
use crate::numbers;
use crate::report::explain::place_for_people;
use crate::report::untrusted;
use crate::report::wording::{fix as wording, python};

/// How many functions, or targets, are named.
const MOST_NAMED: usize = 4;

/// The proposals as text.
pub fn render(report: &FixReport) -> String {
    let mut text = format!("{}\n", headline(report));
    for proposal in &report.proposals {
        text.push('\n');
        text.push_str(&self::proposal(proposal, report.style));
    }
    // Writing to a string cannot fail.
    if let Some(together) = &report.together {
        let _ = writeln!(text, "\nall together save {} there", wording::saving(together));
    }
    for withdrawn in &report.withdrawn {
        text.push('\n');
        text.push_str(&self::withdrawn(withdrawn));
    }
    if !report.refusals.is_empty() {
        text.push_str("\nnot changed:\n");
        for refusal in &report.refusals {
            let _ = writeln!(text, "  {}", self::refusal(refusal, true));
        }
    }
    if !report.left_out.is_empty() {
        text.push_str("\nnot looked at:\n");
        for (reason, targets) in wording::left_out(&report.left_out) {
            let _ = writeln!(text, "  {}: {}", listed(&targets), untrusted::line(&reason));
        }
    }
    text
}

fn headline(report: &FixReport) -> String {
    let style = match report.style {
        Style::InFunctions => "imports in the functions that use them",
        Style::LazyKeyword => "lazy imports",
    };
    let changes = numbers::counted(report.proposals.len() as u64, "change");
    let tested = report.tested.as_ref().filter(|_| !report.proposals.is_empty());
    let tested = tested.map_or_else(String::new, |command| {
        format!("; `{}` passes with them", untrusted::line(command))
    });
    format!(
        "{changes} proposed ({style}), measured with {} in {}{tested}",
        python(&report.python_version, report.python_chosen_by.as_ref()),
        numbers::counted(report.targets, "target"),
    )
}

fn proposal(proposal: &Proposal, style: Style) -> String {
    let mut text = String::new();
    for statement in &proposal.statements {
        let _ = writeln!(
            text,
            "{}: `{}` {}",
            place_for_people(&statement.place),
            untrusted::line(&statement.text),
            goes_to(statement, style)
        );
    }
    let measured = &proposal.measured;
    let _ = writeln!(
        text,
        "  saves {} of {} in {} ({}, {}, {})",
        wording::saving(measured),
        numbers::time(proposal.before_ms),
        untrusted::line(&proposal.target),
        numbers::bytes_change(-measured.saved.memory_bytes),
        numbers::counted(measured.saved.modules.max(0).unsigned_abs(), "module") + " fewer",
        numbers::counted(measured.pairs, "pair"),
    );
    if !proposal.other_targets.is_empty() {
        let _ = writeln!(text, "  expected to save in {} too", listed(&proposal.other_targets));
    }
    for refusal in proposal.statements.iter().flat_map(|statement| &statement.kept) {
        let _ = writeln!(text, "  stays: {}", self::refusal(refusal, false));
    }
    for file in &proposal.files {
        let diff = unified(&file.path, &file.before, &file.after);
        for line in String::from_utf8_lossy(&diff).lines() {
            let _ = writeln!(text, "    {}", untrusted::line(line));
        }
    }
    text
}

fn goes_to(statement: &MovedStatement, style: Style) -> String {
    if style == Style::LazyKeyword {
        return "becomes lazy".to_owned();
    }
    let functions: Vec<String> = statement
        .functions
        .iter()
        .map(|(name, line)| format!("{name} (line {line})"))
        .collect();
    match (functions.is_empty(), statement.for_type_checkers) {
        (false, false) => format!("goes to {}", listed(&functions)),
        (false, true) => format!("goes to {}, and stays for type checkers", listed(&functions)),
        (true, _) => "stays for type checkers alone".to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMED)
        .map(|name| untrusted::line(name))
        .collect();
    let more = names.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &more
}

fn withdrawn(withdrawn: &Withdrawn) -> String {
    let places: Vec<String> = withdrawn
        .proposal
        .statements
        .iter()
        .map(|statement| place_for_people(&statement.place))
        .collect();
    let how = if withdrawn.only_with_others {
        "the tests fail with it beside the other changes"
    } else {
        "the tests fail with it"
    };
    let mut text = format!("withdrawn: {}: {how}\n", places.join(", "));
    for line in untrusted::lines(&withdrawn.output) {
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn refusal(refusal: &Refusal, with_estimate: bool) -> String {
    let name = refusal
        .name
        .as_ref()
        .map(|name| format!(" `{}`", untrusted::line(name)));
    let at = refusal
        .at
        .as_ref()
        .map(|place| format!(" ({})", place_for_people(place)))
        .unwrap_or_default();
    let estimate = if with_estimate && refusal.estimate_ms > 0.0 {
        format!("; about {}", numbers::time(refusal.estimate_ms))
    } else {
        String::new()
    };
    format!(
        "{}{}: {}{at}{estimate}",
        place_for_people(&refusal.place),
        name.unwrap_or_default(),
        untrusted::line(&wording::refusal(refusal)),
    )
}
