//! The tree of first imports, and the groups that its modules belong to.

use std::collections::{BTreeMap, HashMap};

use super::{Group, Node};
use crate::explain::graph::ImportGraph;
use crate::observed::{LoadedModule, ModuleTable, Observation, Origin};

/// CPU and blocked time of a module's own body, in milliseconds.
pub(super) fn own_ms(module: &LoadedModule) -> f64 {
    (module.own_ns + module.blocked_ns) as f64 / 1e6
}

/// The group of a module: name and version of its distribution, the standard library or the project.
pub(super) fn group_of(table: &ModuleTable, module: &str) -> String {
    match table.get(module).map(|record| &record.origin) {
        Some(Origin::Distribution { name, version }) => format!("{name} {version}"),
        Some(Origin::Standard) => "standard library".to_owned(),
        Some(Origin::Own) => "project".to_owned(),
        _ => "other".to_owned(),
    }
}

/// The groups, heaviest first.
pub(super) fn groups(nodes: &[Node]) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for node in nodes {
        let group = groups.entry(&node.group).or_insert_with(|| Group {
            name: node.group.clone(),
            modules: 0,
            own_ms: 0.0,
            memory_bytes: 0,
        });
        group.modules += 1;
        group.own_ms += node.own_ms;
        group.memory_bytes += node.own_memory_bytes;
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by(|left, right| right.own_ms.total_cmp(&left.own_ms));
    groups
}

/// Every module below the one whose import loaded it, parents first.
pub(super) fn nodes(observation: &Observation, graph: &ImportGraph<'_>, table: &ModuleTable) -> Vec<Node> {
    let position: HashMap<&str, usize> = observation
        .modules
        .iter()
        .enumerate()
        .map(|(position, module)| (module.name.as_str(), position))
        .collect();
    let parents = parents(observation, graph, &position);
    let order = parents_first(&parents);
    let mut place_in_order = vec![0; order.len()];
    for (place, &module) in order.iter().enumerate() {
        place_in_order[module] = place;
    }
    let mut nodes: Vec<Node> = order
        .iter()
        .map(|&position| {
            let module = &observation.modules[position];
            let edge = graph.loading_edge(&module.name);
            Node {
                module: module.name.clone(),
                group: group_of(table, &module.name),
                parent: parents[position].map(|parent| place_in_order[parent]),
                place: edge.and_then(|edge| crate::explain::graph::ImportStatement::of(edge).place()),
                own_ms: own_ms(module),
                cumulative_ms: own_ms(module),
                own_memory_bytes: module.own_memory_bytes,
                cumulative_memory_bytes: module.own_memory_bytes,
            }
        })
        .collect();
    // Children come after their parents, so backwards every sum is complete before it is handed up.
    for place in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[place].parent {
            nodes[parent].cumulative_ms += nodes[place].cumulative_ms;
            nodes[parent].cumulative_memory_bytes += nodes[place].cumulative_memory_bytes;
        }
    }
    nodes
}

fn parents(observation: &Observation, graph: &ImportGraph<'_>, position: &HashMap<&str, usize>) -> Vec<Option<usize>> {
    let mut parents: Vec<Option<usize>> = vec![None; observation.modules.len()];
    for (child, module) in observation.modules.iter().enumerate() {
        let Some(edge) = graph.loading_edge(&module.name) else {
            continue;
        };
        let trigger = edge.trigger.as_ref().map(|trigger| trigger.module.as_str());
        let importer = trigger.or(edge.importer.as_deref());
        let Some(&parent) = importer.and_then(|name| position.get(name)) else {
            continue;
        };
        let above = std::iter::successors(Some(parent), |&node| parents[node]);
        // An import may look circular where a module was replaced while it was loading: such a link is left out.
        if above.take(observation.modules.len() + 1).all(|node| node != child) {
            parents[child] = Some(parent);
        }
    }
    parents
}

fn parents_first(parents: &[Option<usize>]) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    let mut stack = Vec::new();
    for (child, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(child),
            None => stack.push(child),
        }
    }
    stack.reverse();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(node) = stack.pop() {
        order.push(node);
        stack.extend(children[node].iter().rev());
    }
    order
}
