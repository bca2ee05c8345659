//! Proposals for programs: everything as it was found, with the sentences that people read beside it.

use serde::Serialize;

use crate::explain::Measured;
use crate::fix::{FixReport, LeftOut, MovedStatement, Proposal, Refusal, Style, Withdrawn, unified};
use crate::observed::{ChosenBy, Place};
use crate::report::safe_json;
use crate::report::wording::fix as wording;

/// The version of this format.
const VERSION: u32 = 1;

/// The proposals as indented JSON, ended by a line break. Diffs are text here: bytes that are no UTF-8 are replaced, and the diff
/// to apply is the output `diff`.
///
/// # Errors
/// Where a value cannot be written as JSON, which no value of these types is.
pub fn render(report: &FixReport) -> Result<String, serde_json::Error> {
    let document = Document {
        version: VERSION,
        python_version: &report.python_version,
        python_chosen_by: report.python_chosen_by.as_ref(),
        style: match report.style {
            Style::InFunctions => "in-functions",
            Style::LazyKeyword => "lazy-keyword",
        },
        targets: report.targets,
        left_out: report.left_out.iter().map(Target::from).collect(),
        tested: report.tested.as_deref(),
        proposals: report.proposals.iter().map(Change::from).collect(),
        together: report.together,
        diff: String::from_utf8_lossy(&report.diff()).into_owned(),
        refusals: report.refusals.iter().map(Unchanged::from).collect(),
        withdrawn: report.withdrawn.iter().map(TakenBack::from).collect(),
    };
    safe_json::indented(&document)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    python_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    python_chosen_by: Option<&'a ChosenBy>,
    style: &'static str,
    targets: u64,
    left_out: Vec<Target<'a>>,
    tested: Option<&'a str>,
    proposals: Vec<Change<'a>>,
    together: Option<Measured>,
    diff: String,
    refusals: Vec<Unchanged<'a>>,
    withdrawn: Vec<TakenBack<'a>>,
}

#[derive(Serialize)]
struct Target<'a> {
    target: &'a str,
    reason: String,
}

impl<'a> From<&'a LeftOut> for Target<'a> {
    fn from(left_out: &'a LeftOut) -> Self {
        Self {
            target: &left_out.target,
            reason: wording::why_left_out(&left_out.reason),
        }
    }
}

#[derive(Serialize)]
struct Change<'a> {
    module: &'a str,
    statements: Vec<Statement<'a>>,
    target: &'a str,
    before_ms: f64,
    measured: Measured,
    other_targets: &'a [String],
    diff: String,
}

impl<'a> From<&'a Proposal> for Change<'a> {
    fn from(proposal: &'a Proposal) -> Self {
        let files = proposal.files.iter();
        let diffs = files.map(|file| unified(&file.path, &file.before, &file.after));
        Self {
            module: &proposal.module,
            statements: proposal.statements.iter().map(Statement::from).collect(),
            target: &proposal.target,
            before_ms: proposal.before_ms,
            measured: proposal.measured,
            other_targets: &proposal.other_targets,
            diff: String::from_utf8_lossy(&diffs.collect::<Vec<_>>().concat()).into_owned(),
        }
    }
}

#[derive(Serialize)]
struct Statement<'a> {
    place: &'a Place,
    source: &'a str,
    functions: Vec<Function<'a>>,
    for_type_checkers: bool,
    kept: Vec<Unchanged<'a>>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    line: u32,
}

impl<'a> From<&'a MovedStatement> for Statement<'a> {
    fn from(statement: &'a MovedStatement) -> Self {
        let function = |(name, line): &'a (String, u32)| Function { name, line: *line };
        Self {
            place: &statement.place,
            source: &statement.text,
            functions: statement.functions.iter().map(function).collect(),
            for_type_checkers: statement.for_type_checkers,
            kept: statement.kept.iter().map(Unchanged::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct Unchanged<'a> {
    place: &'a Place,
    name: Option<&'a str>,
    estimate_ms: f64,
    reason: String,
    at: Option<&'a Place>,
}

impl<'a> From<&'a Refusal> for Unchanged<'a> {
    fn from(refusal: &'a Refusal) -> Self {
        Self {
            place: &refusal.place,
            name: refusal.name.as_deref(),
            estimate_ms: refusal.estimate_ms,
            reason: wording::refusal(refusal),
            at: refusal.at.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct TakenBack<'a> {
    proposal: Change<'a>,
    only_with_others: bool,
    output: &'a str,
}

impl<'a> From<&'a Withdrawn> for TakenBack<'a> {
    fn from(withdrawn: &'a Withdrawn) -> Self {
        Self {
            proposal: Change::from(&withdrawn.proposal),
            only_with_others: withdrawn.only_with_others,
            output: &withdrawn.output,
        }
    }
}
