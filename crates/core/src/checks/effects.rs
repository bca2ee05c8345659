//! `forbid-effects`: what an import must not do beside loading modules.

use super::{Case, Context, Finding, FindingKind, Places, Severity};
use crate::observed::{Effect, EffectSeen};

/// The import had a forbidden side effect.
#[derive(Debug, Clone, PartialEq)]
pub struct ForbiddenEffect {
    /// The first time that it was seen.
    pub first: EffectSeen,
    /// Every other time.
    pub others: Vec<EffectSeen>,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    let forbidden = case.target.limits.forbid_effects.iter();
    forbidden
        .filter_map(|forbidden| {
            let effect = seen_of(&observation.effects, forbidden.value, context.places)?;
            let place = context.places.asked_by(&effect.first.stack);
            let place = place.or_else(|| effect.first.place.clone());
            let finding = Finding::about(case.target, Severity::Error, FindingKind::Effect(effect));
            Some(finding.asked_by(forbidden.line.as_ref()).at(place))
        })
        .collect()
}

/// Every time that an effect was seen; `None` where it was not.
fn seen_of(seen: &[EffectSeen], forbidden: Effect, places: &Places) -> Option<ForbiddenEffect> {
    let mut of_kind = (seen.iter().filter(|seen| seen.effect == forbidden)).map(|seen| shown(seen, places));
    Some(ForbiddenEffect {
        first: of_kind.next()?,
        others: of_kind.collect(),
    })
}

/// The effect with the files of its stack as the project names them.
fn shown(seen: &EffectSeen, places: &Places) -> EffectSeen {
    let mut shown = seen.clone();
    for frame in &mut shown.stack {
        frame.file = places.shorten(&frame.file);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, target};
    use crate::observed::{Frame, Observation};

    fn seen(effect: Effect, detail: &str) -> EffectSeen {
        EffectSeen {
            effect,
            detail: detail.to_owned(),
            place: None,
            module: None,
            stack: Vec::new(),
        }
    }

    #[test]
    fn only_the_forbidden_kind_counts_and_the_first_one_leads() {
        let effects = [
            seen(Effect::Write, "open 'log'"),
            seen(Effect::Network, "connect"),
            seen(Effect::Write, "open 'cache'"),
        ];
        let writes = seen_of(&effects, Effect::Write, &Places::default()).expect("it writes twice");
        assert_eq!((writes.first.detail.as_str(), writes.others.len()), ("open 'log'", 1));
        assert_eq!(seen_of(&effects, Effect::Thread, &Places::default()), None);
    }

    #[test]
    fn the_projects_own_module_level_line_is_the_place() {
        let frame = |file: &str, line, function: &str| Frame {
            file: file.to_owned(),
            line,
            function: function.to_owned(),
        };
        let stack = vec![
            frame("/shop/src/shop/cli.py", 2, "<module>"),
            frame("/shop/src/shop/prices.py", 5, "<module>"),
            frame("/site/client/__init__.py", 3, "<module>"),
            frame("/site/client/http.py", 90, "get"),
        ];
        let observation = Observation {
            effects: vec![EffectSeen {
                stack,
                ..seen(Effect::Network, "connect")
            }],
            ..Observation::default()
        };
        let target = target(Limits {
            forbid_effects: vec![cited(Effect::Network)],
            ..Limits::default()
        });
        let case = Case {
            observation: Some(&observation),
            ..case(&target)
        };
        let places = Places::new("/shop".into(), vec!["/shop/src".into()]);
        let context = Context {
            places: &places,
            ..context()
        };
        let found = check(&case, &context);
        let place = found[0].place.as_ref().map(ToString::to_string);
        assert_eq!(place.as_deref(), Some("src/shop/prices.py:5"));
        let FindingKind::Effect(effect) = &found[0].kind else {
            panic!("{found:?}");
        };
        assert_eq!(effect.first.stack[0].file, "src/shop/cli.py");
    }
}
