//! Causes that go back to the same thing as one: those of all findings of a run, and those of all shards of a check. The figures of
//! a cause are taken here and nowhere else, so that they fit those of its targets.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, CauseTarget};
use crate::explain::ChainStep;
use crate::stats::quantile::median;

/// Unites causes by their ids, the costliest first. The words are those of the growth that costs most in a target, else of the weight
/// that does; so are the figures where several speak of one target, and among equals the first has them. What is part of another in
/// some targets and stands by itself in others is told for those in which it does.
pub(super) fn unite(causes: Vec<Cause>) -> Vec<Cause> {
    let mut groups: BTreeMap<String, Vec<Cause>> = BTreeMap::new();
    for cause in causes {
        groups.entry(cause.id.clone()).or_default().push(cause);
    }
    let mut united: Vec<Cause> = groups.into_values().filter_map(united).collect();
    let ids: BTreeSet<String> = united.iter().map(|cause| cause.id.clone()).collect();
    for cause in &mut united {
        cause.part_of = cause.part_of.take().filter(|whole| ids.contains(whole));
    }
    united.sort_by(Cause::by_cost);
    united
}

/// Causes of one id as one; nothing of none.
fn united(mut causes: Vec<Cause>) -> Option<Cause> {
    let rank = |cause: &Cause| (cause.part_of.is_some(), !cause.kind.is_growth());
    let lead = causes
        .iter()
        .min_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.by_cost(other)))?
        .clone();
    causes.retain(|cause| cause.part_of == lead.part_of);
    causes.sort_by_key(rank);
    let mut targets: Vec<CauseTarget> = Vec::new();
    for cause in &causes {
        for target in &cause.targets {
            if targets.iter().all(|known| known.target != target.target) {
                let chain = cause.chain_in(target);
                targets.push(CauseTarget {
                    chain,
                    joins: 0,
                    ..target.clone()
                });
            }
        }
    }
    // What one target cannot do without is not saved; where nothing is known of a cost, nothing is known of this.
    let costly = causes.iter().filter(|cause| cause.time_ms != 0.0);
    let saves = lead.saves && costly.filter(|cause| cause.kind == lead.kind).all(|cause| cause.saves);
    targets.sort_by(CauseTarget::by_cost);
    let chain = targets.first().map(|target| target.chain.clone()).unwrap_or_default();
    for target in &mut targets {
        (target.joins, target.chain) = beginning(&target.chain, &chain);
    }
    // Where nothing is known of a cost, it is zero.
    let middle = |figure: fn(&CauseTarget) -> f64| {
        let known: Vec<f64> = targets.iter().map(figure).filter(|figure| *figure != 0.0).collect();
        median(&known).unwrap_or(0.0)
    };
    Some(Cause {
        time_ms: middle(|target| target.time_ms),
        memory_bytes: middle(|target| target.memory_bytes as f64).round() as i64,
        modules: middle(|target| target.modules as f64).round() as u64,
        chain,
        targets,
        saves,
        ..lead
    })
}

/// Where a way joins another one that ends as it does, and its steps before that.
fn beginning(chain: &[ChainStep], joined: &[ChainStep]) -> (usize, Vec<ChainStep>) {
    let both = chain.iter().rev().zip(joined.iter().rev());
    let shared = both.take_while(|(one, other)| one == other).count();
    (joined.len() - shared, chain[..chain.len() - shared].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CauseKind;
    use crate::report::fixture;

    /// A cause of this id that costs so much in one target.
    fn cause(id: &str, kind: CauseKind, target: &str, time_ms: f64) -> Cause {
        let step = |importer: &str, imported: &str| ChainStep {
            importer: importer.to_owned(),
            imported: imported.to_owned(),
            place: None,
        };
        let chain = vec![step(target, "shop.utils"), step("shop.utils", "rich")];
        fixture::cause(id, kind, chain, (target, time_ms, 1_000, 45))
    }

    fn figures(cause: &Cause) -> Vec<(&str, f64)> {
        let targets = cause.targets.iter();
        targets.map(|target| (target.target.as_str(), target.time_ms)).collect()
    }

    #[test]
    fn a_cause_is_told_once_with_every_target_and_the_middle_of_what_they_pay() {
        let new = |target, ms| cause("line a.py:1", CauseKind::NewImport, target, ms);
        let united = unite(vec![new("shop.a", 20.0), new("shop.b", 31.0), new("shop.c", 29.0)]);
        assert_eq!(united.len(), 1);
        assert_eq!(
            figures(&united[0]),
            [("shop.b", 31.0), ("shop.c", 29.0), ("shop.a", 20.0)]
        );
        assert_eq!((united[0].time_ms, united[0].modules), (29.0, 45));
        // Each target's way is its own first step and the rest of the first one's.
        let (first, last) = (&united[0].targets[0], &united[0].targets[2]);
        assert_eq!((first.chain.len(), first.joins), (0, 0));
        assert_eq!((last.chain.len(), last.joins), (1, 1));
        let way: Vec<String> = united[0].chain_in(last).into_iter().map(|step| step.importer).collect();
        assert_eq!(way, ["shop.a", "shop.utils"]);
        // Uniting is no change where there is nothing to unite.
        assert_eq!(unite(united.clone()), united);
    }

    #[test]
    fn what_one_target_cannot_do_without_is_not_saved() {
        let new = |target, saves| Cause {
            saves,
            help: Some("import it later".to_owned()),
            ..cause("line a.py:1", CauseKind::NewImport, target, 20.0)
        };
        assert!(unite(vec![new("shop.a", true), new("shop.b", true)])[0].saves);
        assert!(!unite(vec![new("shop.a", true), new("shop.b", false)])[0].saves);
        // A target in which it only fails is no target in which it saves.
        let fails = cause("line a.py:1", CauseKind::Failure, "shop.c", 0.0);
        let united = unite(vec![new("shop.a", true), new("shop.b", true), fails]);
        let way_out = united[0].way_out();
        assert_eq!(way_out.as_deref(), Some("import it later; saves 20.0 ms in 2 targets"));
    }

    #[test]
    fn growth_is_told_where_the_same_line_is_also_weighed() {
        let weight = cause("line a.py:1", CauseKind::Import, "shop", 35.0);
        let growth = cause("line a.py:1", CauseKind::NewImport, "shop", 29.0);
        for causes in [vec![weight.clone(), growth.clone()], vec![growth.clone(), weight]] {
            assert_eq!(unite(causes), unite(vec![growth.clone()]));
        }
    }

    #[test]
    fn a_part_is_told_alone_where_nothing_includes_it() {
        let whole = cause("line a.py:1", CauseKind::Import, "shop", 90.0);
        let part = Cause {
            part_of: Some(whole.id.clone()),
            ..cause("body b", CauseKind::Body, "shop", 60.0)
        };
        let alone = cause("body b", CauseKind::Body, "tool", 61.0);
        let united = unite(vec![whole.clone(), part.clone(), alone]);
        assert_eq!(
            (united[1].part_of.as_deref(), figures(&united[1])),
            (None, vec![("tool", 61.0)])
        );
        let united = unite(vec![whole, part.clone()]);
        assert_eq!(united[1].part_of.as_deref(), Some("line a.py:1"));
        assert_eq!(unite(vec![part])[0].part_of, None);
    }
}
