//! `importgate config`: what holds for a project and its targets, and which line says so.

use serde::Serialize;

use crate::baseline::{Entry, EntryLines};
use crate::budgets::{Accepted, Allowance, BudgetLine, InForce, SettingsInForce, Target};
use crate::numbers;
use crate::report::untrusted;

/// What is measured with what, after everything was looked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// The budgets file.
    pub budgets: String,
    /// With what imports are measured; nothing where the budgets have benchmarks alone.
    #[serde(flatten)]
    pub imports: Option<ImportsConfig>,
    /// What is recorded of benchmarks, whether it exists or not, where files of them are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmarks: Option<String>,
    /// The tables of settings.
    pub settings: Vec<SettingsInForce>,
    /// The targets that were asked for, or all of them without their keys, and then benchmarks.
    pub targets: Vec<TargetConfig>,
}

/// With what imports are measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportsConfig {
    /// The interpreter.
    pub python: String,
    /// Why it was taken.
    pub python_from: String,
    /// Folders in front of `sys.path`.
    pub source_roots: Vec<String>,
    /// The baseline, whether it exists or not.
    pub baseline: String,
}

/// What holds for one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetConfig {
    /// Its name.
    pub name: String,
    /// Its layer.
    pub layer: Option<String>,
    /// What holds; nothing where only the targets are listed.
    pub keys: Vec<InForce>,
    /// What holds beside the budgets file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
}

/// What holds of a target beside the budgets file: a limit that an allowance raises, one that tightened by itself, or an anchor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// The rule, the key of the limit, or `anchor`.
    pub what: String,
    /// What holds.
    pub value: String,
    /// The line that says so.
    pub line: BudgetLine,
}

/// What the baseline has of one environment.
#[derive(Debug, Clone, Copy)]
pub struct StoredLimits<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Where its targets stand.
    pub lines: &'a EntryLines,
    /// The file, as citations name it.
    pub file: &'a str,
}

impl Beside {
    /// Of a target with what is accepted beyond its limits, and of what is accepted of causes.
    pub fn of(target: &Target, of_causes: &[Allowance], stored: Option<StoredLimits<'_>>) -> Vec<Self> {
        let of_causes = of_causes.iter().map(|allowance| {
            let cause = allowance.cause().map(|cause| format!(" of {cause}"));
            Self::accepting(allowance, &cause.unwrap_or_default())
        });
        let stored = stored.into_iter().flat_map(|stored| stored.beside(&target.name));
        Self::of_accepted(&target.accepted)
            .chain(of_causes)
            .chain(stored)
            .collect()
    }

    /// What is accepted beyond the limits of a target, or of a benchmark.
    pub fn of_accepted(accepted: &[Accepted]) -> impl Iterator<Item = Self> {
        let raised = accepted.iter().filter(|accepted| accepted.raised.is_some());
        raised.map(|accepted| {
            let without = accepted
                .without
                .as_ref()
                .map(|cited| format!(" in place of {}", cited.value.shown()));
            Self::accepting(&accepted.allowance, &without.unwrap_or_default())
        })
    }

    fn accepting(allowance: &Allowance, rest: &str) -> Self {
        let key = allowance.key.map(|key| format!(" {}", key.key()));
        Self {
            what: format!("{}{}", allowance.rule, key.unwrap_or_default()),
            value: format!("accepts {}{rest}", allowance.to.shown()),
            line: allowance.line.clone(),
        }
    }
}

impl StoredLimits<'_> {
    fn beside(self, target: &str) -> Vec<Beside> {
        let Some(recorded) = self.entry.targets.get(target) else {
            return Vec::new();
        };
        let at = |line, text: String| BudgetLine {
            file: self.file.to_owned(),
            line,
            text,
        };
        let limit = |key: &str, value: String| Beside {
            what: format!("ratchet.{key}"),
            line: at(self.lines.of_limit(target, key), format!("{target}.ratchet.{key}")),
            value,
        };
        let ratchet = recorded.ratchet.clone().unwrap_or_default();
        let max_time_ms = ratchet.max_time_ms();
        let names: Vec<String> = ratchet.forbid.into_iter().collect();
        let mut beside: Vec<Beside> = Vec::new();
        beside.extend(
            ratchet
                .max_modules
                .map(|most| limit("max_modules", numbers::count(most))),
        );
        beside.extend((!names.is_empty()).then(|| limit("forbid", names.join(", "))));
        beside.extend(max_time_ms.map(|ms| limit("max_time_ms", numbers::time_limit(ms))));
        let anchored = recorded.anchored_at(self.entry).time_ms();
        let since = recorded.anchor.as_ref().and_then(|anchor| anchor.date);
        beside.extend(anchored.map(|ms| Beside {
            what: "anchor".to_owned(),
            value: format!(
                "{}{}",
                numbers::time(ms),
                since.map_or_else(String::new, |date| format!(" since {date}"))
            ),
            line: at(self.lines.of_target(target), format!("{target}.anchor")),
        }));
        beside
    }
}

/// As JSON.
///
/// # Errors
/// Where it cannot be written as JSON, which is a mistake of this program.
pub fn json(config: &Config) -> Result<String, serde_json::Error> {
    Ok(format!("{}\n", serde_json::to_string_pretty(config)?))
}

/// As text: the project with all its targets, or the targets that were asked for alone.
pub fn text(config: &Config, asked: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    if asked {
        for target in &config.targets {
            let layer = target.layer.as_ref().map(|layer| format!(" (layer:{layer})"));
            lines.push(format!("{}{}", target.name, layer.unwrap_or_default()));
            lines.extend(rows(&target.keys));
            lines.extend(rows_beside(&target.beside));
            lines.push(String::new());
        }
    } else {
        lines.push(format!("budgets       {}", config.budgets));
        if let Some(imports) = &config.imports {
            lines.push(format!("interpreter   {} ({})", imports.python, imports.python_from));
            lines.push(format!("source roots  {}", imports.source_roots.join(", ")));
            lines.push(format!("baseline      {}", imports.baseline));
        }
        lines.extend(config.benchmarks.as_ref().map(|path| format!("benchmarks    {path}")));
        lines.push(String::new());
        for settings in &config.settings {
            lines.push(format!("[{}]", settings.table));
            lines.extend(rows(&settings.keys));
            lines.push(String::new());
        }
        lines.extend(targets_by_layer(&config.targets));
    }
    let shown: Vec<String> = lines
        .iter()
        .map(|line| untrusted::line(line).trim_end().to_owned())
        .collect();
    format!("{}\n", shown.join("\n").trim_end())
}

fn rows(keys: &[InForce]) -> Vec<String> {
    let width = |of: fn(&InForce) -> usize| keys.iter().map(of).max().unwrap_or_default();
    let name = width(|key| key.key.chars().count());
    let value = width(|key| key.value.chars().count()).min(40);
    let row = |key: &InForce| {
        let from = match &key.line {
            Some(line) => format!("{}  {}", line.place(), line.key()),
            None => "default".to_owned(),
        };
        format!("  {:name$}  {:value$}  {from}", key.key, key.value)
    };
    keys.iter().map(row).collect()
}

fn rows_beside(beside: &[Beside]) -> Vec<String> {
    let width = |of: fn(&Beside) -> usize| beside.iter().map(of).max().unwrap_or_default();
    let what = width(|one| one.what.chars().count());
    let value = width(|one| one.value.chars().count());
    let row = |one: &Beside| format!("  {:what$}  {:value$}  {}", one.what, one.value, one.line.place());
    let heading = (!beside.is_empty()).then(|| "  beside the budgets file:".to_owned());
    heading.into_iter().chain(beside.iter().map(row)).collect()
}

fn targets_by_layer(targets: &[TargetConfig]) -> Vec<String> {
    let mut layers: Vec<Option<&str>> = Vec::new();
    for target in targets {
        if !layers.contains(&target.layer.as_deref()) {
            layers.push(target.layer.as_deref());
        }
    }
    let line = |layer: &Option<&str>| {
        let own = targets.iter().filter(|target| target.layer.as_deref() == *layer);
        let names: Vec<&str> = own.map(|target| target.name.as_str()).collect();
        let heading = layer.map_or("no layer".to_owned(), |layer| format!("layer:{layer}"));
        format!("{heading} ({}): {}", names.len(), names.join(", "))
    };
    layers.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{self, FileKind};
    use crate::observed::Listed;

    const BUDGETS: &str = r#"[gate]
max-regression = "5%"
[layers.services]
modules = ["shop.services.*"]
max-time = "10ms"
forbid = ["torch"]
[modules."shop.services.cart"]
max-time = "20ms"
forbid = []
"#;

    fn config() -> Config {
        let modules = Listed::of(&["shop.services.cart", "shop.services.mail"]);
        let budgets = budgets::parse(BUDGETS, "importgate.toml", FileKind::Standalone).expect("no mistakes");
        let targets = budgets.resolve(&modules).expect("no mistakes");
        Config {
            budgets: "importgate.toml".to_owned(),
            imports: Some(ImportsConfig {
                python: ".venv/bin/python".to_owned(),
                python_from: ".venv beside importgate.toml".to_owned(),
                source_roots: vec!["src".to_owned()],
                baseline: "importgate.baseline.json".to_owned(),
            }),
            benchmarks: None,
            settings: budgets.settings_in_force(),
            targets: targets
                .iter()
                .map(|target| TargetConfig {
                    name: target.name.clone(),
                    layer: target.layer.clone(),
                    keys: budgets.in_force(target),
                    beside: Vec::new(),
                })
                .collect(),
        }
    }

    #[test]
    fn the_narrowest_table_that_has_a_key_is_named() {
        let config = config();
        let cart = config
            .targets
            .iter()
            .find(|target| target.name.ends_with("cart"))
            .expect("a target");
        let of = |name: &str| cart.keys.iter().find(|key| key.key == name).expect("a key");
        let said = |name: &str| (of(name).value.as_str(), of(name).line.as_ref().map(|line| line.place()));
        assert_eq!(said("max-time"), ("\"20ms\"", Some("importgate.toml:8".to_owned())));
        assert_eq!(
            said("forbid"),
            ("[]", Some("importgate.toml:9".to_owned())),
            "taken back"
        );
        assert_eq!(said("max-regression"), ("\"5%\"", Some("importgate.toml:2".to_owned())));
        assert_eq!(said("noise-floor"), ("\"500us\"", None));
        let mail = config
            .targets
            .iter()
            .find(|target| target.name.ends_with("mail"))
            .expect("a target");
        let forbid = mail
            .keys
            .iter()
            .find(|key| key.key == "forbid")
            .and_then(|key| key.line.as_ref());
        assert_eq!(forbid.map(|line| line.place()), Some("importgate.toml:6".to_owned()));
    }

    #[test]
    fn the_project_is_told_with_its_targets_in_their_layers() {
        let all = text(&config(), false);
        assert!(
            all.contains("interpreter   .venv/bin/python (.venv beside importgate.toml)"),
            "{all}"
        );
        assert!(
            all.contains("max-regression") && all.contains("importgate.toml:2  gate.max-regression"),
            "{all}"
        );
        assert!(
            all.contains("layer:services (2): shop.services.cart, shop.services.mail"),
            "{all}"
        );
        let asked = text(&config(), true);
        assert!(asked.contains("importgate.toml:5  layers.services.max-time"), "{asked}");
        assert!(!asked.contains("interpreter"), "{asked}");
        let json: serde_json::Value = serde_json::from_str(&json(&config()).expect("JSON")).expect("JSON");
        assert_eq!(json["targets"][0]["keys"][0]["line"]["line"], 8);
    }

    #[test]
    fn what_is_accepted_tightened_and_anchored_is_told_with_its_line() {
        use crate::baseline::{Anchor, Baseline, Ratchet, Recorded, StoredSample};
        use crate::budgets::{AllowanceFile, InBaseline, Relative, accept, read_allowances};
        use crate::observed::EnvironmentKey;

        let text = "target = \"shop.cart\"\nrule = \"over-time\"\nfrom = \"20ms\"\nto = \"25ms\"\nreason = \"tax\"\n";
        let of_cause = "cause = \"rich\"\nrule = \"regression\"\nfrom = \"0ms\"\nto = \"32ms\"\nreason = \"tables\"\n";
        let files = [("a.toml", text), ("b.toml", of_cause)].map(|(name, text)| AllowanceFile { text, name });
        let allowances = read_allowances(&files).expect("two");
        let limits = crate::budgets::Limits {
            max_time_ms: Some(crate::budgets::Cited::default_of(20.0)),
            ..Default::default()
        };
        let mut targets = [Target::module("shop.cart", limits)];
        accept(
            &mut targets,
            &allowances,
            &Relative::Baseline(&|_| Some(InBaseline::default())),
        );
        let key = EnvironmentKey("cpython-3.13-linux-x86_64".to_owned());
        let cart = Recorded {
            samples: vec![
                StoredSample {
                    cpu_ns: 18_000_000,
                    calibration_ns: 100_000,
                    ..StoredSample::default()
                };
                4
            ],
            anchor: Some(Anchor {
                date: Some(jiff::civil::Date::constant(2026, 1, 5)),
                ..Anchor::default()
            }),
            ratchet: Some(Ratchet {
                max_modules: Some(12),
                ..Ratchet::default()
            }),
            ..Recorded::default()
        };
        let mut baseline = Baseline::default();
        let entry = baseline.environments.entry(key.clone()).or_default();
        entry.calibration_ns = 100_000;
        entry.targets.insert("shop.cart".to_owned(), cart);
        let lines = baseline.lines_of(&key);
        let stored = StoredLimits {
            entry: &baseline.environments[&key],
            lines: &lines,
            file: "b.json",
        };
        let beside = Beside::of(&targets[0], &allowances[1..], Some(stored));
        let told: Vec<(&str, &str)> = beside
            .iter()
            .map(|one| (one.what.as_str(), one.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("over-time", "accepts 25 ms in place of 20 ms"),
                ("regression", "accepts 32 ms of rich"),
                ("ratchet.max_modules", "12"),
                ("anchor", "18.0 ms since 2026-01-05"),
            ]
        );
        assert!(beside.iter().all(|one| one.line.line.is_some()), "{beside:?}");
        let shown = rows_beside(&beside).join("\n");
        assert!(
            shown.contains("accepts 25 ms in place of 20 ms") && shown.contains("a.toml:4"),
            "{shown}"
        );
    }
}
