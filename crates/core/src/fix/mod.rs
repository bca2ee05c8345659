//! `importgate fix`: which import statements can be moved to where their names are used, what the source looks like then, and why
//! others cannot. It decides on what the interpreter's parser says of a statement, and changes nothing that it does not
//! understand: whatever is unclear is a [`Refusal`].

mod candidates;
mod diff;
mod edit;
mod statement;
mod style;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::explain::Measured;
use crate::observed::{BodyEffectKind, ChosenBy, FunctionProblem, Place, Standing, StatementProblem, UseContext};

pub(crate) use candidates::{Candidate, Candidates};
pub(crate) use diff::unified;
pub use edit::edited;
pub use statement::{Planned, StatementEdit, plan};

/// An edit of a file, by its path from the project's folder.
pub(crate) type FileEdit = (String, StatementEdit);

/// How an import is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// It is written in each function that uses its name.
    InFunctions,
    /// `lazy` is written in front of it (PEP 810, Python 3.15).
    LazyKeyword,
}

/// A change that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What it no longer loads: the module that the statements lead to.
    pub module: String,
    /// The statements; more than one where they save only together.
    pub statements: Vec<MovedStatement>,
    /// The target in which it was measured.
    pub target: String,
    /// What that target takes without the change, in milliseconds.
    pub before_ms: f64,
    /// What the change saves there.
    pub measured: Measured,
    /// Other targets that are expected to load less too.
    pub other_targets: Vec<String>,
    /// The changed files.
    pub files: Vec<ChangedFile>,
    /// What it changes in them, to be made together with others.
    pub(crate) edits: Vec<FileEdit>,
}

/// A statement of a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedStatement {
    /// Where it stands.
    pub place: Place,
    /// It, in one line.
    pub text: String,
    /// The functions that import instead, and the lines of their `def`; none where it becomes lazy or is for type checkers alone.
    pub functions: Vec<(String, u32)>,
    /// True where type checkers still read it at the top of the module.
    pub for_type_checkers: bool,
    /// Names of the statement that stay, and why.
    pub kept: Vec<Refusal>,
}

/// A file before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path from the project's folder.
    pub path: String,
    /// What stands in it.
    pub before: Vec<u8>,
    /// What is to stand in it.
    pub after: Vec<u8>,
}

/// A statement, or a name of one, that is not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The statement.
    pub place: Place,
    /// The name that it is about; `None` where it is the statement.
    pub name: Option<String>,
    /// What it would have saved by estimate, in milliseconds.
    pub estimate_ms: f64,
    /// Why.
    pub reason: RefusalReason,
    /// The line that stands in the way, where it is another one.
    pub at: Option<Place>,
}

/// Why a statement is not changed.
#[derive(Debug, Clone, PartialEq)]
pub enum RefusalReason {
    /// It does not stand at the top level of its module, or is none that can be moved.
    Standing(Standing),
    /// Its lines cannot be edited.
    Statement(StatementProblem),
    /// A name is used in a way that needs it where it is.
    Use(UseContext),
    /// The function that uses it has no place for an import.
    Function(FunctionProblem),
    /// Its name is used nowhere: it is there for what its import does, or for others.
    Unused,
    /// It is written as a re-export: `import x as x`.
    ExplicitExport,
    /// What a package's `__init__.py` imports belongs to its interface.
    Interface,
    /// Its import is known for what it does, and not for its names.
    SideEffect,
    /// A module that would be imported later does something to others.
    BodyEffect {
        /// The module.
        module: String,
        /// What it does.
        kind: BodyEffectKind,
    },
    /// With the change the import of a target fails.
    Breaks {
        /// The target.
        target: String,
        /// How, in one line.
        how: String,
    },
    /// It was measured, and saves nothing that can be told from nothing.
    SavesNothing(Measured),
    /// It could not be measured.
    NotMeasured,
}

/// A proposal that the project's tests do not pass with.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdrawn {
    /// The proposal.
    pub proposal: Proposal,
    /// True where the tests pass with it alone, and fail beside the others.
    pub only_with_others: bool,
    /// The last of what the tests printed; untrusted.
    pub output: String,
}

/// A target that no change was looked for in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub target: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why no change was looked for in a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOutReason {
    /// It is a command, of which no copy is run.
    Command,
    /// Its import fails as it is: how, in one line.
    Fails(String),
}

/// Everything that `fix` says.
#[derive(Debug, Clone, PartialEq)]
pub struct FixReport {
    /// The interpreter's version.
    pub python_version: String,
    /// What the interpreter was found by.
    pub python_chosen_by: Option<ChosenBy>,
    /// How imports are put off.
    pub style: Style,
    /// How many targets were looked at.
    pub targets: u64,
    /// The targets that were not, in the order of the budgets file.
    pub left_out: Vec<LeftOut>,
    /// The proposals, the one that saves most first.
    pub proposals: Vec<Proposal>,
    /// What all of them save together, in the target of the first; `None` where there are fewer than two for it.
    pub together: Option<Measured>,
    /// The files as all proposals together change them.
    pub files: Vec<ChangedFile>,
    /// What is not changed, and why; the most costly first.
    pub refusals: Vec<Refusal>,
    /// What the tests spoke against.
    pub withdrawn: Vec<Withdrawn>,
    /// The command that was run as a test; `None` where there was none.
    pub tested: Option<String>,
}

impl FixReport {
    /// The change as a unified diff, as bytes since sources may be in any encoding.
    pub fn diff(&self) -> Vec<u8> {
        let diffs = self
            .files
            .iter()
            .map(|file| unified(&file.path, &file.before, &file.after));
        diffs.collect::<Vec<_>>().concat()
    }

    /// The files to write where those that `is_refused` must stay: a proposal that needs one of them is left out as a whole, since
    /// half of it would save nothing.
    pub fn files_without(&self, is_refused: impl Fn(&str) -> bool) -> Vec<ChangedFile> {
        let is_kept = |proposal: &&Proposal| !proposal.files.iter().any(|file| is_refused(&file.path));
        let kept = self.proposals.iter().filter(is_kept);
        let before = |path: &str| {
            let file = self.files.iter().find(|file| file.path == path)?;
            Some(file.before.clone())
        };
        changed(kept.flat_map(|proposal| &proposal.edits), before)
    }
}

/// The files with these edits, each made once.
pub(crate) fn changed<'a>(
    edits: impl Iterator<Item = &'a FileEdit>,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<ChangedFile> {
    let mut by_file: BTreeMap<&str, Vec<&StatementEdit>> = BTreeMap::new();
    for (file, edit) in edits {
        let of_file = by_file.entry(file).or_default();
        if !of_file.contains(&edit) {
            of_file.push(edit);
        }
    }
    let changed = by_file.into_iter().filter_map(|(file, edits)| {
        let before = read(file)?;
        Some(ChangedFile {
            path: file.to_owned(),
            after: edited(&before, &edits),
            before,
        })
    });
    changed.collect()
}
