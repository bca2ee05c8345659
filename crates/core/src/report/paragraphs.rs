//! A report as it is read: a paragraph for each cause, with the findings that go back to it, whatever their target. Every format for
//! people has these paragraphs in this order, so that "the first one" is the same thing everywhere.

use std::cmp::{Ordering, Reverse};

use super::order;
use crate::budgets::BudgetLine;
use crate::checks::{Code, Severity};
use crate::report::{Cause, Finding, Report};

/// A cause that costs less than this share of another one in each of its targets is a line of that one's paragraph.
const LESSER_SHARE: f64 = 0.1;

/// What is said of one cause, or of findings that have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph<'a> {
    /// The cause; `None` where findings have none.
    pub cause: Option<&'a Cause>,
    /// What it includes, the costliest first.
    pub parts: Vec<&'a Cause>,
    /// Other causes of the same findings that are too small for a paragraph of their own, the costliest first.
    pub lesser: Vec<&'a Cause>,
    /// The findings that go back to it, those of the worst severity first, then by what it costs in their target.
    pub findings: Vec<&'a Finding>,
    /// The worst severity of these.
    pub severity: Severity,
    /// Their codes, each once, in the order of the findings.
    pub codes: Vec<Code>,
    /// True where it adds to findings that mainly go back to something else, and are told there.
    pub is_beside: bool,
}

impl<'a> Paragraph<'a> {
    /// Of these findings, which may come in any order.
    fn new(cause: Option<&'a Cause>, mut findings: Vec<&'a Finding>, is_beside: bool) -> Self {
        let cost = |finding: &Finding| Some(cause?.in_target(&finding.target)?.time_ms);
        findings.sort_by(|one, other| {
            let by_severity = other.severity.cmp(&one.severity);
            by_severity.then_with(|| cost(other).unwrap_or(0.0).total_cmp(&cost(one).unwrap_or(0.0)))
        });
        let mut codes = Vec::new();
        for finding in &findings {
            if !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
        Self {
            cause,
            parts: Vec::new(),
            lesser: Vec::new(),
            severity: findings.first().map_or(Severity::Note, |finding| finding.severity),
            findings,
            codes,
            is_beside,
        }
    }

    /// The order in which paragraphs are read.
    pub(super) fn by_weight(&self, other: &Self) -> Ordering {
        let rank = |paragraph: &Self| {
            (
                Reverse(paragraph.severity),
                paragraph.is_beside,
                paragraph.cause.is_none(),
            )
        };
        let by_cost = match (self.cause, other.cause) {
            (Some(cause), Some(other)) => cause.by_cost(other),
            _ => Ordering::Equal,
        };
        rank(self).cmp(&rank(other)).then(by_cost)
    }

    /// The names of the targets that its findings speak of, each once, in the order of these.
    pub fn targets(&self) -> Vec<&'a str> {
        let mut targets: Vec<&str> = Vec::new();
        for finding in &self.findings {
            if !finding.target.is_empty() && !targets.contains(&finding.target.as_str()) {
                targets.push(&finding.target);
            }
        }
        targets
    }

    /// The budget lines that asked, each once.
    pub fn budgets(&self) -> Vec<&'a BudgetLine> {
        let mut budgets: Vec<&BudgetLine> = Vec::new();
        for line in self.findings.iter().filter_map(|finding| finding.budget.as_ref()) {
            if !budgets.contains(&line) {
                budgets.push(line);
            }
        }
        budgets
    }

    /// What to do: what the cause says, else what the first of the findings does.
    pub fn help(&self) -> Option<String> {
        let of_findings = || self.findings.iter().find_map(|finding| finding.help.clone());
        self.cause.and_then(Cause::way_out).or_else(of_findings)
    }

    /// What the causes leave of the change in the target that pays most.
    pub fn rest(&self) -> Option<&'a str> {
        let findings = self.findings.iter().filter(|_| !self.is_beside);
        findings.filter_map(|finding| finding.rest.as_deref()).next()
    }

    /// What was installed, upgraded or removed since the baseline, as far as it is told of one of its targets.
    pub fn installed(&self) -> Option<&'a str> {
        let findings = self.findings.iter().filter(|_| !self.is_beside);
        findings.filter_map(|finding| finding.installed.as_deref()).next()
    }
}

/// The paragraphs of a report: the worst severity first, what findings mainly go back to before what is beside it, then the costliest;
/// findings without a cause stay in the order in which findings are read, and come after those that have one.
pub fn paragraphs(report: &Report) -> Vec<Paragraph<'_>> {
    let findings = order::findings(report);
    let mut paragraphs = Vec::new();
    let mut lesser = Vec::new();
    for cause in report.causes.iter().filter(|cause| cause.part_of.is_none()) {
        let about = |finding: &&&Finding| finding.causes.contains(&cause.id);
        let about: Vec<&Finding> = findings.iter().filter(about).copied().collect();
        let is_main = |finding: &&&Finding| main_cause(finding, report).is_some_and(|main| main.id == cause.id);
        let main: Vec<&Finding> = findings.iter().filter(is_main).copied().collect();
        match main.is_empty() {
            false => paragraphs.push(Paragraph::new(Some(cause), main, false)),
            true if about.is_empty() => {}
            true => match report.causes.iter().find(|main| is_lesser(cause, main, &about, report)) {
                Some(main) => lesser.push((cause, main)),
                None => paragraphs.push(Paragraph::new(Some(cause), about, true)),
            },
        }
    }
    for paragraph in &mut paragraphs {
        let of = paragraph.cause.map(|cause| cause.id.as_str());
        let is_part = |cause: &&Cause| cause.part_of.is_some() && cause.part_of.as_deref() == of;
        paragraph.parts = report.causes.iter().filter(is_part).collect();
        let below = lesser.iter().filter(|(_, main)| Some(main.id.as_str()) == of);
        paragraph.lesser = below.map(|(cause, _)| *cause).collect();
    }
    paragraphs.extend(without_cause(&findings, report));
    paragraphs.sort_by(Paragraph::by_weight);
    paragraphs
}

/// What a finding mainly goes back to: its first cause, or what includes that.
fn main_cause<'a>(finding: &Finding, report: &'a Report) -> Option<&'a Cause> {
    let mut cause = report.cause(finding.causes.first()?)?;
    // As deep as there are causes, should a report that was read have a circle of them.
    for _ in 0..report.causes.len() {
        match cause.part_of.as_ref().and_then(|whole| report.cause(whole)) {
            Some(whole) => cause = whole,
            None => break,
        }
    }
    Some(cause)
}

/// True where findings about `cause` mainly go back to `main`, and it costs next to nothing beside that in every target.
fn is_lesser(cause: &Cause, main: &Cause, about: &[&Finding], report: &Report) -> bool {
    let is_main = |finding: &&Finding| main_cause(finding, report) == Some(main);
    let is_small = |finding: &&Finding| {
        let cost = |cause: &Cause| cause.in_target(&finding.target).map_or(0.0, |target| target.time_ms);
        cost(cause) < LESSER_SHARE * cost(main)
    };
    about.iter().all(is_main) && about.iter().all(is_small)
}

/// Findings that go back to nothing that is known: those of one kind that one budget line asked for together, since fifty of a kind
/// would bury what matters, and those about the whole run each by itself.
fn without_cause<'a>(findings: &[&'a Finding], report: &'a Report) -> Vec<Paragraph<'a>> {
    let mut groups: Vec<Vec<&'a Finding>> = Vec::new();
    let mut without = findings
        .iter()
        .filter(|finding| report.causes_of(finding).next().is_none());
    for finding in &mut without {
        let kind = |finding: &Finding| (finding.severity, finding.code, finding.budget.clone());
        let of_targets = |group: &&mut Vec<&Finding>| !finding.target.is_empty() && !group[0].target.is_empty();
        let same = |group: &&mut Vec<&Finding>| of_targets(group) && kind(group[0]) == kind(finding);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
        .into_iter()
        .map(|group| Paragraph::new(None, group, false))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CauseKind, CauseTarget, fixture};

    const LINE: &str = "line shop/utils.py:1";

    /// A cause that costs so much in each of these targets.
    fn cause(id: &str, costs: &[(&str, f64)]) -> Cause {
        let of = |(target, time_ms): &(&str, f64)| CauseTarget {
            target: (*target).to_owned(),
            time_ms: *time_ms,
            before_ms: 0.0,
            memory_bytes: 0,
            modules: 1,
            chain: Vec::new(),
            joins: 0,
        };
        Cause {
            targets: costs.iter().map(of).collect(),
            ..fixture::cause(id, CauseKind::NewImport, Vec::new(), ("", costs[0].1, 0, 1))
        }
    }

    fn finding(code: Code, target: &str, causes: &[&str]) -> Finding {
        Finding {
            causes: causes.iter().map(|id| (*id).to_owned()).collect(),
            ..fixture::finding(code, Severity::Error, target, "")
        }
    }

    fn report(findings: Vec<Finding>, causes: Vec<Cause>) -> Report {
        Report {
            findings,
            causes,
            targets: Vec::new(),
            ..fixture::report()
        }
    }

    #[test]
    fn findings_of_any_code_and_target_that_go_back_to_one_thing_are_one_paragraph() {
        let report = report(
            vec![
                finding(Code::Forbidden, "shop.a", &[LINE]),
                finding(Code::Regression, "shop.a", &[LINE]),
                finding(Code::Regression, "shop.b", &[LINE]),
            ],
            vec![cause(LINE, &[("shop.b", 31.0), ("shop.a", 29.0)])],
        );
        let [paragraph] = &paragraphs(&report)[..] else {
            panic!("one paragraph")
        };
        assert_eq!(paragraph.codes, [Code::Regression, Code::Forbidden]);
        assert_eq!(paragraph.targets(), ["shop.b", "shop.a"], "what pays more comes first");
    }

    #[test]
    fn a_second_cause_has_a_paragraph_of_its_own_or_a_line_where_it_is_small_everywhere() {
        let with = |second_ms: f64| {
            report(
                vec![
                    finding(Code::Regression, "shop.a", &[LINE, "body shop.b"]),
                    finding(Code::Regression, "shop.b", &[LINE, "body shop.b"]),
                ],
                vec![
                    cause(LINE, &[("shop.b", 30.0), ("shop.a", 30.0)]),
                    cause("body shop.b", &[("shop.b", second_ms), ("shop.a", 0.2)]),
                ],
            )
        };
        let small = with(0.3);
        let [paragraph] = &paragraphs(&small)[..] else {
            panic!("one paragraph")
        };
        assert_eq!(paragraph.lesser.len(), 1);
        let large = with(20.0);
        let [first, second] = &paragraphs(&large)[..] else {
            panic!("two paragraphs")
        };
        assert_eq!((first.is_beside, first.lesser.len()), (false, 0));
        assert_eq!((second.is_beside, second.targets()), (true, vec!["shop.b", "shop.a"]));
    }

    #[test]
    fn what_findings_mainly_go_back_to_comes_before_what_costs_more_beside_it() {
        let report = report(
            vec![finding(Code::Regression, "shop.a", &[LINE, "body shop.b"])],
            vec![
                cause(LINE, &[("shop.a", 30.0)]),
                cause("body shop.b", &[("shop.a", 40.0)]),
            ],
        );
        let told: Vec<bool> = paragraphs(&report)
            .iter()
            .map(|paragraph| paragraph.is_beside)
            .collect();
        assert_eq!(told, [false, true]);
    }

    #[test]
    fn what_goes_back_to_a_part_is_told_with_the_whole() {
        let part = Cause {
            part_of: Some(LINE.to_owned()),
            ..cause("body torch.core", &[("shop.a", 60.0)])
        };
        let findings = vec![
            finding(Code::OverTime, "shop.a", &[LINE, "body torch.core"]),
            finding(Code::HeavyModule, "shop.a", &["body torch.core"]),
        ];
        let report = report(findings, vec![cause(LINE, &[("shop.a", 90.0)]), part]);
        let [paragraph] = &paragraphs(&report)[..] else {
            panic!("one paragraph")
        };
        assert_eq!((paragraph.findings.len(), paragraph.parts.len()), (2, 1));
    }

    #[test]
    fn what_goes_back_to_nothing_is_together_by_what_asked_for_it() {
        let report = report(
            vec![
                finding(Code::Regression, "shop.a", &[]),
                finding(Code::Regression, "shop.b", &["gone"]),
                finding(Code::NoBaseline, "", &[]),
                finding(Code::NoBaseline, "", &[]),
                finding(Code::NoBaseline, "shop.c", &[]),
            ],
            Vec::new(),
        );
        let targets: Vec<Vec<&str>> = paragraphs(&report).iter().map(Paragraph::targets).collect();
        assert_eq!(targets, [vec![], vec![], vec!["shop.a", "shop.b"], vec!["shop.c"]]);
    }

    #[test]
    fn every_finding_is_in_one_paragraph_that_is_not_beside() {
        for report in [fixture::report(), fixture::passing(), fixture::inconclusive()] {
            let paragraphs = paragraphs(&report);
            let told = paragraphs.iter().filter(|paragraph| !paragraph.is_beside);
            assert_eq!(
                told.map(|paragraph| paragraph.findings.len()).sum::<usize>(),
                report.findings.len()
            );
            assert!(paragraphs.is_sorted_by_key(|paragraph| Reverse(paragraph.severity)));
        }
    }
}
