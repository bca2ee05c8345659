//! What a change does to the limits themselves: the same targets by the budgets of before and of now, limit by limit, and how much findings
//! matter by each. A line of the budgets that many targets have is one loosening.

use std::collections::BTreeMap;

use super::{ByChange, Loosening, LooseningKind, add};
use crate::budgets::{Amount, BudgetLine, Budgets, Cited, Inconclusive, Limits, RatchetOf, Target, TargetKind, Weight};
use crate::checks::{Code, asked};
use crate::observed::ModuleIndex;

/// Budgets, and the targets that they come to.
#[derive(Debug, Clone, Copy)]
pub struct Limited<'a> {
    /// The budgets.
    pub budgets: &'a Budgets,
    /// Their targets, with nothing accepted beyond the limits.
    pub targets: &'a [Target],
}

/// The modules of now for budgets of before: what these name and is gone counts as there, so that they can be resolved all the same.
/// Else whoever renames a module could loosen what he likes unseen.
pub struct AsItWas<'a>(pub &'a dyn ModuleIndex);

/// The name of a module that stands for those that are gone.
const GONE: &str = "gone-by-now";

impl ModuleIndex for AsItWas<'_> {
    fn exists(&self, _module: &str) -> bool {
        true
    }

    fn children(&self, package: &str) -> Vec<String> {
        let children = self.0.children(package);
        if children.is_empty() && !package.is_empty() && !package.ends_with(GONE) && !self.0.exists(package) {
            return vec![format!("{package}.{GONE}")];
        }
        children
    }
}

/// What is less strict now than it was before, by the same modules.
pub fn by_budgets(before: Limited<'_>, now: Limited<'_>, index: &dyn ModuleIndex) -> Vec<Loosening> {
    let mut loosened: Vec<Loosening> = Vec::new();
    let of_name: BTreeMap<&str, &Target> = now
        .targets
        .iter()
        .map(|target| (target.name.as_str(), target))
        .collect();
    for target in before.targets {
        let found = match of_name.get(target.name.as_str()) {
            Some(is) => {
                let preload = of_preload(target, is, now.budgets);
                of_limits(&target.limits, &is.limits)
                    .into_iter()
                    .chain(preload)
                    .collect()
            }
            // A module that is gone cannot be a target.
            None if target.kind == TargetKind::Module && !index.exists(&target.name) => continue,
            None => vec![Difference {
                kind: LooseningKind::TargetLeftOut,
                key: "target",
                from: None,
                to: None,
                line: None,
            }],
        };
        for difference in found {
            add(&mut loosened, difference.of(&target.name));
        }
    }
    loosened.extend(by_settings(before.budgets, now.budgets));
    loosened
}

/// What is less strict now for all targets.
pub fn by_settings(before: &Budgets, now: &Budgets) -> Vec<Loosening> {
    let mut loosened = of_severities(before, now);
    loosened.extend(of_open_questions(before, now));
    loosened.extend(of_ratchet(before, now));
    loosened
}

/// What is different in one limit of a target.
pub(super) struct Difference {
    pub(super) kind: LooseningKind,
    pub(super) key: &'static str,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) line: Option<BudgetLine>,
}

impl Difference {
    pub(super) fn of(self, target: &str) -> Loosening {
        Loosening {
            by_change: Some(ByChange::Added),
            target: target.to_owned(),
            targets: 1,
            key: Some(self.key.to_owned()),
            from: self.from,
            to: self.to,
            line: self.line,
            ..Loosening::of_kind(self.kind)
        }
    }
}

fn of_limits(before: &Limits, now: &Limits) -> Vec<Difference> {
    let some = |cited: &Cited<f64>| Some(cited.clone());
    let mut found: Vec<Option<Difference>> = vec![
        of_limit("max-time", &before.max_time_ms, &now.max_time_ms, Amount::Time),
        of_limit(
            "max-memory",
            &before.max_memory_bytes,
            &now.max_memory_bytes,
            Amount::Memory,
        ),
        of_limit(
            "max-memory-regression",
            &before.max_memory_regression,
            &now.max_memory_regression,
            Amount::Share,
        ),
        of_limit(
            "max-regression",
            &some(&before.max_regression),
            &some(&now.max_regression),
            Amount::Share,
        ),
        of_limit(
            "noise-floor",
            &some(&before.noise_floor_ms),
            &some(&now.noise_floor_ms),
            Amount::Time,
        ),
        of_limit("max-drift", &before.max_drift, &now.max_drift, Amount::Share),
        of_limit(
            "max-variation",
            &before.max_variation,
            &now.max_variation,
            Amount::Share,
        ),
        of_limit("max-modules", &before.max_modules, &now.max_modules, Amount::Count),
        of_limit(
            "max-new-modules",
            &before.max_new_modules,
            &now.max_new_modules,
            Amount::Count,
        ),
        of_switch("warnings", &before.fail_on_warnings, &now.fail_on_warnings),
        of_switch("cycles", &before.fail_on_cycles, &now.fail_on_cycles),
    ];
    found.extend(of_names("forbid", &before.forbid, &now.forbid, String::clone));
    found.extend(of_names(
        "forbid-effects",
        &before.forbid_effects,
        &now.forbid_effects,
        |effect| effect.as_str().to_owned(),
    ));
    found.into_iter().flatten().collect()
}

pub(super) fn of_limit<T: PartialOrd + Copy>(
    key: &'static str,
    before: &Option<Cited<T>>,
    now: &Option<Cited<T>>,
    amount: fn(T) -> Amount,
) -> Option<Difference> {
    let before = before.as_ref()?;
    let kind = match now {
        Some(now) if now.value > before.value => LooseningKind::LimitRaised,
        Some(_) => return None,
        None => LooseningKind::LimitRemoved,
    };
    Some(Difference {
        kind,
        key,
        from: Some(amount(before.value).shown()),
        to: now.as_ref().map(|now| amount(now.value).shown()),
        line: now.as_ref().map_or(&before.line, |now| &now.line).clone(),
    })
}

/// What is loaded before the clock starts, and was not: it is not timed any more.
fn of_preload(before: &Target, now: &Target, budgets: &Budgets) -> Option<Difference> {
    let is_more = now.preload.iter().any(|module| !before.preload.contains(module));
    let listed = |modules: &[String]| match modules {
        [] => "nothing".to_owned(),
        modules => modules.join(", "),
    };
    is_more.then(|| Difference {
        kind: LooseningKind::LimitRaised,
        key: "preload",
        from: Some(listed(&before.preload)),
        to: Some(listed(&now.preload)),
        line: (budgets.in_force(now).into_iter())
            .find(|held| held.key == "preload")
            .and_then(|held| held.line),
    })
}

/// What fails where it is true.
fn of_switch(key: &'static str, before: &Option<Cited<bool>>, now: &Option<Cited<bool>>) -> Option<Difference> {
    let fails = |cited: &Option<Cited<bool>>| cited.as_ref().is_some_and(|cited| cited.value);
    (fails(before) && !fails(now)).then(|| Difference {
        kind: LooseningKind::RuleOff,
        key,
        from: Some("fail".to_owned()),
        to: now.as_ref().map(|_| "warn".to_owned()),
        line: now.as_ref().or(before.as_ref()).and_then(|cited| cited.line.clone()),
    })
}

/// Names that are not forbidden any more.
fn of_names<'a, T>(
    key: &'static str,
    before: &'a [Cited<T>],
    now: &'a [Cited<T>],
    name: impl Fn(&T) -> String + 'a,
) -> impl Iterator<Item = Option<Difference>> + 'a {
    before.iter().map(move |cited| {
        let was = name(&cited.value);
        let is_there = now.iter().any(|now| name(&now.value) == was);
        (!is_there).then_some(Difference {
            kind: LooseningKind::LimitRemoved,
            key,
            from: Some(was),
            to: None,
            line: None,
        })
    })
}

/// Findings that matter less.
fn of_severities(before: &Budgets, now: &Budgets) -> Vec<Loosening> {
    let weight = |budgets: &Budgets, code| {
        budgets
            .severities
            .get(&code)
            .map_or(asked::usual_weight(code), |cited| cited.value)
    };
    let word = |weight| match weight {
        Weight::Error => "error",
        Weight::Warn => "warn",
        Weight::Off => "off",
    };
    let loosened = Code::ALL.into_iter().filter_map(|code| {
        let (was, is) = (weight(before, code), weight(now, code));
        (is < was).then(|| Loosening {
            by_change: Some(ByChange::Added),
            rule: Some(code),
            from: Some(word(was).to_owned()),
            to: Some(word(is).to_owned()),
            line: now.severities.get(&code).and_then(|cited| cited.line.clone()),
            ..Loosening::of_kind(LooseningKind::RuleOff)
        })
    });
    loosened.collect()
}

fn of_open_questions(before: &Budgets, now: &Budgets) -> Option<Loosening> {
    let (was, is) = (&before.gate.inconclusive, &now.gate.inconclusive);
    (was.value == Inconclusive::Fail && is.value == Inconclusive::Warn).then(|| Loosening {
        by_change: Some(ByChange::Added),
        key: Some("inconclusive".to_owned()),
        from: Some("fail".to_owned()),
        to: Some("warn".to_owned()),
        line: is.line.clone(),
        ..Loosening::of_kind(LooseningKind::RuleOff)
    })
}

/// Limits that do not tighten by themselves any more.
fn of_ratchet(before: &Budgets, now: &Budgets) -> Option<Loosening> {
    let (was, is) = (&before.gate.ratchet, &now.gate.ratchet);
    let rank = |of: RatchetOf| match of {
        RatchetOf::Off => (0, "off"),
        RatchetOf::Counts => (1, "counts"),
        RatchetOf::All => (2, "all"),
    };
    let ((was_rank, was), (is_rank, word)) = (rank(was.value), rank(is.value));
    (is_rank < was_rank).then(|| Loosening {
        by_change: Some(ByChange::Added),
        key: Some("ratchet".to_owned()),
        from: Some(was.to_owned()),
        to: Some(word.to_owned()),
        line: is.line.clone(),
        ..Loosening::of_kind(LooseningKind::RuleOff)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{self, FileKind};

    struct Modules;

    impl ModuleIndex for Modules {
        fn exists(&self, module: &str) -> bool {
            ["shop", "shop.cli", "shop.web", "torch", "numpy"].contains(&module)
        }

        fn children(&self, package: &str) -> Vec<String> {
            match package {
                "shop" => vec!["shop.cli".to_owned(), "shop.web".to_owned()],
                _ => Vec::new(),
            }
        }
    }

    const BEFORE: &str = r#"
[gate]
inconclusive = "fail"
max-regression = "5%"
ratchet = "all"
[layers.shop]
modules = ["shop.*"]
max-time = "10ms"
max-modules = 20
forbid = ["torch", "numpy"]
cycles = "fail"
"#;

    fn loosened(before: &str, now: &str) -> Vec<String> {
        let read = |text| budgets::parse(text, "budgets.toml", FileKind::Standalone).expect("budgets");
        let (before, now) = (read(before), read(now));
        let of_before = before.resolve(&AsItWas(&Modules)).expect("targets");
        let of_now = now.resolve(&Modules).expect("targets");
        let found = by_budgets(
            Limited {
                budgets: &before,
                targets: &of_before,
            },
            Limited {
                budgets: &now,
                targets: &of_now,
            },
            &Modules,
        );
        let told = |one: &Loosening| {
            let line = one
                .line
                .as_ref()
                .map_or_else(String::new, |line| format!(" @{}", line.line.unwrap_or_default()));
            let what = one
                .key
                .clone()
                .or(one.rule.map(|rule| rule.to_string()))
                .unwrap_or_default();
            format!(
                "{:?} {what} {} -> {} x{}{line}",
                one.kind,
                one.from.as_deref().unwrap_or("-"),
                one.to.as_deref().unwrap_or("-"),
                one.targets
            )
        };
        found.iter().map(told).collect()
    }

    #[test]
    fn what_names_modules_that_are_gone_is_compared_all_the_same() {
        let before = format!("{BEFORE}[layers.old]\nmodules = [\"shop.old.*\", \"legacy\"]\nmax-time = \"1ms\"\n");
        assert_eq!(loosened(&before, BEFORE), Vec::<String>::new());
        let looser = BEFORE.replace("10ms", "20ms");
        assert_eq!(
            loosened(&before, &looser),
            ["LimitRaised max-time 10 ms -> 20 ms x2 @8"]
        );
    }

    #[test]
    fn each_line_that_allows_more_is_told_once_and_what_allows_less_is_not() {
        assert_eq!(loosened(BEFORE, BEFORE), Vec::<String>::new());
        let stricter = BEFORE.replace("10ms", "9ms").replace("20", "19");
        assert_eq!(loosened(BEFORE, &stricter), Vec::<String>::new());
        for (from, to, expected) in [
            ("10ms", "20ms", "LimitRaised max-time 10 ms -> 20 ms x2 @8"),
            ("max-modules = 20\n", "", "LimitRemoved max-modules 20 -> - x2 @9"),
            ("5%", "8%", "LimitRaised max-regression 5.00% -> 8.00% x2 @4"),
            ("\"torch\", ", "", "LimitRemoved forbid torch -> - x2"),
            (
                "cycles = \"fail\"",
                "cycles = \"warn\"",
                "RuleOff cycles fail -> warn x2 @11",
            ),
            (
                "inconclusive = \"fail\"",
                "inconclusive = \"warn\"",
                "RuleOff inconclusive fail -> warn x0 @3",
            ),
            ("\"all\"", "\"counts\"", "RuleOff ratchet all -> counts x0 @5"),
            ("ratchet = \"all\"\n", "", "RuleOff ratchet all -> off x0"),
            (
                "cycles = \"fail\"\n",
                "cycles = \"fail\"\npreload = [\"shop\"]\n",
                "LimitRaised preload nothing -> shop x2 @12",
            ),
            ("\"shop.*\"", "\"shop.cli\"", "TargetLeftOut target - -> - x1"),
            (
                "cycles = \"fail\"\n",
                "cycles = \"fail\"\n[severity]\nover-time = \"warn\"\n",
                "RuleOff over-time error -> warn x0 @13",
            ),
            (
                "cycles = \"fail\"\n",
                "cycles = \"fail\"\n[severity]\nheavy-module = \"off\"\n",
                "RuleOff heavy-module warn -> off x0 @13",
            ),
        ] {
            assert_eq!(loosened(BEFORE, &BEFORE.replacen(from, to, 1)), [expected], "{to}");
        }
    }
}
