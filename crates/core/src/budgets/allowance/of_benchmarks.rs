//! Lays allowances over the limits of benchmarks of other tools: each raises one of them, or lowers one that something has to be as much as
//! at least. What is relative to the recording is accepted once, as that of imports is.

use super::{Accepted, Allowance, Amount};
use crate::budgets::{Bounded, Cited, Quantity};
use crate::checks::Code;
use crate::observed::Unit;

/// Lays every allowance of a benchmark over the benchmark that it is about, and returns those that are about none of them. `recorded` is what
/// was recorded of a benchmark, in its unit.
pub fn accept_of_benchmarks<'a>(
    bounded: &mut [Bounded<'_>],
    allowances: &'a [Allowance],
    recorded: &dyn Fn(&str) -> Option<f64>,
) -> Vec<&'a Allowance> {
    let mut strangers = Vec::new();
    for allowance in allowances {
        let Some(name) = allowance.benchmark() else { continue };
        match bounded.iter_mut().find(|bounded| bounded.benchmark.name == name) {
            Some(bounded) => {
                let accepted = raise(bounded, allowance, recorded(name));
                bounded.accepted.push(accepted);
            }
            None => strangers.push(allowance),
        }
    }
    strangers
}

fn raise(bounded: &mut Bounded<'_>, allowance: &Allowance, recorded: Option<f64>) -> Accepted {
    let unit = bounded.benchmark.unit;
    let whole = Accepted {
        allowance: allowance.clone(),
        without: None,
        raised: None,
    };
    match (allowance.rule, &allowance.to) {
        (rule, Amount::Quantity(to)) if to.unit == unit && rule == rule_of(unit) => {
            let mut bounds = bounded.bounds.iter_mut();
            let bound = bounds.find(|bound| Some(bound.statistic) == allowance.key);
            let Some(bound) = bound else { return whole };
            let is_looser = bound.statistic.is_looser(to.value, bound.limit.value);
            let held = Quantity {
                value: bound.limit.value,
                unit,
            };
            let without = Cited {
                value: Amount::Quantity(held),
                line: bound.limit.line.clone(),
            };
            if is_looser {
                bound.limit = Cited {
                    value: to.value,
                    line: Some(allowance.line.clone()),
                };
            }
            Accepted {
                without: Some(without),
                raised: is_looser.then(|| allowance.to.clone()),
                ..whole
            }
        }
        (Code::FailedRequests, Amount::Share(to)) => whole.raising_limit(&mut bounded.max_failed, *to, Amount::Share),
        (Code::Regression, Amount::Quantity(to)) if to.unit == unit => {
            let share = recorded.map_or(0.0, |recorded| rest_of(allowance, to.value, recorded));
            whole.raising_limit(&mut bounded.max_regression, share, Amount::Share)
        }
        _ => whole,
    }
}

/// The rule of the limits of a benchmark of this unit.
fn rule_of(unit: Unit) -> Code {
    match unit {
        Unit::Time => Code::OverTime,
        Unit::Memory | Unit::Rate | Unit::Share | Unit::Number => Code::OutOfBounds,
    }
}

/// The share that is left to be accepted beyond what is recorded: no more than was accepted, and to no more than that.
fn rest_of(allowance: &Allowance, to: f64, recorded: f64) -> f64 {
    let from = allowance.from.as_ref().and_then(Amount::number);
    let Some(from) = from.filter(|from| *from > 0.0 && recorded > 0.0) else {
        return 0.0;
    };
    let share = match to < from {
        true => (1.0 - to / recorded).min(1.0 - to / from),
        false => (to / recorded - 1.0).min(to / from - 1.0),
    };
    if share.is_finite() { share.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::{AllowanceFile, read};
    use super::*;
    use crate::budgets::{Budgets, FileKind, Statistic, parse};
    use crate::observed::Benchmark;

    fn allowance(rule: &str, rest: &str) -> Allowance {
        let text = format!("target = \"benchmark:q\"\nrule = \"{rule}\"\n{rest}\nreason = \"tax\"\n");
        let file = AllowanceFile {
            text: &text,
            name: "a.toml",
        };
        read(&[file]).unwrap_or_else(|mistakes| panic!("{mistakes}")).remove(0)
    }

    fn budgets(text: &str) -> Budgets {
        parse(text, "b.toml", FileKind::Standalone).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    /// The limits of a benchmark of this unit with something accepted, and what is said of that.
    fn accepted(rules: &str, unit: Unit, allowance: &Allowance, recorded: Option<f64>) -> (Vec<f64>, Accepted) {
        let found = Benchmark::counted("q", unit);
        let budgets = budgets(&format!("[benchmarks.q]\n{rules}\n"));
        let mut bounded = budgets.bound(std::slice::from_ref(&found), false).expect("it fits");
        let strangers = accept_of_benchmarks(&mut bounded, std::slice::from_ref(allowance), &|_| recorded);
        assert!(strangers.is_empty());
        let limits = bounded[0].bounds.iter().map(|bound| bound.limit.value);
        let shares = [bounded[0].max_failed.value, bounded[0].max_regression.value];
        (limits.chain(shares).collect(), bounded[0].accepted[0].clone())
    }

    #[test]
    fn one_limit_is_raised_and_every_other_stays() {
        let rules = "p50 = \"20ms\"\np95 = \"50ms\"";
        let of_p95 = allowance("over-time", "key = \"p95\"\nfrom = \"50ms\"\nto = \"60ms\"");
        let (limits, of_p95) = accepted(rules, Unit::Time, &of_p95, None);
        assert_eq!(limits, [20.0, 60.0, 0.0, 0.1]);
        assert_eq!(of_p95.allowance.key, Some(Statistic::P95));
        assert!(of_p95.raised.is_some() && of_p95.without.expect("a limit").line.is_some());
        let of_failed = allowance("failed-requests", "from = \"0%\"\nto = \"2%\"");
        assert_eq!(accepted(rules, Unit::Time, &of_failed, None).0, [20.0, 50.0, 0.02, 0.1]);
        let of_minimum = allowance("out-of-bounds", "key = \"min\"\nfrom = \"80%\"\nto = \"70%\"");
        assert_eq!(
            accepted("min = \"80%\"", Unit::Share, &of_minimum, None).0,
            [0.7, 0.0, 0.1]
        );
    }

    #[test]
    fn what_nothing_limits_or_is_looser_already_is_not_raised() {
        let of_p95 = allowance("over-time", "key = \"p95\"\nfrom = \"50ms\"\nto = \"60ms\"");
        let (limits, none) = accepted("p50 = \"20ms\"", Unit::Time, &of_p95, None);
        assert_eq!((limits, none.without, none.raised), (vec![20.0, 0.0, 0.1], None, None));
        let (limits, looser) = accepted("p95 = \"70ms\"", Unit::Time, &of_p95, None);
        assert_eq!((limits, looser.raised), (vec![70.0, 0.0, 0.1], None));
        assert!(looser.without.is_some());
        let of_rule = allowance("out-of-bounds", "key = \"p95\"\nfrom = \"50ms\"\nto = \"60ms\"");
        assert_eq!(accepted("p95 = \"50ms\"", Unit::Time, &of_rule, None).1.without, None);
    }

    #[test]
    fn a_regression_is_accepted_once() {
        let slower = allowance("regression", "from = \"10ms\"\nto = \"14ms\"");
        let share = |allowance: &Allowance, unit, recorded| accepted("mean = 1", unit, allowance, recorded).0[2];
        let of = |recorded| {
            let (limits, accepted) = accepted("p50 = \"1s\"", Unit::Time, &slower, Some(recorded));
            (limits[2], accepted.raised.is_some())
        };
        assert!((of(10.0).0 - 0.4).abs() < 1e-9);
        assert!((of(8.0).0 - 0.4).abs() < 1e-9, "no more than was accepted");
        assert!((of(12.0).0 - 2.0 / 12.0).abs() < 1e-9, "to no more than was accepted");
        assert_eq!(of(14.0), (0.1, false), "it is recorded");
        let lower = allowance("regression", "from = 100\nto = 60");
        assert!((share(&lower, Unit::Number, Some(100.0)) - 0.4).abs() < 1e-9);
        assert_eq!(share(&lower, Unit::Number, Some(60.0)), 0.1);
        assert_eq!(share(&lower, Unit::Number, None), 0.1);
    }
}
