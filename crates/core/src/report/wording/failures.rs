//! Imports and commands that did not come to their end: how, where, and what can be done about it.

use super::Words;
use super::advice::short_failure;
use super::contents::circle;
use crate::budgets;
use crate::checks::{ImportFailure, Started};
use crate::explain::importtime;
use crate::numbers;
use crate::observed::{AbsentName, Failure, Frame, Implausible, Place, Quantity, Shadow, SignalCause};

/// How many lines of a stack or of printed output a finding carries.
pub(super) const SHOWN_LINES: usize = 12;

/// How many other threads of a hang a finding shows.
const SHOWN_THREADS: usize = 3;

pub(super) fn import_failure(failed: &ImportFailure, place: Option<&Place>) -> Words {
    let mut message = failure(&failed.failure, failed.started);
    if let Some(Shadow { module, file }) = failed.failure.shadow() {
        message.push_str(&format!(
            "; {file} is found in place of the standard library's `{module}`"
        ));
    }
    if failed.only_together {
        message.push_str("; each of the layer's modules works alone, so it is their order that fails");
    }
    let help = match failed.started {
        // Advice about imports does not help a command.
        Started::Command if failed.failure.kind().is_some() => None,
        Started::Import | Started::Command => way_out(&failed.failure, place),
    };
    let mut details = stack(failed.failure.stack());
    if let Failure::Hung { other_threads, .. } = &failed.failure {
        details.extend(
            other_threads
                .iter()
                .take(SHOWN_THREADS)
                .flat_map(|frames| other_thread(frames)),
        );
    }
    details.extend(printed(&failed.printed));
    Words { message, help, details }
}

/// What happened to an import or a command that did not come to its end, as a clause.
pub fn failure(failure: &Failure, started: Started) -> String {
    let it = match started {
        Started::Import => "the import",
        Started::Command => "the command",
    };
    match failure {
        Failure::Raised {
            cycle,
            exception,
            message,
            ..
        } if !cycle.is_empty() => {
            // Which modules, and in which files, the circle says.
            let message = message.split(" (most likely due to").next().unwrap_or(message);
            format!(
                "{it} fails with a circular import: {} ({exception}: {message})",
                circle(cycle)
            )
        }
        Failure::Raised {
            missing: Some(missing), ..
        } => format!("{it} needs `{missing}`, which is not installed"),
        Failure::Raised {
            absent: Some(absent), ..
        } => format!("{it} fails: {}", not_there(absent)),
        Failure::Raised { exception, message, .. } if message.is_empty() => format!("{it} raises {exception}"),
        Failure::Raised { exception, message, .. } => format!("{it} raises {exception}: {message}"),
        Failure::Exited { code, .. } => match started {
            Started::Import => format!("{it} ends the process with exit code {code}"),
            Started::Command => format!("{it} exits with code {code}"),
        },
        Failure::Crashed { signal, cause, .. } => format!("{it} {}", crash(*signal, *cause)),
        Failure::Hung { limit_ms, .. } => format!("{it} does not end within {} s", *limit_ms as f64 / 1000.0),
        Failure::Starved { .. } => format!(
            "{it} could not be measured, as the machine was too busy: {}",
            short_failure(failure)
        ),
        Failure::Unobserved { why } => format!("{it} cannot be measured: {why}"),
        Failure::Implausible(why) => format!(
            "what the process of {it} answered cannot be true: {}",
            implausible(*why)
        ),
    }
}

/// What contradicts an answer.
pub(super) fn implausible(why: Implausible) -> String {
    let (quantity, claimed, counted) = match why {
        Implausible::Contradicted {
            quantity,
            claimed,
            counted,
        } => (quantity, claimed, counted),
        Implausible::Foreign => return "something other than the probe wrote it".to_owned(),
        Implausible::Nonsense => return "the probe has no such answers".to_owned(),
    };
    let time = |ns: u64| numbers::any_time(ns as f64 / 1e6);
    match quantity {
        Quantity::ProcessorTime => format!(
            "it says {} of processor time, and the system counted {}",
            time(claimed),
            time(counted)
        ),
        Quantity::WallClock => format!("it says that {} passed, and it was {}", time(claimed), time(counted)),
        Quantity::Blocked => format!(
            "it says that it was blocked for {}, and the system counted {} in which it neither ran nor waited for a processor",
            time(claimed),
            time(counted)
        ),
        Quantity::Speed => format!(
            "it says that a calibration took {}, and right before the import one took {}",
            time(claimed),
            time(counted)
        ),
        Quantity::PeakMemory => format!(
            "it says {} of memory at most, and the system saw {}",
            numbers::bytes(claimed),
            numbers::bytes(counted)
        ),
    }
}

/// What a module was asked for in vain, and where it would have been.
fn not_there(absent: &AbsentName) -> String {
    let AbsentName {
        module, name, package, ..
    } = absent;
    if *package {
        let file = format!("{}/{name}.py", module.replace('.', "/"));
        format!("`{module}` has no module or name `{name}` (there is no {file})")
    } else {
        format!("`{module}` has no name `{name}`")
    }
}

/// The name that was probably meant.
fn meant(absent: &AbsentName) -> Option<&str> {
    budgets::nearest(&absent.name, absent.like.iter().map(String::as_str))
}

/// What to do about a failed import, where there is something obvious.
pub(super) fn way_out(failure: &Failure, place: Option<&Place>) -> Option<String> {
    match failure {
        Failure::Raised {
            shadow: Some(shadow), ..
        } => Some(format!(
            "rename {}: whoever imports `{}` gets it",
            shadow.file, shadow.module
        )),
        Failure::Raised { cycle, .. } if !cycle.is_empty() => Some(
            "move one of these imports into the function that needs it, or what both need into a third module"
                .to_owned(),
        ),
        Failure::Raised {
            missing: Some(missing), ..
        } => {
            let name = missing.split('.').next().unwrap_or(missing);
            // Of another version, built without a library, or a package of its own where the system divides Python.
            let how = match importtime::is_standard(name) {
                true => format!("take an interpreter with `{name}` in its standard library"),
                false => format!("install `{name}` for this interpreter"),
            };
            Some(format!("{how}, or make its import optional"))
        }
        Failure::Hung { stack, .. } => place.map(|place| still_at(place, stack)),
        Failure::Exited { .. } => {
            Some("code that ends the process belongs below `if __name__ == \"__main__\":`".to_owned())
        }
        Failure::Raised {
            absent: Some(absent), ..
        } => Some(match meant(absent) {
            Some(meant) => format!("`{}` has `{meant}`: look whether that is what is meant", absent.module),
            None => format!(
                "look whether `{}` has it in the version that is used here, and whether all of its files are there",
                absent.module.split('.').next().unwrap_or(&absent.module)
            ),
        }),
        Failure::Starved { .. } => Some(
            "check again when less runs beside it, or give the machine or container more processor time".to_owned(),
        ),
        Failure::Raised { exception, message, .. } => withheld_variable(exception, message).map(|name| {
            format!("measured code does not get `{name}`, by which a step acts on its job: `pass-env = [\"{name}\"]` below [project] hands it on")
        }),
        Failure::Unobserved { .. } => Some(
            "look for code that refuses audit events, closes descriptors, removes folders or takes away the interpreter's own functions while it is \
             imported"
                .to_owned(),
        ),
        Failure::Implausible(_) => Some(
            "look for code that changes clocks, the interpreter's own functions or open descriptors while it is imported"
                .to_owned(),
        ),
        Failure::Crashed { cause, .. } => match cause {
            SignalCause::ProcessorTime { .. } => Some(
                "raise the limit (`ulimit -t`), or have the import compute less; where the import sets it, leave that to the program"
                    .to_owned(),
            ),
            SignalCause::ForbiddenCall => {
                Some("look which filter the container, the sandbox or the import itself has set".to_owned())
            }
            SignalCause::Untold | SignalCause::PerhapsMemory => None,
        },
    }
}

/// The variable that is looked up in vain since it is withheld.
fn withheld_variable<'a>(exception: &str, message: &'a str) -> Option<&'a str> {
    let name = message.strip_prefix('\'')?.strip_suffix('\'')?;
    (exception == "KeyError" && budgets::is_withheld_everywhere(name)).then_some(name)
}

/// What hung: a module-level line, and where the calls that it made were.
fn still_at(place: &Place, stack: &[Frame]) -> String {
    let deepest = stack.last().filter(|frame| !frame.is_module_level());
    match deepest.map(|frame| format!("{}:{}", frame.file, frame.line)) {
        Some(deepest) if deepest != place.to_string() => format!(
            "{place} runs while the module is imported, and was at {deepest} when the time ran out; do this after the import"
        ),
        _ => format!("it was at {place} when the time ran out; do this after the import"),
    }
}

/// The lines of a stack. Of a deep one the outermost stay, the last module-level one, whose call goes so deep, and the innermost.
pub(super) fn stack(frames: &[Frame]) -> Vec<String> {
    let line = |frame: &Frame| match frame.line {
        0 => format!("at {} in {}", frame.file, frame.function),
        line => format!("at {}:{line} in {}", frame.file, frame.function),
    };
    if frames.len() <= SHOWN_LINES {
        return frames.iter().map(line).collect();
    }
    let (outermost, innermost) = (SHOWN_LINES / 2, frames.len() - SHOWN_LINES / 2);
    let called = frames.iter().rposition(Frame::is_module_level);
    let kept = |position: usize| position < outermost || position >= innermost || Some(position) == called;
    let mut lines = Vec::new();
    let mut left_out = 0;
    for (position, frame) in frames.iter().enumerate() {
        if !kept(position) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            lines.push(format!("... {} between", numbers::counted(left_out, "call")));
            left_out = 0;
        }
        lines.push(line(frame));
    }
    lines
}

/// What another thread was doing, under a heading.
fn other_thread(frames: &[Frame]) -> Vec<String> {
    let lines = stack(frames).into_iter().map(|line| format!("  {line}"));
    std::iter::once("another thread:".to_owned()).chain(lines).collect()
}

/// The last lines that were printed, under a heading.
fn printed(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let lines = last(&lines, SHOWN_LINES).iter().map(|line| format!("  {line}"));
    std::iter::once("it printed:".to_owned()).chain(lines).collect()
}

fn last<T>(items: &[T], most: usize) -> &[T] {
    &items[items.len().saturating_sub(most)..]
}

/// How a signal ended a process, as what the import or command does.
fn crash(signal: i32, cause: SignalCause) -> String {
    let name = signal_name(signal);
    let Some(at) = cause.ended_at() else {
        let guess = if cause == SignalCause::PerhapsMemory {
            " (out of memory?)"
        } else {
            ""
        };
        return format!("crashes with {name}{guess}");
    };
    let by = match cause {
        SignalCause::ProcessorTime { limit_s: Some(limit) } => format!("{name}, `ulimit -t {limit}`"),
        // Its number is not the same on all systems; strict seccomp sends SIGKILL.
        SignalCause::ForbiddenCall if signal != 9 => "SIGSYS".to_owned(),
        _ => name,
    };
    format!("is ended {at} ({by})")
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}
