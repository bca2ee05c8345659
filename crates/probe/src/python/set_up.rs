//! What the project sets and has called in each process before an import: settings that an import needs, as Django's.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write;

use importgate_core::observed::{ContentHash, Failure, SignalCause};

/// What comes before each import of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetUp {
    /// Environment variables, by name.
    pub variables: BTreeMap<String, String>,
    /// Names of variables that it does not get.
    pub withheld: BTreeSet<OsString>,
    /// What is called, as `module:function`, before `preload`.
    pub call: Option<SetUpCall>,
}

/// A function that is called in each process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpCall {
    /// `module:function`.
    pub name: String,
    /// Who asks for it: the line of the budgets file.
    pub asked_by: String,
}

impl SetUp {
    /// What identifies it; `None` where there is none.
    pub(super) fn identity(&self) -> Option<ContentHash> {
        let mut text = String::new();
        for (name, value) in &self.variables {
            // Writing to a string cannot fail. Debug has quotes around the value, so that no value looks like two.
            let _ = writeln!(text, "{name}={value:?}");
        }
        if let Some(call) = &self.call {
            text.push_str(&call.name);
        }
        (!text.is_empty()).then(|| ContentHash::of(text.as_bytes()))
    }
}

/// How a set-up failed, in one line and those of its stack.
pub(super) fn how_it_failed(failure: &Failure) -> String {
    let (how, stack) = match failure {
        Failure::Raised {
            exception,
            message,
            stack,
            ..
        } => (format!("{exception}: {message}"), stack.as_slice()),
        Failure::Exited { code, stack } => (format!("it ended the process with exit code {code}"), stack.as_slice()),
        Failure::Crashed { signal, cause, stack } => (ended_by(*signal, *cause), stack.as_slice()),
        Failure::Hung { limit_ms, stack, .. } => (
            format!("it was not done after {limit_ms} ms (`timeout`)"),
            stack.as_slice(),
        ),
        Failure::Unobserved { why } => (format!("it cannot be measured: {why}"), &[][..]),
        Failure::Implausible(_) => ("what its process answered cannot be true".to_owned(), &[][..]),
        Failure::Starved { waited_ms, .. } => (format!("it waited {waited_ms} ms for a processor"), &[][..]),
    };
    let lines = stack
        .iter()
        .map(|frame| format!("\n  {}:{} in {}", frame.file, frame.line, frame.function));
    how + &lines.collect::<String>()
}

fn ended_by(signal: i32, cause: SignalCause) -> String {
    let at = cause.ended_at().map_or(String::new(), |at| format!(" {at}"));
    format!("signal {signal} ended the process{at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_and_what_is_called_identify_a_set_up() {
        let set_up = |variables: &[(&str, &str)], call: Option<&str>| SetUp {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            withheld: BTreeSet::new(),
            call: call.map(|name| SetUpCall {
                name: name.to_owned(),
                asked_by: "budgets.toml:3".to_owned(),
            }),
        };
        assert_eq!(set_up(&[], None).identity(), None);
        let all = [
            set_up(&[("A", "1")], None),
            set_up(&[("A", "2")], None),
            set_up(&[("A", "1"), ("B", "")], None),
            set_up(&[("A", "1\nB=")], None),
            set_up(&[("A", "1")], Some("django:setup")),
            set_up(&[], Some("django:setup")),
        ]
        .map(|set_up| set_up.identity());
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
    }
}
