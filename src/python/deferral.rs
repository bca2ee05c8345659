//! An import with some of its statements put off: what a lazy import would really give back, measured instead of estimated,
//! and whether what it names is used before the import is over.

use super::PythonError;
use super::session::{Request, Session};
use super::workspace::Script;
use crate::model::{Failure, Sample};

/// A statement to put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// The module that it stands in.
    pub importer: String,
    /// Its first line, one-based.
    pub line: u32,
}

/// One sample of an import with statements put off.
#[derive(Debug, Clone)]
pub struct Deferred {
    /// The sample.
    pub sample: Sample,
    /// Where what was put off was used all the same: file, if it is known, and line.
    pub used_at: Vec<(Option<String>, u32)>,
}

impl Session {
    /// Takes one sample with these statements put off; with none, the same probe for the other side of the comparison.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run at all; a failing import is `Ok(Err(failure))`.
    pub fn sample_deferring(
        &self,
        request: Request<'_>,
        deferrals: &[Deferral],
    ) -> Result<Result<Deferred, Failure>, PythonError> {
        let words: Vec<String> = deferrals
            .iter()
            .map(|deferral| format!("defer={}:{}", deferral.line, deferral.importer))
            .collect();
        let further: Vec<&str> = words.iter().map(String::as_str).collect();
        let limit = self.settings().time_limit;
        let exchange = self.run_import(Script::DeferringProbe, &further, request, limit)?;
        let answer = self.sample_answer(&exchange, limit)?;
        Ok(answer.map(|mut answer| Deferred {
            used_at: std::mem::take(&mut answer.touched)
                .into_iter()
                .map(|touched| (touched.file, touched.at))
                .collect(),
            sample: answer.into_sample(request.round),
        }))
    }
}
