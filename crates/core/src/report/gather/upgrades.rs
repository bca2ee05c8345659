//! What one upgrade does in several places, as one cause with parts: modules of the distribution that take longer, and statements of it
//! that now import more.

use crate::explain::{Cause, CauseKind, Root, VersionChange};

/// The causes of one finding, in which an upgrade that stands for several of them includes those that are statements.
pub(super) fn with_parts(causes: &[Cause]) -> Vec<Cause> {
    let mut all: Vec<Cause> = Vec::with_capacity(causes.len());
    for cause in causes {
        let Some(change) = upgrade(cause) else {
            all.push(cause.clone());
            continue;
        };
        let root = Root::of(cause);
        let same: Vec<&Cause> = causes.iter().filter(|other| Root::of(other) == root).collect();
        if same.len() == 1 {
            all.push(cause.clone());
            continue;
        }
        if all.iter().all(|known| Root::of(known) != root) {
            all.push(whole(cause, &same, change));
        }
        if matches!(cause.kind, CauseKind::NewModules { .. }) {
            let part_of = Some(root);
            all.push(Cause {
                part_of,
                ..cause.clone()
            });
        }
    }
    all
}

fn upgrade(cause: &Cause) -> Option<&VersionChange> {
    match &cause.kind {
        CauseKind::Upgrade(change)
        | CauseKind::NewModules {
            upgrade: Some(change), ..
        } => Some(change),
        _ => None,
    }
}

/// All that an upgrade does, named after `first`, which costs most.
fn whole(first: &Cause, same: &[&Cause], change: &VersionChange) -> Cause {
    let mut whole = Cause {
        kind: CauseKind::Upgrade(change.clone()),
        file: None,
        line: None,
        uses: None,
        called_at: None,
        falls_away: false,
        before_ms: 0.0,
        ..first.clone()
    };
    for other in same.iter().filter(|other| **other != first) {
        whole.weight.time_ms += other.weight.time_ms;
        whole.weight.memory_bytes += other.weight.memory_bytes;
        whole.weight.modules += other.weight.modules;
    }
    whole
}
