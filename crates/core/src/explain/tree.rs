//! The tree of first imports, and the groups that its modules belong to.

use std::collections::{BTreeMap, HashMap};

use super::graph::{ImportGraph, ImportStatement};
use super::{Group, milliseconds};
use crate::observed::{ModuleTable, Observation, Place};

/// What the modules of one group take together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupTotal {
    /// The group.
    pub group: Group,
    /// How many modules of it are loaded.
    pub modules: u64,
    /// What their bodies take, in milliseconds.
    pub own_ms: f64,
    /// Resident memory that their bodies add, in bytes.
    pub memory_bytes: i64,
}

/// A module in the tree. Times are milliseconds, memory is bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name.
    pub module: String,
    /// The group that it belongs to.
    pub group: Group,
    /// The position of the module that was first to import it.
    pub parent: Option<usize>,
    /// The line that did.
    pub place: Option<Place>,
    /// What its own body takes.
    pub own_ms: f64,
    /// With everything below it.
    pub cumulative_ms: f64,
    /// Resident memory that its own body adds.
    pub own_memory_bytes: i64,
    /// With everything below it.
    pub cumulative_memory_bytes: i64,
}

/// The groups, heaviest first.
pub(super) fn groups(nodes: &[Node]) -> Vec<GroupTotal> {
    let mut totals: BTreeMap<&Group, GroupTotal> = BTreeMap::new();
    for node in nodes {
        let total = totals.entry(&node.group).or_insert_with(|| GroupTotal {
            group: node.group.clone(),
            modules: 0,
            own_ms: 0.0,
            memory_bytes: 0,
        });
        total.modules += 1;
        total.own_ms += node.own_ms;
        total.memory_bytes += node.own_memory_bytes;
    }
    let mut totals: Vec<GroupTotal> = totals.into_values().collect();
    totals.sort_by(|left, right| right.own_ms.total_cmp(&left.own_ms));
    totals
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
            let own_ms = milliseconds(module.time_ns());
            Node {
                module: module.name.clone(),
                group: Group::of(table, &module.name),
                parent: parents[position].map(|parent| place_in_order[parent]),
                place: edge.and_then(|edge| ImportStatement::of(edge).place()),
                own_ms,
                cumulative_ms: own_ms,
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

/// Parents before their children, and siblings in the order in which they were loaded.
pub(super) fn parents_first(parents: &[Option<usize>]) -> Vec<usize> {
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
