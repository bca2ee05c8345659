//! An import that did not come to its end: how, and the line of the measured code that it points at.

use super::distributions::changed_since;
use super::places::Places;
use super::{Case, Code, Context, Finding, FindingKind, Severity};
use crate::budgets::Workload;
use crate::observed::{Failure, FailureKind, Place};

/// An import, or a command, did not come to its end: it failed, or was not given the time to.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportFailure {
    /// What was started.
    pub started: Started,
    /// How it failed; the files of its stack are named as the project names them.
    pub failure: Failure,
    /// The last of what it printed; untrusted.
    pub printed: String,
    /// True for a layer whose modules all work alone, so that it is their order that fails.
    pub only_together: bool,
}

/// What a target starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// An import, in a fresh interpreter.
    Import,
    /// A command of the project.
    Command,
}

impl Started {
    /// What a sample of this workload starts.
    pub(crate) fn by(workload: &Workload) -> Self {
        match workload {
            Workload::Imports(_) => Self::Import,
            Workload::Command(_) => Self::Command,
        }
    }
}

impl From<FailureKind> for Code {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::ImportFailed => Self::ImportFailed,
            FailureKind::MissingDependency => Self::MissingDependency,
            FailureKind::CircularImport => Self::CircularImport,
            FailureKind::Exited => Self::Exited,
            FailureKind::Crashed => Self::Crashed,
            FailureKind::Hang => Self::Hang,
            FailureKind::Implausible => Self::Implausible,
        }
    }
}

impl ImportFailure {
    pub(super) fn code(&self) -> Code {
        if self.only_together {
            return Code::OrderDependent;
        }
        self.failure.kind().map_or(Code::Inconclusive, Code::from)
    }
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    find(case, false, context)
}

/// The failure of a layer whose modules all work alone.
pub(super) fn order_that_fails(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    find(case, true, context)
}

fn find(case: &Case<'_>, only_together: bool, context: &Context<'_>) -> Vec<Finding> {
    let places = context.places;
    let Some(failure) = case.failure else {
        return Vec::new();
    };
    let kind = FindingKind::Failure(ImportFailure {
        started: Started::by(&case.target.workload),
        failure: shown(failure, places),
        printed: case.printed.to_owned(),
        only_together,
    });
    if failure.kind().is_none() {
        return vec![Finding::about(case.target, context.severity_of_undecided(), kind)];
    }
    let finding = Finding::about(case.target, Severity::Error, kind).at(place_of(failure, places));
    vec![finding.beside(changed_since(case, context))]
}

/// The line to point at: the first one of a file of the project that stands in the place of the standard library's; of an import that
/// hangs the module-level line that it does not get past, since where exactly it was when the time ran out is chance; else where it
/// failed.
fn place_of(failure: &Failure, places: &Places) -> Option<Place> {
    let stack = failure.stack();
    if let Some(shadow) = failure.shadow().filter(|shadow| places.is_own(&shadow.file)) {
        return Some(places.place(&shadow.file, 1));
    }
    let asked = matches!(failure, Failure::Hung { .. }).then(|| places.asked_by(stack));
    asked.flatten().or_else(|| places.blame(stack))
}

/// The failure with the files of its stack as the project names them.
pub(super) fn shown(failure: &Failure, places: &Places) -> Failure {
    let mut shown = failure.clone();
    for frame in shown.frames_mut() {
        frame.file = places.shorten(&frame.file);
    }
    if let Failure::Raised { message, shadow, .. } = &mut shown {
        *message = places.shorten_within(message);
        if let Some(shadow) = shadow {
            shadow.file = places.shorten(&shadow.file);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{Frame, Implausible, SignalCause};

    fn frame(file: &str, line: u32) -> Frame {
        Frame {
            file: file.to_owned(),
            line,
            function: "<module>".to_owned(),
        }
    }

    fn raised(missing: Option<&str>, cycle: &[&str]) -> Failure {
        Failure::Raised {
            exception: "ImportError".to_owned(),
            message: "no".to_owned(),
            stack: vec![frame("/project/src/shop/cli.py", 3), frame("/site/rich/text.py", 8)],
            missing: missing.map(Box::from),
            cycle: cycle.iter().map(|name| (*name).to_owned()).collect(),
            absent: None,
            shadow: None,
        }
    }

    #[test]
    fn every_way_to_fail_has_its_own_code() {
        let stack = Vec::new;
        let hung = Failure::Hung {
            limit_ms: 1500,
            stack: stack(),
            other_threads: Vec::new(),
        };
        let cases = [
            (raised(None, &[]), Code::ImportFailed),
            (raised(Some("torch"), &[]), Code::MissingDependency),
            (raised(None, &["a", "b"]), Code::CircularImport),
            (
                Failure::Exited {
                    code: 3,
                    stack: stack(),
                },
                Code::Exited,
            ),
            (
                Failure::Crashed {
                    signal: 11,
                    cause: SignalCause::Untold,
                    stack: stack(),
                },
                Code::Crashed,
            ),
            (hung, Code::Hang),
            (Failure::Unobserved { why: "no".to_owned() }, Code::ImportFailed),
            (Failure::Implausible(Implausible::Foreign), Code::Implausible),
        ];
        for (failure, code) in cases {
            let mut failure = ImportFailure {
                started: Started::Import,
                failure,
                printed: String::new(),
                only_together: false,
            };
            assert_eq!(failure.code(), code);
            failure.only_together = true;
            assert_eq!(failure.code(), Code::OrderDependent);
        }
    }

    #[test]
    fn the_deepest_line_of_the_project_is_the_place() {
        let places = Places::new("/project".into(), vec!["/project/src".into()]);
        let failure = raised(None, &[]);
        let place = places.blame(failure.stack()).expect("a place");
        assert_eq!(place.to_string(), "src/shop/cli.py:3");
        let shown = shown(&failure, &places);
        let files: Vec<&str> = shown.stack().iter().map(|frame| frame.file.as_str()).collect();
        assert_eq!(files, ["src/shop/cli.py", "/site/rich/text.py"]);
    }
}
