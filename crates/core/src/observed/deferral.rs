//! What an import with one statement deferred answers: a sample, in what form the statement was met, and the line that used
//! it before the import was over.

use serde::Deserialize;

use super::{Place, Sample};

/// An import statement to defer, or to leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// The module that it stands in.
    pub importer: String,
    /// Its first line, one-based.
    pub line: u32,
}

/// A module whose body is compiled anew from its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its dotted name.
    pub module: String,
    /// Its source, as the interpreter names it.
    pub file: String,
}

/// In what form the interpreter met what was to be deferred. Only a statement at the top level of a module can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportForm {
    /// A statement at the top level of its module: it was deferred.
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

/// One sample of an import with a statement deferred.
#[derive(Debug, Clone, PartialEq)]
pub struct Deferred {
    /// The sample.
    pub sample: Sample,
    /// How the statement was met; `None` where no import statement ran in that line.
    pub form: Option<ImportForm>,
    /// The line that used what was deferred all the same, the file as the interpreter names it.
    pub used_at: Option<Place>,
}
