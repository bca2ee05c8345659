//! Which targets a table shows in rows of their own, and what one line says of the others of their layer. Of a hundred targets that pass
//! nobody reads a hundred rows; what does not pass, and what changed, is looked for in between them.

use std::collections::BTreeMap;

use super::facts::{self, TargetResult};
use crate::budgets::TargetKind;
use crate::checks::TargetStatus;
use crate::numbers;
use crate::report::{Report, TargetReport};

/// A report of no more targets than this has a row for each.
const FEW: usize = 4;
/// A target that passes and whose code changed has a row where its time did, too: by this many percent, either way.
const CHANGED_PERCENT: f64 = 5.0;
/// How many of these have one.
const MOST_CHANGED: usize = 10;
/// Of the imports of a layer that fail in the same way, so many have one.
const FAILED_ALIKE: usize = 3;

/// The targets of a layer, or those without one.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    /// Its name; `None` for targets without a layer.
    pub(super) name: Option<&'a str>,
    /// Those that have a row, in the order of the report.
    pub(super) rows: Vec<&'a TargetReport>,
    /// What is said of the others, in one line.
    pub(super) rest: Option<String>,
}

/// The layers of a report, in the order in which they first occur. At most `most` targets have a row, those that fail before
/// others; with `usize::MAX`, all targets have one.
pub(super) fn layers(report: &Report, most: usize) -> Vec<Layer<'_>> {
    let is_shown = shown(report, most);
    let mut layers: Vec<(Option<&str>, Vec<&TargetReport>, Vec<&TargetReport>)> = Vec::new();
    for (target, is_shown) in report.targets.iter().zip(is_shown) {
        let name = target.layer.as_deref();
        let known = layers.iter().position(|(layer, ..)| *layer == name);
        let position = known.unwrap_or_else(|| {
            layers.push((name, Vec::new(), Vec::new()));
            layers.len() - 1
        });
        let (_, rows, others) = &mut layers[position];
        if is_shown { rows } else { others }.push(target);
    }
    let layer = |(name, rows, others): (_, _, Vec<_>)| Layer {
        name,
        rows,
        rest: (!others.is_empty()).then(|| in_one_line(&others, report)),
    };
    layers.into_iter().map(layer).collect()
}

/// Whether each target has a row of its own.
fn shown(report: &Report, most: usize) -> Vec<bool> {
    if report.targets.len() <= FEW || most == usize::MAX {
        return vec![true; report.targets.len()];
    }
    let results: Vec<TargetResult> = (report.targets.iter())
        .map(|target| TargetResult::of(target, report))
        .collect();
    let mut marked: Vec<usize> = (0..results.len())
        .filter(|position| results[*position] != TargetResult::Pass)
        .collect();
    keep_first_failed(&mut marked, report);
    // What fails has the first right to a row.
    marked.sort_by_key(|position| results[*position] != TargetResult::Fail);
    marked.truncate(most);
    let size = |position: &usize| report.targets[*position].change_percent.map_or(0.0, f64::abs);
    let mut changed: Vec<usize> = (0..results.len())
        .filter(|position| results[*position] == TargetResult::Pass && is_changed(&report.targets[*position]))
        .collect();
    changed.sort_by(|one, other| size(other).total_cmp(&size(one)));
    changed.truncate(MOST_CHANGED.min(most - marked.len()));
    let mut shown = vec![false; results.len()];
    for position in marked.into_iter().chain(changed) {
        shown[position] = true;
    }
    shown
}

/// Of the imports of a layer that fail in the same way, only the first few: a row has nothing else to say of them.
fn keep_first_failed(marked: &mut Vec<usize>, report: &Report) {
    let mut seen: BTreeMap<(Option<&str>, String), usize> = BTreeMap::new();
    marked.retain(|position| {
        let target = &report.targets[*position];
        if target.status != TargetStatus::Failed {
            return true;
        }
        let kind = (target.layer.as_deref(), facts::codes_of(target, report));
        let number = seen.entry(kind).or_default();
        *number += 1;
        *number <= FAILED_ALIKE
    });
}

/// True where other code takes another time. The same code does so by chance.
fn is_changed(target: &TargetReport) -> bool {
    let is_other_code = target.closure.as_ref().is_some_and(|change| !change.is_empty());
    let is_other_time = target
        .change_percent
        .is_some_and(|change| change.abs() >= CHANGED_PERCENT);
    target.status == TargetStatus::Measured && is_other_code && is_other_time
}

/// `14 ok, slowest httpie.cli.definition 217 of 500 ms`.
pub(super) fn in_one_line(targets: &[&TargetReport], report: &Report) -> String {
    const RESULTS: [TargetResult; 4] = [
        TargetResult::Fail,
        TargetResult::Unsure,
        TargetResult::Warning,
        TargetResult::Pass,
    ];
    let counts = RESULTS.into_iter().filter_map(|result| {
        let number = targets
            .iter()
            .filter(|target| TargetResult::of(target, report) == result)
            .count();
        (number > 0).then(|| format!("{} {}", numbers::count(number as u64), result.word()))
    });
    let mut said: Vec<String> = counts.collect();
    let slowest = targets
        .iter()
        .filter(|target| target.kind != TargetKind::LayerTotal)
        .filter_map(|target| Some((target, target.time_ms?)))
        .max_by(|one, other| one.1.total_cmp(&other.1));
    said.extend(slowest.map(|(target, time_ms)| {
        let time = time_of_limit(time_ms, target.max_time_ms);
        let word = if targets.len() > 1 { "slowest " } else { "" };
        format!("{word}{} {time}", target.module)
    }));
    let together = targets.iter().find(|target| target.kind == TargetKind::LayerTotal);
    let together = together.and_then(|total| Some(time_of_limit(total.time_ms?, total.max_time_ms)));
    said.extend(together.map(|time| format!("in one process {time}")));
    said.join(", ")
}

/// `217 of 500 ms`, `0.95 of 1.2 s`, or the time alone where it has no limit.
pub(super) fn time_of_limit(time_ms: f64, limit_ms: Option<f64>) -> String {
    let time = numbers::time(time_ms);
    match limit_ms.map(numbers::time_limit) {
        Some(limit) => numbers::beside(&time, "of", &limit),
        None => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Code, Severity, Verdict};
    use crate::observed::ClosureChange;
    use crate::report::fixture;

    /// A report of `number` targets of the layer `services` that pass, of which the last one is the slowest.
    fn passing(number: usize) -> Report {
        let mut report = fixture::passing();
        let target = report.targets[0].clone();
        let numbered = |index: usize| TargetReport {
            module: format!("shop.services.number{index}"),
            time_ms: Some(index as f64),
            ..target.clone()
        };
        report.targets = (1..=number).map(numbered).collect();
        report
    }

    fn names(layer: &Layer<'_>) -> Vec<String> {
        layer.rows.iter().map(|target| target.module.clone()).collect()
    }

    #[test]
    fn a_layer_that_passes_is_one_line() {
        let report = passing(14);
        let layers = layers(&report, 30);
        assert_eq!(layers.len(), 1);
        assert_eq!((layers[0].name, layers[0].rows.len()), (Some("services"), 0));
        assert_eq!(
            layers[0].rest.as_deref(),
            Some("14 ok, slowest shop.services.number14 14.0 of 50 ms")
        );
        assert_eq!(super::layers(&report, usize::MAX)[0].rows.len(), 14);
        assert_eq!(super::layers(&passing(FEW), 30)[0].rows.len(), FEW);
    }

    #[test]
    fn what_does_not_pass_and_what_changed_has_a_row() {
        let mut report = passing(14);
        report.targets[2].verdict = Verdict::Fail;
        report.targets[5].verdict = Verdict::Inconclusive;
        for (position, change) in [(7, -40.0), (8, 4.9), (9, 12.0)] {
            report.targets[position].status = TargetStatus::Measured;
            report.targets[position].change_percent = Some(change);
            report.targets[position].closure = Some(ClosureChange {
                added: vec!["json".to_owned()],
                ..ClosureChange::default()
            });
        }
        report.targets[10].change_percent = Some(50.0);
        let layers = layers(&report, 30);
        let expected = [3, 6, 8, 10].map(|number| format!("shop.services.number{number}"));
        assert_eq!(names(&layers[0]), expected);
        assert!(
            layers[0]
                .rest
                .as_deref()
                .is_some_and(|rest| rest.starts_with("10 ok, slowest "))
        );
    }

    #[test]
    fn imports_that_fail_alike_have_a_few_rows() {
        let mut report = passing(14);
        let failing = report.targets.iter_mut().take(9).enumerate();
        for (position, target) in failing {
            (target.status, target.verdict, target.time_ms) = (TargetStatus::Failed, Verdict::Fail, None);
            let code = if position == 6 {
                Code::Hang
            } else {
                Code::MissingDependency
            };
            report
                .findings
                .push(fixture::finding(code, Severity::Error, &target.module, "it fails"));
        }
        let layers = layers(&report, 30);
        let expected = [1, 2, 3, 7].map(|number| format!("shop.services.number{number}"));
        assert_eq!(names(&layers[0]), expected, "what fails in another way is not hidden");
        let rest = layers[0].rest.as_deref();
        assert!(
            rest.is_some_and(|rest| rest.starts_with("5 FAIL, 5 ok, slowest ")),
            "{rest:?}"
        );
        assert_eq!(super::layers(&report, usize::MAX)[0].rows.len(), 14);
    }

    #[test]
    fn what_has_no_row_for_want_of_room_is_counted() {
        let mut report = passing(14);
        for position in [0, 1, 2, 3] {
            report.targets[position].verdict = Verdict::Inconclusive;
        }
        for position in [4, 5, 6] {
            report.targets[position].verdict = Verdict::Fail;
        }
        let layers = layers(&report, 4);
        let expected = [1, 5, 6, 7].map(|number| format!("shop.services.number{number}"));
        assert_eq!(names(&layers[0]), expected);
        assert!(
            layers[0]
                .rest
                .as_deref()
                .is_some_and(|rest| rest.starts_with("3 unsure, 7 ok, "))
        );
    }

    #[test]
    fn the_layer_as_a_whole_is_not_its_slowest_target() {
        let mut report = passing(6);
        report.targets[5].kind = TargetKind::LayerTotal;
        report.targets[5].max_time_ms = Some(1200.0);
        let line = layers(&report, 30)[0].rest.clone();
        assert_eq!(
            line.as_deref(),
            Some("6 ok, slowest shop.services.number5 5.00 of 50 ms, in one process 6.00 ms of 1.2 s")
        );
    }
}
