//! `forbid`: modules that must not be loaded, by whatever path, also where they are taken out again. Decided after one import, on any
//! machine, without noise.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::graph::ImportGraph;
use crate::explain::{ChainStep, StatementUses};
use crate::observed::is_at_or_below;

/// A module that is forbidden, or lies below one that is, was loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct ForbiddenModule {
    /// The module.
    pub module: String,
    /// The imports that lead to it.
    pub chain: Vec<ChainStep>,
    /// Where what the last of them imports is used, as far as that was looked up.
    pub uses: Option<StatementUses>,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for forbidden in &case.target.limits.forbid {
        let loaded = case.closure.keys().chain(&observation.traces.taken_out);
        let Some(module) = loaded_of(loaded.map(String::as_str), &forbidden.value) else {
            continue;
        };
        let chain = ImportGraph::new(observation).shortest_chain(module);
        let chain = context.places.chain(chain.unwrap_or_default());
        let place = chain.last().and_then(|step| step.place.clone());
        let kind = FindingKind::Forbidden(ForbiddenModule {
            module: module.to_owned(),
            chain,
            uses: None,
        });
        let finding = Finding::about(case.target, Severity::Error, kind);
        findings.push(finding.asked_by(forbidden.line.as_ref()).at(place));
    }
    findings
}

/// The loaded module to name: the forbidden one itself, or the one closest to it.
fn loaded_of<'a>(loaded: impl Iterator<Item = &'a str>, forbidden: &str) -> Option<&'a str> {
    loaded
        .filter(|module| is_at_or_below(module, forbidden))
        .min_by_key(|module| module.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_forbidden_module_is_forbidden_too() {
        let loaded = |names: &[&'static str]| loaded_of(names.iter().copied(), "torch");
        assert_eq!(loaded(&["torch", "torch.nn"]), Some("torch"));
        assert_eq!(loaded(&["torch.nn.functional", "torch.nn"]), Some("torch.nn"));
        assert_eq!(loaded(&["torchvision", "shop.torch"]), None);
    }
}
