//! The import graph of one observation: which chain leads to a module, what a cut would save, which statements brought in what
//! is new, which are the heaviest, and which modules import each other in a circle.
//!
//! Import statements are nodes of their own, between the importing module and what it imports. So one statement that
//! imports several modules is cut as one.
//!
//! A statement inside a function runs where several things come together: a module-level line calls the function, and the modules
//! of the functions in between are there. What a package imports while it is being used is therefore no second road to the package.

mod chain;
mod cycles;
mod dominators;
mod heaviest;
mod new_modules;
mod roads;
mod saving;
#[cfg(test)]
pub(in crate::explain) mod sketch;
mod without;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

pub use cycles::ImportCycle;
pub use heaviest::Resource;
pub(super) use heaviest::{Heavy, PackageAbove};
pub(super) use new_modules::NewModules;
pub(super) use roads::Together;
pub use saving::{OtherImporter, Saving};

use crate::explain::ChainStep;
use crate::observed::{Edge, LoadedModule, Observation, Place, Trigger, is_at_or_below};
use dominators::DominatorTree;

/// The node of the probe's own imports.
const ROOT: usize = 0;

/// An import statement: the module it stands in, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ImportStatement<'a> {
    /// The importing module; `None` for the probe's own import of the target.
    pub importer: Option<&'a str>,
    /// The importing file, if there is one.
    pub file: Option<&'a str>,
    /// One-based line; 0 where it is not known.
    pub line: u32,
}

impl<'a> ImportStatement<'a> {
    /// The statement that an edge belongs to.
    pub fn of(edge: &'a Edge) -> Self {
        Self {
            importer: edge.importer.as_deref(),
            file: edge.file.as_deref(),
            line: edge.line,
        }
    }

    /// Its place, where file and line are known.
    pub fn place(&self) -> Option<Place> {
        let file = self.file.filter(|_| self.line > 0)?;
        Some(Place {
            file: file.to_owned(),
            line: self.line,
        })
    }
}

/// A statement as it ran: one inside a function runs once for each module-level line that called the function, and for each way that
/// the call took.
#[derive(Debug)]
struct Execution<'a> {
    statement: ImportStatement<'a>,
    in_function: bool,
    trigger: Option<&'a Trigger>,
    /// The node that has to run for this statement to run.
    source: usize,
    /// The modules whose functions are called on the way to it, which have to be there besides: first that of the function that
    /// the statement stands in.
    functions: Vec<usize>,
    /// The modules that it asks for: those named, and the packages above them.
    imported: Vec<usize>,
}

/// The import graph of one observation.
#[derive(Debug)]
pub struct ImportGraph<'a> {
    /// Names of the module nodes; the first one, the root's, is empty.
    names: Vec<&'a str>,
    index: FxHashMap<&'a str, usize>,
    /// What the import loaded of each module node; `None` for modules that were there before or failed.
    loaded: Vec<Option<&'a LoadedModule>>,
    /// Statement nodes, numbered after the module nodes.
    executions: Vec<Execution<'a>>,
    /// Every statement, sorted, with its nodes.
    by_statement: Vec<(ImportStatement<'a>, Vec<usize>)>,
    /// The edge that loaded each module node.
    loading: Vec<Option<&'a Edge>>,
    /// Successors of every node.
    successors: Vec<Vec<usize>>,
    /// The dominators, seen as if a function needed nothing but its caller.
    dominators: DominatorTree,
    /// What the import reaches.
    reached: Vec<bool>,
}

impl<'a> ImportGraph<'a> {
    /// The graph of one observation.
    pub fn new(observation: &'a Observation) -> Self {
        let (names, index) = number_modules(observation);
        let mut loaded = vec![None; names.len()];
        for module in &observation.modules {
            loaded[index[module.name.as_str()]] = Some(module);
        }
        let mut loading = vec![None; names.len()];
        for edge in observation.edges.iter().filter(|edge| edge.loaded) {
            loading[index[edge.imported.as_str()]].get_or_insert(edge);
        }
        let mut executions = executions(observation, &index, &loaded);
        let mut successors = successors(&names, &index, &executions);
        let dominators = DominatorTree::of(&successors, ROOT);
        for (position, execution) in executions.iter_mut().enumerate() {
            // A module that came by another way than an import is there, whatever is cut.
            execution.functions.retain(|&module| dominators.reaches(module));
            for &module in &execution.functions {
                successors[module].push(names.len() + position);
            }
        }
        let mut graph = Self {
            by_statement: by_statement(&executions, names.len()),
            names,
            index,
            loaded,
            executions,
            loading,
            successors,
            dominators,
            reached: Vec::new(),
        };
        graph.reached = graph.reached_without(&[]);
        graph
    }

    /// The statement that loaded `module`; `None` where it was there before or came by another way than an import.
    pub fn loading_edge(&self, module: &str) -> Option<&'a Edge> {
        self.index.get(module).and_then(|&node| self.loading[node])
    }

    /// Every import statement, once, in a stable order.
    pub fn statements(&self) -> Vec<ImportStatement<'a>> {
        self.by_statement.iter().map(|(statement, _)| *statement).collect()
    }

    /// The modules that a statement names or needs, in the order in which it asked for them.
    pub fn imported_by(&self, statement: &ImportStatement<'_>) -> Vec<&'a str> {
        let mut names = Vec::new();
        for execution in self.executions_of(statement) {
            for &node in &execution.imported {
                if !names.contains(&self.names[node]) {
                    names.push(self.names[node]);
                }
            }
        }
        names
    }

    /// What names a statement best, of which these modules fall away: the package that all of it lies in, else what it asked for
    /// first. A namespace package has no body and costs nothing, and a package that others import too stays: what is below it
    /// stands for it.
    pub(super) fn named_by(&self, statement: &ImportStatement<'_>, fallen: &[&LoadedModule]) -> Option<&'a str> {
        let imported = self.imported_by(statement);
        let falls = |name: &str| fallen.iter().any(|module| module.name == name);
        let bodies = || imported.iter().filter(|name| !self.is_namespace(name));
        let named = bodies().find(|name| falls(name)).or_else(|| bodies().next());
        named.or(imported.first()).copied()
    }

    /// The other packages of a statement that `fallen` has modules of, where `named` stands for the first.
    pub(super) fn asked_beside(
        &self,
        named: &str,
        statement: &ImportStatement<'_>,
        fallen: &[&LoadedModule],
    ) -> Vec<String> {
        let mut beside: Vec<&str> = Vec::new();
        for name in self.imported_by(statement) {
            let falls = fallen.iter().any(|module| module.name == name);
            let is_other = beside
                .iter()
                .chain([&named])
                .all(|other| top_level(other) != top_level(name));
            if falls && is_other {
                beside.push(name);
            }
        }
        beside.into_iter().map(str::to_owned).collect()
    }

    /// True for a package without a file: its portions lie in several folders, and none of them has a body for it.
    fn is_namespace(&self, module: &str) -> bool {
        let has_no_file = self.module(module).is_some_and(|module| module.file.is_none());
        has_no_file
            && self
                .names
                .iter()
                .any(|name| *name != module && is_at_or_below(name, module))
    }

    /// The shortest chain of imports from the target to `module`, each step with file and line. Empty for the target
    /// itself; `None` where no import leads to it.
    pub fn shortest_chain(&self, module: &str) -> Option<Vec<ChainStep>> {
        chain::shortest(self, *self.index.get(module)?)
    }

    /// Groups of modules that import each other in a circle at the top level of their bodies, largest first.
    pub fn cycles(&self) -> Vec<ImportCycle> {
        cycles::find(self)
    }

    /// The nodes of a statement; none where the graph does not have it.
    fn nodes_of(&self, statement: &ImportStatement<'_>) -> &[usize] {
        let found = self.by_statement.binary_search_by(|(other, _)| other.cmp(statement));
        found.map_or(&[], |position| &self.by_statement[position].1)
    }

    fn executions_of<'g>(&'g self, statement: &ImportStatement<'_>) -> impl Iterator<Item = &'g Execution<'a>> + 'g {
        let nodes = self.nodes_of(statement).iter();
        nodes.map(|node| &self.executions[node - self.names.len()])
    }

    /// What the import loaded under this name.
    pub(super) fn module(&self, name: &str) -> Option<&'a LoadedModule> {
        self.index.get(name).and_then(|&node| self.loaded[node])
    }

    /// The module-level lines that made a statement inside a function run.
    pub(super) fn triggers_of<'g>(&'g self, statement: &ImportStatement<'_>) -> impl Iterator<Item = &'a Trigger> + 'g {
        self.executions_of(statement).filter_map(|execution| execution.trigger)
    }

    /// Those of them that made it ask for `module`.
    pub(super) fn triggers_for<'g>(
        &'g self,
        statement: &ImportStatement<'_>,
        module: &str,
    ) -> impl Iterator<Item = &'a Trigger> + 'g {
        let node = self.index.get(module).copied();
        let executions = self.executions_of(statement);
        let asking = executions.filter(move |execution| node.is_none_or(|node| execution.imported.contains(&node)));
        asking.filter_map(|execution| execution.trigger)
    }

    fn is_module(&self, node: usize) -> bool {
        node != ROOT && node < self.names.len()
    }

    /// The nearest module that `node` depends on entirely: its closest dominator that is a module.
    fn dominating_module(&self, node: usize) -> Option<usize> {
        let mut above = self.dominators.immediate(node)?;
        while !self.is_module(above) {
            above = self.dominators.immediate(above)?;
        }
        Some(above)
    }
}

fn number_modules(observation: &Observation) -> (Vec<&str>, FxHashMap<&str, usize>) {
    let mut names = vec![""];
    let mut index = FxHashMap::default();
    let loaded = observation.modules.iter().map(|module| module.name.as_str());
    let named = observation.edges.iter().flat_map(|edge| {
        let trigger = edge.trigger.as_ref().map(|trigger| trigger.module.as_str());
        edge.importer
            .as_deref()
            .into_iter()
            .chain([edge.imported.as_str()])
            .chain(trigger)
    });
    for name in loaded.chain(named) {
        index.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        });
    }
    (names, index)
}

/// Gathers edges into statements, and gives each statement the node that it depends on.
fn executions<'a>(
    observation: &'a Observation,
    index: &FxHashMap<&'a str, usize>,
    loaded: &[Option<&'a LoadedModule>],
) -> Vec<Execution<'a>> {
    let mut executions: Vec<Execution<'a>> = Vec::new();
    let mut through = Vec::new();
    let mut position = FxHashMap::default();
    for edge in &observation.edges {
        let statement = ImportStatement::of(edge);
        let trigger = edge.trigger.as_ref().filter(|_| edge.in_function);
        let place = *position.entry((statement, trigger, &edge.through)).or_insert_with(|| {
            let in_function = edge.in_function;
            executions.push(Execution {
                statement,
                in_function,
                trigger,
                source: ROOT,
                functions: Vec::new(),
                imported: Vec::new(),
            });
            through.push(&edge.through);
            executions.len() - 1
        });
        let imported = &mut executions[place].imported;
        for name in with_packages(&edge.imported, edge.importer.as_deref()) {
            if let Some(&node) = index.get(name).filter(|node| !imported.contains(node)) {
                imported.push(node);
            }
        }
    }
    let at_module_level: FxHashMap<(&str, u32), usize> = executions
        .iter()
        .enumerate()
        .filter(|(_, execution)| !execution.in_function)
        .filter_map(|(position, execution)| Some(((execution.statement.importer?, execution.statement.line), position)))
        .collect();
    // What was there before has no edge to it. A module that failed, or took itself out again, has: it ran all the same.
    let mut ran: Vec<bool> = loaded.iter().map(Option::is_some).collect();
    for edge in &observation.edges {
        ran[index[edge.imported.as_str()]] = true;
    }
    for (execution, through) in executions.iter_mut().zip(through) {
        let cause = execution.trigger.map(|trigger| (trigger.module.as_str(), trigger.line));
        let calling_statement = cause.and_then(|line| at_module_level.get(&line));
        // A module that was there before needs nothing of this import; what its functions import, they import for the root.
        let node_of = |name: Option<&str>| name.and_then(|name| index.get(name)).copied().filter(|&node| ran[node]);
        let importer = node_of(execution.statement.importer);
        let module = cause.map_or(importer, |(module, _)| node_of(Some(module)));
        execution.source =
            calling_statement.map_or_else(|| module.unwrap_or(ROOT), |&position| loaded.len() + position);
        let own = importer.filter(|_| cause.is_some());
        let called = through.iter().filter_map(|name| node_of(Some(name)));
        for function in own
            .into_iter()
            .chain(called)
            .filter(|&function| Some(function) != module)
        {
            if !execution.functions.contains(&function) {
                execution.functions.push(function);
            }
        }
    }
    executions
}

fn by_statement<'a>(executions: &[Execution<'a>], first_node: usize) -> Vec<(ImportStatement<'a>, Vec<usize>)> {
    let mut nodes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (position, execution) in executions.iter().enumerate() {
        nodes
            .entry(execution.statement)
            .or_default()
            .push(first_node + position);
    }
    nodes.into_iter().collect()
}

/// A module and the packages above it, outermost first, but for those that the importer itself lies in: it has them.
fn with_packages<'a>(imported: &'a str, importer: Option<&str>) -> impl Iterator<Item = &'a str> {
    let importer = importer.unwrap_or_default().to_owned();
    let packages = imported.match_indices('.').map(|(end, _)| &imported[..end]);
    packages
        .filter(move |package| !is_at_or_below(&importer, package))
        .chain([imported])
}

/// The top-level package of a module, or the module itself.
pub(super) fn top_level(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

fn successors(names: &[&str], index: &FxHashMap<&str, usize>, executions: &[Execution<'_>]) -> Vec<Vec<usize>> {
    let mut successors = vec![Vec::new(); names.len() + executions.len()];
    for (position, execution) in executions.iter().enumerate() {
        successors[execution.source].push(names.len() + position);
        successors[names.len() + position].extend(&execution.imported);
    }
    for (node, name) in names.iter().enumerate().skip(1) {
        // A module cannot be there without the package that it lies in, whoever asked for it.
        if let Some(&package) = name.rsplit_once('.').and_then(|(package, _)| index.get(package)) {
            successors[node].push(package);
        }
    }
    successors
}

#[cfg(test)]
mod tests {
    use super::sketch::Sketch;
    use super::*;

    #[test]
    fn packages_above_a_module_come_with_it_but_not_the_importers_own() {
        let names = |imported, importer| with_packages(imported, importer).collect::<Vec<_>>();
        assert_eq!(names("a.b.c", Some("x")), ["a", "a.b", "a.b.c"]);
        assert_eq!(names("a.b.c", Some("a.b.d")), ["a.b.c"]);
        assert_eq!(names("a.b", Some("ab")), ["a", "a.b"]);
    }

    #[test]
    fn one_line_that_imports_two_modules_is_one_statement() {
        let observation = Sketch::new("app")
            .loads("app", 3, "left", 1)
            .loads("app", 3, "right", 1)
            .build();
        let graph = ImportGraph::new(&observation);
        let statement = ImportStatement {
            importer: Some("app"),
            file: Some("app.py"),
            line: 3,
        };
        assert_eq!(graph.statements().len(), 2);
        assert_eq!(graph.imported_by(&statement), ["left", "right"]);
    }
}
