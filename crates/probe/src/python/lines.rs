//! The lines of module bodies: an observation of its own, made where a body became heavier and somebody wants to know which
//! line of it did.

use serde::Deserialize;

use super::PythonError;
use super::observation::{PATIENCE, name_below};
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{ImportRequest, LineSeen};

#[derive(Deserialize)]
struct LinesAnswer {
    lines: Vec<LineSeen>,
}

impl Session {
    /// Imports once and looks at the lines of the bodies of `watched` modules. What is not known is not in the answer: a body
    /// that sets a trace function of its own before Python 3.12, or all of them where the import fails, or what its process answers is none.
    ///
    /// Files are named relative to the working directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run.
    pub fn lines(&self, request: ImportRequest<'_>, watched: &[&str]) -> Result<Vec<LineSeen>, PythonError> {
        let words: Vec<String> = watched.iter().map(|module| format!("watch={module}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let limit = self.settings().time_limit * PATIENCE;
        let exchange = self.run_import(Script::ObserveLines, &words, request, limit)?;
        let answer = exchange.answer::<LinesAnswer>("lines");
        let mut lines = answer.map_or_else(
            |_| Vec::new(),
            |answer| answer.map_or_else(|_| Vec::new(), |answer| answer.lines),
        );
        for line in &mut lines {
            name_below(&self.settings().working_directory, &mut line.file);
        }
        Ok(lines)
    }
}
