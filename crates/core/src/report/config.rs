//! `importgate config`: what holds for a project and its targets, and which line says so.

use serde::Serialize;

use crate::budgets::{InForce, SettingsInForce};
use crate::report::untrusted;

/// What is measured with what, after everything was looked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// The budgets file.
    pub budgets: String,
    /// The interpreter.
    pub python: String,
    /// Why it was taken.
    pub python_from: String,
    /// Folders in front of `sys.path`.
    pub source_roots: Vec<String>,
    /// The baseline, whether it exists or not.
    pub baseline: String,
    /// The tables of settings.
    pub settings: Vec<SettingsInForce>,
    /// The targets that were asked for, or all of them without their keys.
    pub targets: Vec<TargetConfig>,
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
            lines.push(String::new());
        }
    } else {
        lines.push(format!("budgets       {}", config.budgets));
        lines.push(format!("interpreter   {} ({})", config.python, config.python_from));
        lines.push(format!("source roots  {}", config.source_roots.join(", ")));
        lines.push(format!("baseline      {}", config.baseline));
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
            python: ".venv/bin/python".to_owned(),
            python_from: ".venv beside importgate.toml".to_owned(),
            source_roots: vec!["src".to_owned()],
            baseline: "importgate.baseline.json".to_owned(),
            settings: budgets.settings_in_force(),
            targets: targets
                .iter()
                .map(|target| TargetConfig {
                    name: target.name.clone(),
                    layer: target.layer.clone(),
                    keys: budgets.in_force(target),
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
}
