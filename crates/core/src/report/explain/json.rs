//! The explanation for programs. Everything is there as it was found, with the sentences that people read beside it.

use serde::Serialize;

use super::log_json::Document as LogDocument;
use super::profile_json::ProfileDocument;
use crate::explain::{
    Advice, AdviceKind, CostlyImport, CostlyTogether, Explanation, GroupTotal, HeavyLine, Measured, Node, Obstacle,
    ObstacleKind, Use, Weight, Why,
};
use crate::observed::{ChosenBy, Place};
use crate::report::{safe_json, wording};
use crate::usage::UseCounts;

/// The version of this format.
pub(super) const VERSION: u32 = 1;

/// The JSON Schema of what [`render`] writes, and of what a log gives, indented and ended by a line break.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(AnyDocument<'static>);
    schema.insert("title".to_owned(), "importgate explanation".into());
    format!("{:#}\n", schema.to_value())
}

/// What `explain --format json` writes.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it only lends its shape to the schema")]
enum AnyDocument<'a> {
    Measured(Box<Document<'a>>),
    Logged(Box<LogDocument<'a>>),
}

/// The explanation as indented JSON, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(explanation: &Explanation) -> Result<String, serde_json::Error> {
    let document = Document {
        version: VERSION,
        target: &explanation.target,
        python_version: &explanation.python_version,
        python_chosen_by: explanation.python_chosen_by.as_ref(),
        time_ms: explanation.time_ms,
        memory_bytes: explanation.memory_bytes,
        modules: explanation.modules,
        samples: explanation.samples,
        groups: explanation.groups.iter().map(Group::from).collect(),
        tree: explanation.tree.iter().map(Module::from).collect(),
        imports: explanation.imports.iter().map(Statement::from).collect(),
        together: explanation.together.iter().map(Set::from).collect(),
        bodies: &explanation.bodies,
        why: explanation.why.as_ref(),
        profile: explanation.profile.as_ref().map(ProfileDocument::from),
    };
    safe_json::indented(&document)
}

/// What `explain --format json` writes of a target that it measured.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Explanation")]
struct Document<'a> {
    /// The version of this format.
    version: u32,
    /// The target's name.
    target: &'a str,
    /// The interpreter's version.
    python_version: &'a str,
    /// What the interpreter was found by.
    #[serde(skip_serializing_if = "Option::is_none")]
    python_chosen_by: Option<&'a ChosenBy>,
    /// CPU plus blocked time of the import, the median of a few samples, in milliseconds.
    time_ms: f64,
    /// Resident memory that it adds.
    memory_bytes: i64,
    /// How many modules it loads.
    modules: u64,
    /// How many samples the times rest on.
    samples: u64,
    /// What belongs together, the heaviest first.
    groups: Vec<Group>,
    /// The tree of first imports, a parent always before its children.
    tree: Vec<Module<'a>>,
    /// The costly imports, with what a cut would save.
    imports: Vec<Statement<'a>>,
    /// Statements that save what they lead to only together.
    together: Vec<Set<'a>>,
    /// The heaviest lines of bodies that take much themselves.
    bodies: &'a [HeavyLine],
    /// The chain that was asked for with `--why`.
    why: Option<&'a Why>,
    /// Calls and times by function, with `--profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileDocument<'a>>,
}

/// A distribution, the standard library, or the project.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "GroupTotal")]
struct Group {
    /// Its name, with the version of a distribution.
    name: String,
    /// How many of its modules are loaded.
    modules: u64,
    /// What their bodies take, in milliseconds.
    own_ms: f64,
    /// What they add to the resident memory.
    memory_bytes: i64,
}

impl From<&GroupTotal> for Group {
    fn from(total: &GroupTotal) -> Self {
        Self {
            name: wording::group(&total.group),
            modules: total.modules,
            own_ms: total.own_ms,
            memory_bytes: total.memory_bytes,
        }
    }
}

/// A module in the tree of first imports.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "TreeModule")]
struct Module<'a> {
    /// Its name.
    module: &'a str,
    /// What it belongs to, as `groups` names it.
    group: String,
    /// The position in the tree of the module that loaded it.
    parent: Option<usize>,
    /// The line that loaded it.
    place: Option<&'a Place>,
    /// What its body takes, in milliseconds.
    own_ms: f64,
    /// The same with everything that it loads.
    cumulative_ms: f64,
    /// What its body adds to the resident memory.
    own_memory_bytes: i64,
    /// The same with everything that it loads.
    cumulative_memory_bytes: i64,
}

impl<'a> From<&'a Node> for Module<'a> {
    fn from(node: &'a Node) -> Self {
        Self {
            module: &node.module,
            group: wording::group(&node.group),
            parent: node.parent,
            place: node.place.as_ref(),
            own_ms: node.own_ms,
            cumulative_ms: node.cumulative_ms,
            own_memory_bytes: node.own_memory_bytes,
            cumulative_memory_bytes: node.cumulative_memory_bytes,
        }
    }
}

/// An import statement that costs.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "CostlyStatement")]
struct Statement<'a> {
    /// The module that it stands in.
    importer: &'a str,
    /// Its line.
    place: Option<&'a Place>,
    /// What stands there.
    source: Option<&'a str>,
    /// True where it stands in a `try`.
    in_try: bool,
    /// The modules that it names.
    imported: &'a [String],
    /// What depends on it alone.
    cut: Weight,
    /// What making it lazy saves.
    saved: Weight,
    /// Who else imports it.
    also_imported_by: Vec<String>,
    /// The line that calls the function that it stands in, where it stands in one.
    called_at: Option<&'a Place>,
    /// Where what it imports is used before the import is over.
    used: Option<&'a Use>,
    /// Why it cannot be deferred.
    obstacle: Option<Hindrance<'a>>,
    /// What `--verify` measured.
    measured: Option<Measured>,
    /// In how many recorded runs it was loaded and used.
    usage: Option<UseCounts>,
    /// What to do about it.
    advice: Option<Proposal>,
}

impl<'a> From<&'a CostlyImport> for Statement<'a> {
    fn from(import: &'a CostlyImport) -> Self {
        Self {
            importer: &import.importer,
            place: import.place.as_ref(),
            source: import.source.as_deref(),
            in_try: import.in_try,
            imported: &import.imported,
            cut: import.cut,
            saved: import.saved,
            also_imported_by: import.also_imported_by.iter().map(wording::other_importer).collect(),
            called_at: import.called_at.as_ref(),
            used: import.used.as_ref(),
            obstacle: import.obstacle.as_ref().map(Hindrance::from),
            measured: import.measured,
            usage: import.usage,
            advice: import.advice.as_ref().map(Proposal::from),
        }
    }
}

/// Statements that save only together. What stands in the way of each is among its own keys.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "StatementsTogether")]
struct Set<'a> {
    /// The module that they lead to.
    module: &'a str,
    /// The statements.
    statements: Vec<Statement<'a>>,
    /// What depends on all of them.
    cut: Weight,
    /// What `--verify` measured.
    measured: Option<Measured>,
    /// What to do about them.
    advice: Option<SetProposal>,
}

/// What to do about statements that save only together.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "AdviceTogether")]
struct SetProposal {
    /// What to do.
    kind: AdviceKind,
    /// Why, in one sentence.
    reason: String,
}

impl<'a> From<&'a CostlyTogether> for Set<'a> {
    fn from(set: &'a CostlyTogether) -> Self {
        Self {
            module: &set.module,
            statements: set.imports.iter().map(Statement::from).collect(),
            cut: set.cut,
            measured: set.measured,
            advice: set.advice.map(|kind| SetProposal {
                kind,
                reason: wording::together(set),
            }),
        }
    }
}

/// Why a statement cannot be deferred.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Obstacle")]
struct Hindrance<'a> {
    /// `star`, `function`, `class-body`, `call`, `in-place` or `breaks`.
    kind: &'static str,
    /// The line that stands in the way.
    place: Option<&'a Place>,
    /// What goes wrong without it, where it was tried.
    error: Option<String>,
}

impl<'a> From<&'a Obstacle> for Hindrance<'a> {
    fn from(obstacle: &'a Obstacle) -> Self {
        let (kind, error) = match &obstacle.kind {
            ObstacleKind::Star => ("star", None),
            ObstacleKind::Function => ("function", None),
            ObstacleKind::ClassBody => ("class-body", None),
            ObstacleKind::Call => ("call", None),
            ObstacleKind::InPlace => ("in-place", None),
            ObstacleKind::Breaks(failure) => ("breaks", Some(wording::short_failure(failure))),
        };
        Self {
            kind,
            place: obstacle.place.as_ref(),
            error,
        }
    }
}

/// What to do about a statement.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Advice")]
struct Proposal {
    /// What to do.
    kind: AdviceKind,
    /// Why, in one sentence.
    reason: String,
    /// How it is written.
    how: Option<String>,
}

impl From<&Advice> for Proposal {
    fn from(advice: &Advice) -> Self {
        Self {
            kind: advice.kind,
            reason: wording::reason(advice),
            how: advice.remedy.as_ref().map(wording::remedy),
        }
    }
}
