//! The reports of one environment as one.

use rustc_hash::FxHashMap;

use super::ReportMergeError;
use crate::budgets::Group;
use crate::checks::{Code, Loosening};
use crate::observed::DistributionChange;
use crate::report::costly_lines::settle;
use crate::report::{BenchmarkReport, Finding, Report, TargetReport, order};

/// Joins the reports of shards, each with the name that messages call it by.
///
/// Targets stay in the order of the reports, findings get the usual order, and one that several shards made about the whole
/// run is there once. The verdict is the worst one; samples and seconds are sums. What only one process can have (the seed, the
/// machine) is the first shard's, and the speed is left out unless all agree: each shard judged its own times by its own.
///
/// # Errors
/// [`ReportMergeError`] where the reports do not belong together.
pub(super) fn join(shards: Vec<(String, Report)>) -> Result<Report, ReportMergeError> {
    let mut shards = shards.into_iter();
    let (first_name, mut merged) = shards.next().ok_or(ReportMergeError::Nothing)?;
    let mut names = vec![first_name.clone(); merged.targets.len()];
    for (name, shard) in shards {
        fits(&merged, &first_name, &shard, &name, Across::Shards)?;
        for target in &shard.targets {
            if let Some(position) = merged.targets.iter().position(|known| known.module == target.module) {
                return Err(ReportMergeError::Twice {
                    target: target.module.clone(),
                    first: names[position].clone(),
                    other: name,
                });
            }
        }
        names.extend(std::iter::repeat_n(name, shard.targets.len()));
        merged.targets.extend(shard.targets);
        let is_new = |row: &BenchmarkReport| merged.benchmarks.iter().all(|known| known.name != row.name);
        let benchmarks: Vec<BenchmarkReport> = shard.benchmarks.into_iter().filter(is_new).collect();
        merged.benchmarks.extend(benchmarks);
        add_findings(&mut merged.findings, shard.findings);
        merged.causes.extend(shard.causes);
        merged.pictures.extend(shard.pictures);
        // What one of them was not asked is not known of the whole.
        let more = shard
            .not_asked
            .into_iter()
            .filter(|code| !merged.not_asked.contains(code));
        let more: Vec<Code> = more.collect();
        merged.not_asked.extend(more);
        merged.not_asked.sort();
        let new = shard.loosened.into_iter().filter(|one| !merged.loosened.contains(one));
        let new: Vec<Loosening> = new.collect();
        merged.loosened.extend(new);
        add_distributions(&mut merged.distributions, shard.distributions);
        let new_groups = shard.groups.into_iter().filter(|group| !merged.groups.contains(group));
        let new_groups: Vec<Group> = new_groups.collect();
        merged.groups.extend(new_groups);
        merged.verdict = merged.verdict.worst(shard.verdict);
        merged.run.samples = merged.run.samples.saturating_add(shard.run.samples);
        merged.run.references = merged.run.references.saturating_add(shard.run.references);
        merged.run.seconds += shard.run.seconds;
        merged.run.times = None;
        merged.run.interrupted = merged.run.interrupted.or(shard.run.interrupted);
        if merged.environment.speed != shard.environment.speed {
            merged.environment.speed = None;
        }
        if merged.environment.machine_speed_us != shard.environment.machine_speed_us {
            merged.environment.machine_speed_us = None;
        }
        if merged.environment.shown_at_speed_us != shard.environment.shown_at_speed_us {
            merged.environment.shown_at_speed_us = None;
        }
    }
    merged.causes = settle(merged.causes, &mut merged.findings);
    order::sort(&mut merged.findings, &merged.targets);
    Ok(merged)
}

/// Puts the rows into the order of the plan, which is that of the budgets file and of a check that is not divided.
///
/// # Errors
/// [`ReportMergeError::Lost`] where a target of the plan has no row.
pub(super) fn put_in_order(joined: &mut Report, plan: &[String]) -> Result<(), ReportMergeError> {
    let mut rows: FxHashMap<String, TargetReport> = FxHashMap::default();
    rows.extend(joined.targets.drain(..).map(|row| (row.module.clone(), row)));
    let lost = |target: &String| ReportMergeError::Lost { target: target.clone() };
    let in_order = plan
        .iter()
        .map(|target| rows.remove(target).ok_or_else(|| lost(target)));
    joined.targets = in_order.collect::<Result<_, _>>()?;
    order::sort(&mut joined.findings, &joined.targets);
    Ok(())
}

/// What two reports have to have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Across {
    /// Parts of one check.
    Shards,
    /// Checks under several environments.
    Environments,
}

/// Refuses a report of another run.
pub(super) fn fits(
    first: &Report,
    first_name: &str,
    other: &Report,
    other_name: &str,
    across: Across,
) -> Result<(), ReportMergeError> {
    let baseline = |report: &Report| {
        let baseline = report.baseline.as_ref();
        baseline.map_or_else(|| "none".to_owned(), |baseline| baseline.source.clone())
    };
    let features = |report: &Report| {
        let program = vec![
            ("the version of importgate", report.importgate.clone()),
            ("the version of the report", report.version.to_string()),
        ];
        let of_one_check = [
            ("the budgets file", report.budgets.clone()),
            ("the baseline", baseline(report)),
        ];
        let of_one_check = of_one_check.into_iter().filter(|_| across == Across::Shards);
        program.into_iter().chain(of_one_check).collect::<Vec<_>>()
    };
    let pairs = features(first).into_iter().zip(features(other));
    for ((what, of_first), (_, of_other)) in pairs {
        if of_first != of_other {
            return Err(ReportMergeError::Differ {
                what,
                first: first_name.to_owned(),
                of_first,
                other: other_name.to_owned(),
                of_other,
            });
        }
    }
    Ok(())
}

/// Each shard compares what is installed where it runs with one baseline: mostly they are the same.
fn add_distributions(distributions: &mut Vec<DistributionChange>, more: Vec<DistributionChange>) {
    for change in more {
        if !distributions.contains(&change) {
            distributions.push(change);
        }
    }
    distributions.sort_by(|one, other| one.name.cmp(&other.name));
}

/// Every shard says of the whole run what each of them sees: that there is no baseline, say.
fn add_findings(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Severity, Verdict};
    use crate::report::fixture;

    /// The failing report of the fixture, cut into a passing shard and the rest.
    fn shards() -> (Report, Report) {
        let whole = fixture::report();
        let (mut first, mut second) = (whole.clone(), whole);
        first.verdict = Verdict::Pass;
        second.targets = first.targets.split_off(2);
        let of_first = |finding: &Finding| first.targets.iter().any(|target| target.module == finding.target);
        let (mine, other) = first.findings.iter().cloned().partition(of_first);
        let whole_run = fixture::finding(Code::ForeignBaseline, Severity::Warning, "", "recorded elsewhere");
        first.findings = mine;
        second.findings = other;
        first.findings.insert(0, whole_run.clone());
        second.findings.push(whole_run);
        (first, second)
    }

    fn named(reports: Vec<Report>) -> Vec<(String, Report)> {
        let names = (1..).map(|number| format!("shard-{number}.json"));
        names.zip(reports).collect()
    }

    #[test]
    fn a_whole_is_the_sum_of_its_shards() {
        let (first, second) = shards();
        let merged = join(named(vec![first.clone(), second.clone()])).expect("they fit");
        assert_eq!(merged.verdict, Verdict::Fail);
        assert_eq!(merged.targets, [first.targets, second.targets].concat());
        assert_eq!(merged.run.samples, 2 * 184);
        assert!((merged.run.seconds - 2.0 * 21.38).abs() < 1e-9);
        let about_the_run = merged
            .findings
            .iter()
            .filter(|finding| finding.code == Code::ForeignBaseline);
        assert_eq!(about_the_run.count(), 1);
        assert_eq!(merged.distributions, fixture::report().distributions);
        assert_eq!(merged.groups, fixture::report().groups);
        let errors_first = merged
            .findings
            .is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity));
        assert!(errors_first && merged.findings.len() == fixture::report().findings.len() + 1);
    }

    #[test]
    fn what_one_shard_was_not_asked_is_not_known_of_the_whole() {
        let (mut first, mut second) = shards();
        first.not_asked = vec![Code::Regression];
        second.not_asked = vec![Code::OverTime, Code::Regression];
        let merged = join(named(vec![first, second])).expect("they fit");
        assert_eq!(merged.not_asked, [Code::OverTime, Code::Regression]);
    }

    #[test]
    fn the_worst_verdict_wins_whatever_the_order() {
        for (one, other, expected) in [
            (Verdict::Pass, Verdict::Pass, Verdict::Pass),
            (Verdict::Inconclusive, Verdict::Pass, Verdict::Inconclusive),
            (Verdict::Inconclusive, Verdict::Fail, Verdict::Fail),
        ] {
            assert_eq!((one.worst(other), other.worst(one)), (expected, expected));
        }
    }

    #[test]
    fn a_target_in_two_reports_is_an_error_that_names_both() {
        let (first, second) = shards();
        let target = second.targets[0].module.clone();
        let error = join(named(vec![first, second.clone(), second])).expect_err("one is there twice");
        assert_eq!(
            error.to_string(),
            format!("{target} is in two reports: shard-2.json and shard-3.json")
        );
    }

    #[test]
    fn reports_of_different_runs_are_refused() {
        type Change = fn(&mut Report);
        let changes: [(&str, Change); 3] = [
            ("the version of importgate is 0.1.0", |report| {
                report.importgate = "9.9.9".to_owned()
            }),
            ("the budgets file is budgets.toml", |report| {
                report.budgets = "other.toml".to_owned()
            }),
            ("the baseline is budgets.baseline.json", |report| report.baseline = None),
        ];
        for (expected, change) in changes {
            let (first, mut second) = shards();
            change(&mut second);
            let message = join(named(vec![first, second])).expect_err(expected).to_string();
            assert!(
                message.contains(expected) && message.contains("shard-2.json"),
                "{message}"
            );
        }
        assert_eq!(join(Vec::new()), Err(ReportMergeError::Nothing));
    }

    #[test]
    fn one_report_alone_stays_as_it_is() {
        let report = fixture::passing();
        assert_eq!(join(named(vec![report.clone()])), Ok(report));
    }
}
