//! Who slows down what did not change: whoever puts a hook in its way.

use super::answerable::Answerable;
use super::attribution::Attribution;
use super::growth::Evidence;
use super::{Cause, CauseKind};
use crate::explain::Weight;
use crate::explain::graph::ImportGraph;

/// The line of new or changed code that puts a hook in the way of all that comes after it, as the cause of `change_ms`. Nothing where
/// there is none, or several lines do: which of them it is cannot be told.
pub fn cause_of_slowdown(evidence: &Evidence<'_>, change_ms: f64) -> Option<Cause> {
    let graph = ImportGraph::new(evidence.observation);
    let attribution = Attribution {
        graph: &graph,
        table: evidence.table,
        changed: &evidence.change.changed,
        project: evidence.project,
    };
    let answerable = Answerable::new(evidence.change, &attribution);
    let hooks = evidence.observation.hooks.iter();
    let mut found = hooks.filter_map(|hook| {
        let (module, place) = answerable.who(&hook.module, hook.place.as_ref(), hook.body.as_ref())?;
        Some((hook.kind, module, place))
    });
    let (kind, module, place) = found.next()?;
    if found.any(|(_, _, other)| other != place) {
        return None;
    }
    let weight = Weight {
        time_ms: change_ms,
        ..Weight::default()
    };
    let cause = attribution.module(CauseKind::Hook(kind), module, weight);
    Some(Cause {
        file: Some(place.file.clone()),
        line: Some(place.line),
        ..cause
    })
}
