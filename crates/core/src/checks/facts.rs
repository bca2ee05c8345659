//! Rules that need no clock: what one import loaded and did, held against what the budgets allow. They are decided after one
//! import, on any machine, without noise.

use crate::budgets::{BudgetLine, Cited};
use crate::checks::{Code, Finding, Severity};
use crate::explain::graph;
use crate::explain::graph::{ImportCycle, ImportGraph};
use crate::explain::{Cause, ChainStep};
use crate::observed::{Effect, EffectSeen, Observation};

use super::Case;
use super::places::Places;

/// Findings about what was loaded and done.
pub(super) fn findings(case: &Case<'_>, places: &Places) -> Vec<Finding> {
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    let graph = ImportGraph::new(observation);
    let mut findings = Vec::new();
    findings.extend(forbidden(case, &graph, places));
    findings.extend(effects(case, observation));
    findings.extend(too_many_modules(case, places));
    findings.extend(too_many_new_modules(case, places));
    findings.extend(warnings(case, observation));
    findings.extend(cycles(case, &graph, places));
    findings
}

fn forbidden(case: &Case<'_>, graph: &ImportGraph<'_>, places: &Places) -> Vec<Finding> {
    let mut findings = Vec::new();
    for forbidden in &case.target.limits.forbid {
        let name = &forbidden.value;
        let below = format!("{name}.");
        let loaded: Vec<&str> = case
            .closure
            .keys()
            .map(String::as_str)
            .filter(|module| *module == name || module.starts_with(&below))
            .collect();
        let Some(first) = loaded.iter().min_by_key(|module| module.len()) else {
            continue;
        };
        let mut finding = asked(
            case,
            Code::Forbidden,
            forbidden.line.clone(),
            format!("loads `{first}`, which is forbidden"),
        );
        let chain = shortened(graph.shortest_chain(first).unwrap_or_default(), places);
        finding.place = chain.last().and_then(|step| step.place.clone());
        finding.details = steps(&chain);
        finding.help = finding
            .place
            .as_ref()
            .map(|place| format!("import it where it is used: the statement at {place} is the one that loads it"));
        findings.push(finding);
    }
    findings
}

fn effects(case: &Case<'_>, observation: &Observation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for forbidden in &case.target.limits.forbid_effects {
        let seen: Vec<&EffectSeen> = observation
            .effects
            .iter()
            .filter(|effect| effect.effect == forbidden.value)
            .collect();
        let Some(first) = seen.first() else {
            continue;
        };
        let what = match forbidden.value {
            Effect::Network => "uses the network",
            Effect::Subprocess => "starts a process",
            Effect::Thread => "starts a thread",
            Effect::Write => "writes to the file system",
        };
        let message = format!("{what} while it is imported: {}", first.detail);
        let mut finding = asked(case, Code::ForbiddenEffect, forbidden.line.clone(), message);
        finding.place = first.place.clone();
        finding.details = seen
            .iter()
            .skip(1)
            .map(|effect| match &effect.place {
                Some(place) => format!("also at {place}: {}", effect.detail),
                None => format!("also: {}", effect.detail),
            })
            .collect();
        findings.push(finding);
    }
    findings
}

fn too_many_modules(case: &Case<'_>, places: &Places) -> Option<Finding> {
    let limit = case.target.limits.max_modules.as_ref()?;
    let loaded = case.closure.len() as u64;
    let message = format!(
        "loads {loaded} modules, {} more than allowed",
        loaded.checked_sub(limit.value).filter(|over| *over > 0)?
    );
    let mut finding = asked(case, Code::OverModules, limit.line.clone(), message);
    // Where there are more than before, what is new comes first; where there always were so many, what is heaviest.
    finding.causes = case.causes_of_count(places, graph::Count::Modules);
    if finding.causes.is_empty() {
        finding.causes = case.causes_of_weight(places, graph::Measure::Time);
    }
    Some(finding)
}

fn too_many_new_modules(case: &Case<'_>, places: &Places) -> Option<Finding> {
    let limit = case.target.limits.max_new_modules.as_ref()?;
    let added = case.change.as_ref()?.added.len() as u64;
    if added <= limit.value {
        return None;
    }
    let message = format!(
        "loads {added} modules that the baseline did not have, {} more than allowed",
        added - limit.value
    );
    let mut finding = asked(case, Code::OverNewModules, limit.line.clone(), message);
    finding.causes = case.causes_of_count(places, graph::Count::Modules);
    finding.place = finding.causes.first().and_then(Cause::place);
    Some(finding)
}

fn warnings(case: &Case<'_>, observation: &Observation) -> Vec<Finding> {
    let Some(limit) = case.target.limits.fail_on_warnings.as_ref().filter(|cited| cited.value) else {
        return Vec::new();
    };
    let raised = observation.warnings.iter().map(|warning| {
        let message = format!("raises {}: {}", warning.category, warning.message);
        let mut finding = asked(case, Code::WarningRaised, limit.line.clone(), message);
        finding.place = warning.place.clone();
        finding
    });
    raised.collect()
}

fn cycles(case: &Case<'_>, graph: &ImportGraph<'_>, places: &Places) -> Vec<Finding> {
    let own = |cycle: &ImportCycle| {
        let files = cycle.steps.iter().filter_map(|step| step.place.as_ref());
        files.clone().count() > 0 && files.into_iter().all(|place| places.is_own(&place.file))
    };
    let limit: Option<&Cited<bool>> = case.target.limits.fail_on_cycles.as_ref();
    let fails = limit.is_some_and(|cited| cited.value);
    // Cycles inside installed packages are their authors' business.
    let found = graph.cycles().into_iter().filter(own).map(|cycle| {
        let modules = cycle.modules.len();
        let chain = shortened(cycle.steps, places);
        let mut names: Vec<&str> = chain.iter().map(|step| step.importer.as_str()).collect();
        names.extend(chain.first().map(|step| step.importer.as_str()));
        let message = format!(
            "{modules} modules import each other in a circle that works in this order: {}",
            names.join(" → ")
        );
        let mut finding = asked(
            case,
            Code::ImportCycle,
            limit.and_then(|cited| cited.line.clone()),
            message,
        );
        finding.severity = if fails { Severity::Error } else { Severity::Note };
        finding.place = chain.first().and_then(|step| step.place.clone());
        finding.details = steps(&chain);
        finding
    });
    found.collect()
}

/// An error that a line of the budgets asked for.
pub(super) fn asked(case: &Case<'_>, code: Code, budget: Option<BudgetLine>, message: String) -> Finding {
    let mut finding = Finding::new(code, Severity::Error, case.target.name.clone(), message);
    finding.budget = budget;
    finding
}

fn shortened(chain: Vec<ChainStep>, places: &Places) -> Vec<ChainStep> {
    let shorten = |mut step: ChainStep| {
        step.place = step.place.map(|place| places.place(&place.file, place.line));
        step
    };
    chain.into_iter().map(shorten).collect()
}

fn steps(chain: &[ChainStep]) -> Vec<String> {
    let line = |step: &ChainStep| match &step.place {
        Some(place) => format!("{place}: {} imports {}", step.importer, step.imported),
        None => format!("{} imports {}", step.importer, step.imported),
    };
    chain.iter().map(line).collect()
}
