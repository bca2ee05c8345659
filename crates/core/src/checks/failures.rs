//! An import that did not come to its end: which finding it is, and the line of the measured code that it points at.

use crate::budgets::{Target, Workload};
use crate::checks::{Code, Finding, Severity};
use crate::observed::{Failure, Frame, Place};

use super::places::Places;

/// How many lines of a stack or of printed output a finding carries.
const SHOWN_LINES: usize = 12;

/// The finding of a target that failed.
pub(super) fn of_target(target: &Target, failure: &Failure, output_tail: &str, places: &Places) -> Finding {
    let mut finding = finding(&target.name, failure, output_tail, places);
    if matches!(target.workload, Workload::Command(_)) {
        // Advice about imports does not help a command.
        finding.help = None;
        finding.message = finding.message.replacen("the import", "the command", 1);
        if let Failure::Exited { code, .. } = failure {
            finding.message = format!("the command exits with code {code}");
        }
    }
    finding
}

/// The finding of a failed import.
pub(super) fn finding(target: &str, failure: &Failure, output_tail: &str, places: &Places) -> Finding {
    let (code, message) = describe(failure);
    let stack = stack_of(failure);
    let mut finding = Finding::new(code, Severity::Error, target, message);
    finding.place = places.blame(stack);
    finding.help = help(failure, finding.place.as_ref());
    finding.details = details(stack, output_tail, places);
    finding
}

/// The finding of an import that fails in the base of `--against`, and not in the head: nobody may take the target's row for
/// a comparison.
pub(super) fn in_base(target: &Target, failure: &Failure) -> Finding {
    if is_new(target, failure) {
        let message = "is new: the base does not have it, so there is nothing to compare it with";
        return Finding::new(Code::NoBaseline, Severity::Note, &target.name, message);
    }
    let (_, why) = describe(failure);
    let message = format!("was not compared: in the base, {why}");
    let mut finding = Finding::new(Code::NoBaseline, Severity::Warning, &target.name, message);
    finding.help = Some(
        "the base holds what is committed, so a file that a build step makes is not there; a stored baseline compares it all the same"
            .to_owned(),
    );
    finding
}

/// True where the base lacks a module that the target itself names, or a package that it is in.
fn is_new(target: &Target, failure: &Failure) -> bool {
    let (
        Failure::Raised {
            missing: Some(missing), ..
        },
        Workload::Imports(imports),
    ) = (failure, &target.workload)
    else {
        return false;
    };
    imports.iter().any(|import| {
        import
            .strip_prefix(missing.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn describe(failure: &Failure) -> (Code, String) {
    match failure {
        Failure::Raised {
            cycle,
            exception,
            message,
            ..
        } if !cycle.is_empty() => {
            let mut circle = cycle.clone();
            circle.extend(cycle.first().cloned());
            (
                Code::CircularImport,
                format!(
                    "the import fails in a circle: {} ({exception}: {message})",
                    circle.join(" → ")
                ),
            )
        }
        Failure::Raised {
            missing: Some(missing), ..
        } => (
            Code::MissingDependency,
            format!("the import needs `{missing}`, which is not installed"),
        ),
        Failure::Raised { exception, message, .. } if message.is_empty() => {
            (Code::ImportFailed, format!("the import raises {exception}"))
        }
        Failure::Raised { exception, message, .. } => {
            (Code::ImportFailed, format!("the import raises {exception}: {message}"))
        }
        Failure::Exited { code, .. } => (
            Code::Exited,
            format!("the import ends the process with exit code {code}"),
        ),
        Failure::Crashed { signal, .. } => (
            Code::Crashed,
            format!("the import crashes with {}", signal_name(*signal)),
        ),
        Failure::Hung { limit_ms, .. } => (
            Code::Hang,
            format!("the import does not end within {} s", *limit_ms as f64 / 1000.0),
        ),
    }
}

fn stack_of(failure: &Failure) -> &[Frame] {
    match failure {
        Failure::Raised { stack, .. }
        | Failure::Exited { stack, .. }
        | Failure::Crashed { stack, .. }
        | Failure::Hung { stack, .. } => stack,
    }
}

fn help(failure: &Failure, place: Option<&Place>) -> Option<String> {
    match failure {
        Failure::Raised { cycle, .. } if !cycle.is_empty() => Some(
            "move one of these imports into the function that needs it, or what both need into a third module"
                .to_owned(),
        ),
        Failure::Raised {
            missing: Some(missing), ..
        } => {
            let name = missing.split('.').next().unwrap_or(missing);
            Some(format!(
                "install `{name}` for this interpreter, or make its import optional"
            ))
        }
        Failure::Hung { .. } => {
            place.map(|place| format!("it was at {place} when the time ran out; do this after the import"))
        }
        Failure::Exited { .. } => {
            Some("code that ends the process belongs below `if __name__ == \"__main__\":`".to_owned())
        }
        _ => None,
    }
}

fn details(stack: &[Frame], output_tail: &str, places: &Places) -> Vec<String> {
    let skipped = stack.len().saturating_sub(SHOWN_LINES);
    let mut details: Vec<String> = stack
        .iter()
        .skip(skipped)
        .map(|frame| {
            format!(
                "at {}:{} in {}",
                places.shorten(&frame.file),
                frame.line,
                frame.function
            )
        })
        .collect();
    let printed: Vec<&str> = output_tail.lines().filter(|line| !line.trim().is_empty()).collect();
    if !printed.is_empty() {
        details.push("it printed:".to_owned());
        let skipped = printed.len().saturating_sub(SHOWN_LINES);
        details.extend(printed.into_iter().skip(skipped).map(|line| format!("  {line}")));
    }
    details
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL (out of memory?)",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            missing: missing.map(str::to_owned),
            cycle: cycle.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn places() -> Places {
        Places::new("/project".into(), vec!["/project/src".into()])
    }

    #[test]
    fn every_way_to_fail_has_its_own_code() {
        let cases = [
            (raised(None, &[]), Code::ImportFailed),
            (raised(Some("torch"), &[]), Code::MissingDependency),
            (raised(None, &["a", "b"]), Code::CircularImport),
            (Failure::Exited { code: 3, stack: vec![] }, Code::Exited),
            (
                Failure::Crashed {
                    signal: 11,
                    stack: vec![],
                },
                Code::Crashed,
            ),
            (
                Failure::Hung {
                    limit_ms: 1500,
                    stack: vec![],
                },
                Code::Hang,
            ),
        ];
        for (failure, code) in cases {
            let finding = finding("shop", &failure, "", &places());
            assert_eq!((finding.code, finding.severity), (code, Severity::Error));
        }
    }

    #[test]
    fn the_deepest_line_of_the_project_is_the_place() {
        let finding = finding("shop", &raised(None, &[]), "", &places());
        assert_eq!(finding.place.expect("a place").to_string(), "src/shop/cli.py:3");
        assert_eq!(
            finding.details,
            [
                "at src/shop/cli.py:3 in <module>",
                "at /site/rich/text.py:8 in <module>"
            ]
        );
    }

    #[test]
    fn a_circle_is_written_as_one() {
        let finding = finding("shop", &raised(None, &["shop.a", "shop.b"]), "", &places());
        assert!(
            finding.message.contains("shop.a → shop.b → shop.a"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn the_end_of_the_output_is_shown() {
        let printed: String = (0..40).map(|line| format!("line {line}\n")).collect();
        let finding = finding("shop", &Failure::Exited { code: 1, stack: vec![] }, &printed, &places());
        assert_eq!(finding.details.len(), SHOWN_LINES + 1);
        assert_eq!(finding.details.last().expect("a line"), "  line 39");
    }
}
