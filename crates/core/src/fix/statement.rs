//! One import statement: which of its names can be imported later, and where.

use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, RefusalReason, Style};
use crate::observed::{
    CheckingBlock, ImportedName, NameUse, Place, Standing, StatementProblem, StatementSyntax, UseContext,
};

/// Modules that are imported for what that does.
const KNOWN_FOR_EFFECTS: [&str; 9] = [
    "__future__",
    "antigravity",
    "faulthandler",
    "gnureadline",
    "pyreadline3",
    "readline",
    "rlcompleter",
    "sitecustomize",
    "this",
];

/// What becomes of a statement. Lines are one-based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEdit {
    /// Its first and its last line.
    pub(super) lines: (u32, u32),
    /// What stays of it, as it is to be written; `None` where it goes as a whole.
    pub(super) kept: Option<Vec<String>>,
    /// What becomes a lazy import, where that is the style; written behind what stays.
    pub(super) lazy: Option<String>,
    /// The statements to put into functions.
    pub(super) in_functions: Vec<Insertion>,
    /// What only type checkers need.
    pub(super) for_type_checkers: Option<ForTypeCheckers>,
}

impl StatementEdit {
    /// True where type checkers still read the statement at the top of the module.
    pub(crate) fn is_for_type_checkers(&self) -> bool {
        self.for_type_checkers.is_some()
    }
}

/// A line to add before another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    pub(super) before: u32,
    pub(super) indentation: String,
    pub(super) text: String,
}

/// A statement that only type checkers need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForTypeCheckers {
    pub(super) text: String,
    /// What the module calls `typing.TYPE_CHECKING` there.
    pub(super) name: Option<String>,
    /// The block that is there already.
    pub(super) block: Option<CheckingBlock>,
}

/// A statement that can be changed, and what of it stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The change.
    pub edit: StatementEdit,
    /// The functions that import instead, with the line of their `def`.
    pub functions: Vec<(String, u32)>,
    /// Names that stay.
    pub kept: Vec<Refusal>,
}

/// What can be done with a statement.
///
/// # Errors
/// Why nothing can, of each of its names.
pub fn plan(syntax: &StatementSyntax, style: Style) -> Result<Planned, Vec<Refusal>> {
    let statement = Statement { syntax, style };
    if let Some(reason) = statement.problem() {
        return Err(vec![statement.refusal(None, reason, None)]);
    }
    let mut moved: Vec<&ImportedName> = Vec::new();
    let mut kept = Vec::new();
    for name in &syntax.names {
        match statement.hindrance(name) {
            None => moved.push(name),
            Some(refusal) => kept.push(refusal),
        }
    }
    let parted = moved.len() < syntax.names.len();
    if parted && syntax.problem == Some(StatementProblem::Comments) && !moved.is_empty() {
        kept.push(statement.refusal(None, RefusalReason::Statement(StatementProblem::Comments), None));
        moved.clear();
    }
    if moved.is_empty() {
        return Err(kept);
    }
    Ok(Planned {
        functions: statement.functions_of(&moved),
        edit: statement.edit(&moved),
        kept,
    })
}

struct Statement<'a> {
    syntax: &'a StatementSyntax,
    style: Style,
}

impl Statement<'_> {
    fn place(&self, line: u32) -> Place {
        Place {
            file: self.syntax.file.clone(),
            line,
        }
    }

    fn refusal(&self, name: Option<&ImportedName>, reason: RefusalReason, at: Option<Place>) -> Refusal {
        Refusal {
            place: self.place(self.syntax.line),
            name: name.map(|name| bound_by(name).to_owned()),
            estimate_ms: 0.0,
            reason,
            at,
        }
    }

    /// Why no name of the statement can be moved.
    fn problem(&self) -> Option<RefusalReason> {
        let syntax = self.syntax;
        if syntax.standing != Standing::TopLevel {
            return Some(RefusalReason::Standing(syntax.standing));
        }
        let module = syntax.from.as_deref();
        if module.is_some_and(|module| KNOWN_FOR_EFFECTS.contains(&module)) {
            return Some(RefusalReason::SideEffect);
        }
        let becomes_lazy_in_place = self.style == Style::LazyKeyword;
        match syntax.problem {
            // `lazy` goes in front of the statement, and its lines stay as they are.
            Some(StatementProblem::Comments | StatementProblem::NotAscii) if becomes_lazy_in_place => None,
            Some(problem) => Some(RefusalReason::Statement(problem)),
            None => None,
        }
    }

    /// What keeps a name where it is.
    fn hindrance(&self, name: &ImportedName) -> Option<Refusal> {
        let syntax = self.syntax;
        let bound = bound_by(name);
        let refusal = |reason| Some(self.refusal(Some(name), reason, None));
        if syntax.from.is_none() && KNOWN_FOR_EFFECTS.contains(&name.name.as_str()) {
            return refusal(RefusalReason::SideEffect);
        }
        if name.renamed.as_ref() == Some(&name.name) {
            return refusal(RefusalReason::ExplicitExport);
        }
        if let Some(blocking) = name.uses.iter().find(|one| !self.may_stay(one)) {
            let at = Place {
                file: blocking.file.clone().unwrap_or_else(|| syntax.file.clone()),
                line: blocking.line,
            };
            return Some(self.refusal(Some(name), RefusalReason::Use(blocking.context), Some(at)));
        }
        if syntax.is_package && !syntax.has_exports && !bound.starts_with('_') {
            return refusal(RefusalReason::Interface);
        }
        if !name.uses.iter().any(|one| is_use(one.context)) {
            return refusal(RefusalReason::Unused);
        }
        if self.style == Style::LazyKeyword {
            return None;
        }
        let functions = name.uses.iter().filter_map(|one| syntax.functions.get(one.function?));
        let (function, problem) = functions
            .filter_map(|function| Some((function, function.problem?)))
            .next()?;
        let at = Some(self.place(function.line));
        Some(self.refusal(Some(name), RefusalReason::Function(problem), at))
    }

    /// True for a use that the name may be imported later for.
    fn may_stay(&self, one: &NameUse) -> bool {
        match one.context {
            UseContext::Function | UseContext::TypeOnly => true,
            // A lazy import is there for all of these: annotations are evaluated when somebody asks for them, and whoever takes
            // the name from the module loads it.
            UseContext::Inspected
            | UseContext::Annotation
            | UseContext::Lambda
            | UseContext::Doctest
            | UseContext::TypeComment
            | UseContext::Reimported
            | UseContext::Accessed
            | UseContext::Patched
            | UseContext::Named => self.style == Style::LazyKeyword,
            _ => false,
        }
    }

    fn functions_of(&self, moved: &[&ImportedName]) -> Vec<(String, u32)> {
        if self.style == Style::LazyKeyword {
            return Vec::new();
        }
        let uses = moved.iter().flat_map(|name| &name.uses);
        let used: BTreeSet<usize> = uses.filter_map(|one| one.function).collect();
        let functions = used
            .into_iter()
            .filter_map(|position| self.syntax.functions.get(position));
        functions
            .map(|function| (function.name.clone(), function.line))
            .collect()
    }

    fn edit(&self, moved: &[&ImportedName]) -> StatementEdit {
        let syntax = self.syntax;
        let stays: Vec<&ImportedName> = syntax.names.iter().filter(|name| !moved.contains(name)).collect();
        let lines = (syntax.line, syntax.end_line);
        let kept = (!stays.is_empty()).then(|| self.written(&stays));
        if self.style == Style::LazyKeyword {
            let lazy = kept.is_some().then(|| format!("lazy {}", self.in_one_line(moved)));
            return StatementEdit {
                lines,
                kept,
                // As a whole it gets the word in front.
                lazy: Some(lazy.unwrap_or_default()),
                in_functions: Vec::new(),
                for_type_checkers: None,
            };
        }
        let mut by_function: BTreeMap<usize, Vec<&ImportedName>> = BTreeMap::new();
        for &name in moved {
            let functions: BTreeSet<usize> = name.uses.iter().filter_map(|one| one.function).collect();
            for function in functions {
                by_function.entry(function).or_default().push(name);
            }
        }
        let insertion = |(position, names): (usize, Vec<&ImportedName>)| {
            let function = syntax.functions.get(position)?;
            Some(Insertion {
                before: function.before,
                indentation: function.indentation.clone(),
                text: self.in_one_line(&names),
            })
        };
        let is_typed = |name: &&ImportedName| name.uses.iter().any(|one| one.context == UseContext::TypeOnly);
        let typed: Vec<&ImportedName> = moved.iter().copied().filter(is_typed).collect();
        StatementEdit {
            lines,
            kept,
            lazy: None,
            in_functions: by_function.into_iter().filter_map(insertion).collect(),
            for_type_checkers: (!typed.is_empty()).then(|| ForTypeCheckers {
                text: self.in_one_line(&typed),
                name: syntax.type_checking.name.clone(),
                block: syntax.type_checking.block.clone(),
            }),
        }
    }

    fn in_one_line(&self, names: &[&ImportedName]) -> String {
        let names: Vec<String> = names.iter().map(|name| as_written(name)).collect();
        match &self.syntax.from {
            Some(module) => format!("from {module} import {}", names.join(", ")),
            None => format!("import {}", names.join(", ")),
        }
    }

    /// A statement of these names, in several lines where it had several.
    fn written(&self, names: &[&ImportedName]) -> Vec<String> {
        match &self.syntax.from {
            Some(module) if self.syntax.end_line > self.syntax.line && names.len() > 1 => {
                let first = format!("from {module} import (");
                let names = names.iter().map(|name| format!("    {},", as_written(name)));
                std::iter::once(first).chain(names).chain([")".to_owned()]).collect()
            }
            _ => vec![self.in_one_line(names)],
        }
    }
}

/// True for what needs the name at some time.
fn is_use(context: UseContext) -> bool {
    matches!(
        context,
        UseContext::Function
            | UseContext::TypeOnly
            | UseContext::Inspected
            | UseContext::Annotation
            | UseContext::Lambda
    )
}

fn as_written(name: &ImportedName) -> String {
    match &name.renamed {
        Some(renamed) => format!("{} as {renamed}", name.name),
        None => name.name.clone(),
    }
}

/// The name that the module has from it.
fn bound_by(name: &ImportedName) -> &str {
    match &name.renamed {
        Some(renamed) => renamed,
        None => name.name.split('.').next().unwrap_or(&name.name),
    }
}
