//! Which import statements have to go together where several roads lead to one module: a minimum vertex cut over the statements
//! that the reader can change, found as a maximum flow.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::{ImportGraph, ImportStatement, ROOT};
use crate::observed::LoadedModule;

/// What takes more statements than this is not brought in by statements that one would change together.
const MOST_TOGETHER: usize = 4;
/// How many modules are looked at, the heaviest first.
const MOST_TRIED: usize = 60;
/// How many sets are told.
const MOST_SETS: usize = 5;
/// What no cut may go through.
const UNBOUNDED: usize = usize::MAX / 2;

/// Statements that give a module back only together.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explain) struct Together<'a> {
    /// The module that all of them lead to.
    pub(in crate::explain) module: &'a str,
    /// The statements, at least two, in a stable order.
    pub(in crate::explain) statements: Vec<ImportStatement<'a>>,
    /// The modules that fall away with them, in the order in which they were loaded.
    pub(in crate::explain) modules: Vec<&'a LoadedModule>,
}

impl<'a> ImportGraph<'a> {
    /// The sets of statements, in modules that `is_own`, that have to go together. Looks at the modules that weigh at least
    /// `smallest` with all that they were first to import, as `weight` says.
    pub(in crate::explain) fn together(
        &self,
        is_own: impl Fn(&str) -> bool,
        weight: impl Fn(&LoadedModule) -> u64,
        smallest: u64,
    ) -> Vec<Together<'a>> {
        let mut heavy: Vec<(usize, u64)> = self
            .loaded
            .iter()
            .enumerate()
            .filter_map(|(node, module)| Some((node, weight((*module)?))))
            .filter(|&(_, weight)| weight > 0 && weight >= smallest)
            .collect();
        heavy.sort_by_key(|&(_, weight)| std::cmp::Reverse(weight));
        heavy.truncate(MOST_TRIED);
        let network = Network::of(self, is_own);
        let mut found: Vec<Together<'a>> = Vec::new();
        for (node, _) in heavy {
            let is_known = found
                .iter()
                .any(|set| set.modules.iter().any(|module| module.name == self.names[node]));
            if found.len() < MOST_SETS && !is_known {
                found.extend(self.leading_to(node, &network));
            }
        }
        found
    }

    /// The statements, in modules that `is_own`, that lead to `module` beside this one, and have to go together with it; none where
    /// this one does not belong to such a set.
    pub(in crate::explain) fn others_leading_to(
        &self,
        module: &str,
        statement: &ImportStatement<'_>,
        is_own: impl Fn(&str) -> bool,
    ) -> Vec<ImportStatement<'a>> {
        let node = self.index.get(module);
        let set = node.and_then(|&node| self.leading_to(node, &Network::of(self, is_own)));
        let mut statements = set.map_or_else(Vec::new, |set| set.statements);
        if !statements.contains(statement) {
            return Vec::new();
        }
        statements.retain(|other| other != statement);
        statements
    }

    /// The statements that lead to a module, where it takes several to cut it off.
    fn leading_to(&self, node: usize, network: &Network<'a>) -> Option<Together<'a>> {
        let mut statements = network.cut(ROOT, node)?;
        if let [only] = statements[..] {
            // All roads lead through one statement. Below it there may be several that say more precisely where they part.
            statements = network.cut(network.exits[&only], node)?;
        }
        let kept_without = |statements: &[ImportStatement<'a>]| {
            let nodes: Vec<usize> = statements.iter().flat_map(|one| self.nodes_of(one)).copied().collect();
            self.reached_without(&nodes)
        };
        // The network knows less of functions than the graph does: what it finds too much is left out again.
        for position in (0..statements.len()).rev() {
            let mut fewer = statements.clone();
            fewer.remove(position);
            if !kept_without(&fewer)[node] {
                statements = fewer;
            }
        }
        let kept = kept_without(&statements);
        let modules: Vec<_> = self.fallen(&kept).collect();
        let is_set = statements.len() > 1 && !kept[node] && self.is_most_of(node, &modules);
        is_set.then(|| Together {
            module: self.names[node],
            modules,
            statements,
        })
    }

    /// True where most of the time that these modules take is for this one, and for what nothing else imports. Statements that lead to
    /// something small bring in much that has nothing to do with it, and are no answer to who brings in that.
    fn is_most_of(&self, node: usize, modules: &[&LoadedModule]) -> bool {
        let without = self.reached_without(&[node]);
        let its_own: u64 = self.fallen(&without).map(LoadedModule::time_ns).sum();
        its_own * 2 >= modules.iter().map(|module| module.time_ns()).sum()
    }
}

/// The import graph as a flow network. A statement that may be cut is an edge that lets one unit through; every other edge is
/// unbounded.
struct Network<'a> {
    edges: Vec<FlowEdge>,
    /// The edges at each vertex, those of the opposite direction among them.
    at: Vec<Vec<usize>>,
    /// The statements that may be cut, each by its edge.
    cuttable: Vec<(usize, ImportStatement<'a>)>,
    /// The vertex behind each of them.
    exits: FxHashMap<ImportStatement<'a>, usize>,
}

/// Its opposite stands beside it, at the position that differs in the last bit.
#[derive(Debug, Clone, Copy)]
struct FlowEdge {
    to: usize,
    capacity: usize,
}

impl<'a> Network<'a> {
    fn of(graph: &ImportGraph<'a>, is_own: impl Fn(&str) -> bool) -> Self {
        let mut network = Self {
            edges: Vec::new(),
            at: vec![Vec::new(); graph.names.len()],
            cuttable: Vec::new(),
            exits: FxHashMap::default(),
        };
        // The vertices before and behind each execution.
        let mut gates = Vec::with_capacity(graph.executions.len());
        let mut entries: FxHashMap<ImportStatement<'a>, usize> = FxHashMap::default();
        for execution in &graph.executions {
            let statement = execution.statement;
            if statement.line == 0 || !statement.importer.is_some_and(&is_own) {
                let vertex = network.vertex();
                gates.push((vertex, vertex));
                continue;
            }
            let entry = *entries.entry(statement).or_insert_with(|| {
                let (entry, exit) = (network.vertex(), network.vertex());
                let edge = network.connect(entry, exit, 1);
                network.cuttable.push((edge, statement));
                network.exits.insert(statement, exit);
                entry
            });
            gates.push((entry, network.exits[&statement]));
        }
        for (execution, &(entry, exit)) in graph.executions.iter().zip(&gates) {
            // What a package imports while it is used, it imports by itself; of several that call each other, the one that was called.
            let mut functions = execution.functions.iter().rev();
            let used = functions.find(|&&module| !is_own(graph.names[module]));
            let source = match (execution.source.checked_sub(graph.names.len()), used) {
                (Some(caller), _) => gates[caller].1,
                (None, Some(&module)) => module,
                (None, None) => execution.source,
            };
            network.connect(source, entry, UNBOUNDED);
            for &module in &execution.imported {
                network.connect(exit, module, UNBOUNDED);
            }
        }
        for node in 1..graph.names.len() {
            for &package in graph.successors[node].iter().filter(|&&next| next < graph.names.len()) {
                network.connect(node, package, UNBOUNDED);
            }
        }
        network
    }

    fn vertex(&mut self) -> usize {
        self.at.push(Vec::new());
        self.at.len() - 1
    }

    fn connect(&mut self, from: usize, to: usize, capacity: usize) -> usize {
        let edge = self.edges.len();
        self.edges.push(FlowEdge { to, capacity });
        self.edges.push(FlowEdge { to: from, capacity: 0 });
        self.at[from].push(edge);
        self.at[to].push(edge + 1);
        edge
    }

    /// The fewest statements without which no way leads from one vertex to the other, and of such sets the one nearest to the
    /// end; `None` where there are too many, or a way without any.
    fn cut(&self, from: usize, to: usize) -> Option<Vec<ImportStatement<'a>>> {
        let mut edges = self.edges.clone();
        let mut flow = 0;
        while let Some(way) = self.way(&edges, from, to) {
            flow += 1;
            if flow > MOST_TOGETHER {
                return None;
            }
            for edge in way {
                edges[edge].capacity -= 1;
                edges[edge ^ 1].capacity += 1;
            }
        }
        let open = self.with_a_way_to(&edges, to);
        let is_cut = |edge: usize| open[edges[edge].to] && !open[edges[edge ^ 1].to];
        let mut cut: Vec<_> = self.cuttable.iter().filter(|(edge, _)| is_cut(*edge)).collect();
        cut.sort_by_key(|(_, statement)| *statement);
        Some(cut.into_iter().map(|(_, statement)| *statement).collect())
    }

    /// The edges of a shortest way that has room left.
    fn way(&self, edges: &[FlowEdge], from: usize, to: usize) -> Option<Vec<usize>> {
        let mut arrived_by = vec![None; self.at.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(vertex) = queue.pop_front().filter(|&vertex| vertex != to) {
            for &edge in &self.at[vertex] {
                let next = edges[edge].to;
                if edges[edge].capacity > 0 && next != from && arrived_by[next].is_none() {
                    arrived_by[next] = Some(edge);
                    queue.push_back(next);
                }
            }
        }
        let mut way = Vec::new();
        let mut vertex = to;
        while vertex != from {
            let edge = arrived_by[vertex]?;
            way.push(edge);
            vertex = edges[edge ^ 1].to;
        }
        Some(way)
    }

    /// The vertices from which a way with room left leads to this one.
    fn with_a_way_to(&self, edges: &[FlowEdge], to: usize) -> Vec<bool> {
        let mut open = vec![false; self.at.len()];
        let mut stack = vec![to];
        while let Some(vertex) = stack.pop() {
            if !std::mem::replace(&mut open[vertex], true) {
                let arriving = self.at[vertex].iter().filter(|&&edge| edges[edge ^ 1].capacity > 0);
                stack.extend(arriving.map(|&edge| edges[edge].to));
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sketch::Sketch;
    use super::*;
    use crate::observed::Observation;

    /// The sets by module and places, where modules below `app` are the project's.
    fn sets(observation: &Observation) -> Vec<(String, Vec<String>, u64)> {
        let graph = ImportGraph::new(observation);
        let is_own = |module: &str| module.starts_with("app");
        let sets = graph.together(is_own, |module| module.own_ns, 10_000_000);
        sets.iter()
            .map(|set| {
                let places = set.statements.iter().map(|statement| {
                    let place = statement.place().expect("a line");
                    format!("{}:{}", place.file, place.line)
                });
                let saved = set.modules.iter().map(|module| module.own_ns).sum::<u64>() / 1_000_000;
                (set.module.to_owned(), places.collect(), saved)
            })
            .collect()
    }

    fn set(module: &str, places: &[&str], saved_ms: u64) -> (String, Vec<String>, u64) {
        (
            module.to_owned(),
            places.iter().map(|&place| place.to_owned()).collect(),
            saved_ms,
        )
    }

    #[test]
    fn roads_of_different_length_have_to_go_together() {
        let observation = Sketch::new("app.a")
            .loads("app.a", 1, "app.b", 1)
            .loads("app.b", 1, "app.e", 1)
            .loads("app.e", 1, "heavy", 50)
            .loads("heavy", 3, "heavy.core", 40)
            .also("heavy.core", 1, "heavy")
            .loads("app.a", 2, "app.d", 1)
            .also("app.d", 1, "heavy")
            .build();
        assert_eq!(sets(&observation), [set("heavy", &["app/d.py:1", "app/e.py:1"], 90)]);
    }

    #[test]
    fn below_a_statement_that_all_roads_share_they_part() {
        let observation = Sketch::new("app")
            .loads("app", 1, "app.main", 1)
            .loads("app.main", 1, "app.core", 1)
            .loads("app.core", 1, "app.pretty", 70)
            .also("app.main", 2, "app.pretty")
            .build();
        assert_eq!(
            sets(&observation),
            [set("app.pretty", &["app/core.py:1", "app/main.py:2"], 70)]
        );
    }

    #[test]
    fn lines_beside_each_other_are_two_roads() {
        let observation = Sketch::new("app")
            .loads("app", 1, "heavy", 50)
            .also("app", 2, "heavy")
            .build();
        assert_eq!(sets(&observation), [set("heavy", &["app.py:1", "app.py:2"], 50)]);
    }

    #[test]
    fn two_libraries_that_share_a_third_give_it_back_together() {
        let observation = Sketch::new("app")
            .loads("app", 1, "left", 1)
            .loads("left", 1, "heavy", 50)
            .loads("app", 2, "right", 1)
            .also("right", 1, "heavy")
            .build();
        assert_eq!(sets(&observation), [set("heavy", &["app.py:1", "app.py:2"], 52)]);
    }

    #[test]
    fn what_a_package_imports_while_it_is_used_adds_no_statement() {
        let observation = Sketch::new("app")
            .loads("app", 1, "heavy", 50)
            .loads("app", 2, "app.models", 1)
            .also("app.models", 1, "heavy")
            .loads("heavy", 9, "heavy.dialect", 5)
            .called_from("app.models", 3)
            .also("heavy.dialect", 1, "heavy")
            .build();
        assert_eq!(sets(&observation), [set("heavy", &["app.py:1", "app/models.py:1"], 55)]);
    }

    #[test]
    fn what_a_package_imports_for_another_that_was_called_belongs_to_that_one() {
        let observation = Sketch::new("app")
            .loads("app", 1, "plot", 5)
            .loads("app", 2, "figures", 20)
            .loads("plot", 9, "backend", 80)
            .called_from("app", 4)
            .through("figures")
            .build();
        assert_eq!(sets(&observation), []);
    }

    #[test]
    fn what_a_call_leads_back_to_is_no_second_road() {
        let observation = Sketch::new("app")
            .loads("app", 1, "metadata", 50)
            .also("app", 3, "metadata")
            .through("metadata")
            .build();
        assert_eq!(sets(&observation), []);
    }

    #[test]
    fn one_statement_and_too_many_are_no_set() {
        let one = Sketch::new("app").loads("app", 1, "heavy", 50).build();
        assert_eq!(sets(&one), []);
        let many = (2..=6).fold(Sketch::new("app").loads("app", 1, "heavy", 50), |sketch, line| {
            sketch.also("app", line, "heavy")
        });
        assert_eq!(sets(&many.build()), []);
    }

    proptest! {
        #[test]
        fn a_set_gives_the_module_back_and_no_part_of_it_does(
            imports in prop::collection::vec((0usize..9, 0usize..9, 1u32..4, prop::option::of(0usize..9)), 0..40)
        ) {
            let name = |module: usize| if module < 5 { format!("app{module}") } else { format!("lib{module}") };
            let mut sketch = Sketch::new("app0");
            let mut loaded = vec![0];
            for (from, to, line, caller) in imports {
                if !loaded.contains(&from) || caller.is_some_and(|caller| !loaded.contains(&caller)) {
                    continue;
                }
                sketch = if loaded.contains(&to) {
                    sketch.also(&name(from), line, &name(to))
                } else {
                    loaded.push(to);
                    sketch.loads(&name(from), line, &name(to), 20)
                };
                if let Some(caller) = caller {
                    sketch = sketch.called_from(&name(caller), line + 10);
                }
            }
            let observation = sketch.build();
            let graph = ImportGraph::new(&observation);
            for set in graph.together(|module| module.starts_with("app"), |module| module.own_ns, 1) {
                let falls = |statements: &[ImportStatement<'_>]| {
                    let nodes: Vec<usize> = statements.iter().flat_map(|one| graph.nodes_of(one)).copied().collect();
                    !graph.reached_without(&nodes)[graph.index[set.module]]
                };
                prop_assert!(set.statements.len() >= 2 && falls(&set.statements));
                for position in 0..set.statements.len() {
                    let mut fewer = set.statements.clone();
                    fewer.remove(position);
                    prop_assert!(!falls(&fewer), "{:?} without {}", set, position);
                }
            }
        }
    }
}
