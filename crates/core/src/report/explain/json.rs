//! The explanation for programs. Everything is there as it was found, with the sentences that people read beside it.

use serde::Serialize;

use super::profile_json::ProfileDocument;
use crate::explain::{
    Advice, AdviceKind, CostlyImport, CostlyTogether, Explanation, GroupTotal, HeavyLine, Measured, Node, Obstacle,
    ObstacleKind, Use, Weight, Why,
};
use crate::observed::Place;
use crate::report::{untrusted, wording};
use crate::usage::UseCounts;

/// The version of this format.
pub(super) const VERSION: u32 = 1;

/// The explanation as indented JSON, ended by a line break.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(explanation: &Explanation) -> Result<String, serde_json::Error> {
    let document = Document {
        version: VERSION,
        target: &explanation.target,
        python_version: &explanation.python_version,
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
    Ok(untrusted::json(&serde_json::to_string_pretty(&document)?) + "\n")
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    target: &'a str,
    python_version: &'a str,
    time_ms: f64,
    memory_bytes: i64,
    modules: u64,
    samples: u64,
    groups: Vec<Group>,
    tree: Vec<Module<'a>>,
    imports: Vec<Statement<'a>>,
    together: Vec<Set<'a>>,
    bodies: &'a [HeavyLine],
    why: Option<&'a Why>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileDocument<'a>>,
}

#[derive(Serialize)]
struct Group {
    name: String,
    modules: u64,
    own_ms: f64,
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

#[derive(Serialize)]
struct Module<'a> {
    module: &'a str,
    group: String,
    parent: Option<usize>,
    place: Option<&'a Place>,
    own_ms: f64,
    cumulative_ms: f64,
    own_memory_bytes: i64,
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

#[derive(Serialize)]
struct Statement<'a> {
    importer: &'a str,
    place: Option<&'a Place>,
    source: Option<&'a str>,
    in_try: bool,
    imported: &'a [String],
    cut: Weight,
    saved: Weight,
    also_imported_by: Vec<String>,
    called_at: Option<&'a Place>,
    used: Option<&'a Use>,
    obstacle: Option<Hindrance<'a>>,
    measured: Option<Measured>,
    usage: Option<UseCounts>,
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
#[derive(Serialize)]
struct Set<'a> {
    module: &'a str,
    statements: Vec<Statement<'a>>,
    cut: Weight,
    measured: Option<Measured>,
    advice: Option<SetProposal>,
}

#[derive(Serialize)]
struct SetProposal {
    kind: AdviceKind,
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

#[derive(Serialize)]
struct Hindrance<'a> {
    kind: &'static str,
    place: Option<&'a Place>,
    error: Option<String>,
}

impl<'a> From<&'a Obstacle> for Hindrance<'a> {
    fn from(obstacle: &'a Obstacle) -> Self {
        let (kind, error) = match &obstacle.kind {
            ObstacleKind::Star => ("star", None),
            ObstacleKind::Function => ("function", None),
            ObstacleKind::ClassBody => ("class-body", None),
            ObstacleKind::Call => ("call", None),
            ObstacleKind::Breaks(failure) => ("breaks", Some(wording::short_failure(failure))),
        };
        Self {
            kind,
            place: obstacle.place.as_ref(),
            error,
        }
    }
}

#[derive(Serialize)]
struct Proposal {
    kind: AdviceKind,
    reason: String,
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
