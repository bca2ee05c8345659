//! The shortest chain of imports that leads from the target to a module: what a reader follows to see why it is there.

use std::collections::VecDeque;

use super::{Execution, ImportGraph, ROOT};
use crate::explain::ChainStep;

/// Which module a step is taken from.
#[derive(Clone, Copy)]
enum From {
    /// The module that the import statement stands in: what a reader finds in the source.
    Statement,
    /// The module whose body made the statement run. It reaches what code that was loaded before imports.
    Trigger,
}

/// Breadth-first search over modules. Statements' own modules are followed first, because the chain then reads without a gap.
pub(super) fn shortest(graph: &ImportGraph<'_>, to: usize) -> Option<Vec<ChainStep>> {
    search(graph, to, &[From::Statement]).or_else(|| search(graph, to, &[From::Statement, From::Trigger]))
}

fn search(graph: &ImportGraph<'_>, to: usize, ways: &[From]) -> Option<Vec<ChainStep>> {
    let mut outgoing = vec![Vec::new(); graph.names.len()];
    for execution in &graph.executions {
        for way in ways {
            if let Some(from) = starting_module(graph, execution, *way) {
                outgoing[from].push(execution);
            }
        }
    }
    let mut arrived_by: Vec<Option<(usize, &Execution<'_>)>> = vec![None; graph.names.len()];
    let mut queue = VecDeque::from([ROOT]);
    while let Some(node) = queue.pop_front().filter(|&node| node != to) {
        for execution in &outgoing[node] {
            for &next in &execution.imported {
                if next != ROOT && arrived_by[next].is_none() {
                    arrived_by[next] = Some((node, execution));
                    queue.push_back(next);
                }
            }
        }
    }
    let mut steps = Vec::new();
    let mut node = to;
    loop {
        let (from, execution) = arrived_by[node]?;
        if from == ROOT {
            break;
        }
        steps.push(ChainStep {
            importer: graph.names[from].to_owned(),
            imported: graph.names[node].to_owned(),
            place: execution.statement.place(),
        });
        node = from;
    }
    steps.reverse();
    Some(steps)
}

fn starting_module(graph: &ImportGraph<'_>, execution: &Execution<'_>, way: From) -> Option<usize> {
    let module = match way {
        From::Statement => match execution.statement.importer {
            Some(importer) => importer,
            None => return Some(ROOT),
        },
        From::Trigger => match execution.trigger {
            Some(trigger) => &trigger.module,
            None => return (execution.source == ROOT).then_some(ROOT),
        },
    };
    graph.index.get(module).copied()
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    fn chain(graph: &ImportGraph<'_>, module: &str) -> Option<Vec<String>> {
        let steps = graph.shortest_chain(module)?;
        Some(
            steps
                .iter()
                .map(|step| step.place.as_ref().map_or(step.importer.clone(), ToString::to_string))
                .collect(),
        )
    }

    #[test]
    fn the_shortest_way_wins_over_the_way_that_loaded() {
        let observation = Sketch::new("app")
            .loads("app", 1, "deep", 1)
            .loads("deep", 2, "torch", 1)
            .also("app", 9, "torch")
            .build();
        let graph = ImportGraph::new(&observation);
        assert_eq!(chain(&graph, "torch").unwrap(), ["app.py:9"]);
        assert_eq!(chain(&graph, "app").unwrap(), [""; 0]);
        assert_eq!(chain(&graph, "absent"), None);
    }

    #[test]
    fn a_function_of_a_preloaded_module_is_reached_through_its_caller() {
        let observation = Sketch::new("app")
            .loads("registry", 193, "plugin", 1)
            .called_from("app", 5)
            .build();
        let graph = ImportGraph::new(&observation);
        let steps = graph.shortest_chain("plugin").unwrap();
        assert_eq!(steps.len(), 1);
        assert_eq!(
            (steps[0].importer.as_str(), steps[0].place.as_ref().unwrap().line),
            ("app", 193)
        );
    }
}
