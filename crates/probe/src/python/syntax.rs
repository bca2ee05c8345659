//! What sources say of import statements: a process of the interpreter that parses, and imports nothing of the project.

use std::time::Duration;

use super::PythonError;
use super::answer::Unreadable;
use super::observation::name_below;
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{Body, SourceFacts, StatementPlace};

/// How long the sources of a project may take to read: thousands of files on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

impl Session {
    /// Reads what statements bind and where their names are used, in their modules and in the files below the working directory, and
    /// what bodies do to other modules. Files are named relative to that directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run or answered something unexpected.
    pub fn syntax(&self, statements: &[StatementPlace], bodies: &[Body]) -> Result<SourceFacts, PythonError> {
        let folder = &self.settings().working_directory;
        let statement = |place: &StatementPlace| {
            let file = folder.join(&place.file);
            format!("statement={}:{}:{}", place.line, place.module, file.display())
        };
        let body = |body: &Body| format!("effects={}:{}", body.module, folder.join(&body.file).display());
        let mut words: Vec<String> = statements
            .iter()
            .map(statement)
            .chain(bodies.iter().map(body))
            .collect();
        words.push(format!("scan={}", folder.display()));
        let exchange = self.run_reader(Script::Syntax, &words, LIMIT)?;
        let mut facts = match exchange.answer::<SourceFacts>("syntax") {
            Ok(Ok(facts)) => facts,
            Ok(Err(failure)) => return Err(self.unexpected_output(format!("{failure:?}"), &exchange)),
            Err(Unreadable::Invalid(reason)) => return Err(self.unexpected_output(reason, &exchange)),
            Err(unreadable) => {
                return Err(self.unexpected_output(unreadable.to_string(), &exchange));
            }
        };
        let mut files: Vec<&mut String> = facts.effects.iter_mut().map(|effect| &mut effect.file).collect();
        for statement in &mut facts.statements {
            files.push(&mut statement.file);
            let uses = statement.names.iter_mut().flat_map(|name| &mut name.uses);
            files.extend(uses.filter_map(|one| one.file.as_mut()));
        }
        files.into_iter().for_each(|file| name_below(folder, file));
        Ok(facts)
    }
}
