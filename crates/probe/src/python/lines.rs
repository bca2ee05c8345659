//! The lines of module bodies: an observation of its own, made where a body became heavier and somebody wants to know which
//! line of it did.

use serde::Deserialize;

use super::PythonError;
use super::answer::{self, Unreadable};
use super::observation::{PATIENCE, below};
use super::session::Session;
use super::workspace::Script;
use importgate_core::observed::{ImportRequest, LineSeen};

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename = "lines")]
struct LinesAnswer {
    lines: Vec<LineAnswer>,
}

#[derive(Debug, Deserialize)]
struct LineAnswer {
    module: String,
    file: String,
    line: u32,
    ns: u64,
    text: String,
    extent: Vec<(u32, u32)>,
    reach: Vec<(u32, u32)>,
}

impl Session {
    /// Imports once and looks at the lines of the bodies of `watched` modules. What is not known is not in the answer: a body
    /// that sets a trace function of its own before Python 3.12, or all of them where the import ends the process or hangs.
    ///
    /// Files are named relative to the working directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run or answered something unexpected.
    pub fn lines(&self, request: ImportRequest<'_>, watched: &[&str]) -> Result<Vec<LineSeen>, PythonError> {
        let words: Vec<String> = watched.iter().map(|module| format!("watch={module}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let limit = self.settings().time_limit * PATIENCE;
        let exchange = self.run_import(Script::ObserveLines, &words, request, limit)?;
        match answer::read::<LinesAnswer>(&exchange.answer()) {
            Ok(answer) => Ok(answer.lines.into_iter().map(|line| self.line_seen(line)).collect()),
            Err(Unreadable::Invalid(reason)) => Err(self.unexpected_output(reason, &exchange)),
            Err(Unreadable::Nothing | Unreadable::Short) => Ok(Vec::new()),
        }
    }

    fn line_seen(&self, answer: LineAnswer) -> LineSeen {
        LineSeen {
            module: answer.module,
            file: below(&self.settings().working_directory, answer.file),
            line: answer.line,
            ns: answer.ns,
            text: answer.text,
            extent: answer.extent,
            reach: answer.reach,
        }
    }
}
