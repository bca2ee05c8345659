//! What a change does to the limits of benchmarks of other tools: the same benchmarks by the budgets of before and of now.

use super::limits::{Difference, of_limit};
use super::{Loosening, LooseningKind, add};
use crate::budgets::{Amount, Bounded, Budgets, Cited};
use crate::checks::target_of;
use crate::observed::Benchmark;
use crate::report::figure;

/// What is less strict now than it was before, of the benchmarks in the files. A name or pattern of before that none of them has is left
/// out, unless only `some` of them are looked at.
pub fn by_budgets_of_benchmarks(before: &Budgets, now: &Budgets, found: &[Benchmark], some: bool) -> Vec<Loosening> {
    let mut loosened = Vec::new();
    let (was, is) = (before.bound_where_it_fits(found), now.bound_where_it_fits(found));
    for (was, is) in was.iter().zip(&is) {
        for difference in of_benchmark(was, is) {
            add(&mut loosened, difference.of(&target_of(&was.benchmark.name)));
        }
    }
    for name in before.benchmarks_without(found).filter(|_| !some) {
        let left_out = Difference {
            kind: LooseningKind::TargetLeftOut,
            key: "target",
            from: None,
            to: None,
            line: None,
        };
        add(&mut loosened, left_out.of(&target_of(name)));
    }
    loosened
}

fn of_benchmark(was: &Bounded<'_>, is: &Bounded<'_>) -> Vec<Difference> {
    let unit = was.benchmark.unit;
    let bounds = was.bounds.iter().filter_map(|bound| {
        let now = is.bounds.iter().find(|now| now.statistic == bound.statistic);
        let kind = match now {
            Some(now) if bound.statistic.is_looser(now.limit.value, bound.limit.value) => LooseningKind::LimitRaised,
            Some(_) => return None,
            None => LooseningKind::LimitRemoved,
        };
        Some(Difference {
            kind,
            key: bound.statistic.key(),
            from: Some(figure(unit, bound.limit.value)),
            to: now.map(|now| figure(unit, now.limit.value)),
            line: now.map_or(&bound.limit, |now| &now.limit).line.clone(),
        })
    });
    let shares = [
        ("max-failed", &was.max_failed, &is.max_failed),
        ("max-regression", &was.max_regression, &is.max_regression),
    ];
    let raised = |(key, was, is): (&'static str, &Cited<f64>, &Cited<f64>)| {
        (is.value > was.value).then(|| Difference {
            kind: LooseningKind::LimitRaised,
            key,
            from: Some(Amount::Share(was.value).shown()),
            to: Some(Amount::Share(is.value).shown()),
            line: is.line.clone(),
        })
    };
    let drift = of_limit("max-drift", &was.max_drift, &is.max_drift, Amount::Share);
    bounds
        .chain(shares.into_iter().filter_map(raised))
        .chain(drift)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{FileKind, parse};
    use crate::observed::Unit;

    const BEFORE: &str =
        "[benchmarks.\"db.*\"]\np95 = \"50ms\"\nmax-failed = \"1%\"\n[benchmarks.hits]\nmin = \"80%\"\n";

    fn told(now: &str, names: &[(&str, Unit)]) -> Vec<String> {
        let read = |text| parse(text, "budgets.toml", FileKind::Standalone).expect("budgets");
        let found: Vec<Benchmark> = names
            .iter()
            .map(|(name, unit)| Benchmark::counted(name, *unit))
            .collect();
        let loosened = by_budgets_of_benchmarks(&read(BEFORE), &read(now), &found, false);
        let told = |one: &Loosening| {
            format!(
                "{:?} {} {} {} -> {} x{} @{:?}",
                one.kind,
                one.target,
                one.key.as_deref().unwrap_or("-"),
                one.from.as_deref().unwrap_or("-"),
                one.to.as_deref().unwrap_or("-"),
                one.targets,
                one.line.as_ref().and_then(|line| line.line)
            )
        };
        loosened.iter().map(told).collect()
    }

    #[test]
    fn each_line_that_allows_benchmarks_more_is_told_once() {
        let names = [
            ("db.query", Unit::Time),
            ("db.insert", Unit::Time),
            ("hits", Unit::Share),
        ];
        let query = "benchmark:db.query";
        for (from, to, expected) in [
            ("50ms", "50ms", None),
            ("50ms", "40ms", None),
            ("80%", "90%", None),
            (
                "50ms",
                "60ms",
                Some(format!("LimitRaised {query} p95 50.0 ms -> 60.0 ms x2 @Some(2)")),
            ),
            (
                "p95 = \"50ms\"\n",
                "",
                Some(format!("LimitRemoved {query} p95 50.0 ms -> - x2 @Some(2)")),
            ),
            (
                "80%",
                "70%",
                Some("LimitRaised benchmark:hits min 80.0% -> 70.0% x1 @Some(5)".to_owned()),
            ),
            (
                "1%",
                "2%",
                Some(format!("LimitRaised {query} max-failed 1.00% -> 2.00% x2 @Some(3)")),
            ),
            (
                "max-failed = \"1%\"",
                "max-failed = \"1%\"\nmax-regression = \"30%\"",
                Some(format!("LimitRaised {query} max-regression 10.0% -> 30.0% x2 @Some(4)")),
            ),
        ] {
            assert_eq!(
                told(&BEFORE.replacen(from, to, 1), &names),
                Vec::from_iter(expected),
                "{to}"
            );
        }
    }

    #[test]
    fn a_benchmark_that_is_not_in_the_files_any_more_is_left_out() {
        let now = BEFORE.split("[benchmarks.hits]").next().expect("a part");
        let told = told(now, &[("db.query", Unit::Time)]);
        assert_eq!(told, ["TargetLeftOut benchmark:hits target - -> - x1 @None"]);
    }
}
