//! `forbid-effects`: what an import must not do beside loading modules.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::observed::{Effect, EffectSeen};

/// The import had a forbidden side effect.
#[derive(Debug, Clone, PartialEq)]
pub struct ForbiddenEffect {
    /// The first time that it was seen.
    pub first: EffectSeen,
    /// Every other time.
    pub others: Vec<EffectSeen>,
}

pub(super) fn check(case: &Case<'_>, _context: &Context<'_>) -> Vec<Finding> {
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    let forbidden = case.target.limits.forbid_effects.iter();
    forbidden
        .filter_map(|forbidden| {
            let effect = seen_of(&observation.effects, forbidden.value)?;
            let place = effect.first.place.clone();
            let finding = Finding::about(case.target, Severity::Error, FindingKind::Effect(effect));
            Some(finding.asked_by(forbidden.line.as_ref()).at(place))
        })
        .collect()
}

/// Every time that an effect was seen; `None` where it was not.
fn seen_of(seen: &[EffectSeen], forbidden: Effect) -> Option<ForbiddenEffect> {
    let mut of_kind = seen.iter().filter(|seen| seen.effect == forbidden).cloned();
    Some(ForbiddenEffect {
        first: of_kind.next()?,
        others: of_kind.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(effect: Effect, detail: &str) -> EffectSeen {
        EffectSeen {
            effect,
            detail: detail.to_owned(),
            place: None,
            module: None,
        }
    }

    #[test]
    fn only_the_forbidden_kind_counts_and_the_first_one_leads() {
        let effects = [
            seen(Effect::Write, "open 'log'"),
            seen(Effect::Network, "connect"),
            seen(Effect::Write, "open 'cache'"),
        ];
        let writes = seen_of(&effects, Effect::Write).expect("it writes twice");
        assert_eq!((writes.first.detail.as_str(), writes.others.len()), ("open 'log'", 1));
        assert_eq!(seen_of(&effects, Effect::Thread), None);
    }
}
