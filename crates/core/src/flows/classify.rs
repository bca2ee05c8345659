//! `importgate classify`, in the order in which it happens: import everything that is asked for in one process and look at it, leave
//! out what fails, take a few samples, and sort what was loaded by where it belongs.

use thiserror::Error;

use crate::budgets::{Classes, Target, Workload};
use crate::checks::Places;
use crate::explain::{Classification, Loaded, classify as sort};
use crate::observed::{ImportRequest, Measure, MeasureError, TargetObservation};
use crate::report::wording::short_failure;
use crate::usage::Usage;

use super::ShowProgress;
use super::observe::Observer;
use super::together::{EVERYTHING, Together, together, working_together};
use super::usual::usual;

/// What is classified, and by which marks.
pub struct Classify<'a> {
    /// The targets. Commands are none of it: what they import is no import of the project's.
    pub targets: &'a [Target],
    /// Where an import belongs.
    pub classes: &'a Classes,
    /// What was recorded of workloads, where something was.
    pub usage: Option<&'a Usage>,
    /// How lines of measured code are named.
    pub places: &'a Places,
}

/// Why nothing could be classified.
#[derive(Debug, Error)]
pub enum ClassifyError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// There is nothing to import.
    #[error("no target imports anything")]
    Nothing,
    /// Every import fails.
    #[error("every import fails; that of {target}: {how}")]
    AllFail {
        /// The first target.
        target: String,
        /// How, in one line.
        how: String,
    },
    /// They work one by one, and not in one process, not even when only those are left that did.
    #[error("the imports work one by one, and fail in one process: {how}; name some of them")]
    FailTogether {
        /// How, in one line.
        how: String,
    },
}

/// Classifies everything that the targets load.
///
/// # Errors
/// [`ClassifyError`]. A target that fails, by itself or beside another one, is left out and named, so long as others work.
pub fn classify(
    classify: &Classify<'_>,
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Classification, ClassifyError> {
    let mut imports = imports_of(classify.targets);
    if imports.is_empty() {
        return Err(ClassifyError::Nothing);
    }
    let (mut failed, mut apart) = (Vec::new(), Vec::new());
    let mut observed = observe(&[together(&imports)], measure, progress)?.remove(0);
    if observed.failure().is_some() {
        (imports, failed) = working(&imports, measure, progress)?;
        let working = working_together(imports, measure, progress)?;
        let fail_together = |failure| ClassifyError::FailTogether {
            how: short_failure(&failure),
        };
        Together {
            imports,
            observed,
            apart,
        } = working.map_err(fail_together)?;
    }
    let request = |round| ImportRequest {
        preload: &[],
        imports: &imports,
        round,
    };
    let usual = usual(EVERYTHING, request, &observed, measure, progress)?;
    let loaded = Loaded {
        imports: &imports,
        observation: &observed.observation,
        table: &observed.closure,
        usual: &usual,
        classes: classify.classes,
        usage: classify.usage,
    };
    let mut classification = sort(&loaded, measure.interpreter());
    classification.failed = failed;
    classification.apart = apart;
    for row in classification.modules.iter_mut().chain(&mut classification.packages) {
        row.imported_at = row
            .imported_at
            .take()
            .map(|place| classify.places.place(&place.file, place.line));
    }
    Ok(classification)
}

/// What the targets import, each once, in their order.
fn imports_of(targets: &[Target]) -> Vec<String> {
    let mut imports: Vec<String> = Vec::new();
    for target in targets {
        if let Workload::Imports(own) = &target.workload {
            for import in own {
                if !imports.contains(import) {
                    imports.push(import.clone());
                }
            }
        }
    }
    imports
}

fn observe(
    targets: &[Target],
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<Vec<TargetObservation>, MeasureError> {
    Ok(Observer::closely(measure).observe(targets, progress)?.observations)
}

/// The imports that work by themselves, and the others.
fn working(
    imports: &[String],
    measure: &dyn Measure,
    progress: &mut dyn ShowProgress,
) -> Result<(Vec<String>, Vec<String>), ClassifyError> {
    let each: Vec<Target> = imports
        .iter()
        .map(|import| together(std::slice::from_ref(import)))
        .collect();
    let observed = observe(&each, measure, progress)?;
    let (mut working, mut failed) = (Vec::new(), Vec::new());
    let mut first_failure = None;
    for (import, observed) in imports.iter().zip(&observed) {
        match observed.failure() {
            None => working.push(import.clone()),
            Some(failure) => {
                first_failure.get_or_insert_with(|| (import.clone(), short_failure(failure)));
                failed.push(import.clone());
            }
        }
    }
    match first_failure {
        Some((target, how)) if working.is_empty() => Err(ClassifyError::AllFail { target, how }),
        _ => Ok((working, failed)),
    }
}
