//! `importgate fix`, in the order in which it happens: look at every target, choose the statements that give back most, read what
//! the source says of them, change a copy of the project, and measure that copy against one that is as the project is. Tests, where
//! there are any, have the last word.

mod look;
mod measured;
mod tested;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::budgets::Target;
use crate::checks::Places;
use crate::explain::every_cut;
use crate::fix::{
    Candidate, Candidates, ChangedFile, FileEdit, FixReport, LeftOut, MovedStatement, Planned, Proposal, Refusal,
    RefusalReason, Style, changed, plan,
};
use crate::observed::{BodyEffect, Measure, MeasureError, Place, SourceFacts, StatementPlace, StatementSyntax};
use crate::report::wording::short_failure;
use crate::stats::random::SplitMix64;

use super::{ShowProgress, import_of};
use look::{LookedAt, is_own, look, own_bodies};

/// How many changes are measured.
const MOST_TRIED: usize = 16;
/// How many refusals are told.
const MOST_REFUSALS: usize = 40;

/// What is to be changed, and how far.
pub struct Fix<'a> {
    /// The targets to make faster; those that are no imports are left alone.
    pub targets: &'a [Target],
    /// Which files of the copy are the project's own.
    pub places: &'a Places,
    /// How imports are put off.
    pub style: Style,
    /// A change that saves less is not proposed, in milliseconds.
    pub smallest_ms: f64,
    /// The command that has to pass with the changes.
    pub test: Option<&'a str>,
    /// What the random order of measurements follows from.
    pub seed: u64,
}

/// Two copies of the project: one as it is, and one to change. Files are named from the project's folder.
pub trait Copies {
    /// Measures the one that is as the project is.
    fn before(&self) -> &dyn Measure;

    /// Measures the one that is changed.
    fn after(&self) -> &dyn Measure;

    /// What stands in a file of the project.
    fn read(&self, file: &str) -> Option<Vec<u8>>;

    /// Has the changed copy differ from the project in these files, and in no others.
    ///
    /// # Errors
    /// Where a file cannot be written.
    fn change(&mut self, files: &[ChangedFile]) -> Result<(), MeasureError>;

    /// Runs the project's tests in a copy: the changed one, or the other. What they printed last, where they fail.
    ///
    /// # Errors
    /// Where they could not be started.
    fn test(&mut self, command: &str, changed: bool) -> Result<Result<(), String>, MeasureError>;

    /// True for a file of the project itself: then an import goes past the copies, and nothing would be measured.
    fn is_original(&self, file: &str) -> bool;
}

/// Why nothing can be proposed.
#[derive(Debug, Error)]
pub enum FixError {
    /// Nothing could be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// No target is an import.
    #[error("no target is an import: `fix` changes what imports load, and commands are not measured by it")]
    NoImport,
    /// Every import fails.
    #[error("the import of {target} fails: {how}")]
    ImportFails {
        /// The target.
        target: String,
        /// How, in one line.
        how: String,
    },
    /// The copy is not what is imported.
    #[error(
        "{module} is imported from {file}, past the copy of the project: name the folders of your code in `source-roots` under [project]"
    )]
    NotTheCopy {
        /// The module.
        module: String,
        /// Its file.
        file: String,
    },
    /// The tests fail without any change.
    #[error("the tests fail in an unchanged copy of the project, so that they say nothing of a change: {output}")]
    TestsFail {
        /// The last of what they printed.
        output: String,
    },
}

/// Proposes changes.
///
/// # Errors
/// [`FixError`].
pub fn fix(fix: &Fix<'_>, copies: &mut dyn Copies, progress: &mut dyn ShowProgress) -> Result<FixReport, FixError> {
    // Both copies then have their bytecode in the same state, and neither run leaves any elsewhere.
    copies.before().use_private_bytecode();
    copies.after().use_private_bytecode();
    let (looked_at, left_out) = look(fix, copies, progress)?;
    let mut candidates = Candidates::default();
    for (position, looked) in looked_at.iter().enumerate() {
        let (imports, together) = every_cut(&looked.material(fix, copies.before()));
        candidates.add(position, &imports, &together, |file| is_own(fix, file));
    }
    let statements = candidates.statements();
    let facts = if statements.is_empty() {
        SourceFacts::default()
    } else {
        let bodies = own_bodies(fix, &looked_at, &candidates.modules());
        copies.before().syntax(&statements, &bodies)?
    };
    let mut workshop = Workshop {
        fix,
        copies,
        progress,
        targets: looked_at,
        left_out,
        syntax: statements.into_iter().zip(facts.statements).collect(),
        effects: facts.effects,
        random: SplitMix64::new(fix.seed),
        refusals: Vec::new(),
    };
    let proposals = workshop.proposals(candidates)?;
    workshop.report(proposals)
}

/// Where changes are tried.
struct Workshop<'a, 'b> {
    fix: &'b Fix<'a>,
    copies: &'b mut dyn Copies,
    progress: &'b mut dyn ShowProgress,
    targets: Vec<LookedAt<'a>>,
    left_out: Vec<LeftOut>,
    syntax: BTreeMap<StatementPlace, StatementSyntax>,
    effects: Vec<BodyEffect>,
    random: SplitMix64,
    refusals: Vec<Refusal>,
}

impl Workshop<'_, '_> {
    /// The changes that turn out to save something, each measured by itself.
    fn proposals(&mut self, mut candidates: Candidates) -> Result<Vec<Proposal>, FixError> {
        let (mut proposals, mut tried): (Vec<Proposal>, usize) = (Vec::new(), 0);
        while let Some((candidate, target, estimate_ms)) = candidates.next(self.fix.smallest_ms) {
            let Some(planned) = self.plan(&candidate, estimate_ms) else {
                continue;
            };
            if tried == MOST_TRIED {
                self.refuse_all(&candidate, estimate_ms, &RefusalReason::NotMeasured, None);
                continue;
            }
            tried += 1;
            if let Some(proposal) = self.proposal(&candidate, planned, target, estimate_ms)? {
                candidates.accept(&candidate);
                proposals.push(proposal);
            }
        }
        proposals.sort_by(|left, right| {
            let saved = |proposal: &Proposal| proposal.measured.saved.time_ms;
            saved(right).total_cmp(&saved(left))
        });
        Ok(proposals)
    }

    /// What becomes of each statement of a candidate; `None` where one of them has to stay, which is noted.
    fn plan(&mut self, candidate: &Candidate, estimate_ms: f64) -> Option<Vec<(String, Planned)>> {
        let mut planned = Vec::new();
        for statement in &candidate.statements {
            let syntax = self.syntax.get(statement)?;
            match plan(syntax, self.fix.style) {
                Ok(one) => planned.push((statement.file.clone(), one)),
                Err(refusals) => {
                    let estimate_ms = estimate_of_each(candidate, estimate_ms);
                    let refusals = refusals.into_iter().map(|refusal| Refusal { estimate_ms, ..refusal });
                    self.refusals.extend(refusals);
                }
            }
        }
        let can_go = planned.len() == candidate.statements.len() && !self.has_effect(candidate, estimate_ms);
        can_go.then_some(planned)
    }

    /// Whether a module of the project that would be imported later does something to others, which is noted.
    fn has_effect(&mut self, candidate: &Candidate, estimate_ms: f64) -> bool {
        let falling: BTreeSet<&str> = candidate.falling().collect();
        let found = self
            .effects
            .iter()
            .find(|effect| falling.contains(effect.module.as_str()));
        let Some(effect) = found.cloned() else {
            return false;
        };
        let reason = RefusalReason::BodyEffect {
            module: effect.module,
            kind: effect.kind,
        };
        let at = self.fix.places.place(&effect.file, effect.line);
        self.refuse_all(candidate, estimate_ms, &reason, Some(&at));
        true
    }

    fn refuse_all(&mut self, candidate: &Candidate, estimate_ms: f64, reason: &RefusalReason, at: Option<&Place>) {
        let refusal = |statement: &StatementPlace| Refusal {
            place: Place {
                file: statement.file.clone(),
                line: statement.line,
            },
            name: None,
            estimate_ms: estimate_of_each(candidate, estimate_ms),
            reason: reason.clone(),
            at: at.cloned(),
        };
        self.refusals.extend(candidate.statements.iter().map(refusal));
    }

    /// Makes the change in the copy and measures it; `None` where imports fail with it or it saves nothing, which is noted.
    fn proposal(
        &mut self,
        candidate: &Candidate,
        planned: Vec<(String, Planned)>,
        target: usize,
        estimate_ms: f64,
    ) -> Result<Option<Proposal>, FixError> {
        let edits: Vec<FileEdit> = planned
            .iter()
            .map(|(file, planned)| (file.clone(), planned.edit.clone()))
            .collect();
        let files = self.changed(edits.iter());
        self.copies.change(&files)?;
        let modules: BTreeSet<&str> = candidate.statements.iter().map(|one| one.module.as_str()).collect();
        let outcome = match self.first_failure(&modules)? {
            Some((target, how)) => Err(RefusalReason::Breaks { target, how }),
            None => self.measured(target)?,
        };
        let (measured, before_ms) = match outcome {
            Ok(measured) => measured,
            Err(reason) => {
                self.refuse_all(candidate, estimate_ms, &reason, None);
                return Ok(None);
            }
        };
        let is_told = measured.saved.time_ms - measured.uncertainty_ms > 0.0;
        if !is_told || measured.saved.time_ms < self.fix.smallest_ms {
            self.refuse_all(candidate, estimate_ms, &RefusalReason::SavesNothing(measured), None);
            return Ok(None);
        }
        let others = candidate.targets().filter(|&other| other != target);
        let statements = candidate.statements.iter().zip(planned);
        Ok(Some(Proposal {
            module: candidate.module.clone(),
            statements: statements
                .map(|(statement, (_, planned))| self.moved(statement, planned, estimate_ms))
                .collect(),
            target: self.targets[target].target.name.clone(),
            before_ms,
            measured,
            other_targets: others.map(|other| self.targets[other].target.name.clone()).collect(),
            files,
            edits,
        }))
    }

    fn moved(&self, statement: &StatementPlace, planned: Planned, estimate_ms: f64) -> MovedStatement {
        let source = self.copies.read(&statement.file).unwrap_or_default();
        let kept = planned.kept.into_iter();
        MovedStatement {
            place: Place {
                file: statement.file.clone(),
                line: statement.line,
            },
            text: first_line(&source, statement.line),
            functions: planned.functions,
            for_type_checkers: planned.edit.is_for_type_checkers(),
            kept: kept.map(|refusal| Refusal { estimate_ms, ..refusal }).collect(),
        }
    }

    /// The files with all of these changes.
    fn changed<'e>(&self, edits: impl Iterator<Item = &'e FileEdit>) -> Vec<ChangedFile> {
        changed(edits, |file| self.copies.read(file))
    }

    /// Imports each target that loads one of these modules in the changed copy: the first that fails, and how.
    fn first_failure(&mut self, modules: &BTreeSet<&str>) -> Result<Option<(String, String)>, MeasureError> {
        for looked in &self.targets {
            if !modules.iter().any(|module| looked.loads(module)) {
                continue;
            }
            let Some(request) = import_of(looked.target, 0) else {
                continue;
            };
            if let Err(failure) = self.copies.after().sample(request)? {
                return Ok(Some((looked.target.name.clone(), short_failure(&failure))));
            }
        }
        Ok(None)
    }

    /// Everything that is to be said, once all changes are made together and the tests have been run.
    fn report(mut self, proposals: Vec<Proposal>) -> Result<FixReport, FixError> {
        let proposals = self.that_work_together(proposals)?;
        let (proposals, withdrawn) = self.tested(proposals)?;
        let files = self.changed(proposals.iter().flat_map(|proposal| &proposal.edits));
        let together = self.measured_together(&proposals, &files)?;
        self.refusals
            .sort_by(|left, right| right.estimate_ms.total_cmp(&left.estimate_ms));
        let mut refusals: Vec<Refusal> = Vec::new();
        for refusal in self.refusals {
            let is_known = |known: &Refusal| (&known.place, &known.name) == (&refusal.place, &refusal.name);
            if refusals.len() < MOST_REFUSALS && !refusals.iter().any(is_known) {
                refusals.push(refusal);
            }
        }
        Ok(FixReport {
            python_version: self.copies.before().interpreter().version.clone(),
            python_chosen_by: self.copies.before().interpreter().chosen_by.clone(),
            style: self.fix.style,
            targets: self.targets.len() as u64,
            left_out: self.left_out.clone(),
            proposals,
            together,
            files,
            refusals,
            withdrawn,
            tested: self.fix.test.map(str::to_owned),
        })
    }

    /// The changes with which every import succeeds when they are made together; what fails then is given up, the least first.
    fn that_work_together(&mut self, mut proposals: Vec<Proposal>) -> Result<Vec<Proposal>, FixError> {
        while proposals.len() > 1 {
            let modules = self.apply(&proposals)?;
            let modules: BTreeSet<&str> = modules.iter().map(String::as_str).collect();
            let Some((target, how)) = self.first_failure(&modules)? else {
                break;
            };
            let given_up = proposals.pop();
            for statement in given_up.iter().flat_map(|proposal| &proposal.statements) {
                self.refusals.push(Refusal {
                    place: statement.place.clone(),
                    name: None,
                    estimate_ms: 0.0,
                    reason: RefusalReason::Breaks {
                        target: target.clone(),
                        how: how.clone(),
                    },
                    at: None,
                });
            }
        }
        Ok(proposals)
    }

    /// Makes several changes together, and says which modules they are in.
    fn apply(&mut self, proposals: &[Proposal]) -> Result<BTreeSet<String>, MeasureError> {
        let files = self.changed(proposals.iter().flat_map(|proposal| &proposal.edits));
        self.copies.change(&files)?;
        let is_changed = |place: &&StatementPlace| files.iter().any(|file| file.path == place.file);
        let changed = self.syntax.keys().filter(is_changed);
        Ok(changed.map(|place| place.module.clone()).collect())
    }
}

/// What one statement of a candidate may save: of several that save only together none saves anything by itself.
fn estimate_of_each(candidate: &Candidate, estimate_ms: f64) -> f64 {
    if candidate.statements.len() == 1 {
        estimate_ms
    } else {
        0.0
    }
}

fn first_line(source: &[u8], line: u32) -> String {
    let position = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let text = source.split(|byte| *byte == b'\n').nth(position).unwrap_or_default();
    String::from_utf8_lossy(text.trim_ascii()).into_owned()
}
