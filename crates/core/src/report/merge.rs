//! The reports of shards as one. A project whose targets are spread over several jobs still wants one verdict, one table
//! and one page.

use thiserror::Error;

use super::order;
use crate::checks::Verdict;
use crate::observed::DistributionChange;
use crate::report::{Finding, Report};

/// Why reports cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportMergeError {
    /// There is nothing to join.
    #[error("no report to merge")]
    Nothing,
    /// They are not shards of one run.
    #[error(
        "{first} and {other} are not shards of one run: {what} is {of_first} in the one and {of_other} in the other"
    )]
    Differ {
        /// What differs.
        what: &'static str,
        /// The first report.
        first: String,
        /// What it has.
        of_first: String,
        /// The report that does not fit.
        other: String,
        /// What that has.
        of_other: String,
    },
    /// Two reports speak of one target: which one counts, nobody can say.
    #[error("{target} is in two reports: {first} and {other}")]
    Twice {
        /// The target.
        target: String,
        /// The first report.
        first: String,
        /// The second one.
        other: String,
    },
}

/// Joins the reports of shards, each with the name that messages call it by.
///
/// Targets stay in the order of the reports, findings get the usual order, and one that several shards made about the whole
/// run is there once. The verdict is the worst one; samples and seconds are sums. What only one process can have (the seed, the
/// machine) is the first shard's, and the speed is left out unless all agree: each shard judged its own times by its own.
///
/// # Errors
/// [`ReportMergeError`] where the reports do not belong together.
pub fn merge(shards: Vec<(String, Report)>) -> Result<Report, ReportMergeError> {
    let mut shards = shards.into_iter();
    let (first_name, mut merged) = shards.next().ok_or(ReportMergeError::Nothing)?;
    let mut names = vec![first_name.clone(); merged.targets.len()];
    for (name, shard) in shards {
        fits(&merged, &first_name, &shard, &name)?;
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
        add_findings(&mut merged.findings, shard.findings);
        add_distributions(&mut merged.distributions, shard.distributions);
        merged.verdict = worst(merged.verdict, shard.verdict);
        merged.run.samples += shard.run.samples;
        merged.run.references += shard.run.references;
        merged.run.seconds += shard.run.seconds;
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
    order::sort(&mut merged.findings, &merged.targets);
    Ok(merged)
}

/// Refuses a shard of another run.
fn fits(first: &Report, first_name: &str, other: &Report, other_name: &str) -> Result<(), ReportMergeError> {
    let baseline = |report: &Report| {
        let baseline = report.baseline.as_ref();
        baseline.map_or_else(|| "none".to_owned(), |baseline| baseline.source.clone())
    };
    let features = |report: &Report| {
        [
            ("the version of importgate", report.importgate.clone()),
            ("the version of the report", report.version.to_string()),
            ("the budgets file", report.budgets.clone()),
            ("the environment", report.environment.key.to_string()),
            ("the baseline", baseline(report)),
        ]
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

fn worst(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
        (Verdict::Inconclusive, _) | (_, Verdict::Inconclusive) => Verdict::Inconclusive,
        (Verdict::Pass, Verdict::Pass) => Verdict::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Code, Severity};
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
        let merged = merge(named(vec![first.clone(), second.clone()])).expect("they fit");
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
        let errors_first = merged
            .findings
            .is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity));
        assert!(errors_first && merged.findings.len() == fixture::report().findings.len() + 1);
    }

    #[test]
    fn the_worst_verdict_wins_whatever_the_order() {
        for (one, other, expected) in [
            (Verdict::Pass, Verdict::Pass, Verdict::Pass),
            (Verdict::Inconclusive, Verdict::Pass, Verdict::Inconclusive),
            (Verdict::Inconclusive, Verdict::Fail, Verdict::Fail),
        ] {
            assert_eq!((worst(one, other), worst(other, one)), (expected, expected));
        }
    }

    #[test]
    fn a_target_in_two_reports_is_an_error_that_names_both() {
        let (first, second) = shards();
        let target = second.targets[0].module.clone();
        let error = merge(named(vec![first, second.clone(), second])).expect_err("one is there twice");
        assert_eq!(
            error.to_string(),
            format!("{target} is in two reports: shard-2.json and shard-3.json")
        );
    }

    #[test]
    fn reports_of_different_runs_are_refused() {
        type Change = fn(&mut Report);
        let changes: [(&str, Change); 4] = [
            ("the version of importgate is 0.1.0", |report| {
                report.importgate = "9.9.9".to_owned()
            }),
            ("the budgets file is budgets.toml", |report| {
                report.budgets = "other.toml".to_owned()
            }),
            ("the environment is cpython-3.13-linux-x86_64", |report| {
                report.environment.key.0 = "cpython-3.9-linux-x86_64".to_owned();
            }),
            ("the baseline is budgets.baseline.json", |report| report.baseline = None),
        ];
        for (expected, change) in changes {
            let (first, mut second) = shards();
            change(&mut second);
            let message = merge(named(vec![first, second])).expect_err(expected).to_string();
            assert!(
                message.contains(expected) && message.contains("shard-2.json"),
                "{message}"
            );
        }
        assert_eq!(merge(Vec::new()), Err(ReportMergeError::Nothing));
    }

    #[test]
    fn one_report_alone_stays_as_it_is() {
        let report = fixture::passing();
        assert_eq!(merge(named(vec![report.clone()])), Ok(report));
    }
}
