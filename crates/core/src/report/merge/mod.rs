//! The reports of many machines as one. A project whose targets are spread over several jobs still wants one verdict, one table
//! and one page; so does one that is checked under several Pythons, where each of them is a leg.

mod join;

use std::collections::BTreeMap;

use thiserror::Error;

use super::matrix::Matrix;
use crate::checks::Verdict;
use crate::observed::EnvironmentKey;
use crate::report::Report;
use crate::shards::{IncompleteError, Piece, complete};

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
    /// The shards of a plan are all there, and one of its targets is not.
    #[error("no shard has a report of {target}, which is in their plan")]
    Lost {
        /// The target.
        target: String,
    },
    /// The shards of a plan are not all there.
    #[error(transparent)]
    Incomplete(#[from] IncompleteError),
}

/// What reports come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Merged {
    /// One environment was measured.
    One(Box<Report>),
    /// Several were.
    Legs(Matrix),
}

impl Merged {
    /// What they come to.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::One(report) => report.verdict,
            Self::Legs(matrix) => matrix.verdict,
        }
    }
}

/// Joins reports, each with the name that messages call it by: those of one environment are shards of one check, and several
/// environments are the legs of a matrix, in the order of their keys.
///
/// # Errors
/// [`ReportMergeError`] where the reports do not belong together, or are not all that their plan asks for.
pub fn merge(reports: Vec<(String, Report)>) -> Result<Merged, ReportMergeError> {
    let mut environments: BTreeMap<EnvironmentKey, Vec<(String, Report)>> = BTreeMap::new();
    for (name, report) in reports {
        let of_key = environments.entry(report.environment.key.clone()).or_default();
        of_key.push((name, report));
    }
    let legs: Vec<(String, Report)> = environments
        .into_values()
        .map(one_environment)
        .collect::<Result<_, _>>()?;
    match <[_; 1]>::try_from(legs) {
        Ok([(_, only)]) => Ok(Merged::One(Box::new(only))),
        Err(legs) => Ok(Merged::Legs(matrix(legs)?)),
    }
}

/// The reports of one environment as one, with the name of the first.
fn one_environment(reports: Vec<(String, Report)>) -> Result<(String, Report), ReportMergeError> {
    let first = reports.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let (mut pieces, mut alone) = (Vec::new(), Vec::new());
    for (name, mut content) in reports {
        match content.shard.take() {
            Some(shard) => pieces.push(Piece { name, shard, content }),
            None => alone.push((name, content)),
        }
    }
    if let (Some(piece), Some((name, _))) = (pieces.first(), alone.first()) {
        return Err(ReportMergeError::Differ {
            what: "what was checked",
            first: piece.name.clone(),
            of_first: "a shard".to_owned(),
            other: name.clone(),
            of_other: "no shard".to_owned(),
        });
    }
    let joined = if pieces.is_empty() {
        join::join(alone)?
    } else {
        of_one_plan(pieces)?
    };
    Ok((first, joined))
}

/// The reports of all shards as one, with its rows in the order in which a check that is not divided has them.
fn of_one_plan(pieces: Vec<Piece<Report>>) -> Result<Report, ReportMergeError> {
    let whole = complete(pieces)?;
    let order = whole.first().map(|piece| piece.shard.basis.targets.clone());
    let named = whole.into_iter().map(|piece| (piece.name, piece.content)).collect();
    let mut joined = join::join(named)?;
    join::put_in_order(&mut joined, &order.unwrap_or_default())?;
    Ok(joined)
}

/// Legs say each what they were held against; they are one matrix if one program wrote them.
fn matrix(legs: Vec<(String, Report)>) -> Result<Matrix, ReportMergeError> {
    let (first_name, first) = legs.first().ok_or(ReportMergeError::Nothing)?;
    for (name, report) in &legs {
        join::fits(first, first_name, report, name, join::Across::Environments)?;
    }
    let legs = legs.into_iter().map(|(_, report)| report).collect();
    Ok(Matrix::of(legs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Code, Severity};
    use crate::report::{fixture, order};
    use crate::shards::{PlanBasis, ShardOf};

    fn of_shard(number: u32, attempt: u64, report: &Report) -> Report {
        let basis = PlanBasis {
            environment: report.environment.key.clone(),
            revision: None,
            budgets: "b".to_owned(),
            baseline: None,
            targets: report.targets.iter().map(|row| row.module.clone()).collect(),
        };
        let shard = ShardOf {
            plan: "p".to_owned(),
            number,
            count: 2,
            attempt,
            basis,
        };
        let of_shard = |index: usize| index % 2 + 1 == number as usize;
        let rows = report.targets.iter().enumerate();
        let targets: Vec<_> = rows
            .filter(|(index, _)| of_shard(*index))
            .map(|(_, row)| row.clone())
            .collect();
        let about = |target: &str| target.is_empty() || targets.iter().any(|row| row.module == target);
        let findings = report.findings.iter().filter(|finding| about(&finding.target));
        let pictures = report.pictures.iter().filter(|picture| about(&picture.target));
        Report {
            findings: findings.cloned().collect(),
            pictures: pictures.cloned().collect(),
            targets: targets.clone(),
            shard: Some(shard),
            ..report.clone()
        }
    }

    fn named(reports: Vec<Report>) -> Vec<(String, Report)> {
        let names = (1..).map(|number| format!("report-{number}.json"));
        names.zip(reports).collect()
    }

    #[track_caller]
    fn one(reports: Vec<Report>) -> Report {
        match merge(named(reports)) {
            Ok(Merged::One(report)) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// A report whose findings are all about targets that it has, or about the run.
    fn whole() -> Report {
        let mut report = fixture::report();
        let names: Vec<String> = report.targets.iter().map(|row| row.module.clone()).collect();
        report
            .findings
            .retain(|finding| finding.target.is_empty() || names.contains(&finding.target));
        order::sort(&mut report.findings, &report.targets);
        report
    }

    #[test]
    fn the_shards_of_a_plan_are_the_report_of_one_run_in_the_order_of_its_targets() {
        let whole = whole();
        let (first, second) = (of_shard(1, 1, &whole), of_shard(2, 1, &whole));
        for order in [vec![first.clone(), second.clone()], vec![second, first]] {
            let merged = one(order);
            assert_eq!(merged.targets, whole.targets);
            assert_eq!(merged.findings, whole.findings);
            assert_eq!((merged.verdict, merged.shard), (Verdict::Fail, None));
        }
    }

    #[test]
    fn a_job_that_was_started_again_counts_with_what_it_wrote_last() {
        let whole = whole();
        let mut old = of_shard(2, 1, &whole);
        old.findings
            .push(fixture::finding(Code::Hang, Severity::Error, "shop", "hung"));
        let merged = one(vec![of_shard(1, 1, &whole), of_shard(2, 2, &whole), old]);
        assert_eq!(merged.findings, whole.findings);
    }

    #[test]
    fn a_missing_shard_and_a_report_that_is_none_are_refused() {
        let whole = whole();
        let error = merge(named(vec![of_shard(2, 1, &whole)])).expect_err("one is missing");
        assert!(error.to_string().starts_with("shard 1 of 2 is missing"), "{error}");
        let error = merge(named(vec![of_shard(2, 1, &whole), whole.clone()])).expect_err("one is no shard");
        assert!(
            error
                .to_string()
                .contains("what was checked is a shard in the one and no shard"),
            "{error}"
        );
        let mut short = of_shard(1, 1, &whole);
        let lost = short.targets.remove(0).module;
        let error = merge(named(vec![short, of_shard(2, 1, &whole)])).expect_err("a row is missing");
        assert_eq!(error, ReportMergeError::Lost { target: lost });
    }

    #[test]
    fn every_environment_is_a_leg_and_has_to_be_whole() {
        let older = {
            let mut report = whole();
            report.environment.key.0 = "cpython-3.9-linux-x86_64".to_owned();
            report
        };
        let reports = vec![of_shard(1, 1, &whole()), older.clone(), of_shard(2, 1, &whole())];
        let Ok(Merged::Legs(matrix)) = merge(named(reports)) else {
            panic!("two legs");
        };
        assert_eq!(
            matrix.legs,
            [older.clone(), whole()].map(|leg| Report {
                run: matrix_run(&matrix, &leg),
                ..leg
            })
        );
        let error = merge(named(vec![of_shard(1, 1, &whole()), older])).expect_err("one leg is not whole");
        assert!(
            error
                .to_string()
                .contains("shard 2 of 2 is missing (cpython-3.13-linux-x86_64)"),
            "{error}"
        );
    }

    /// What the leg of this environment cost.
    fn matrix_run(matrix: &Matrix, leg: &Report) -> crate::report::RunSummary {
        let mut legs = matrix.legs.iter();
        let found = legs.find(|merged| merged.environment.key == leg.environment.key);
        found.expect("the leg").run.clone()
    }
}
