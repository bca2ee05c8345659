//! `cycles`: the project's own modules that import each other in a circle. It works in the present order of imports, and may
//! fail in another one. Cycles inside installed packages are their authors' business.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::ChainStep;
use crate::explain::graph::{ImportCycle, ImportGraph};

/// Modules that import each other in a circle.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportCircle {
    /// How many modules depend on each other.
    pub modules: u64,
    /// A shortest circle through them; the last step leads back to the first.
    pub chain: Vec<ChainStep>,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let Some(observation) = case.observation else {
        return Vec::new();
    };
    let limit = case.target.limits.fail_on_cycles.as_ref();
    let severity = if limit.is_some_and(|limit| limit.value) {
        Severity::Error
    } else {
        Severity::Note
    };
    let cycles = ImportGraph::new(observation).cycles();
    let own = cycles
        .into_iter()
        .filter(|cycle| is_own(cycle, |file| context.places.is_own(file)));
    own.map(|cycle| {
        let chain = context.places.chain(cycle.steps);
        let place = chain.first().and_then(|step| step.place.clone());
        let kind = FindingKind::Cycle(ImportCircle {
            modules: cycle.modules.len() as u64,
            chain,
        });
        let finding = Finding::about(case.target, severity, kind);
        finding.asked_by(limit.and_then(|limit| limit.line.as_ref())).at(place)
    })
    .collect()
}

/// True where every step whose line is known stands in a file of the project, and at least one is known.
fn is_own(cycle: &ImportCycle, is_own_file: impl Fn(&str) -> bool) -> bool {
    let mut files = cycle.steps.iter().filter_map(|step| step.place.as_ref()).peekable();
    files.peek().is_some() && files.all(|place| is_own_file(&place.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Place;

    fn cycle(files: &[Option<&str>]) -> ImportCycle {
        let step = |file: &Option<&str>| ChainStep {
            importer: "a".to_owned(),
            imported: "b".to_owned(),
            place: file.map(|file| Place {
                file: file.to_owned(),
                line: 1,
            }),
        };
        ImportCycle {
            modules: Vec::new(),
            steps: files.iter().map(step).collect(),
        }
    }

    #[test]
    fn a_circle_is_the_projects_own_where_every_known_line_is() {
        let own = |files: &[Option<&str>]| is_own(&cycle(files), |file| file.starts_with("src/"));
        assert!(own(&[Some("src/a.py"), Some("src/b.py")]) && own(&[Some("src/a.py"), None]));
        assert!(!own(&[Some("src/a.py"), Some("lib/b.py")]) && !own(&[None, None]));
    }
}
