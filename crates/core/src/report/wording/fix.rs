//! Why a statement is not changed, in words.

use crate::explain::Measured;
use crate::fix::{LeftOut, LeftOutReason, Refusal, RefusalReason};
use crate::numbers;
use crate::observed::{BodyEffectKind, FunctionProblem, Standing, StatementProblem, UseContext};

/// What a change saves, with the interval that holds the truth in 95%.
pub(in crate::report) fn saving(measured: &Measured) -> String {
    format!(
        "{} ± {}",
        numbers::time(measured.saved.time_ms),
        numbers::time(measured.uncertainty_ms)
    )
}

/// Why targets were left out, each reason once with its targets.
pub(in crate::report) fn left_out(left_out: &[LeftOut]) -> Vec<(String, Vec<String>)> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for one in left_out {
        let reason = why_left_out(&one.reason);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, targets)) => targets.push(one.target.clone()),
            None => reasons.push((reason, vec![one.target.clone()])),
        }
    }
    reasons
}

/// Why a target was left out.
pub(in crate::report) fn why_left_out(reason: &LeftOutReason) -> String {
    match reason {
        LeftOutReason::Command => {
            "a command may start what is not in the copy; name the modules that it imports to have them looked at"
                .to_owned()
        }
        LeftOutReason::Fails(how) => format!("its import fails as it is: {how}"),
    }
}

/// Why a statement, or a name of it, stays where it is; without the line that stands in the way.
pub(in crate::report) fn refusal(refusal: &Refusal) -> String {
    match &refusal.reason {
        RefusalReason::Standing(standing) => self::standing(*standing).to_owned(),
        RefusalReason::Statement(problem) => statement(*problem).to_owned(),
        RefusalReason::Use(context) => used(*context).to_owned(),
        RefusalReason::Function(FunctionProblem::OneLine) => {
            "the function that uses it has no line for an import".to_owned()
        }
        RefusalReason::Function(FunctionProblem::Finalizer) => {
            "`__del__` uses it, which may run when nothing can be imported any more".to_owned()
        }
        RefusalReason::Unused => {
            "the module does not use it: it is there for what its import does, or for others".to_owned()
        }
        RefusalReason::ExplicitExport => "`as` gives it its own name, which exports it".to_owned(),
        RefusalReason::Interface => {
            "what a package's `__init__.py` imports is its interface (name that in `__all__`, and it is known what is not)"
                .to_owned()
        }
        RefusalReason::SideEffect => "it is imported for what that does".to_owned(),
        RefusalReason::BodyEffect { module, kind } => format!("the import of {module} does more than define names: {}", effect(*kind)),
        RefusalReason::Breaks { target, how } => format!("without it the import of {target} fails: {how}"),
        RefusalReason::SavesNothing(measured) => format!("moving it saves too little: {}", saving(measured)),
        RefusalReason::NotMeasured => "it was not measured: others save more".to_owned(),
    }
}

fn effect(kind: BodyEffectKind) -> &'static str {
    match kind {
        BodyEffectKind::Call => "it calls something for what that does",
        BodyEffectKind::Assignment => "it changes another module",
        BodyEffectKind::Decorator => "a decorator of the project may register something",
        BodyEffectKind::Subclass => "a base class of the project may list what is derived from it",
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::TopLevel | Standing::Missing => "no import statement begins in that line",
        Standing::Conditional => "it stands in a condition",
        Standing::Program => "it stands under `if __name__ == \"__main__\"`, which no import runs",
        Standing::Guarded => "it stands in `try` or `with`",
        Standing::Class => "it stands in a class",
        Standing::Function => "it stands in a function, which is called while importing",
        Standing::Star => "`import *` does not say which names it binds",
        Standing::Unreadable => "the file cannot be read as Python",
    }
}

fn statement(problem: StatementProblem) -> &'static str {
    match problem {
        StatementProblem::LineEndings => "lines of the file end with a carriage return alone",
        StatementProblem::SharedLine => "it does not have its lines to itself",
        StatementProblem::Comments => "there are comments between its lines",
        StatementProblem::NotAscii => "it has letters beyond ASCII",
    }
}

fn used(context: UseContext) -> &'static str {
    match context {
        UseContext::Function | UseContext::TypeOnly => "it is used later",
        UseContext::Inspected => "it is in an annotation of something decorated or derived, which may evaluate it",
        UseContext::Annotation => "it is in an annotation that is evaluated",
        UseContext::Module => "it is used while importing",
        UseContext::ClassBody => "it is used in the body of a class",
        UseContext::Decorator => "it is used as a decorator",
        UseContext::Default => "it is used in a default of a parameter",
        UseContext::BaseClass => "it is used as a base class",
        UseContext::Lambda => "it is used in a lambda, which has no place for an import",
        UseContext::Assigned => "its name is bound again",
        UseContext::Deleted => "its name is deleted",
        UseContext::Global => "a function declares its name global",
        UseContext::Reflected => "the module looks names up by their text",
        UseContext::Doctest => "an example in a docstring names it",
        UseContext::TypeComment => "a comment that says a type names it",
        UseContext::Exported => "`__all__` has it",
        UseContext::ComputedExports => "`__all__` is computed, and may have it",
        UseContext::Reimported => "another module imports it from here",
        UseContext::Accessed => "another module reaches it through this one",
        UseContext::Patched => "another file names it in a string, as tests do that replace it",
        UseContext::Named => "a file of settings names it",
        UseContext::Relied => "another file uses what it loads as an attribute of its package",
    }
}
