//! Lays allowances over the limits of targets: each raises one limit to its value, where that is more, and leaves the rest as it is.
//!
//! What is relative to the baseline is raised by no more than was accepted, and to no more than was accepted: once the baseline has a part
//! of it, only the rest is left. Times of a baseline are in milliseconds of the machine that recorded it, which are the same whoever reads
//! it. Beside the base of `--against` only what the head accepts counts: what the base accepted is in what the base measures.

use super::{Allowance, Amount};
use crate::budgets::{Cited, Target, TargetKind};
use crate::checks::Code;

/// An allowance of a target, and what would hold without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The allowance.
    pub allowance: Allowance,
    /// The limit that it stands in for; `None` where nothing limits that.
    pub without: Option<Cited<Amount>>,
    /// The limit that holds now, in the amounts of the budgets; `None` where the allowance raises nothing.
    pub raised: Option<Amount>,
}

/// What the baseline has of a target.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InBaseline {
    /// Its time, in milliseconds of the machine that recorded it.
    pub time_ms: Option<f64>,
    /// Its instructions.
    pub instructions: Option<u64>,
    /// Its memory.
    pub memory_bytes: Option<u64>,
    /// How many modules it loads.
    pub modules: u64,
}

/// What limits are relative to.
pub enum Relative<'a> {
    /// The baseline, by target; `None` of one that it does not have.
    Baseline(&'a dyn Fn(&str) -> Option<InBaseline>),
    /// The base of `--against`, which accepts these.
    Base(&'a [Allowance]),
}

/// Lays every allowance over the target that it is about, and returns those that are about none of them.
pub fn accept<'a>(targets: &mut [Target], allowances: &'a [Allowance], relative: &Relative<'_>) -> Vec<&'a Allowance> {
    let mut strangers = Vec::new();
    let of_targets = allowances
        .iter()
        .filter(|allowance| allowance.cause().is_none() && allowance.benchmark().is_none());
    for allowance in of_targets {
        match targets.iter_mut().find(|target| target.name == allowance.target) {
            Some(target) => {
                let accepted = raise(target, allowance, relative);
                target.accepted.push(accepted);
            }
            None => strangers.push(allowance),
        }
    }
    strangers
}

fn raise(target: &mut Target, allowance: &Allowance, relative: &Relative<'_>) -> Accepted {
    let is_total = target.kind == TargetKind::LayerTotal;
    let limits = &mut target.limits;
    let whole = |without| Accepted {
        allowance: allowance.clone(),
        without,
        raised: None,
    };
    match (allowance.rule, &allowance.to) {
        (Code::OverTime, Amount::Time(to)) if !is_total => {
            whole(None).raising(&mut limits.max_time_ms, *to, Amount::Time)
        }
        (Code::OverTotalTime, Amount::Time(to)) if is_total => {
            whole(None).raising(&mut limits.max_time_ms, *to, Amount::Time)
        }
        (Code::OverMemory, Amount::Memory(to)) => {
            whole(None).raising(&mut limits.max_memory_bytes, *to, Amount::Memory)
        }
        (Code::OverModules, Amount::Count(to)) => whole(None).raising(&mut limits.max_modules, *to, Amount::Count),
        (Code::Unstable, Amount::Share(to)) => whole(None).raising(&mut limits.max_variation, *to, Amount::Share),
        (Code::OverNewModules, Amount::Count(_)) => {
            let more = rest_of(allowance, relative).map_or(0, |rest| rest.more.max(0.0) as u64);
            whole(None).raising(&mut limits.max_new_modules, more, Amount::Count)
        }
        (Code::MemoryRegression, Amount::Memory(_)) => {
            let share = rest_of(allowance, relative).map_or(0.0, |rest| rest.share);
            whole(None).raising(&mut limits.max_memory_regression, share, Amount::Share)
        }
        (Code::Regression, _) => {
            // The limit itself stays: what did not change is held against it all the same.
            let mut limit = Some(limits.max_regression.clone());
            let share = rest_of(allowance, relative).map_or(0.0, |rest| rest.share);
            whole(None).raising(&mut limit, share, Amount::Share)
        }
        (Code::Forbidden, Amount::Name(name)) => whole(taken_out(&mut limits.forbid, name, |module| module.clone())),
        (Code::ForbiddenEffect, Amount::Name(name)) => whole(taken_out(&mut limits.forbid_effects, name, |effect| {
            effect.as_str().to_owned()
        })),
        _ => whole(None),
    }
    .named()
}

impl Accepted {
    /// With a limit raised to `to` where that is more than it is.
    fn raising<T: PartialOrd + Copy>(self, limit: &mut Option<Cited<T>>, to: T, amount: fn(T) -> Amount) -> Self {
        match limit {
            Some(cited) => self.raising_limit(cited, to, amount),
            None => self,
        }
    }

    /// The same of a limit that there is.
    pub(super) fn raising_limit<T: PartialOrd + Copy>(
        self,
        cited: &mut Cited<T>,
        to: T,
        amount: fn(T) -> Amount,
    ) -> Self {
        let without = Some(Cited {
            value: amount(cited.value),
            line: cited.line.clone(),
        });
        let is_more = to > cited.value;
        if is_more {
            *cited = Cited {
                value: to,
                line: Some(self.allowance.line.clone()),
            };
        }
        Self {
            without,
            raised: is_more.then(|| amount(to)),
            ..self
        }
    }

    /// With what is accepted by its name as what is raised, where it was forbidden.
    fn named(mut self) -> Self {
        if let (Amount::Name(_), Some(_)) = (&self.allowance.to, &self.without) {
            self.raised = Some(self.allowance.to.clone());
        }
        self
    }
}

/// Takes what has this name out of a list of what is forbidden.
fn taken_out<T>(forbidden: &mut Vec<Cited<T>>, name: &str, named: impl Fn(&T) -> String) -> Option<Cited<Amount>> {
    let position = forbidden.iter().position(|cited| named(&cited.value) == name)?;
    let taken = forbidden.remove(position);
    Some(Cited {
        value: Amount::Name(name.to_owned()),
        line: taken.line,
    })
}

/// What is left to be accepted beyond what is held against.
struct Rest {
    /// In the amount's own unit.
    more: f64,
    /// As a share of what is held against.
    share: f64,
}

/// `None` where nothing is left, or nothing can be said of it.
fn rest_of(allowance: &Allowance, relative: &Relative<'_>) -> Option<Rest> {
    let (from, to) = (allowance.from.as_ref()?.number()?, allowance.to.number()?);
    let (now, share) = match relative {
        Relative::Base(allowances) => {
            let accepted = allowances
                .iter()
                .find(|earlier| (earlier.target.as_str(), earlier.rule) == (allowance.target.as_str(), allowance.rule));
            let known = accepted.and_then(|earlier| earlier.to.number()).unwrap_or(from);
            (known, to / known - 1.0)
        }
        Relative::Baseline(recorded) => {
            let now = now_of(allowance, &recorded(&allowance.target)?)?;
            (now, (to / now - 1.0).min(to / from - 1.0))
        }
    };
    let more = (to - now).min(to - from);
    let is_left = share.is_finite() && share > 0.0;
    is_left.then_some(Rest { more, share })
}

/// What the baseline has of what is accepted, in its unit.
fn now_of(allowance: &Allowance, recorded: &InBaseline) -> Option<f64> {
    match (allowance.rule, &allowance.to) {
        (Code::Regression, Amount::Time(_)) => recorded.time_ms,
        (Code::Regression, Amount::Count(_)) => recorded.instructions.map(|count| count as f64),
        (Code::MemoryRegression, _) => recorded.memory_bytes.map(|bytes| bytes as f64),
        (Code::OverNewModules, _) => Some(recorded.modules as f64),
        _ => None,
    }
}

impl Target {
    /// The share by which the import may be slower than before, with what is accepted beyond the limit.
    pub fn max_regression(&self) -> Cited<f64> {
        let accepted = self.accepted.iter().find_map(|accepted| match accepted.raised {
            Some(Amount::Share(share)) if accepted.allowance.rule == Code::Regression => Some(Cited {
                value: share,
                line: Some(accepted.allowance.line.clone()),
            }),
            _ => None,
        });
        accepted.unwrap_or_else(|| self.limits.max_regression.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AllowanceFile, read};
    use super::*;
    use crate::budgets::Limits;
    use crate::observed::Effect;

    fn allowance(rule: &str, from: &str, to: &str) -> Allowance {
        let from = if from.is_empty() {
            String::new()
        } else {
            format!("from = {from}\n")
        };
        let text = format!("target = \"shop\"\nrule = \"{rule}\"\n{from}to = {to}\nreason = \"tax\"\n");
        let file = AllowanceFile {
            text: &text,
            name: "a.toml",
        };
        read(&[file]).unwrap_or_else(|mistakes| panic!("{mistakes}")).remove(0)
    }

    fn limited() -> Target {
        let value = |value: f64| Some(Cited::default_of(value));
        let limits = Limits {
            max_time_ms: value(10.0),
            max_memory_bytes: Some(Cited::default_of(1 << 20)),
            max_memory_regression: value(0.2),
            max_regression: Cited::default_of(0.1),
            max_variation: value(0.04),
            max_modules: Some(Cited::default_of(5)),
            max_new_modules: Some(Cited::default_of(0)),
            forbid: ["torch", "numpy"]
                .map(|name| Cited::default_of(name.to_owned()))
                .to_vec(),
            forbid_effects: [Effect::Network, Effect::Thread].map(Cited::default_of).to_vec(),
            ..Limits::default()
        };
        Target::module("shop", limits)
    }

    const RECORDED: InBaseline = InBaseline {
        time_ms: Some(100.0),
        instructions: Some(1_000),
        memory_bytes: Some(10 << 20),
        modules: 5,
    };

    fn accepted(allowance: &Allowance, recorded: InBaseline) -> Target {
        let mut targets = [limited()];
        let recorded = |_: &str| Some(recorded);
        let strangers = accept(
            &mut targets,
            std::slice::from_ref(allowance),
            &Relative::Baseline(&recorded),
        );
        assert!(strangers.is_empty());
        let [target] = targets;
        target
    }

    /// Every rule with an allowance of it, and what becomes of the limits.
    #[test]
    fn one_limit_is_raised_and_every_other_stays() {
        type Change = fn(&mut Limits);
        let changes: [(&str, &str, &str, Change); 9] = [
            ("over-time", "\"10ms\"", "\"14ms\"", |limits| {
                limits.max_time_ms.as_mut().expect("one").value = 14.0
            }),
            ("over-memory", "\"1MiB\"", "\"2MiB\"", |limits| {
                limits.max_memory_bytes.as_mut().expect("one").value = 2 << 20
            }),
            ("over-modules", "5", "7", |limits| {
                limits.max_modules.as_mut().expect("one").value = 7
            }),
            ("over-new-modules", "5", "7", |limits| {
                limits.max_new_modules.as_mut().expect("one").value = 2
            }),
            ("unstable", "\"4%\"", "\"8%\"", |limits| {
                limits.max_variation.as_mut().expect("one").value = 0.08
            }),
            ("memory-regression", "\"10MiB\"", "\"15MiB\"", |limits| {
                limits.max_memory_regression.as_mut().expect("one").value = 0.5
            }),
            ("regression", "\"100ms\"", "\"150ms\"", |_| {}),
            ("forbidden", "", "\"torch\"", |limits| {
                limits.forbid.remove(0);
            }),
            ("forbidden-effect", "", "\"thread\"", |limits| {
                limits.forbid_effects.remove(1);
            }),
        ];
        for (rule, from, to, change) in changes {
            let allowance = allowance(rule, from, to);
            let target = accepted(&allowance, RECORDED);
            let mut expected = limited().limits;
            change(&mut expected);
            let values = |limits: &Limits| {
                let number = |cited: &Option<Cited<f64>>| cited.as_ref().map(|cited| cited.value);
                let count = |cited: &Option<Cited<u64>>| cited.as_ref().map(|cited| cited.value);
                (
                    [
                        number(&limits.max_time_ms),
                        number(&limits.max_memory_regression),
                        number(&limits.max_variation),
                    ],
                    [
                        count(&limits.max_memory_bytes),
                        count(&limits.max_modules),
                        count(&limits.max_new_modules),
                    ],
                    (
                        limits.forbid.len(),
                        limits.forbid_effects.len(),
                        limits.max_regression.value,
                    ),
                )
            };
            assert_eq!(values(&target.limits), values(&expected), "{rule}");
            assert!(
                target.accepted[0].raised.is_some() && target.accepted[0].without.is_some(),
                "{rule}"
            );
            let expected = if rule == "regression" { 0.5 } else { 0.1 };
            assert!((target.max_regression().value - expected).abs() < 1e-9, "{rule}");
        }
    }

    #[test]
    fn nothing_is_raised_below_a_limit_or_where_there_is_none() {
        let lower = accepted(&allowance("over-time", "\"8ms\"", "\"9ms\""), RECORDED);
        assert_eq!(lower.limits, limited().limits);
        assert_eq!(lower.accepted[0].raised, None);
        let other_name = accepted(&allowance("forbidden", "", "\"torch.nn\""), RECORDED);
        assert_eq!(
            (other_name.limits.forbid.len(), &other_name.accepted[0].without),
            (2, &None)
        );
        let of_layer = accepted(&allowance("over-total-time", "\"10ms\"", "\"14ms\""), RECORDED);
        assert_eq!(
            (of_layer.limits, &of_layer.accepted[0].without),
            (limited().limits, &None)
        );
    }

    #[test]
    fn what_the_baseline_has_is_not_accepted_a_second_time() {
        let slower = allowance("regression", "\"100ms\"", "\"150ms\"");
        let share = |time_ms| {
            accepted(&slower, InBaseline { time_ms, ..RECORDED })
                .max_regression()
                .value
        };
        assert!((share(Some(120.0)) - 0.25).abs() < 1e-9, "a part of it is recorded");
        assert_eq!(share(Some(150.0)), 0.1, "all of it is");
        assert!(
            (share(Some(50.0)) - 0.5).abs() < 1e-9,
            "a faster machine recorded it, or it became faster"
        );
        assert_eq!(share(None), 0.1);
        let counted = allowance("regression", "1000", "1500");
        assert!((accepted(&counted, RECORDED).max_regression().value - 0.5).abs() < 1e-9);
        let modules = allowance("over-new-modules", "5", "9");
        let more = |modules_now| {
            let target = accepted(
                &modules,
                InBaseline {
                    modules: modules_now,
                    ..RECORDED
                },
            );
            target.limits.max_new_modules.map(|cited| cited.value)
        };
        assert_eq!(
            (more(5), more(8), more(9), more(2)),
            (Some(4), Some(1), Some(0), Some(4))
        );
    }

    #[test]
    fn beside_a_base_only_what_the_head_accepts_counts() {
        let slower = allowance("regression", "\"100ms\"", "\"150ms\"");
        let share = |of_base: &[Allowance]| {
            let mut targets = [limited()];
            accept(&mut targets, std::slice::from_ref(&slower), &Relative::Base(of_base));
            targets[0].max_regression().value
        };
        assert!((share(&[]) - 0.5).abs() < 1e-9);
        assert_eq!(share(std::slice::from_ref(&slower)), 0.1, "the base has it");
        let less = allowance("regression", "\"100ms\"", "\"120ms\"");
        assert!((share(&[less]) - 0.25).abs() < 1e-9, "the head accepts more");
    }

    #[test]
    fn an_allowance_of_no_target_is_told() {
        let other = Allowance {
            target: "shop.old".to_owned(),
            ..allowance("over-time", "\"10ms\"", "\"14ms\"")
        };
        let mut targets = [limited()];
        let strangers = accept(&mut targets, std::slice::from_ref(&other), &Relative::Base(&[]));
        assert_eq!((strangers, &targets[0]), (vec![&other], &limited()));
    }
}
