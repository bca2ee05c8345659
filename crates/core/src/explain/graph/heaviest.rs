//! Why a target is over its ceiling when there is nothing to compare with: the import statements whose cut would give
//! back most, and the bodies that take most themselves.

use rustc_hash::FxHashMap;

use super::saving::{memory_of, time_of};
use super::wording::{Narrator, extent, milliseconds, whereabouts};
use super::{ImportGraph, ImportStatement};
use crate::explain::Cause;
use crate::observed::{ModuleTable, Observation};

/// Causes below this share of the whole are left out: they would not change what anybody does.
const SMALLEST_SHARE: f64 = 0.02;
/// A list that is longer is not read.
const MOST_CAUSES: usize = 10;

/// What causes are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// CPU plus blocked time.
    Time,
    /// Resident memory.
    Memory,
}

/// Something that can be cut or made lighter.
struct Candidate<'a> {
    what: Subject<'a>,
    nodes: Vec<usize>,
    weight: u64,
    /// The part of the weight that lies in candidates below this one.
    below: u64,
}

enum Subject<'a> {
    Statement(ImportStatement<'a>),
    Body(&'a str),
}

/// The heaviest import statements and bodies of a target, in the order of what cutting them would give back.
///
/// Only code that the reader can change is named: the project's own, or the target's own package where the target is
/// installed. Of nested statements the innermost that still accounts for most of the weight is named.
pub fn causes_of_weight(observation: &Observation, table: &ModuleTable, project: &str, measure: Measure) -> Vec<Cause> {
    let graph = ImportGraph::new(observation);
    let narrator = Narrator {
        graph: &graph,
        table,
        project,
    };
    let mut candidates = candidates(&narrator, measure);
    share_out(&graph, &mut candidates);
    // Where most of the weight lies in something more precise, that is what to look at.
    candidates.retain(|candidate| candidate.below * 2 < candidate.weight);
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
    candidates.truncate(MOST_CAUSES);
    candidates.iter().map(|candidate| tell(&narrator, candidate)).collect()
}

fn candidates<'a>(narrator: &Narrator<'a>, measure: Measure) -> Vec<Candidate<'a>> {
    let graph = narrator.graph;
    let cost = if measure == Measure::Time { time_of } else { memory_of };
    let targets: Vec<&str> = graph
        .executions
        .iter()
        .filter(|execution| execution.statement.importer.is_none())
        .flat_map(|execution| execution.imported.iter().map(|&node| graph.names[node]))
        .collect();
    let is_home =
        |module: &str| narrator.is_own(module) || targets.iter().any(|target| top_level(target) == top_level(module));
    let statements = graph.weights(is_home).into_iter().map(|weight| Candidate {
        nodes: graph.nodes_of(&weight.statement).to_vec(),
        weight: if measure == Measure::Time {
            weight.time_ns
        } else {
            weight.memory_bytes
        },
        what: Subject::Statement(weight.statement),
        below: 0,
    });
    let bodies = graph.loaded.iter().enumerate().filter_map(|(node, module)| {
        let module = module.filter(|module| is_home(&module.name))?;
        let (what, nodes, weight) = (Subject::Body(&module.name), vec![node], cost(module));
        Some(Candidate {
            what,
            nodes,
            weight,
            below: 0,
        })
    });
    let whole: u64 = graph.loaded.iter().flatten().map(|module| cost(module)).sum();
    let smallest = whole as f64 * SMALLEST_SHARE;
    let all = statements.chain(bodies);
    all.filter(|candidate| candidate.weight > 0 && candidate.weight as f64 >= smallest)
        .collect()
}

/// Adds each candidate's weight to the nearest candidate above it in the dominator tree.
fn share_out(graph: &ImportGraph<'_>, candidates: &mut [Candidate<'_>]) {
    let at: FxHashMap<usize, usize> = candidates
        .iter()
        .enumerate()
        .flat_map(|(position, candidate)| candidate.nodes.iter().map(move |&node| (node, position)))
        .collect();
    for position in 0..candidates.len() {
        let mut above = graph.dominators.immediate(candidates[position].nodes[0]);
        while let Some(node) = above {
            if let Some(&holder) = at.get(&node).filter(|&&holder| holder != position) {
                // A body says nothing of what its imports cost, so it is no holder of theirs.
                if matches!(candidates[holder].what, Subject::Statement(_)) {
                    candidates[holder].below += candidates[position].weight;
                    break;
                }
            }
            above = graph.dominators.immediate(node);
        }
    }
}

fn tell(narrator: &Narrator<'_>, candidate: &Candidate<'_>) -> Cause {
    match candidate.what {
        Subject::Body(module) => {
            let mut cause = narrator.about_module(module);
            if let Some(module) = narrator.graph.module(module) {
                cause.time_ms = milliseconds(module.own_ns + module.blocked_ns);
                cause.memory_bytes = module.own_memory_bytes;
            }
            cause.summary = format!("the body of `{module}` itself{}", extent(1, cause.memory_bytes));
            cause
        }
        Subject::Statement(statement) => {
            let saving = narrator.graph.saving(&statement);
            let named = narrator.graph.imported_by(&statement);
            // The package that all of it lies in names it best; else what was loaded first.
            let module = named.first().copied().unwrap_or_default();
            let mut cause = narrator.about_statement(&statement, module);
            cause.time_ms = milliseconds(saving.time_ns);
            cause.memory_bytes = saving.memory_bytes;
            cause.modules = saving.modules.len() as u64;
            let extent = extent(cause.modules, cause.memory_bytes);
            cause.summary = format!("`{}` imports `{module}`{extent}", whereabouts(&cause));
            cause
        }
    }
}

fn top_level(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

#[cfg(test)]
mod tests {
    use super::super::sketch::{Sketch, table};
    use super::*;

    #[test]
    fn the_innermost_own_statement_that_accounts_for_the_weight_is_named() {
        let observation = Sketch::new("shop")
            .loads("shop", 3, "shop.database", 1)
            .loads("shop.database", 14, "torch", 200)
            .loads("torch", 5, "torch.core", 100)
            .loads("shop", 4, "shop.tables", 20)
            .build();
        let table = table(&observation, &["shop"], &[("torch", "2.1")]);
        let causes = causes_of_weight(&observation, &table, "", Measure::Time);
        let told: Vec<_> = causes
            .iter()
            .map(|cause| (cause.module.as_str(), cause.file.as_deref(), cause.line))
            .collect();
        assert_eq!(
            told,
            [
                ("torch", Some("shop/database.py"), Some(14)),
                ("shop.tables", Some("shop/tables.py"), None)
            ]
        );
        assert_eq!(causes[0].summary, "`shop/database.py:14` imports `torch` (2 modules)");
        assert_eq!(causes[0].distribution.as_deref(), Some("torch 2.1"));
        assert_eq!(
            (causes[0].time_ms, causes[0].memory_bytes, causes[0].modules),
            (300.0, 300 * 1024, 2)
        );
        let chain: Vec<_> = causes[0].chain.iter().map(|step| step.imported.as_str()).collect();
        assert_eq!(chain, ["shop.database", "torch"]);
    }

    #[test]
    fn memory_orders_by_memory() {
        let observation = Sketch::new("shop")
            .loads("shop", 1, "slow", 200)
            .loads("shop", 2, "large", 5)
            .with(|observation| observation.modules[2].own_memory_bytes = 64 << 20)
            .build();
        let table = table(&observation, &["shop"], &[]);
        let first = |measure| causes_of_weight(&observation, &table, "", measure)[0].module.clone();
        assert_eq!(
            (first(Measure::Time).as_str(), first(Measure::Memory).as_str()),
            ("slow", "large")
        );
    }
}
