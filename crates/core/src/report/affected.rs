//! What a paragraph says of its targets: of many that have the same fault one sentence with a figure for each, the largest first, of
//! one its own sentence, and what went wrong in the same way once.

use std::collections::BTreeSet;

use super::facts;
use super::paragraphs::Paragraph;
use crate::checks::{Code, Severity, is_benchmark};
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
    /// The same, each by itself, and none of them left out.
    pub(super) entries: Vec<Affected>,
    /// The findings that say it.
    findings: Vec<&'a Finding>,
}

/// A target in a list of several.
#[derive(Debug)]
pub(super) struct Affected {
    pub(super) name: String,
    /// The figures that the sentence is about; empty where it is about none.
    pub(super) figures: String,
}

impl Affected {
    fn in_one(&self) -> String {
        format!("{} {}", self.name, self.figures).trim_end().to_owned()
    }
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
        match verb(group[0]) {
            Some(verb) if group.len() > 1 && !is_of_no_figure(&group) => {
                match faults.iter_mut().find(|fault| fault.is_of(&group)) {
                    Some(fault) => fault.add(verb, group),
                    None => faults.push(Fault {
                        verbs: vec![verb],
                        groups: vec![group],
                    }),
                }
            }
            _ => sentences.push(in_its_own_words(group, paragraph.cause, most)),
        }
    }
    let figures = faults.into_iter().map(|fault| fault.said(report, most));
    figures.chain(sentences).collect()
}

/// True where none of these targets was measured, for one reason, which is all that there is to say of them.
fn is_of_no_figure(group: &[&Finding]) -> bool {
    group[0].code == Code::Inconclusive && group.iter().all(|finding| finding.message == group[0].message)
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
        let figures_of = |finding: &&'a Finding| {
            let row = report.targets.iter().find(|target| target.module == finding.target);
            let codes = self.groups.iter().map(|group| group[0].code);
            let figures: Vec<Figure> = codes.filter_map(|code| Figure::of(code, row?)).collect();
            (finding.target.as_str(), figures)
        };
        let mut targets: Vec<(&str, Vec<Figure>)> = self.groups[0].iter().map(figures_of).collect();
        // What a reader sees beside the names is in order; one without a figure comes last.
        let size = |figures: &[Figure]| figures.first().map_or(f64::NEG_INFINITY, |figure| figure.size);
        targets.sort_by(|(_, one), (_, other)| size(other).total_cmp(&size(one)));
        let entry = |(target, figures): &(&str, Vec<Figure>)| {
            let figures: Vec<&str> = figures.iter().map(|figure| figure.text.as_str()).collect();
            Affected {
                name: (*target).to_owned(),
                figures: figures.join(" and "),
            }
        };
        let entries: Vec<Affected> = targets.iter().map(entry).collect();
        let number = numbers::counted(entries.len() as u64, "target");
        Said {
            sentence: format!("{number} {}", self.verbs.join(" and ")),
            targets: Some(in_one_list(&entries, most)),
            entries,
            findings: self.groups.concat(),
        }
    }
}

/// What one target does, or several in the same words; where the cause has said it in these words already, only in which.
fn in_its_own_words<'a>(findings: Vec<&'a Finding>, cause: Option<&Cause>, most: usize) -> Said<'a> {
    let first = findings[0];
    let is_said = cause.is_some_and(|cause| cause.summary == first.message);
    let entry = |finding: &&Finding| Affected {
        name: finding.target.clone(),
        figures: String::new(),
    };
    let mut entries: Vec<Affected> = findings.iter().map(entry).collect();
    let number = numbers::counted(entries.len() as u64, "target");
    let sentence = match (&entries[..], is_said) {
        ([_], false) => facts::message(first),
        ([only], true) => format!("in {}", only.name),
        (_, false) => format!("{}, in {number}", first.message),
        (_, true) => format!("in {number}"),
    };
    if entries.len() == 1 {
        entries.clear();
    }
    Said {
        sentence,
        targets: (!entries.is_empty()).then(|| in_one_list(&entries, most)),
        entries,
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
    let has_verb = verb(one).is_some();
    of_targets
        && (one.severity, one.code) == (other.severity, other.code)
        && (has_verb || (&one.message, &one.place) == (&other.message, &other.place))
}

/// The first targets with their figures, and how many more there are.
fn in_one_list(entries: &[Affected], most: usize) -> String {
    let entries: Vec<String> = entries.iter().map(Affected::in_one).collect();
    listed(&entries, most)
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
fn verb(finding: &Finding) -> Option<&'static str> {
    if is_benchmark(&finding.target) {
        // What is said of it is its own: its unit, its reason, and no figure of a target's row.
        return None;
    }
    Some(match finding.code {
        Code::OverTime => "take too long",
        Code::OverTotalTime => "take too long in one process",
        Code::OverMemory => "add too much memory",
        Code::OverModules => "load too many modules",
        Code::OverNewModules => "load too many new modules",
        Code::MemoryRegression => "add more memory",
        Code::Regression => "are slower",
        Code::Slowdown => "are slower though their code is the same",
        Code::UnfoundedEntry => "have entries in the baseline that are not of their code",
        Code::Inconclusive => "are not decided",
        Code::Unstable => "vary too much",
        Code::NoBaseline if finding.severity == Severity::Note => "are new, and were held against their ceilings alone",
        _ => return None,
    })
}

/// The figure of a row that a finding is about.
struct Figure {
    text: String,
    /// By what the targets of one sentence are put in order.
    size: f64,
}

impl Figure {
    /// The figure that a finding of this code is about.
    fn of(code: Code, target: &TargetReport) -> Option<Self> {
        let (text, size) = match code {
            Code::OverTime | Code::OverTotalTime | Code::NoBaseline => {
                let time_ms = target.time_ms?;
                let limit = target.max_time_ms.map(numbers::time_limit);
                let time = numbers::time(time_ms);
                (
                    limit.map_or_else(|| time.clone(), |limit| numbers::beside(&time, "of", &limit)),
                    time_ms,
                )
            }
            Code::OverMemory => {
                let bytes = target.memory_bytes?;
                (numbers::bytes(bytes), bytes as f64)
            }
            Code::OverModules => {
                let modules = target.modules?;
                (numbers::count(modules), modules as f64)
            }
            Code::OverNewModules => {
                let new = target.modules?.checked_sub(target.baseline_modules?)?;
                (format!("+{}", numbers::count(new)), new as f64)
            }
            Code::MemoryRegression => {
                let (now, before) = (target.memory_bytes?, target.baseline_memory_bytes?);
                let change = now.cast_signed().wrapping_sub(before.cast_signed());
                (numbers::bytes_change(change), change as f64)
            }
            Code::Regression | Code::Slowdown | Code::Inconclusive => {
                let percent = target.change_percent?;
                let share = numbers::percent_change(percent);
                match target.change_ms {
                    Some(change) => (format!("{} ({share})", numbers::time_change(change)), change),
                    None => (share, percent),
                }
            }
            Code::Unstable => {
                let variation = target.variation?;
                (numbers::percent(variation * 100.0), variation)
            }
            _ => return None,
        };
        Some(Self { text, size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::paragraphs::paragraphs;

    /// A report in which these targets are slower by so much, whatever its cause costs in each.
    fn slower(changes: &[(&str, Option<f64>)]) -> Report {
        let row = fixture::passing().targets.remove(1);
        let target = |&(name, change): &(&str, Option<f64>)| TargetReport {
            module: name.to_owned(),
            change_ms: change,
            change_percent: change,
            ..row.clone()
        };
        let regression =
            |&(name, _): &(&str, Option<f64>)| fixture::finding(Code::Regression, Severity::Error, name, "is slower");
        Report {
            targets: changes.iter().map(target).collect(),
            findings: changes.iter().map(regression).collect(),
            causes: Vec::new(),
            ..fixture::report()
        }
    }

    fn said(report: &Report) -> Vec<String> {
        let [paragraph] = &paragraphs(report)[..] else {
            panic!("one paragraph")
        };
        affected(paragraph, report, 3).iter().map(Said::in_one).collect()
    }

    #[test]
    fn targets_are_in_the_order_of_the_figures_beside_them() {
        let report = slower(&[("shop.a", Some(39.9)), ("shop.b", None), ("shop.c", Some(40.2))]);
        let expected = "3 targets are slower: shop.c +40.2 ms (+40.2%), shop.a +39.9 ms (+39.9%), shop.b";
        assert_eq!(said(&report), [expected]);
    }

    #[test]
    fn however_many_targets_are_new_it_is_one_sentence() {
        let names: Vec<String> = (0..50).map(|index| format!("shop.module{index}")).collect();
        let changes: Vec<(&str, Option<f64>)> = names.iter().map(|name| (name.as_str(), None)).collect();
        let mut report = slower(&changes);
        for (index, finding) in report.findings.iter_mut().enumerate() {
            (finding.code, finding.severity) = (Code::NoBaseline, Severity::Note);
            finding.message = format!("is new since the baseline: takes {index} ms");
            report.targets[index].time_ms = Some(10.0 + index as f64);
            report.targets[index].max_time_ms = (index != 48).then_some(100.0);
        }
        let expected = "50 targets are new, and were held against their ceilings alone: shop.module49 59.0 of 100 ms, \
                        shop.module48 58.0 ms, shop.module47 57.0 of 100 ms and 47 more (--verbose shows all)";
        assert_eq!(said(&report), [expected]);
    }
}
