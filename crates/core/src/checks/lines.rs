//! The lines behind findings: which bodies are looked at line by line once it is known what a run has to say, and what comes of
//! it for the findings.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Finding};
use crate::explain::{Cause, ChangedLines, SeenLines, join_those_of_one_line, name_lines};
use crate::observed::Observation;

/// What is new in sources, by target and module.
pub type ChangedSources = BTreeMap<String, BTreeMap<String, ChangedLines>>;

/// The modules of a target whose bodies its findings are about, and whose lines were not seen yet.
pub fn unseen_bodies<'f>(
    findings: &'f [Finding],
    target: &str,
    observation: &Observation,
    seen: &SeenLines,
) -> BTreeSet<&'f str> {
    let of_target = findings.iter().filter(|finding| finding.target == target);
    seen.missing(of_target.flat_map(|finding| &finding.causes), observation)
}

/// Target and module of every body whose lines were seen because it became heavier: what changed in its source since may tell
/// more than which line is heavy.
pub fn grown_bodies(findings: &[Finding], seen: &SeenLines) -> BTreeSet<(String, String)> {
    let grown = findings.iter().filter(|finding| is_about_growth(finding.code()));
    grown
        .flat_map(|finding| finding.causes.iter().map(|cause| (&finding.target, &cause.module)))
        .filter(|(_, module)| seen.has(module))
        .map(|(target, module)| (target.clone(), module.clone()))
        .collect()
}

/// Gives the causes about bodies their lines, and leaves one of each line. What changed counts where a finding is about growth.
pub fn blame_lines(findings: &mut [Finding], seen: &SeenLines, changed: &ChangedSources) {
    for finding in findings {
        let pointed_at = finding.causes.first().and_then(Cause::place);
        let changed = changed.get(&finding.target).filter(|_| is_about_growth(finding.code()));
        name_lines(&mut finding.causes, seen, changed);
        join_those_of_one_line(&mut finding.causes);
        // What points at its first cause goes on doing so; what points at something else has a reason.
        if finding.place == pointed_at {
            finding.place = finding.causes.first().and_then(Cause::place);
        }
    }
}

/// True where a finding tells what became heavier, or may tell it: its causes may also be what always was heavy, which did not
/// change. Other findings are about what the import is, and there the heaviest line is the one to look at.
fn is_about_growth(code: Code) -> bool {
    matches!(code, Code::Regression | Code::OverTime | Code::OverTotalTime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Certainty, FindingKind, HeavyModule, Regression, Severity, TimeCeiling, TooManyModules};
    use crate::explain::{CauseKind, Weight};
    use crate::observed::{LineSeen, Place};
    use crate::stats::{Comparison, ComparisonKind};

    fn regression() -> FindingKind {
        FindingKind::Regression(Regression {
            certainty: Certainty::TooMuch,
            comparison: Comparison {
                kind: ComparisonKind::Whole,
                before_ms: 100.0,
                change_ms: 50.0,
                change: 0.5,
                p_value: 0.001,
            },
            allowed: 0.1,
            edited: Vec::new(),
        })
    }

    fn over_time(of_layer: bool) -> FindingKind {
        FindingKind::Ceiling(TimeCeiling::Exceeded {
            time_ms: 150.0,
            ceiling_ms: 100.0,
            of_layer,
        })
    }

    fn heavy() -> FindingKind {
        FindingKind::Heavy(HeavyModule {
            module: "shop".to_owned(),
            time_ms: 150.0,
            mark_ms: 100.0,
            usage: None,
        })
    }

    /// A finding about `shop`, whose body is `shop.py`.
    fn finding(kind: FindingKind) -> Finding {
        let mut finding = Finding::named("shop".to_owned(), Severity::Error, kind);
        finding.causes = vec![Cause {
            kind: CauseKind::ChangedModule,
            module: "shop".to_owned(),
            distribution: None,
            importer: None,
            file: Some("shop.py".to_owned()),
            line: None,
            share: None,
            uses: None,
            called_at: None,
            falls_away: false,
            before_ms: 0.0,
            part_of: None,
            chain: Vec::new(),
            weight: Weight {
                time_ms: 50.0,
                memory_bytes: 0,
                modules: 1,
            },
        }];
        finding
    }

    /// An old line that takes 90 ms, and a new one that takes 54.
    fn seen() -> SeenLines {
        let line = |line, ms: u64| LineSeen {
            module: "shop".to_owned(),
            file: "shop.py".to_owned(),
            line,
            ns: ms * 1_000_000,
            text: format!("line {line}"),
            extent: Vec::new(),
            reach: Vec::new(),
            calls: None,
            loop_line: None,
        };
        let mut seen = SeenLines::default();
        seen.add(["shop"], [line(1, 90), line(2, 54)], []);
        seen
    }

    fn changed() -> ChangedSources {
        let lines = ChangedLines::between("line 1\n", "line 1\nline 2\n");
        let modules = BTreeMap::from([("shop".to_owned(), lines)]);
        BTreeMap::from([("shop".to_owned(), modules)])
    }

    #[test]
    fn what_changed_is_to_blame_for_growth_and_what_is_heavy_for_the_rest() {
        let modules = FindingKind::Modules(TooManyModules::Loaded { modules: 3, allowed: 2 });
        for (kind, line) in [
            (regression(), 2),
            (over_time(false), 2),
            (over_time(true), 2),
            (heavy(), 1),
            (modules, 1),
        ] {
            let code = kind.code();
            let mut findings = [finding(kind)];
            blame_lines(&mut findings, &seen(), &changed());
            assert_eq!(findings[0].causes[0].line, Some(line), "{code}");
        }
    }

    #[test]
    fn only_bodies_that_grew_and_were_looked_at_are_searched_in_the_history() {
        let bodies = |kind, seen: &SeenLines| grown_bodies(&[finding(kind)], seen).len();
        assert_eq!(bodies(regression(), &seen()), 1);
        assert_eq!(bodies(heavy(), &seen()), 0);
        assert_eq!(bodies(regression(), &SeenLines::default()), 0);
    }

    #[test]
    fn a_finding_follows_its_first_cause_unless_it_points_elsewhere() {
        let place = |line| Place {
            file: "shop.py".to_owned(),
            line,
        };
        let mut findings = [finding(regression()), finding(heavy())];
        findings[1].place = Some(place(7));
        blame_lines(&mut findings, &seen(), &ChangedSources::new());
        assert_eq!(findings[0].place, Some(place(1)));
        assert_eq!(findings[1].place, Some(place(7)));
    }
}
