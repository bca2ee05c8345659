//! An import with a statement deferred: what a lazy import would really save, measured instead of estimated, and
//! whether what it names is used before the import is over.

use super::PythonError;
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{Deferral, Deferred, Failure, ImportRequest, Place};

impl Session {
    /// Takes one sample with this statement deferred; without one, the same probe for the other side of the comparison.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run at all; a failing import is `Ok(Err(failure))`.
    pub fn sample_deferring(
        &self,
        request: ImportRequest<'_>,
        deferral: Option<&Deferral>,
    ) -> Result<Result<Deferred, Failure>, PythonError> {
        let word = deferral.map(|deferral| format!("defer={}:{}", deferral.line, deferral.importer));
        let words: Vec<&str> = word.as_deref().into_iter().collect();
        let limit = self.settings().time_limit;
        let exchange = self.run_import(Script::DeferringProbe, &words, request, limit)?;
        let answer = self.sample_answer(&exchange, limit)?;
        Ok(answer.map(|mut answer| {
            let statement = answer.deferred.pop().unwrap_or_default();
            Deferred {
                form: statement.form,
                collections: answer.collections,
                used_at: statement.used.map(Place::from),
                sample: answer.into_sample(request.round),
            }
        }))
    }
}
