//! Groups new modules by the import statement that is to blame for them, so that a new module that brings a thousand
//! others in is one cause and not a thousand.

use rustc_hash::FxHashMap;

use super::{ImportGraph, ImportStatement, top_level};
use crate::observed::{LoadedModule, is_at_or_below};

/// A package that takes less than one part in so many of what a module inside it takes does not lend it its name.
const LEAST_OF_A_PACKAGE: u64 = 10;

/// The new modules that one import statement brought in.
#[derive(Debug)]
pub(in crate::explain) struct NewModules<'a> {
    /// The statement, which stands in a module that is not new itself.
    pub(in crate::explain) statement: ImportStatement<'a>,
    /// What names the group: of the new packages that the statement asks for the one that takes longest with all it loads.
    pub(in crate::explain) module: &'a str,
    /// What else the statement asks for that is new.
    pub(in crate::explain) beside: Vec<&'a str>,
    /// All of them, in the order in which they were loaded.
    pub(in crate::explain) modules: Vec<&'a LoadedModule>,
}

impl<'a> ImportGraph<'a> {
    /// The groups of `added` modules, in the order in which the first of each was loaded.
    ///
    /// A module belongs to the topmost new module that dominates it. Where that one is not asked for by anything old, because
    /// several new modules share it, it belongs to the new module that loaded it, or that called what did.
    pub(in crate::explain) fn new_modules(&self, added: &[String]) -> Vec<NewModules<'a>> {
        let mut is_new = vec![false; self.names.len()];
        for name in added {
            if let Some(&node) = self.index.get(name.as_str()) {
                is_new[node] = true;
            }
        }
        let asked_by_old = asked_by_old(self, &is_new);
        let mut position = FxHashMap::default();
        let mut groups: Vec<NewModules<'a>> = Vec::new();
        let mut heads: Vec<Heads> = Vec::new();
        for (node, module) in self.loaded.iter().enumerate() {
            let Some(module) = module.filter(|_| is_new[node]) else {
                continue;
            };
            let head = head_of(self, node, &is_new, &asked_by_old);
            let statement = statement_of(self, head, &is_new)
                .or(asked_by_old[head])
                .unwrap_or_default();
            let group = *position.entry(statement).or_insert_with(|| {
                groups.push(NewModules {
                    statement,
                    module: self.names[head],
                    beside: Vec::new(),
                    modules: Vec::new(),
                });
                heads.push(Heads::default());
                groups.len() - 1
            });
            groups[group].modules.push(module);
            heads[group].add(head, module.own_ns);
        }
        for (group, heads) in groups.iter_mut().zip(heads) {
            let heads = heads.heaviest_first();
            let best = heads.iter().copied().reduce(|now, other| self.better_name(now, other));
            group.module = best.map_or(group.module, |(head, _)| self.names[head]);
            for name in heads.into_iter().map(|(head, _)| self.names[head]) {
                let named = group.beside.iter().chain([&group.module]);
                if !self.is_namespace(name) && named.into_iter().all(|other| top_level(other) != top_level(name)) {
                    group.beside.push(name);
                }
            }
        }
        groups
    }

    /// A package names a group better than a module inside it, unless it is a namespace, which has no body and costs nothing, or
    /// the module is what costs and the package would not load it: `importlib.metadata` is not `importlib`.
    fn better_name(&self, now: (usize, u64), candidate: (usize, u64)) -> (usize, u64) {
        let [name, other] = [now, candidate].map(|(head, _)| self.names[head]);
        let is_of_package = candidate.1 >= now.1 / LEAST_OF_A_PACKAGE || self.is_loaded_from(now.0, other);
        match (self.is_namespace(name), self.is_namespace(other)) {
            (true, false) => candidate,
            (false, true) => now,
            _ if is_at_or_below(name, other) && is_of_package => candidate,
            _ => now,
        }
    }

    /// True where a module of this package loads that one.
    fn is_loaded_from(&self, node: usize, package: &str) -> bool {
        let importer = self.loading[node].and_then(|edge| edge.importer.as_deref());
        importer.is_some_and(|importer| is_at_or_below(importer, package))
    }
}

/// The modules of one group that a statement asks for, in the order in which they were loaded, and what each takes with all that
/// it loads.
#[derive(Default)]
struct Heads(Vec<(usize, u64)>);

impl Heads {
    fn add(&mut self, head: usize, own_ns: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == head) {
            Some((_, taken)) => *taken += own_ns,
            None => self.0.push((head, own_ns)),
        }
    }

    /// The heaviest first.
    fn heaviest_first(mut self) -> Vec<(usize, u64)> {
        self.0.sort_by_key(|&(_, taken)| std::cmp::Reverse(taken));
        self.0
    }
}

/// The statement that loaded a module, where it stands in a module that is not new.
fn statement_of<'a>(graph: &ImportGraph<'a>, node: usize, is_new: &[bool]) -> Option<ImportStatement<'a>> {
    let statement = ImportStatement::of(graph.loading[node]?);
    let importer = statement.importer.and_then(|name| graph.index.get(name));
    importer.is_none_or(|&importer| !is_new[importer]).then_some(statement)
}

/// For each new module a statement of an old one that asks for it. One in a function counts where an old module called that: what
/// a new one calls is asked for by the new one.
fn asked_by_old<'a>(graph: &ImportGraph<'a>, is_new: &[bool]) -> Vec<Option<ImportStatement<'a>>> {
    let mut asked = vec![None; graph.names.len()];
    let is_new = with_failed(graph, is_new);
    let is_old = |module: Option<&str>| {
        module
            .and_then(|name| graph.index.get(name))
            .is_none_or(|&node| !is_new[node])
    };
    for execution in &graph.executions {
        let caller = execution.trigger.map(|trigger| trigger.module.as_str());
        if is_old(execution.statement.importer) && is_old(caller) {
            for &node in execution.imported.iter().filter(|&&node| is_new[node]) {
                asked[node].get_or_insert(execution.statement);
            }
        }
    }
    asked
}

/// What is new, with the modules that only new ones try to import, and that fail: what these ask for, no old one does.
fn with_failed(graph: &ImportGraph<'_>, is_new: &[bool]) -> Vec<bool> {
    let mut is_new = is_new.to_vec();
    loop {
        let mut asked_by = vec![(false, false); is_new.len()];
        for execution in &graph.executions {
            let importer = execution.statement.importer.and_then(|name| graph.index.get(name));
            let by_new = importer.is_some_and(|&node| is_new[node]);
            for &node in &execution.imported {
                let (new, old) = &mut asked_by[node];
                *new |= by_new;
                *old |= !by_new;
            }
        }
        let failed = |node: &usize| graph.loaded[*node].is_none() && !is_new[*node] && asked_by[*node] == (true, false);
        let found: Vec<usize> = (0..is_new.len()).filter(failed).collect();
        if found.is_empty() {
            return is_new;
        }
        for node in found {
            is_new[node] = true;
        }
    }
}

fn head_of(
    graph: &ImportGraph<'_>,
    node: usize,
    is_new: &[bool],
    asked_by_old: &[Option<ImportStatement<'_>>],
) -> usize {
    let mut head = node;
    // Each step leads to a module that was loaded or dominates earlier; the bound only guards against odd observations.
    for _ in 0..graph.names.len() {
        let dominator = graph.dominating_module(head).filter(|&above| is_new[above]);
        let loader = || {
            let edge = graph.loading[head]?;
            // A function of an old module that a new one calls does what it is told: `from numpy import ma` has numpy import that.
            let caller = edge.trigger.as_ref().filter(|_| edge.in_function);
            let by = [edge.importer.as_deref(), caller.map(|caller| caller.module.as_str())];
            let mut above = by
                .into_iter()
                .flatten()
                .filter_map(|name| graph.index.get(name).copied());
            above.find(|&above| is_new[above] && above != head)
        };
        let above = dominator.or_else(|| if asked_by_old[head].is_some() { None } else { loader() });
        match above {
            Some(above) => head = above,
            None => break,
        }
    }
    head
}
