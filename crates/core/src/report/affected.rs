//! What a paragraph says of its targets: of many that have the same fault one sentence with a figure for each, of one its own
//! sentence, and what went wrong in the same way once.

use std::collections::BTreeSet;

use super::facts;
use super::paragraphs::Paragraph;
use crate::checks::{Code, Severity};
use crate::numbers;
use crate::observed::Place;
use crate::report::{Cause, CauseTarget, Finding, Report, TargetReport};

/// One thing that is said of one target or of several.
#[derive(Debug)]
pub(super) struct Said<'a> {
    /// The sentence, without the targets where they are listed.
    pub(super) sentence: String,
    /// The targets, each with its figure, where there are several; those that are left out are counted.
    pub(super) targets: Option<String>,
    /// The findings that say it.
    findings: Vec<&'a Finding>,
}

impl<'a> Said<'a> {
    /// The line of the measured code that it is about.
    pub(super) fn place(&self) -> Option<&'a Place> {
        self.findings.iter().find_map(|finding| finding.place.as_ref())
    }

    /// Its further lines, shortened in the middle.
    pub(super) fn details(&self, most: usize) -> Vec<String> {
        let with_details = self.findings.iter().find(|finding| !finding.details.is_empty());
        with_details.map_or_else(Vec::new, |finding| facts::details(finding, most))
    }

    /// The whole of it in one sentence.
    pub(super) fn in_one(&self) -> String {
        match &self.targets {
            Some(targets) => format!("{}: {targets}", self.sentence),
            None => self.sentence.clone(),
        }
    }
}

/// What a paragraph says of its targets, with at most `most` of them in each list.
pub(super) fn affected<'a>(paragraph: &Paragraph<'a>, report: &'a Report, most: usize) -> Vec<Said<'a>> {
    let mut groups: Vec<Vec<&'a Finding>> = Vec::new();
    for finding in &paragraph.findings {
        match groups.iter_mut().find(|group| say_the_same(group[0], finding)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut faults: Vec<Fault<'a>> = Vec::new();
    let mut sentences = Vec::new();
    for group in groups {
        match verb(group[0].code) {
            Some(verb) if group.len() > 1 => match faults.iter_mut().find(|fault| fault.is_of(&group)) {
                Some(fault) => fault.add(verb, group),
                None => faults.push(Fault {
                    verbs: vec![verb],
                    groups: vec![group],
                }),
            },
            _ => sentences.push(in_its_own_words(group, paragraph.cause, most)),
        }
    }
    let figures = faults.into_iter().map(|fault| fault.said(report, most));
    figures.chain(sentences).collect()
}

/// What several targets do that a figure of their row tells more of; what the same targets do is told together.
struct Fault<'a> {
    verbs: Vec<&'static str>,
    /// The findings for each verb.
    groups: Vec<Vec<&'a Finding>>,
}

impl<'a> Fault<'a> {
    /// True where another group has the same targets, and is as bad.
    fn is_of(&self, group: &[&Finding]) -> bool {
        let key = |findings: &[&Finding]| -> BTreeSet<(Severity, String)> {
            let key = |finding: &&Finding| (finding.severity, finding.target.clone());
            findings.iter().map(key).collect()
        };
        key(&self.groups[0]) == key(group)
    }

    fn add(&mut self, verb: &'static str, group: Vec<&'a Finding>) {
        self.verbs.push(verb);
        self.groups.push(group);
    }

    fn said(self, report: &Report, most: usize) -> Said<'a> {
        let entry = |finding: &&Finding| {
            let row = report.targets.iter().find(|target| target.module == finding.target);
            let codes = self.groups.iter().map(|group| group[0].code);
            let figures: Vec<String> = codes.filter_map(|code| figure(code, row?)).collect();
            format!("{} {}", finding.target, figures.join(" and "))
                .trim_end()
                .to_owned()
        };
        let entries: Vec<String> = self.groups[0].iter().map(entry).collect();
        let number = numbers::counted(entries.len() as u64, "target");
        Said {
            sentence: format!("{number} {}", self.verbs.join(" and ")),
            targets: Some(listed(&entries, most)),
            findings: self.groups.concat(),
        }
    }
}

/// What one target does, or several in the same words; where the cause has said it in these words already, only in which.
fn in_its_own_words<'a>(findings: Vec<&'a Finding>, cause: Option<&Cause>, most: usize) -> Said<'a> {
    let first = findings[0];
    let is_said = cause.is_some_and(|cause| cause.summary == first.message);
    let names: Vec<String> = findings.iter().map(|finding| finding.target.clone()).collect();
    let number = numbers::counted(names.len() as u64, "target");
    let (sentence, targets) = match (&names[..], is_said) {
        ([_], false) => (facts::message(first), None),
        ([name], true) => (format!("in {name}"), None),
        (_, false) => (format!("{}, in {number}", first.message), Some(listed(&names, most))),
        (_, true) => (format!("in {number}"), Some(listed(&names, most))),
    };
    Said {
        sentence,
        targets,
        findings,
    }
}

/// What a cause costs in each of its targets, in one line; of a single one the headline says it.
pub(super) fn payers(paragraph: &Paragraph<'_>, most: usize) -> Option<String> {
    let cause = paragraph.cause?;
    if let [only] = &cause.targets[..] {
        return (!only.target.is_empty()).then(|| format!("in {}", only.target));
    }
    let of = |target: &CauseTarget| format!("{} {}", target.target, facts::cost_in(cause, target));
    let payers: Vec<String> = cause.targets.iter().map(of).collect();
    Some(format!("in {}", listed(&payers, most)))
}

/// True where one sentence does for two findings.
fn say_the_same(one: &Finding, other: &Finding) -> bool {
    let of_targets = !one.target.is_empty() && !other.target.is_empty();
    let has_verb = verb(one.code).is_some();
    of_targets
        && (one.severity, one.code) == (other.severity, other.code)
        && (has_verb || (&one.message, &one.place) == (&other.message, &other.place))
}

/// The first entries, and how many more there are.
fn listed(entries: &[String], most: usize) -> String {
    // To count a single one takes as much room as to name it.
    let shown = if entries.len() == most.saturating_add(1) {
        entries.len()
    } else {
        entries.len().min(most)
    };
    let left_out = entries.len() - shown;
    let mut text = entries[..shown].join(", ");
    if left_out > 0 {
        text.push_str(&format!(
            " and {} more (--verbose shows all)",
            numbers::count(left_out as u64)
        ));
    }
    text
}

/// What several targets do that a figure of their row tells more of.
fn verb(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::OverTime => "take too long",
        Code::OverTotalTime => "take too long in one process",
        Code::OverMemory => "add too much memory",
        Code::OverModules => "load too many modules",
        Code::OverNewModules => "load too many new modules",
        Code::MemoryRegression => "add more memory",
        Code::Regression => "are slower",
        Code::Slowdown => "are slower though their code is the same",
        Code::Inconclusive => "are not decided",
        Code::Unstable => "vary too much",
        _ => return None,
    })
}

/// The figure of a row that a finding of this code is about.
fn figure(code: Code, target: &TargetReport) -> Option<String> {
    match code {
        Code::OverTime | Code::OverTotalTime => {
            let limit = numbers::time_limit(target.max_time_ms?);
            Some(numbers::beside(&numbers::time(target.time_ms?), "of", &limit))
        }
        Code::OverMemory => target.memory_bytes.map(numbers::bytes),
        Code::OverModules => target.modules.map(numbers::count),
        Code::OverNewModules => {
            let new = target.modules?.checked_sub(target.baseline_modules?)?;
            Some(format!("+{}", numbers::count(new)))
        }
        Code::MemoryRegression => {
            let (now, before) = (target.memory_bytes?, target.baseline_memory_bytes?);
            Some(numbers::bytes_change(
                now.cast_signed().wrapping_sub(before.cast_signed()),
            ))
        }
        Code::Regression | Code::Slowdown | Code::Inconclusive => {
            let share = numbers::percent_change(target.change_percent?);
            Some(match target.change_ms {
                Some(change) => format!("{} ({share})", numbers::time_change(change)),
                None => share,
            })
        }
        Code::Unstable => Some(numbers::percent(target.variation? * 100.0)),
        _ => None,
    }
}
