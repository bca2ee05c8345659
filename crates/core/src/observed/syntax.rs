//! What the source says of an import statement: the names that it binds, each use of them, and the functions that could import
//! them instead. Read by the interpreter's own parser, since no other knows what that interpreter takes for Python.

use serde::Deserialize;

/// An import statement to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementPlace {
    /// The module that it stands in.
    pub module: String,
    /// That module's source, as the interpreter names it.
    pub file: String,
    /// Its first line, one-based.
    pub line: u32,
}

/// What the source says of an import statement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StatementSyntax {
    /// The module that it stands in.
    pub module: String,
    /// The source of that module.
    pub file: String,
    /// Its first line, one-based.
    pub line: u32,
    /// What it stands in.
    #[serde(rename = "place")]
    pub standing: Standing,
    /// Its last line; 0 where there is no statement.
    #[serde(default)]
    pub end_line: u32,
    /// Why its lines are not its own alone, or not written as they can be edited.
    #[serde(default)]
    pub problem: Option<StatementProblem>,
    /// What it imports from, with the dots of a relative import; `None` for `import …`.
    #[serde(default)]
    pub from: Option<String>,
    /// What it imports.
    #[serde(default)]
    pub names: Vec<ImportedName>,
    /// The functions that use a name of it.
    #[serde(default)]
    pub functions: Vec<FunctionSyntax>,
    /// True where the module is a package.
    #[serde(default)]
    pub is_package: bool,
    /// True where the module lists its public names in `__all__`.
    #[serde(default)]
    pub has_exports: bool,
    /// What the module has for type checkers.
    #[serde(default)]
    pub type_checking: TypeChecking,
}

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The module itself.
    TopLevel,
    /// A condition or a loop.
    Conditional,
    /// `if __name__ == "__main__":`, which is for the file that is run as the program.
    Program,
    /// A `try` or a `with`.
    Guarded,
    /// A class.
    Class,
    /// A function.
    Function,
    /// The module itself, and it is `from … import *`.
    Star,
    /// No import statement begins in that line.
    Missing,
    /// The file could not be read as Python.
    Unreadable,
}

/// Why a statement's lines cannot be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementProblem {
    /// The file ends lines with a carriage return alone.
    LineEndings,
    /// Another statement stands in one of its lines, or it does not begin where a line does.
    SharedLine,
    /// There are comments between its lines.
    Comments,
    /// It has letters beyond ASCII.
    NotAscii,
}

/// A name that a statement imports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ImportedName {
    /// As it is imported, with dots where `import a.b` has them; `*` for all.
    pub name: String,
    /// What `as` calls it.
    pub renamed: Option<String>,
    /// Each use of it.
    pub uses: Vec<NameUse>,
}

/// A place that uses a name, or stands in the way of moving its import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NameUse {
    /// What it is.
    #[serde(rename = "kind")]
    pub context: UseContext,
    /// Its file; `None` for the file of the statement.
    pub file: Option<String>,
    /// Its line, one-based.
    pub line: u32,
    /// The function that it is in, by its position among those of the statement. Where one function that uses the name is inside
    /// another, it is the outer one.
    pub function: Option<usize>,
}

/// How a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UseContext {
    /// When a function runs.
    Function,
    /// In an annotation that is kept as text, and that nothing near it evaluates.
    TypeOnly,
    /// In an annotation that is kept as text, of something that is decorated or derived: that may evaluate it.
    Inspected,
    /// In an annotation that may be evaluated.
    Annotation,
    /// When the module runs.
    Module,
    /// In the body of a class.
    ClassBody,
    /// As a decorator, or in one.
    Decorator,
    /// In a default of a parameter.
    Default,
    /// As a base class, or another argument of a class.
    BaseClass,
    /// In a lambda outside every function: there is no body to import in.
    Lambda,
    /// It is given another value.
    Assigned,
    /// It is deleted.
    Deleted,
    /// A function declares it global.
    Global,
    /// The module looks names up by their text: `globals()`, `eval`, `exec` and their like.
    Reflected,
    /// A docstring with an example names it.
    Doctest,
    /// A comment that says a type names it.
    TypeComment,
    /// `__all__` has it.
    Exported,
    /// `__all__` is computed, and may have it.
    ComputedExports,
    /// Another file imports it from this module.
    Reimported,
    /// Another file reaches it through this module.
    Accessed,
    /// A string of another file names it, as tests do that replace it.
    Patched,
    /// A file of settings names it.
    Named,
    /// Another file uses the module that it loads as an attribute of its package, and loads it nowhere itself.
    Relied,
}

/// What the body of a module does to others, so that it matters when it is imported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BodyEffect {
    /// The module.
    pub module: String,
    /// What it does.
    pub kind: BodyEffectKind,
    /// Its source.
    pub file: String,
    /// The line of the statement.
    pub line: u32,
}

/// What a statement of a body does to others, as far as its syntax shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyEffectKind {
    /// It calls something, and takes no result.
    Call,
    /// It puts a value into another module.
    Assignment,
    /// It decorates by something of the project, which may keep what it decorates.
    Decorator,
    /// It derives a class from one of the project, where classes know of those derived from them.
    Subclass,
}

/// What sources say of import statements, and of the bodies that those may load later.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct SourceFacts {
    /// One for each statement, in their order.
    pub statements: Vec<StatementSyntax>,
    /// The first effect of each body that has one.
    pub effects: Vec<BodyEffect>,
}

/// A function that uses a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FunctionSyntax {
    /// Its name, with those of the classes and functions around it.
    pub name: String,
    /// The line of its `def`.
    pub line: u32,
    /// The line before which a statement at the top of its body stands, behind the docstring.
    pub before: u32,
    /// What a line of its body begins with.
    pub indentation: String,
    /// Why no statement can be put there.
    pub problem: Option<FunctionProblem>,
}

/// Why no statement can be put into a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FunctionProblem {
    /// Its body, or the first statement of it, does not have its lines to itself.
    OneLine,
    /// It may run when nothing can be imported any more.
    Finalizer,
}

/// What a module has for type checkers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct TypeChecking {
    /// What `typing.TYPE_CHECKING` is called where the statement stands.
    pub name: Option<String>,
    /// The block that is there already.
    pub block: Option<CheckingBlock>,
}

/// A block that only type checkers read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckingBlock {
    /// The line before which a further statement of it stands.
    pub before: u32,
    /// What a line of it begins with.
    pub indentation: String,
}
