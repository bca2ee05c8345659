//! Entries of the baseline that the change under test wrote, and that cannot be of the code that they name: the change did not touch the
//! target, and its entry has other code; or the code is the entry's, and takes so much longer that nobody can have measured that.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::baseline::Amended;
use crate::explain::CauseKind;
use crate::observed::{ContentHash, ModuleTable, Origin, Place};
use crate::sampling::Decision;
use crate::stats::Comparison;

/// What the change under test did to the baseline.
#[derive(Debug, Clone, Default)]
pub struct AmendedBaseline {
    /// The targets whose numbers it wrote.
    pub targets: BTreeMap<String, Amended>,
    /// The files that the project had in git before, as it names them: what is made by a build can be another on every machine.
    pub known_files: BTreeSet<String>,
    /// True where the run compares with what the change wrote, and not with what was there before.
    pub is_compared_with: bool,
}

impl AmendedBaseline {
    /// True where what is recorded of a target is the change's own word, which nobody takes for granted.
    pub(crate) fn is_own_word(&self, target: &str) -> bool {
        self.is_compared_with && self.targets.contains_key(target)
    }
}

/// An entry that cannot have been recorded from the code that it names.
#[derive(Debug, Clone, PartialEq)]
pub enum UnfoundedEntry {
    /// The code is what it was before, and the entry names another.
    OtherCode {
        /// The modules of which it has another content.
        modules: Vec<String>,
    },
    /// The code is the entry's, and takes so much longer.
    Slower(Comparison),
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let amended = context
        .amended
        .and_then(|baseline| baseline.targets.get(&case.target.name));
    let other_code = amended.and_then(|amended| of_other_code(case, amended, context));
    let found = other_code.or_else(|| is_slower(case, context));
    let finding = |(entry, place): (UnfoundedEntry, Option<Place>)| {
        Finding::about(case.target, Severity::Error, FindingKind::Unfounded(entry)).at(place)
    };
    found.map(finding).into_iter().collect()
}

/// True where what takes longer is said of the entry, and not of the code that did not change.
pub(super) fn speaks_of_the_entry(case: &Case<'_>, context: &Context<'_>) -> bool {
    is_slower(case, context).is_some()
}

fn is_slower(case: &Case<'_>, context: &Context<'_>) -> Option<(UnfoundedEntry, Option<Place>)> {
    let is_own_word = |baseline: &AmendedBaseline| baseline.is_own_word(&case.target.name);
    let ruling = case.answers.slowdown.as_ref().filter(|_| case.estimate.is_some())?;
    let is_asked = context.asked.asks(super::Code::UnfoundedEntry);
    let is_denied = ruling.decision == Decision::Fail && case.answers.is_of_same_code();
    if !is_asked || !is_denied || !context.amended.is_some_and(is_own_word) || is_explained(case, context) {
        return None;
    }
    Some((UnfoundedEntry::Slower(ruling.comparison.clone()), None))
}

/// True where something outside the code is seen to take the time: bytecode that is missing, or a wait.
fn is_explained(case: &Case<'_>, context: &Context<'_>) -> bool {
    let (causes, _) = case.causes_of_change(context.places);
    let outside = |kind: &CauseKind| matches!(kind, CauseKind::CompiledAtStart(_) | CauseKind::Blocked);
    causes.iter().any(|cause| outside(&cause.kind))
}

/// Where the target's own modules are as they were before, and its entry names others. Only files that git knew then tell.
fn of_other_code(case: &Case<'_>, amended: &Amended, context: &Context<'_>) -> Option<(UnfoundedEntry, Option<Place>)> {
    let known_files = &context.amended?.known_files;
    let before = amended
        .before
        .as_ref()
        .filter(|_| !amended.now.again && !case.is_command())?;
    let own = own_modules(case.closure);
    if own.is_empty() || own != own_modules(&before.closure) {
        return None;
    }
    let named = own_modules(&amended.now.closure);
    let is_other = |module: &&str| named.get(module).is_some_and(|content| *content != own[module]);
    let loaded = &case.observation?.modules;
    let file_of = |name: &str| {
        let module = loaded.iter().find(|module| module.name == name)?;
        module
            .file
            .as_ref()
            .filter(|file| known_files.contains(&context.places.shorten(file)))
    };
    let modules: Vec<&str> = own
        .keys()
        .copied()
        .filter(is_other)
        .filter(|name| file_of(name).is_some())
        .collect();
    let file = file_of(modules.first()?)?;
    let place = context.places.place(file, 1);
    let modules = modules.into_iter().map(str::to_owned).collect();
    Some((UnfoundedEntry::OtherCode { modules }, Some(place)))
}

/// The modules of the project, with what identifies them.
fn own_modules(closure: &ModuleTable) -> BTreeMap<&str, ContentHash> {
    let own = closure.iter().filter(|(_, record)| record.origin == Origin::Own);
    own.filter_map(|(name, record)| Some((name.as_str(), record.content?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Recorded;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, context, observation, ruling, target};
    use crate::checks::{Code, judge};
    use crate::observed::{ModuleRecord, Observation};
    use crate::sampling::Ruling;

    fn closure(content: u64) -> ModuleTable {
        let record = ModuleRecord {
            content: Some(ContentHash(content)),
            origin: Origin::Own,
            bytecode: None,
        };
        ModuleTable::from_iter([("shop".to_owned(), record)])
    }

    fn recorded(content: u64) -> Recorded {
        Recorded {
            closure: closure(content),
            ..Recorded::default()
        }
    }

    /// The head changed the entry from the one content to the other, and one is there.
    fn baseline(before: Option<u64>, now: u64) -> AmendedBaseline {
        let amended = Amended {
            before: before.map(recorded),
            now: recorded(now),
        };
        AmendedBaseline {
            targets: BTreeMap::from([("shop".to_owned(), amended)]),
            known_files: BTreeSet::from(["src/shop.py".to_owned()]),
            is_compared_with: true,
        }
    }

    fn told(case: &Case<'_>, baseline: &AmendedBaseline) -> Vec<(Code, Severity)> {
        let context = Context {
            amended: Some(baseline),
            ..context()
        };
        let findings = judge(std::slice::from_ref(case), &context).findings;
        findings.iter().map(|found| (found.code(), found.severity)).collect()
    }

    fn seen() -> Observation {
        let mut seen = observation(1, 1);
        seen.modules[0].file = Some("/project/src/shop.py".to_owned());
        seen
    }

    const UNFOUNDED: [(Code, Severity); 1] = [(Code::UnfoundedEntry, Severity::Error)];

    #[test]
    fn an_entry_of_other_code_than_the_target_that_did_not_change_is_an_error() {
        let (target, here, seen) = (target(Limits::default()), closure(1), seen());
        let case = Case {
            closure: &here,
            observation: Some(&seen),
            ..case(&target)
        };
        assert_eq!(told(&case, &baseline(Some(1), 2)), UNFOUNDED);
        assert_eq!(told(&case, &baseline(Some(1), 1)), [], "recorded again");
        assert_eq!(told(&case, &baseline(Some(2), 1)), [], "recorded after an edit");
        assert_eq!(told(&case, &baseline(Some(2), 3)), [], "edited since it was recorded");
        assert_eq!(told(&case, &baseline(None, 2)), [], "new");
    }

    #[test]
    fn what_a_merge_left_open_and_what_a_build_makes_is_none() {
        let (target, here, seen) = (target(Limits::default()), closure(1), seen());
        let case = Case {
            closure: &here,
            observation: Some(&seen),
            ..case(&target)
        };
        let mut merged = baseline(Some(1), 2);
        merged.targets.get_mut("shop").expect("one").now.again = true;
        assert_eq!(told(&case, &merged), []);
        let mut built = baseline(Some(1), 2);
        built.known_files.clear();
        assert_eq!(told(&case, &built), []);
    }

    #[test]
    fn code_that_takes_far_longer_than_the_change_recorded_of_it_is_an_error_of_its_own() {
        let target = target(Limits::default());
        let mut case = case(&target);
        case.answers.regression = Some(Ruling::same_closure(100.0, 300.0));
        case.answers.slowdown = Some(ruling(Decision::Fail));
        let mut own_word = baseline(Some(1), 2);
        assert_eq!(told(&case, &own_word), UNFOUNDED);
        own_word.is_compared_with = false;
        assert_eq!(told(&case, &own_word), [(Code::Slowdown, Severity::Error)]);
        own_word.is_compared_with = true;
        case.answers.slowdown = Some(ruling(Decision::Pass));
        assert_eq!(told(&case, &own_word), []);
    }
}
