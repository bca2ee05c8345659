//! What several environments say, told once: the paragraphs of all legs of a matrix, each with the legs that have it.

use super::facts;
use super::paragraphs::{Paragraph, paragraphs};
use crate::numbers;
use crate::report::Report;

/// A paragraph that one leg or several have.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    /// As the first leg tells it.
    pub(super) paragraph: Paragraph<'a>,
    /// The report of that leg.
    pub(super) report: &'a Report,
    /// The other legs that have it, each with its own.
    others: Vec<(&'a Report, Paragraph<'a>)>,
}

/// The paragraphs of these legs, in the order in which those of one report are read.
pub(super) fn across(legs: &[Report]) -> Vec<Shared<'_>> {
    let mut all: Vec<Shared<'_>> = Vec::new();
    for report in legs {
        for paragraph in paragraphs(report) {
            let known = all
                .iter_mut()
                .find(|shared| say_the_same(&shared.paragraph, &paragraph));
            match known {
                Some(shared) => shared.others.push((report, paragraph)),
                None => all.push(Shared {
                    paragraph,
                    report,
                    others: Vec::new(),
                }),
            }
        }
    }
    all.sort_by(|one, other| one.paragraph.by_weight(&other.paragraph));
    all
}

impl Shared<'_> {
    /// The legs that have it, in one sentence, with what it costs in those where that is not what is shown.
    pub(super) fn seen_in(&self, legs: usize) -> String {
        let name = |report: &Report| report.environment.key.to_string();
        let is_equal = |(_, paragraph): &(&Report, Paragraph<'_>)| read_the_same(&self.paragraph, paragraph);
        let (equal, others): (Vec<_>, Vec<_>) = self.others.iter().partition(|other| is_equal(other));
        let equal: Vec<String> = [self.report]
            .into_iter()
            .chain(equal.iter().map(|(report, _)| *report))
            .map(name)
            .collect();
        if equal.len() == legs {
            return match legs {
                2 => String::from("in both environments"),
                _ => format!("in all {}", numbers::counted(legs as u64, "environment")),
            };
        }
        let others = others.iter().map(|(report, paragraph)| {
            let figures = figures(paragraph);
            let figures = if figures.is_empty() {
                figures
            } else {
                format!(" {figures}")
            };
            format!("{}{figures}", name(report))
        });
        let others = others.collect::<Vec<_>>().join("; ");
        let equal = equal.join(", ");
        if others.is_empty() {
            format!("in {equal}")
        } else {
            format!("in {equal}; and with other figures in {others}")
        }
    }
}

/// What a leg's own paragraph would say in its headline, and of how many targets.
fn figures(paragraph: &Paragraph<'_>) -> String {
    let cost = paragraph.cause.map(facts::usual_cost).unwrap_or_default();
    let targets = paragraph.targets().len() as u64;
    match (cost.is_empty(), targets) {
        (true, 0) => String::new(),
        (true, _) => format!("({})", numbers::counted(targets, "target")),
        (false, 0) => format!("({cost})"),
        (false, _) => format!("({cost}, in {})", numbers::counted(targets, "target")),
    }
}

/// True where two legs tell of one thing, whatever it comes to in each: of one cause, or, where findings have none, of the same targets.
fn say_the_same(one: &Paragraph<'_>, other: &Paragraph<'_>) -> bool {
    let kind = |paragraph: &Paragraph<'_>| (paragraph.is_beside, paragraph.severity, paragraph.codes.clone());
    let is_one_thing = match (one.cause, other.cause) {
        (Some(one), Some(other)) => one.id == other.id,
        (None, None) if one.targets().is_empty() => read_the_same(one, other) && details(one) == details(other),
        (None, None) => (one.targets(), one.budgets()) == (other.targets(), other.budgets()),
        _ => false,
    };
    is_one_thing && kind(one) == kind(other)
}

/// True where two paragraphs have the same words and figures; their stacks may lead through another standard library.
fn read_the_same(one: &Paragraph<'_>, other: &Paragraph<'_>) -> bool {
    let words = |paragraph: &Paragraph<'_>| -> Vec<(String, String)> {
        let words = paragraph.findings.iter();
        words
            .map(|finding| (finding.target.clone(), finding.message.clone()))
            .collect()
    };
    let cost = |paragraph: &Paragraph<'_>| paragraph.cause.map(facts::usual_cost);
    words(one) == words(other) && cost(one) == cost(other)
}

/// What is said below the first line.
fn details<'a>(paragraph: &Paragraph<'a>) -> Vec<&'a String> {
    let findings = paragraph.findings.iter();
    findings.flat_map(|finding| &finding.details).collect()
}
