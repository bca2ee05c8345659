//! The anchor of a target: what of it can be held against now.

use crate::baseline::Anchor;
use crate::budgets::Target;
use crate::checks::{AnchorSeen, rule_on_counts};
use crate::observed::Sample;
use crate::sampling::Ruling;

use super::compare_with::StoredEntry;

/// What a target is held against beside the baseline.
#[derive(Debug)]
pub(super) struct Anchored {
    /// For a finding.
    pub(super) seen: AnchorSeen,
    /// Its samples; empty where its times do not compare, or counts decide.
    pub(super) samples: Vec<Sample>,
    instructions: Option<u64>,
}

impl Anchored {
    /// The anchor of `target`, where `max-drift` asks for it and there is one apart from the baseline. Where there is none, what is
    /// recorded is where drift is measured from, and `max-regression` holds that already, unless drift is to be held tighter.
    pub(super) fn of(target: &Target, stored: &StoredEntry) -> Option<Self> {
        let allowed = target.limits.max_drift.as_ref()?.value;
        let recorded = stored.entry.targets.get(&target.name)?;
        let anchor = recorded.anchor.clone().unwrap_or_default();
        if let Some(then) = &anchor.then {
            let differences = stored.foreign_anchors.get(&target.name).cloned().unwrap_or_default();
            let compares = differences.is_empty();
            return Some(Self {
                samples: if compares { then.to_samples() } else { Vec::new() },
                instructions: then.instructions.filter(|_| compares),
                seen: AnchorSeen {
                    differences,
                    ..seen(&anchor, then.modules)
                },
            });
        }
        let is_tighter = allowed < target.limits.max_regression.value && stored.comparability.times_compare();
        is_tighter.then(|| Self {
            seen: seen(&anchor, recorded.closure.len() as u64),
            samples: recorded.to_samples(),
            instructions: recorded.instructions,
        })
    }

    /// Leaves the answer to instruction counts, where there is one of the anchor.
    pub(super) fn leave_to_counts(&mut self) {
        if self.instructions.is_some() {
            self.samples = Vec::new();
        }
    }

    /// What one count says, where counts decide.
    pub(super) fn rule_on(&self, now: u64, max_drift: f64) -> Option<Ruling> {
        let then = self.instructions.filter(|_| self.samples.is_empty())?;
        let mut ruling = rule_on_counts(then, now, max_drift);
        ruling.decision = ruling.decision.without_warning();
        Some(ruling)
    }
}

fn seen(anchor: &Anchor, modules: u64) -> AnchorSeen {
    AnchorSeen {
        date: anchor.date,
        commit: anchor.commit.clone(),
        reason: anchor.reason.clone(),
        modules,
        differences: Vec::new(),
    }
}
