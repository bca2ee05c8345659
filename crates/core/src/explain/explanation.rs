//! What `importgate explain` says of a target, built from one observation and the times of a few samples.

use std::collections::HashSet;

use serde::Serialize;

use super::advice::{Marks, advise};
use super::graph::{ImportGraph, ImportStatement, top_level};
use super::tree::{self, GroupTotal, Node};
use super::{
    ChainStep, CostlyImport, CostlyTogether, HeavyLine, ProfileTable, Usual, scale_of_wait, scaled, waited_for_threads,
};
use crate::budgets::Classes;
use crate::observed::{ChosenBy, Interpreter, LoadedModule, ModuleTable, Observation, Origin, is_at_or_below};
use crate::usage::Usage;

/// How many costly imports are listed.
const MOST_IMPORTS: usize = 12;
/// The least share of the time that a listed statement saves.
const SMALLEST_SHARE: f64 = 0.005;

/// Everything that an explanation says. Times are milliseconds, memory is bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The target's name.
    pub target: String,
    /// The interpreter's version.
    pub python_version: String,
    /// What the interpreter was found by.
    pub python_chosen_by: Option<ChosenBy>,
    /// CPU plus blocked time of the import, the median of a few samples.
    pub time_ms: f64,
    /// Resident memory that it adds.
    pub memory_bytes: i64,
    /// How many modules it loads.
    pub modules: u64,
    /// How many samples the times rest on.
    pub samples: u64,
    /// What belongs together, heaviest first.
    pub groups: Vec<GroupTotal>,
    /// The tree of first imports, a parent always before its children.
    pub tree: Vec<Node>,
    /// The costly imports with what a cut would save.
    pub imports: Vec<CostlyImport>,
    /// Statements that save what they lead to only together.
    pub together: Vec<CostlyTogether>,
    /// The heaviest lines of bodies that take much themselves.
    pub bodies: Vec<HeavyLine>,
    /// The chain that was asked for.
    pub why: Option<Why>,
    /// Calls and times by function, where they were asked for.
    pub profile: Option<ProfileTable>,
}

/// Why a module is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Why {
    /// The module that was asked for.
    pub module: String,
    /// The shortest chain to it; `None` where the import does not load it.
    pub chain: Option<Vec<ChainStep>>,
}

/// What an explanation is made of.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// The target's name.
    pub target: &'a str,
    /// The modules that it imports.
    pub imports: &'a [String],
    /// The interpreter.
    pub interpreter: &'a Interpreter,
    /// One instrumented import.
    pub observation: &'a Observation,
    /// Where its modules come from.
    pub table: &'a ModuleTable,
    /// What the import usually takes.
    pub usual: &'a Usual,
    /// Statements that save less than this are not listed, in milliseconds.
    pub smallest_ms: f64,
    /// Statements that save less than this together are not told, in milliseconds.
    pub smallest_together_ms: f64,
    /// A module to explain the way to.
    pub why: Option<&'a str>,
}

/// Builds the explanation, without advice: what is used while importing is not known yet.
pub fn explain(material: &Material<'_>) -> Explanation {
    let observation = with_sampled_times(material.observation, material.usual);
    let graph = ImportGraph::new(&observation);
    let tree = tree::nodes(&observation, &graph, material.table);
    let (imports, together) = costly_imports(material, &graph);
    Explanation {
        target: material.target.to_owned(),
        python_version: material.interpreter.version.clone(),
        python_chosen_by: material.interpreter.chosen_by.clone(),
        time_ms: material.usual.time_ms(),
        memory_bytes: observation.total_memory_bytes,
        modules: observation.modules.len() as u64,
        samples: material.usual.samples,
        groups: tree::groups(&tree),
        imports,
        together,
        tree,
        bodies: Vec::new(),
        why: material.why.map(|module| Why {
            module: module.to_owned(),
            chain: chain_to(&graph, &observation, module),
        }),
        profile: None,
    }
}

/// Every module below the one whose import loaded it, parents first, in the times of the samples.
pub(crate) fn tree_of_import(observation: &Observation, table: &ModuleTable, usual: &Usual) -> Vec<Node> {
    let observation = with_sampled_times(observation, usual);
    tree::nodes(&observation, &ImportGraph::new(&observation), table)
}

/// The observation with the samples' times, which add up to the timed total: its own are taken with every hook on. A module
/// that no sample names keeps its own, in proportion. What one import was blocked for may be chance; of that there is as much as
/// the samples usually have, where it shows where they wait.
pub(super) fn with_sampled_times(observed: &Observation, usual: &Usual) -> Observation {
    let mut observation = observed.clone();
    let (mut observed, mut sampled) = (0, 0);
    for module in &observation.modules {
        if let Some(own) = usual.own_ns.get(&module.name) {
            observed += module.own_ns;
            sampled += own;
        }
    }
    let unnamed = factor(sampled as f64, observed);
    for module in &mut observation.modules {
        module.own_ns = match usual.own_ns.get(&module.name) {
            Some(&own) => own,
            None => (module.own_ns as f64 * unnamed) as u64,
        };
    }
    let own_ns = observation.modules.iter().map(|module| module.own_ns).sum();
    let for_threads_ms = waited_for_threads(&observation, usual.blocked_ms);
    let computing = factor((usual.cpu_ms + for_threads_ms) * 1e6, own_ns);
    let waiting = scale_of_wait(&observation, usual.blocked_ms - for_threads_ms).unwrap_or(1.0);
    scaled(&observation, computing, waiting)
}

/// What makes `sum` come to `total`.
fn factor(total: f64, sum: u64) -> f64 {
    if sum == 0 { 1.0 } else { total / sum as f64 }
}

/// The way to a module. Where it is a package that is not loaded itself, the way to the first module below it.
fn chain_to(graph: &ImportGraph<'_>, observation: &Observation, module: &str) -> Option<Vec<ChainStep>> {
    let loaded = || observation.modules.iter().map(|loaded| loaded.name.as_str());
    let chain = graph
        .shortest_chain(module)
        .filter(|_| loaded().any(|name| name == module));
    chain.or_else(|| {
        let first = loaded().find(|name| *name != module && is_at_or_below(name, module))?;
        graph.shortest_chain(first)
    })
}

/// Every statement in code that the reader can change that is worth it, also around others, and the sets that save only together.
pub(crate) fn every_cut(material: &Material<'_>) -> (Vec<CostlyImport>, Vec<CostlyTogether>) {
    let observation = with_sampled_times(material.observation, material.usual);
    let graph = ImportGraph::new(&observation);
    let home = Home::of(material);
    let together = sets(material, &graph, &home, material.smallest_ms);
    (statements(material, &graph, &home, material.smallest_ms), together)
}

/// Which modules the reader can change.
struct Home<'a> {
    tops: HashSet<&'a str>,
    table: &'a ModuleTable,
}

impl<'a> Home<'a> {
    fn of(material: &Material<'a>) -> Self {
        Self {
            tops: material.imports.iter().map(|name| top_level(name)).collect(),
            table: material.table,
        }
    }

    fn has(&self, module: &str) -> bool {
        // Whoever can install can also take out what a `.pth` file imports.
        module.ends_with(".pth")
            || self.tops.contains(top_level(module))
            || self
                .table
                .get(module)
                .is_some_and(|record| record.origin == Origin::Own)
    }
}

/// Statements with what falls away with each, heaviest first.
fn statements(
    material: &Material<'_>,
    graph: &ImportGraph<'_>,
    home: &Home<'_>,
    smallest_ms: f64,
) -> Vec<CostlyImport> {
    graph
        .statements_worth((smallest_ms * 1e6) as u64, |module| home.has(module))
        .into_iter()
        .filter(|statement| statement.line > 0)
        .take(MOST_IMPORTS * 4)
        .map(|statement| CostlyImport::of(graph, &statement, material.table))
        .collect()
}

/// Statements that save only together.
fn sets(material: &Material<'_>, graph: &ImportGraph<'_>, home: &Home<'_>, smallest_ms: f64) -> Vec<CostlyTogether> {
    let with_imports = |module: &LoadedModule| module.cumulative_ns;
    let sets = graph.together(|module| home.has(module), with_imports, (smallest_ms * 1e6) as u64);
    let mut sets: Vec<CostlyTogether> = sets
        .iter()
        .map(|set| CostlyTogether::of(graph, set, material.table))
        .collect();
    sets.retain(|set| set.cut.time_ms >= smallest_ms);
    sets
}

/// Statements in code that the reader can change, heaviest first, and those that save only together. Of nested ones the innermost
/// that still saves most of the outer one's time.
fn costly_imports(material: &Material<'_>, graph: &ImportGraph<'_>) -> (Vec<CostlyImport>, Vec<CostlyTogether>) {
    let home = Home::of(material);
    let smallest_ms = material.smallest_ms.max(material.usual.time_ms() * SMALLEST_SHARE);
    let mut all: Vec<(HashSet<String>, CostlyImport)> = Vec::new();
    for import in statements(material, graph, &home, smallest_ms) {
        let modules: HashSet<String> = import.modules().map(str::to_owned).collect();
        // What comes later saves less; if it is most of one before, it says more precisely where that lies.
        all.retain(|(outer, known)| {
            !(modules.is_subset(outer) && import.cut.time_ms * 2.0 > known.cut.time_ms && outer.len() > modules.len())
        });
        all.push((modules, import));
    }
    let mut imports: Vec<CostlyImport> = all.into_iter().map(|(_, import)| import).collect();
    let smallest_together_ms = smallest_ms.max(material.smallest_together_ms);
    let mut together = sets(material, graph, &home, smallest_together_ms);
    together.retain(|set| !set.is_mostly_one_of(&imports));
    imports.retain(|import| !together.iter().any(|set| set.is_most_of(import)));
    imports.truncate(MOST_IMPORTS);
    let shared = shared_imports(material, graph, |module| home.has(module), smallest_ms).into_iter();
    imports.extend(shared.filter(|import| !together.iter().any(|set| set.has(import))));
    (imports, together)
}

/// Statements whose modules take time, and stay because something else imports them too.
fn shared_imports(
    material: &Material<'_>,
    graph: &ImportGraph<'_>,
    is_home: impl Fn(&str) -> bool,
    smallest_ms: f64,
) -> Vec<CostlyImport> {
    const MOST_SHARED: usize = 3;
    let mut loaded: Vec<&LoadedModule> = material.observation.modules.iter().collect();
    loaded.retain(|module| module.cumulative_ns as f64 >= smallest_ms * 1e6);
    loaded.sort_by_key(|module| std::cmp::Reverse(module.cumulative_ns));
    let mut shared: Vec<CostlyImport> = Vec::new();
    for module in loaded {
        let edge = graph.loading_edge(&module.name);
        let Some(edge) = edge.filter(|edge| edge.line > 0 && edge.importer.as_deref().is_some_and(&is_home)) else {
            continue;
        };
        let import = CostlyImport::of(graph, &ImportStatement::of(edge), material.table);
        let is_known = shared.iter().any(|known| known.place == import.place);
        if !is_known && import.cut.time_ms < smallest_ms && !import.also_imported_by.is_empty() {
            shared.push(import);
        }
        if shared.len() == MOST_SHARED {
            break;
        }
    }
    shared
}

impl Explanation {
    /// Adds the advice for each import, once it is known what is used while importing. `usage` is what was recorded of
    /// workloads, where something was.
    pub fn advise(&mut self, classes: &Classes, has_lazy_syntax: bool, usage: Option<&Usage>) {
        for import in &mut self.imports {
            import.usage = usage.and_then(|usage| usage.of_import(&import.imported, &import.loads));
            let marks = Marks {
                classes,
                has_lazy_syntax,
                heavy_lines: &self.bodies,
            };
            import.advice = Some(advise(import, marks));
        }
        for set in &mut self.together {
            set.advise();
        }
    }
}
