//! `check --list`: the targets and the benchmarks that would be checked, without checking them.

use serde::Serialize;

use super::{safe_json, untrusted};
use crate::budgets::{Bounded, Target, TargetKind};
use crate::checks::target_of;

/// What a target of the list is.
#[derive(Serialize)]
#[serde(untagged)]
enum Kind {
    Target(TargetKind),
    Other(&'static str),
}

/// A target, or a benchmark, of the list.
#[derive(Serialize)]
struct Listed<'a> {
    module: String,
    kind: Kind,
    layer: Option<&'a str>,
}

fn listed<'a>(targets: &'a [Target], benchmarks: &'a [Bounded<'a>]) -> Vec<Listed<'a>> {
    let targets = targets.iter().map(|target| Listed {
        module: target.name.clone(),
        kind: Kind::Target(target.kind),
        layer: target.layer.as_deref(),
    });
    let benchmarks = benchmarks.iter().map(|bounded| Listed {
        module: target_of(&bounded.benchmark.name),
        kind: Kind::Other("benchmark"),
        layer: bounded.layer.as_deref(),
    });
    targets.chain(benchmarks).collect()
}

/// One target a line, and its layer in a column beside it; benchmarks come last.
pub fn render(targets: &[Target], benchmarks: &[Bounded<'_>]) -> String {
    let all = listed(targets, benchmarks);
    let names: Vec<String> = all.iter().map(|one| untrusted::line(&one.module)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let lines = all.iter().zip(&names).map(|(one, name)| {
        let layer = one.layer.map(untrusted::line).unwrap_or_default();
        format!("{}\n", format!("{name:width$}  {layer}").trim_end())
    });
    lines.collect()
}

/// The same for programs: a list of objects with `module`, `kind` and `layer`.
///
/// # Errors
/// Where a value cannot be written as JSON, which no name is.
pub fn render_json(targets: &[Target], benchmarks: &[Bounded<'_>]) -> Result<String, serde_json::Error> {
    let all = listed(targets, benchmarks);
    safe_json::indented(&all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;

    #[test]
    fn every_target_has_a_line_with_its_layer() {
        let mut targets = ["shop.services.orders", "shop.cli"].map(|name| Target::module(name, Limits::default()));
        targets[0].layer = Some("services".to_owned());
        assert_eq!(render(&targets, &[]), "shop.services.orders  services\nshop.cli\n");
        assert_eq!(render(&[], &[]), "");
        let json: serde_json::Value = serde_json::from_str(&render_json(&targets, &[]).expect("JSON")).expect("JSON");
        assert_eq!(json[0]["layer"], "services");
        assert_eq!(
            (&json[1]["module"], &json[1]["kind"]),
            (&"shop.cli".into(), &"module".into())
        );
    }
}
