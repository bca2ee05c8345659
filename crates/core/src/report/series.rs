//! What tools that keep numbers of many runs know a target, or a benchmark of another tool, by: its name, its layer and its environment, each
//! name once. Such a tool takes two values under one name for one of them, or refuses both.

use std::collections::BTreeSet;

use super::facts::TargetResult;
use crate::report::{BenchmarkReport, Report, TargetReport};

/// A target, or a benchmark, in one environment.
pub(super) struct Series<'a, T = TargetReport> {
    /// The report that it stands in.
    pub(super) report: &'a Report,
    /// Its row.
    pub(super) target: &'a T,
    /// Its name in the form that the format needs, which no other target of its environment has.
    pub(super) name: String,
    /// The name of its environment, which no other report has.
    pub(super) environment: String,
    /// True where there is more than one environment.
    is_one_of_many: bool,
}

impl<T> Series<'_, T> {
    /// The name, with the environment where there are several.
    pub(super) fn full_name(&self) -> String {
        if self.is_one_of_many {
            format!("{} ({})", self.name, self.environment)
        } else {
            self.name.clone()
        }
    }
}

impl Series<'_> {
    /// What it comes to.
    pub(super) fn result(&self) -> TargetResult {
        TargetResult::of(self.target, self.report)
    }
}

impl Series<'_, BenchmarkReport> {
    /// What it comes to.
    pub(super) fn result(&self) -> TargetResult {
        self.target.result(self.report)
    }
}

/// How a format makes a name safe.
pub(super) type Escape = fn(&str) -> String;

/// Every target of every report, in their order, with names that this makes safe.
pub(super) fn all(reports: &[Report], escape: Escape) -> Vec<Series<'_>> {
    with_benchmarks(reports, escape).0
}

/// The same, and every benchmark, none of which has the name of a target.
pub(super) fn with_benchmarks(
    reports: &[Report],
    escape: Escape,
) -> (Vec<Series<'_>>, Vec<Series<'_, BenchmarkReport>>) {
    let (mut all, mut benchmarks) = (Vec::new(), Vec::new());
    let is_one_of_many = reports.len() > 1;
    for (report, environment) in reports.iter().zip(environments(reports, escape)) {
        let mut names = Names::default();
        all.extend(report.targets.iter().map(|target| Series {
            report,
            target,
            name: names.unique(&escape(&target.module)),
            environment: environment.clone(),
            is_one_of_many,
        }));
        benchmarks.extend(report.benchmarks.iter().map(|benchmark| Series {
            report,
            target: benchmark,
            name: names.unique(&escape(&benchmark.target())),
            environment: environment.clone(),
            is_one_of_many,
        }));
    }
    (all, benchmarks)
}

/// The name of the environment of each report.
pub(super) fn environments(reports: &[Report], escape: Escape) -> Vec<String> {
    let mut names = Names::default();
    let keys = reports.iter().map(|report| report.environment.key.to_string());
    keys.map(|key| names.unique(&escape(&key))).collect()
}

/// Names that were given out. A name may come twice where it was shortened, or where a report was written by hand.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// This name, with a number behind it where it was given out before.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let name = if name.trim().is_empty() { "(no name)" } else { name };
        let numbered = (2_u64..).map(|number| format!("{name} ({number})"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let unique = candidates
            .find(|candidate| !self.0.contains(candidate))
            .unwrap_or_default();
        self.0.insert(unique.clone());
        unique
    }
}

/// A measured value with three significant digits: what is beyond them is noise, and a reader that compares texts would call it a
/// change. `None` where it is no number.
pub(super) fn rounded(value: f64) -> Option<f64> {
    value
        .is_finite()
        .then(|| format!("{value:.2e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, untrusted};

    #[test]
    fn no_two_series_have_one_name() {
        let mut report = fixture::report();
        for target in &mut report.targets {
            target.module = "\u{1b}".repeat(1_000_000);
        }
        report.targets[0].module.clear();
        let reports = [report.clone(), report];
        let series = all(&reports, untrusted::line);
        let names: BTreeSet<String> = series.iter().map(Series::full_name).collect();
        assert_eq!(names.len(), series.len());
        assert!(names.contains("(no name) (cpython-3.13-linux-x86_64 (2))"), "{names:?}");
    }

    #[test]
    fn an_environment_alone_goes_without_saying() {
        let name = |reports: &[Report]| all(reports, untrusted::line)[0].full_name();
        assert_eq!(name(&[fixture::report()]), "shop.services.billing");
        let both = [fixture::report(), fixture::passing()];
        assert_eq!(name(&both), "shop.services.billing (cpython-3.13-linux-x86_64)");
    }

    #[test]
    fn three_digits_are_kept() {
        for (value, expected) in [
            (0.012_344, "0.0123"),
            (8.914, "8.91"),
            (615_514_112.0, "616000000"),
            (0.0, "0"),
        ] {
            assert_eq!(rounded(value).map(|value| value.to_string()).as_deref(), Some(expected));
        }
        assert_eq!(rounded(f64::NAN), None);
    }
}
