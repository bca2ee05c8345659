//! Looks up where what the costliest statements import is used, so that the way out says what to do with it: one more question, and
//! none where no cause is a statement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checks::{Finding, FindingKind};
use crate::explain::{Cause, CauseKind, StatementUses};
use crate::observed::{Measure, MeasureError, PROGRAM, Place, StatementPlace, TargetObservation};

use super::Deadline;

/// So many statements are looked at: a reader begins with the costliest.
const MOST_STATEMENTS: usize = 8;

/// Gives the causes that are statements of the project, and what is forbidden, the uses of what they import. After the deadline nothing
/// is looked up.
pub(super) fn name(
    findings: &mut [Finding],
    (measure, observations): (&dyn Measure, &[TargetObservation]),
    is_editable: impl Fn(&str) -> bool,
    deadline: Deadline<'_>,
) -> Result<(), MeasureError> {
    let files = files(observations);
    let has_statement = |file: &str, place: &Place| Path::new(file).ends_with(&place.file) && is_editable(file);
    let statements: Vec<(Place, StatementPlace)> = costliest(findings)
        .into_iter()
        .filter_map(|(place, importer)| {
            let mut files = files.get(importer.as_str())?.iter();
            let file = (*files.find(|file| has_statement(file, &place))?).to_owned();
            let statement = StatementPlace {
                module: importer,
                file,
                line: place.line,
            };
            Some((place, statement))
        })
        .take(MOST_STATEMENTS)
        .collect();
    if statements.is_empty() || deadline.is_over() {
        return Ok(());
    }
    let asked: Vec<StatementPlace> = statements.iter().map(|(_, statement)| statement.clone()).collect();
    let syntax = match measure.syntax(&asked, &[]) {
        Err(MeasureError::Interrupted { signal }) => return Err(MeasureError::Interrupted { signal }),
        // It explains and decides nothing.
        Err(_) => return Ok(()),
        Ok(facts) => facts.statements,
    };
    let uses = statements.into_iter().zip(&syntax);
    let uses: BTreeMap<Place, StatementUses> = uses
        .filter_map(|((place, _), syntax)| Some((place, StatementUses::of(syntax)?)))
        .collect();
    for finding in findings {
        for cause in finding.causes.iter_mut().filter(|cause| is_statement(cause)) {
            cause.uses = cause.place().and_then(|place| uses.get(&place).cloned());
        }
        if let FindingKind::Forbidden(forbidden) = &mut finding.kind {
            forbidden.uses = finding.place.as_ref().and_then(|place| uses.get(place).cloned());
        }
    }
    Ok(())
}

/// The sources of each module, as the interpreter names them. Each command has a `__main__` of its own, of which nothing but its
/// statements says the file: the interpreter takes that name away from it when the program has run.
fn files(observations: &[TargetObservation]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for TargetObservation { observation, .. } in observations {
        let modules = observation
            .modules
            .iter()
            .map(|module| (Some(&module.name), &module.file));
        let edges = observation
            .edges
            .iter()
            .filter(|edge| edge.importer.as_deref() == Some(PROGRAM));
        let of_statements = edges.map(|edge| (edge.importer.as_ref(), &edge.file));
        for (name, file) in modules.chain(of_statements) {
            if let (Some(name), Some(file)) = (name, file) {
                files.entry(name).or_default().insert(file);
            }
        }
    }
    files
}

/// The statements that findings go back to, each with the module that it stands in, the costliest first.
fn costliest(findings: &[Finding]) -> Vec<(Place, String)> {
    let mut statements: BTreeMap<(Place, String), f64> = BTreeMap::new();
    for finding in findings {
        for cause in finding.causes.iter().filter(|cause| is_statement(cause)) {
            if let (Some(place), Some(importer)) = (cause.place(), cause.importer.clone()) {
                *statements.entry((place, importer)).or_default() += cause.weight.time_ms;
            }
        }
        if let FindingKind::Forbidden(forbidden) = &finding.kind
            && let (Some(place), Some(step)) = (&finding.place, forbidden.chain.last())
        {
            statements.entry((place.clone(), step.importer.clone())).or_default();
        }
    }
    let mut statements: Vec<_> = statements.into_iter().collect();
    statements.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    statements.into_iter().map(|(statement, _)| statement).collect()
}

fn is_statement(cause: &Cause) -> bool {
    match &cause.kind {
        CauseKind::NewModules { upgrade, others, .. } => upgrade.is_none() && others.is_empty(),
        CauseKind::HeavyStatement { .. } => true,
        _ => false,
    }
}
