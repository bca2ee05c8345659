//! What sources say of import statements: a process of the interpreter that parses, and imports nothing of the project.

use serde::Deserialize;

use super::PythonError;
use super::answer::{self, Unreadable};
use super::observation::name_below;
use super::scripts::Script;
use super::session::{OWN_LIMIT, Session};
use importgate_core::observed::{StatementPlace, StatementSyntax};

#[derive(Deserialize)]
struct SyntaxAnswer {
    statements: Vec<StatementSyntax>,
}

impl Session {
    /// Reads what statements bind and where their names are used, in their modules and in the files below the working directory.
    /// Files are named relative to that directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run or answered something unexpected.
    pub fn syntax(&self, statements: &[StatementPlace]) -> Result<Vec<StatementSyntax>, PythonError> {
        let folder = &self.settings().working_directory;
        let statement = |place: &StatementPlace| {
            let file = folder.join(&place.file);
            format!("statement={}:{}:{}", place.line, place.module, file.display())
        };
        let mut words: Vec<String> = statements.iter().map(statement).collect();
        words.push(format!("scan={}", folder.display()));
        let exchange = self.run_reader(Script::Syntax, &words, OWN_LIMIT)?;
        let mut answered = match answer::read::<SyntaxAnswer>(&exchange.answer(), "syntax") {
            Ok(Ok(answer)) => answer.statements,
            Ok(Err(failure)) => return Err(self.unexpected_output(format!("{failure:?}"), &exchange)),
            Err(Unreadable::Invalid(reason)) => return Err(self.unexpected_output(reason, &exchange)),
            Err(unreadable @ (Unreadable::Nothing | Unreadable::Short)) => {
                return Err(self.unexpected_output(unreadable.to_string(), &exchange));
            }
        };
        for statement in &mut answered {
            name_below(folder, &mut statement.file);
            let uses = statement.names.iter_mut().flat_map(|name| &mut name.uses);
            uses.filter_map(|one| one.file.as_mut())
                .for_each(|file| name_below(folder, file));
        }
        Ok(answered)
    }
}
