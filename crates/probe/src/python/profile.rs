//! Calls and times by function: a run of its own under a profiler, made where somebody asks what a heavy body does.

use serde::Deserialize;

use super::PythonError;
use super::answer;
use super::observation::{PATIENCE, name_below};
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{Failure, ImportRequest, Profile};

/// A profiler takes up to several times as long for code that does little but call.
const PATIENCE_WITH_PROFILER: u32 = 4 * PATIENCE;

#[derive(Deserialize)]
struct ProfileAnswer {
    /// Nothing where this interpreter has no profiler.
    profile: Option<Profile>,
}

impl Session {
    /// Imports once under the profiler. Nothing where the interpreter has none.
    ///
    /// Files are named relative to the working directory where they lie below it.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run ; a failing import is
    /// `Ok(Err(failure))`.
    pub fn profile(&self, request: ImportRequest<'_>) -> Result<Result<Option<Profile>, Failure>, PythonError> {
        let limit = self.settings().time_limit * PATIENCE_WITH_PROFILER;
        let exchange = self.run_import(Script::Profile, &[], request, limit)?;
        let answer = match exchange.answer::<ProfileAnswer>("profile") {
            Ok(answer) => answer,
            Err(unreadable) => Err(self.silent_end(&exchange, &unreadable, limit)),
        };
        let answer = self.after_set_up(&exchange, answer)?;
        Ok(answer.map(|answer| self.named(answer)))
    }

    /// Runs a command once with its first process of this interpreter under the profiler. Nothing was seen where
    /// [`Session::observe_command`] sees nothing.
    ///
    /// # Errors
    /// [`PythonError`] where it could not be started.
    pub fn profile_command(&self, words: &[String]) -> Result<Option<Profile>, PythonError> {
        let mailbox = self.watch_command(words, Script::CommandProfiler, PATIENCE_WITH_PROFILER)?;
        let answer = answer::read_alone::<ProfileAnswer>(&mailbox.read_answer(), "profile");
        Ok(answer.and_then(|answer| self.named(answer)))
    }

    fn named(&self, answer: ProfileAnswer) -> Option<Profile> {
        let mut profile = answer.profile?;
        let project = &self.settings().working_directory;
        for seen in &mut profile.seen {
            let callers = seen.callers.iter_mut().map(|caller| &mut caller.function);
            for function in seen.way.iter_mut().chain(callers).chain([&mut seen.function]) {
                name_below(project, &mut function.file);
            }
        }
        Some(profile)
    }
}
