//! An import with a statement deferred, which shows whether what it names is used before the import is over; and one with
//! statements left out, which shows what they cost.

use super::PythonError;
use super::scripts::Script;
use super::session::Session;
use importgate_core::observed::{Body, Deferral, Deferred, Failure, ImportRequest, Place, Sample};

/// How much memory is taken up before an import of this round, in KiB: another layout in each, and the same on both sides of a
/// pair.
fn ballast_kib(round: u32) -> u32 {
    const MOST: u32 = 2048;
    /// Prime to it, so that neighbouring rounds differ much and none repeats soon.
    const STEP: u32 = 797;
    round.wrapping_mul(STEP) % MOST
}

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
                used_at: statement.used.map(Place::from),
                sample: answer.into_sample(request.round),
            }
        }))
    }

    /// Takes one sample with these statements left out of the bodies that they stand in, which are compiled anew.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run at all; a failing import is `Ok(Err(failure))`.
    pub fn sample_without(
        &self,
        request: ImportRequest<'_>,
        bodies: &[Body],
        statements: &[Deferral],
    ) -> Result<Result<Sample, Failure>, PythonError> {
        let bodies = bodies.iter().map(|body| format!("body={}:{}", body.module, body.file));
        let without = statements
            .iter()
            .map(|statement| format!("without={}:{}", statement.line, statement.importer));
        let ballast = format!("ballast={}", ballast_kib(request.round));
        let words: Vec<String> = bodies.chain(without).chain([ballast]).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let limit = self.settings().time_limit;
        let exchange = self.run_import(Script::RemovingProbe, &words, request, limit)?;
        let answer = self.sample_answer(&exchange, limit)?;
        Ok(answer.map(|answer| answer.into_sample(request.round)))
    }
}
