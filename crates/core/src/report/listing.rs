//! `check --list`: the targets that would be checked, without checking them.

use serde::Serialize;

use super::untrusted;
use crate::budgets::{Target, TargetKind};

/// A target of the list.
#[derive(Serialize)]
struct Listed<'a> {
    module: &'a str,
    kind: TargetKind,
    layer: Option<&'a str>,
}

/// One target a line, and its layer in a column beside it.
pub fn render(targets: &[Target]) -> String {
    let names: Vec<String> = targets.iter().map(|target| untrusted::line(&target.name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let lines = targets.iter().zip(&names).map(|(target, name)| {
        let layer = target.layer.as_deref().map(untrusted::line).unwrap_or_default();
        format!("{}\n", format!("{name:width$}  {layer}").trim_end())
    });
    lines.collect()
}

/// The same for programs: a list of objects with `module`, `kind` and `layer`.
///
/// # Errors
/// Where a value cannot be written as JSON, which no name is.
pub fn render_json(targets: &[Target]) -> Result<String, serde_json::Error> {
    let listed: Vec<Listed<'_>> = targets
        .iter()
        .map(|target| Listed {
            module: &target.name,
            kind: target.kind,
            layer: target.layer.as_deref(),
        })
        .collect();
    Ok(untrusted::json(&serde_json::to_string_pretty(&listed)?) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;

    #[test]
    fn every_target_has_a_line_with_its_layer() {
        let mut targets = ["shop.services.orders", "shop.cli"].map(|name| Target::module(name, Limits::default()));
        targets[0].layer = Some("services".to_owned());
        assert_eq!(render(&targets), "shop.services.orders  services\nshop.cli\n");
        assert_eq!(render(&[]), "");
        let json: serde_json::Value = serde_json::from_str(&render_json(&targets).expect("JSON")).expect("JSON");
        assert_eq!(json[0]["layer"], "services");
        assert_eq!(
            (&json[1]["module"], &json[1]["kind"]),
            (&"shop.cli".into(), &"module".into())
        );
    }
}
