//! Modules that import each other in a circle. It works in one order and fails in another, so it is worth knowing
//! before somebody sorts the imports.

use std::collections::VecDeque;

use super::ImportGraph;
use crate::explain::ChainStep;

/// Modules that import each other in a circle at the top level of their bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCycle {
    /// Every module of the group, sorted.
    pub modules: Vec<String>,
    /// A shortest circle through the first of them, each step with its place; the last one leads back.
    pub steps: Vec<ChainStep>,
}

/// The strongly connected components of the module-level imports, those of more than one module, largest first.
pub(super) fn find(graph: &ImportGraph<'_>) -> Vec<ImportCycle> {
    let outgoing = module_level_imports(graph);
    let successors: Vec<Vec<usize>> = outgoing
        .iter()
        .map(|steps| steps.iter().map(|&(imported, _)| imported).collect())
        .collect();
    let mut cycles: Vec<ImportCycle> = strongly_connected(&successors)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|mut component| {
            component.sort_unstable_by_key(|&node| graph.names[node]);
            ImportCycle {
                modules: component.iter().map(|&node| graph.names[node].to_owned()).collect(),
                steps: shortest_circle(graph, &outgoing, component[0]),
            }
        })
        .collect();
    cycles.sort_by(|left, right| {
        right
            .modules
            .len()
            .cmp(&left.modules.len())
            .then_with(|| left.modules.cmp(&right.modules))
    });
    cycles
}

/// For each module what its body imports: the imported module and the position of the statement. That a submodule needs
/// its package is no import of its own: every package that imports its parts would then stand in a circle with them.
fn module_level_imports(graph: &ImportGraph<'_>) -> Vec<Vec<(usize, usize)>> {
    let mut outgoing = vec![Vec::new(); graph.names.len()];
    for (position, execution) in graph
        .executions
        .iter()
        .enumerate()
        .filter(|(_, execution)| !execution.in_function)
    {
        let Some(&importer) = execution.statement.importer.and_then(|name| graph.index.get(name)) else {
            continue;
        };
        for &imported in &execution.imported {
            if graph.loaded[importer].is_some() && graph.loaded[imported].is_some() && imported != importer {
                outgoing[importer].push((imported, position));
            }
        }
    }
    outgoing
}

fn shortest_circle(graph: &ImportGraph<'_>, outgoing: &[Vec<(usize, usize)>], start: usize) -> Vec<ChainStep> {
    let mut arrived_by: Vec<Option<(usize, usize)>> = vec![None; outgoing.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front().filter(|_| arrived_by[start].is_none()) {
        for &(next, position) in &outgoing[node] {
            if arrived_by[next].is_none() {
                arrived_by[next] = Some((node, position));
                queue.push_back(next);
            }
        }
    }
    let mut steps = Vec::new();
    let mut node = start;
    while let Some((from, position)) = arrived_by[node] {
        steps.push(ChainStep {
            importer: graph.names[from].to_owned(),
            imported: graph.names[node].to_owned(),
            place: graph.executions[position].statement.place(),
        });
        if from == start {
            break;
        }
        node = from;
    }
    steps.reverse();
    steps
}

/// Strongly connected components: Tarjan, "Depth-First Search and Linear Graph Algorithms" (1972), with a stack of its own
/// in place of recursion.
fn strongly_connected(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut number = vec![UNSEEN; successors.len()];
    let mut lowest = vec![UNSEEN; successors.len()];
    let mut open = vec![false; successors.len()];
    let (mut path, mut components, mut count) = (Vec::new(), Vec::new(), 0);
    for root in 0..successors.len() {
        let mut work = if number[root] == UNSEEN {
            vec![(root, 0)]
        } else {
            Vec::new()
        };
        while let Some((node, position)) = work.pop() {
            if position == 0 {
                (number[node], lowest[node], open[node]) = (count, count, true);
                count += 1;
                path.push(node);
            }
            if let Some(&next) = successors[node].get(position) {
                work.push((node, position + 1));
                if number[next] == UNSEEN {
                    work.push((next, 0));
                } else if open[next] {
                    lowest[node] = lowest[node].min(number[next]);
                }
                continue;
            }
            if let Some(&(parent, _)) = work.last() {
                lowest[parent] = lowest[parent].min(lowest[node]);
            }
            if lowest[node] == number[node] {
                let start = path.iter().rposition(|&member| member == node).unwrap_or_default();
                let component = path.split_off(start);
                component.iter().for_each(|&member| open[member] = false);
                components.push(component);
            }
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    #[test]
    fn a_circle_is_found_with_its_places() {
        let observation = Sketch::new("app")
            .loads("app", 1, "orders", 1)
            .loads("orders", 2, "customers", 1)
            .also("customers", 3, "orders")
            .build();
        let cycles = ImportGraph::new(&observation).cycles();
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].modules, ["customers", "orders"]);
        let places: Vec<_> = cycles[0]
            .steps
            .iter()
            .map(|step| step.place.as_ref().unwrap().to_string())
            .collect();
        assert_eq!(places, ["customers.py:3", "orders.py:2"]);
    }

    #[test]
    fn an_import_inside_a_function_closes_no_circle() {
        let observation = Sketch::new("app")
            .loads("app", 1, "orders", 1)
            .also("orders", 9, "app")
            .called_from("app", 4)
            .build();
        assert_eq!(ImportGraph::new(&observation).cycles(), []);
    }

    #[test]
    fn a_package_and_its_part_are_no_circle_by_themselves() {
        let observation = Sketch::new("app").loads("app", 1, "app.part", 1).build();
        assert_eq!(ImportGraph::new(&observation).cycles(), []);
    }

    #[test]
    fn components_of_a_graph_with_two_knots() {
        let mut components = strongly_connected(&[vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![0]]);
        components.iter_mut().for_each(|component| component.sort_unstable());
        components.sort();
        assert_eq!(components, [vec![0, 1, 2], vec![3, 4], vec![5]]);
    }
}
