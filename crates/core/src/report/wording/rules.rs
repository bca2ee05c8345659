//! What each code of a finding means, for readers who meet it before they have met importgate: code scanning has a page for each rule.

use crate::checks::Code;

/// Where the page of a code is.
pub(in crate::report) fn url(code: Code) -> String {
    let pages = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/findings");
    format!("{pages}/{code}.md")
}

/// A code in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) struct Rule {
    /// In a few words, as a title.
    pub(in crate::report) title: &'static str,
    /// In a sentence or two.
    pub(in crate::report) meaning: &'static str,
    /// What to do about it, in general.
    pub(in crate::report) help: &'static str,
}

/// What a code means.
pub(in crate::report) fn rule(code: Code) -> Rule {
    let (title, meaning) = meaning(code);
    Rule {
        title,
        meaning,
        help: help(code),
    }
}

fn meaning(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::OverTime => (
            "Import over its time ceiling",
            "Importing the target takes longer than max-time allows.",
        ),
        Code::OverMemory => (
            "Import over its memory ceiling",
            "Importing the target adds more memory to the process than max-memory allows.",
        ),
        Code::OverModules => (
            "Import loads too many modules",
            "Importing the target loads more modules than max-modules allows.",
        ),
        Code::OverTotalTime => (
            "Layer over its time ceiling",
            "Importing all targets of the layer in one process takes longer than max-total-time allows.",
        ),
        Code::OverNewModules => (
            "Import loads too many new modules",
            "Importing the target loads more modules than the baseline and the number that max-new-modules allows.",
        ),
        Code::MemoryRegression => (
            "Import takes more memory than before",
            "Importing the target adds more memory than the baseline and the share that max-memory-regression allows.",
        ),
        Code::Regression => (
            "Import is slower than before",
            "Importing the target is slower than the baseline by more than max-regression allows.",
        ),
        Code::Drift => (
            "Import drifted from its anchor",
            "Importing the target is slower than its anchor by more than max-drift allows, over however many recordings.",
        ),
        Code::Slowdown => (
            "Import is slower though its code is the same",
            "Modules that did not change became slower: stale or missing bytecode, a wait, an import hook, a larger heap.",
        ),
        Code::UnfoundedEntry => (
            "Entry of the baseline is not of its code",
            "The change wrote an entry of the baseline that cannot have been recorded from the code that it names.",
        ),
        Code::StartChanged => (
            "Start of the interpreter changed",
            "A .pth file or sitecustomize changed what each start of the interpreter loads.",
        ),
        Code::ImportFailed => ("Import fails", "Importing the target raises an exception."),
        Code::MissingDependency => (
            "Import needs a module that is missing",
            "Importing the target needs a module that is not installed.",
        ),
        Code::CircularImport => (
            "Import fails in a circle",
            "Modules import each other, and one of them needs a name that the other does not have yet.",
        ),
        Code::Hang => (
            "Import does not end",
            "Importing the target does not end within the time limit.",
        ),
        Code::Crashed => ("Import crashes", "A signal kills the process that imports the target."),
        Code::Exited => ("Import ends the process", "Importing the target ends the process."),
        Code::Implausible => (
            "Answer of the measured process cannot be true",
            "The process that imports the target answers what the operating system's own figures of it contradict.",
        ),
        Code::Inconclusive => (
            "Samples do not decide",
            "The samples do not tell whether the target keeps its budget. Nothing says that its code is at fault.",
        ),
        Code::NoBaseline => (
            "No baseline to compare with",
            "There is no recording to compare the target with, so that only its ceilings are checked.",
        ),
        Code::StaleBaselineEntry => (
            "Baseline has an entry that nothing asks for",
            "The baseline has a target that no budget asks for any more.",
        ),
        Code::ForeignBaseline => (
            "Baseline comes from elsewhere",
            "The baseline comes from another kind of machine or another build of Python.",
        ),
        Code::Unstable => (
            "Import time varies too much",
            "The import time of the target spreads more than max-variation allows.",
        ),
        Code::Forbidden => (
            "Import loads a forbidden module",
            "Importing the target loads a module that forbid lists.",
        ),
        Code::ForbiddenEffect => (
            "Import has a forbidden side effect",
            "Importing the target does what forbid-effects lists: it opens a connection, starts a process or a thread, or writes a file.",
        ),
        Code::WarningRaised => ("Import raises a warning", "Importing the target raises a warning."),
        Code::ImportCycle => (
            "Modules import each other",
            "Modules import each other in a circle that works only in the order in which they are imported.",
        ),
        Code::OrderDependent => (
            "Import depends on an order",
            "The target can be imported by itself, and fails after others of its start-up.",
        ),
        Code::ImportOrder => (
            "Order of imports matters",
            "How long the imports of a start-up take depends on their order.",
        ),
        Code::HeavyModule => (
            "Module is heavy",
            "A module costs more than the mark of classes.heavy, whichever target loads it.",
        ),
        Code::Allowed => (
            "Over its limit, and accepted",
            "The target is beyond a limit, and an allowance in .importgate/allow accepts that.",
        ),
        Code::AllowanceEnds => (
            "Allowance ends soon",
            "The target is beyond a limit, and the allowance that accepts that ends within two weeks.",
        ),
        Code::AllowanceEnded => (
            "Allowance has ended",
            "The target is beyond a limit, and the allowance that accepted that has ended.",
        ),
        Code::UnusedAllowance => (
            "Allowance is not needed",
            "An allowance in .importgate/allow raises a limit that is kept without it.",
        ),
        Code::OutOfBounds => (
            "Benchmark beyond its limit",
            "A rate, a share or another number of a benchmark is below min or above max.",
        ),
        Code::FailedRequests => (
            "Requests of a benchmark failed",
            "More requests or runs of a benchmark failed than max-failed allows.",
        ),
    }
}

fn help(code: Code) -> &'static str {
    match code {
        Code::OverTime | Code::OverTotalTime | Code::Regression | Code::HeavyModule => {
            "Import what is costly in the function that needs it. `importgate explain TARGET` shows where the time goes, \
             and `importgate fix` proposes changes with what each saves."
        }
        Code::OverMemory | Code::MemoryRegression => {
            "Import what is large in the function that needs it. `importgate explain TARGET` shows where the memory goes."
        }
        Code::OverModules | Code::OverNewModules => {
            "Import less at the top of modules. `importgate explain TARGET --modules` shows what leads to each module."
        }
        Code::Drift => {
            "`importgate trend TARGET` shows when it grew. `importgate anchor TARGET --reason TEXT` accepts what it takes now."
        }
        Code::Slowdown => {
            "Look at what the message names: bytecode that is not written or not used, a wait, an import hook."
        }
        Code::UnfoundedEntry => "Record again where the code is, or take the entry back as it was.",
        Code::StartChanged => "Look at the .pth file or at sitecustomize of the environment, or record a new baseline.",
        Code::ImportFailed | Code::Crashed | Code::Exited => "Import the target by itself to see the whole error.",
        Code::Implausible => {
            "Look for code that changes clocks, the interpreter's own functions or open descriptors while it is imported."
        }
        Code::MissingDependency => "Install the module, or import it where it is needed.",
        Code::CircularImport | Code::ImportCycle => {
            "Move what both modules need into a third one, or import it in the function that needs it."
        }
        Code::Hang => "Wait for nothing while a module is imported. The stack in the message shows where it waits.",
        Code::Inconclusive | Code::Unstable => {
            "Run it again on a quieter machine, or allow more samples. `importgate doctor` shows what this machine can tell."
        }
        Code::NoBaseline | Code::StaleBaselineEntry | Code::ForeignBaseline => {
            "`importgate record` writes the baseline."
        }
        Code::Forbidden => {
            "`importgate explain TARGET --why MODULE` shows the way to the module: cut it at one of its lines."
        }
        Code::ForbiddenEffect => {
            "Do it in a function that is called when it is needed, not while the module is imported."
        }
        Code::WarningRaised => "Use what the warning recommends, or upgrade the library that raises it.",
        Code::Allowed => "Nothing, until it ends. Mend what it accepts, and remove its file.",
        Code::AllowanceEnds | Code::AllowanceEnded => {
            "Mend what it accepts, or accept it for longer: `importgate allow TARGET RULE --reason TEXT --until DATE`."
        }
        Code::UnusedAllowance => {
            "Remove its file; `importgate record` on the main branch removes those that are recorded."
        }
        Code::OutOfBounds => "Look at what changed in what the benchmark measures; the limit stands in `[benchmarks]`.",
        Code::FailedRequests => {
            "Look at the tool's own output for what failed: of what fails quickly a time says nothing."
        }
        Code::OrderDependent | Code::ImportOrder => "Let each module import what it needs itself.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_ends_and_no_title_does() {
        // By the names of the schema, which has them all.
        let schema = serde_json::to_value(schemars::schema_for!(Code)).expect("JSON");
        let names = schema["oneOf"].as_array().expect("one entry a code");
        assert!(names.len() > 20, "{}", names.len());
        for name in names {
            let code: Code = serde_json::from_value(name["const"].clone()).expect("a code");
            let rule = rule(code);
            assert!(rule.meaning.ends_with('.') && rule.help.ends_with('.'), "{code}");
            assert!(!rule.title.is_empty() && !rule.title.ends_with('.'), "{code}");
        }
    }
}
