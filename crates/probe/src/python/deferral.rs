//! An import with a statement put off: what a lazy import would really give back, measured instead of estimated, and
//! whether what it names is used before the import is over.

use serde::Deserialize;

use super::PythonError;
use super::session::{Request, Session};
use super::workspace::Script;
use importgate_core::observed::{Collections, Failure, Place, Sample};

/// A statement to put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// The module that it stands in.
    pub importer: String,
    /// Its first line, one-based.
    pub line: u32,
}

/// In what form the interpreter met what was to be put off. Only a statement at the top level of a module can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A statement at the top level of its module: it was put off.
    Statement,
    /// `from … import *`.
    Star,
    /// A statement inside a function.
    Function,
    /// A statement in the body of a class.
    Class,
    /// A call of `__import__`.
    Call,
}

/// One sample of an import with a statement put off.
#[derive(Debug, Clone)]
pub struct Deferred {
    /// The sample.
    pub sample: Sample,
    /// How the statement was met; `None` where no import statement ran in that line.
    pub form: Option<Form>,
    /// The line that used what was put off all the same, the file as the interpreter names it.
    pub used_at: Option<Place>,
    /// The collections of garbage meanwhile.
    pub collections: Collections,
}

impl Session {
    /// Takes one sample with this statement put off; without one, the same probe for the other side of the comparison.
    ///
    /// # Errors
    /// [`PythonError`] where the process could not be run at all; a failing import is `Ok(Err(failure))`.
    pub fn sample_deferring(
        &self,
        request: Request<'_>,
        deferral: Option<&Deferral>,
    ) -> Result<Result<Deferred, Failure>, PythonError> {
        let word = deferral.map(|deferral| format!("defer={}:{}", deferral.line, deferral.importer));
        let words: Vec<&str> = word.as_deref().into_iter().collect();
        let limit = self.settings().time_limit;
        let exchange = self.run_import(Script::DeferringProbe, &words, request, limit)?;
        let answer = self.sample_answer(&exchange, limit)?;
        Ok(answer.map(|mut answer| {
            let deferred = std::mem::take(&mut answer.deferred).into_iter().next();
            let (form, used) = deferred.map_or((None, None), |deferred| (deferred.form, deferred.used));
            Deferred {
                form,
                collections: answer.collections,
                used_at: used.map(|used| Place {
                    file: used.file,
                    line: used.at,
                }),
                sample: answer.into_sample(request.round),
            }
        }))
    }
}
