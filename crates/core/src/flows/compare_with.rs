//! What a check is compared with: the stored baseline, the base of `--against`, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::{Baseline, Circumstances, Comparability, Difference, Entry, EntryLines};
use crate::budgets::{BudgetLine, Budgets, Engine, Target};
use crate::checks::{Compared, StartChange};
use crate::explain::InterpreterChange;
use crate::observed::{
    DistributionChange, EnvironmentKey, Interpreter, KnownImport, Measure, MeasureError, TargetObservation,
};
use crate::report::{BaselineSummary, RecordedFrom};

use super::{ratchet, start_up};

/// What a check is asked to compare with.
pub enum Against<'a> {
    /// The baseline file.
    Baseline {
        /// What stands in it; `None` where there is no such file.
        content: Option<Baseline>,
        /// What reports call it.
        path: String,
    },
    /// An earlier commit, measured in the same run.
    Base(Base<'a>),
}

/// Looks at what was observed of one target in the base.
pub type VerifySources<'a> = dyn Fn(&mut TargetObservation) -> Result<(), MeasureError> + Sync + 'a;

/// An earlier commit that is measured in the same run.
pub struct Base<'a> {
    /// What measures it.
    pub measure: &'a dyn Measure,
    /// What the report calls it, such as `main (merge base 1a2b3c4d5e6f)`.
    pub name: String,
    /// True where its path differs in length from the head's, which may move times a little.
    pub other_path_length: bool,
    /// Makes sure that what was observed is the base's own code; a target that the base does not have on its own becomes one
    /// whose import fails.
    pub verify_sources: Box<VerifySources<'a>>,
}

/// What a check is compared with.
pub(super) enum CompareWith<'a> {
    Baseline(Box<StoredEntry>),
    Base {
        base: Base<'a>,
        /// Its interpreter and the head's, where they are two.
        interpreters: Option<InterpreterChange>,
    },
    Nothing(Compared),
}

/// The baseline's entry of this environment, with how far it compares.
#[derive(Debug)]
pub(super) struct StoredEntry {
    pub(super) entry: Entry,
    pub(super) comparability: Comparability,
    /// What is different in the interpreter's own start.
    pub(super) start: Option<StartChange>,
    /// What keeps anchors from being compared with now, by their targets; those that compare are not here.
    pub(super) foreign_anchors: BTreeMap<String, Vec<Difference>>,
    /// Where limits that tightened by themselves stand.
    lines: EntryLines,
    path: String,
}

impl StoredEntry {
    /// The line of a limit that tightened by itself, with its value as it is written.
    pub(super) fn line_of_ratchet(&self, target: &str, key: &str, written: &str) -> BudgetLine {
        let line = self.lines.of_limit(target, key);
        ratchet::citation(&self.path, line, target, key, written)
    }
}

impl<'a> CompareWith<'a> {
    /// Takes the entry of this environment out of the baseline, or finds out whether base and head run alike.
    pub(super) fn new(against: Against<'a>, now: Circumstances<'_>) -> Self {
        match against {
            Against::Base(base) => {
                let head = &now.environment.interpreter;
                let interpreters = two_interpreters(base.measure.interpreter(), head);
                Self::Base { base, interpreters }
            }
            Against::Baseline { content: None, path } => Self::Nothing(Compared::NoFile { path }),
            Against::Baseline {
                content: Some(mut baseline),
                path,
            } => {
                let key = now.environment.interpreter.key();
                let lines = lines_of_limits(&baseline, &key);
                let Some(entry) = baseline.environments.remove(&key) else {
                    let known = baseline.environments.keys().map(ToString::to_string).collect();
                    return Self::Nothing(Compared::NoEntry { path, known });
                };
                let comparability = Comparability::between(&key, &entry, now);
                let foreign_anchors = foreign_anchors(&entry, now);
                Self::Baseline(Box::new(StoredEntry {
                    entry,
                    comparability,
                    start: None,
                    foreign_anchors,
                    lines,
                    path,
                }))
            }
        }
    }

    /// Looks at what the interpreter does at each start, where the baseline knows of it and modules compare; with `by_files`
    /// without starting it, where files are enough.
    pub(super) fn look_at_start(
        &mut self,
        measure: &dyn Measure,
        project: &str,
        by_files: bool,
    ) -> Result<(), MeasureError> {
        if let Self::Baseline(stored) = self
            && stored.comparability.modules_compare()
        {
            stored.start = start_up::change(measure, &stored.entry, project, by_files)?;
        }
        Ok(())
    }

    pub(super) fn stored(&self) -> Option<&StoredEntry> {
        match self {
            Self::Baseline(stored) => Some(stored),
            Self::Base { .. } | Self::Nothing(_) => None,
        }
    }

    /// Whether one run of the set-up serves all samples of a round: where both sides are measured now or there is one alone, and
    /// where the recording did so, too.
    pub(super) fn shares_set_up(&self, budgets: &Budgets) -> bool {
        budgets.project.setup.is_some() && self.stored().is_none_or(|stored| stored.entry.shares_set_up())
    }

    pub(super) fn base(&self) -> Option<&Base<'a>> {
        match self {
            Self::Base { base, .. } => Some(base),
            Self::Baseline(_) | Self::Nothing(_) => None,
        }
    }

    /// True where the base runs under another build of the interpreter: then neither closures nor counts say anything.
    pub(super) fn is_other_interpreter(&self) -> bool {
        matches!(
            self,
            Self::Base {
                interpreters: Some(_),
                ..
            }
        )
    }

    /// What was installed, upgraded or removed since, as far as both sides know.
    pub(super) fn distributions(&self, head: &dyn Measure) -> Vec<DistributionChange> {
        match self {
            Self::Baseline(stored) => stored.entry.distributions.changes_to(&head.installed()),
            Self::Base { base, .. } => base.measure.installed().changes_to(&head.installed()),
            Self::Nothing(_) => Vec::new(),
        }
    }

    /// What the baseline has of a target's import.
    pub(super) fn recorded(&self, target: &str) -> Option<KnownImport<'_>> {
        let recorded = self.stored()?.entry.targets.get(target)?;
        Some(recorded.as_known())
    }

    /// True where the import of a target failed when the baseline was recorded.
    pub(super) fn failed_then(&self, target: &str) -> bool {
        self.stored()
            .is_some_and(|stored| stored.entry.failed.contains_key(target))
    }

    /// Targets that the baseline does not have, where there is a baseline.
    pub(super) fn unrecorded(&self, targets: &[Target]) -> BTreeSet<String> {
        let Some(stored) = self.stored() else {
            return BTreeSet::new();
        };
        let names = targets.iter().map(|target| &target.name);
        let unrecorded = names.filter(|name| !stored.entry.targets.contains_key(*name));
        unrecorded.cloned().collect()
    }

    /// Entries of the baseline that no target of the budgets file stands for.
    pub(super) fn stale(&self, targets: &[Target]) -> Vec<String> {
        let Some(stored) = self.stored() else {
            return Vec::new();
        };
        let known: BTreeSet<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        let names = stored.entry.targets.keys();
        names.filter(|name| !known.contains(name.as_str())).cloned().collect()
    }

    /// Targets of which the baseline has one of two recordings that were merged.
    pub(super) fn again(&self, targets: &[Target]) -> Vec<String> {
        let recorded = |name: &String| self.stored()?.entry.targets.get(name);
        let names = targets.iter().map(|target| &target.name);
        let again = names.filter(|name| recorded(name).is_some_and(|recorded| recorded.again));
        again.cloned().collect()
    }

    /// For the report.
    pub(super) fn summary(&self) -> Option<BaselineSummary> {
        match self {
            Self::Baseline(stored) => Some(BaselineSummary {
                source: stored.path.clone(),
                recorded: Some(RecordedFrom {
                    importgate: stored.entry.importgate.clone(),
                    machine: stored.entry.usual_machine().clone(),
                }),
            }),
            Self::Base { base, .. } => Some(BaselineSummary {
                source: base.name.clone(),
                recorded: None,
            }),
            Self::Nothing(_) => None,
        }
    }

    /// For the verdict.
    pub(super) fn compared(&self, engine: Engine) -> Compared {
        let counted = engine == Engine::Instructions;
        match self {
            Self::Baseline(stored) => Compared::With {
                differences: stored.comparability.differences().to_vec(),
                times: stored.comparability.times_compare(),
                counts: counted.then(|| stored.comparability.counts_compare()),
            },
            Self::Base { base, interpreters } => Compared::Base {
                other_path_length: base.other_path_length,
                interpreters: interpreters.clone(),
                // Known once both were observed.
                private_bytecode: false,
            },
            Self::Nothing(compared) => compared.clone(),
        }
    }
}

/// Where limits that tightened by themselves stand; without any, the text is not laid out.
fn lines_of_limits(baseline: &Baseline, key: &EnvironmentKey) -> EntryLines {
    let mut targets = baseline.entry(key).into_iter().flat_map(|entry| entry.targets.values());
    if targets.any(|recorded| recorded.ratchet.is_some()) {
        baseline.lines_of(key)
    } else {
        EntryLines::default()
    }
}

fn foreign_anchors(entry: &Entry, now: Circumstances<'_>) -> BTreeMap<String, Vec<Difference>> {
    let foreign = entry.targets.iter().filter_map(|(name, recorded)| {
        let differences = recorded.anchor.as_ref()?.then.as_ref()?.differences(now);
        (!differences.is_empty()).then(|| (name.clone(), differences))
    });
    foreign.collect()
}

/// The interpreters of base and head; `None` where they are of one build.
fn two_interpreters(base: &Interpreter, head: &Interpreter) -> Option<InterpreterChange> {
    (base.build != head.build || base.version != head.version).then(|| InterpreterChange {
        before: base.version.clone(),
        now: head.version.clone(),
    })
}
