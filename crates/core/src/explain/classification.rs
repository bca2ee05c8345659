//! Where each module that an import loads belongs by its cost and its use: at the top of a module, or in the function that needs it.
//! `explain` says what to do about the statements of one target; this is the list of everything, for whoever goes through it once.

use std::collections::BTreeSet;

use serde::Serialize;

use super::explanation::with_sampled_times;
use super::graph::{ImportGraph, ImportStatement, top_level};
use super::{Group, Usual, Weight};
use crate::budgets::Classes;
use crate::observed::{ChosenBy, Interpreter, ModuleTable, Observation, Place, is_at_or_below};
use crate::usage::{Usage, UseCounts};

/// Where an import belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Class {
    /// At the top of the module.
    ModuleLevel,
    /// In the function that needs it.
    FunctionLevel,
}

impl Class {
    /// As every output has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModuleLevel => "MODULE_LEVEL",
            Self::FunctionLevel => "FUNCTION_LEVEL",
        }
    }
}

/// Why an import belongs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassReason {
    /// It takes less than `module-level-below`.
    Cheap,
    /// It is used in more of the runs than `usage-above`.
    UsedByMost,
    /// The same, and it takes more than `lazy-above`: in a function, nearly every run would pay for it all the same, only later.
    CostlyUsedByMost,
    /// It takes more than `lazy-above`.
    Costly,
    /// It is between the two, and too few of the runs use it.
    SeldomUsed,
    /// It is between the two, and the runs of which nobody can tell might lift its use above the mark.
    MayBeUsedByMost,
    /// It is between the two, and nothing is recorded of its use.
    UseUnknown,
}

/// A module, or a package with all that lies below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Classified {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub group: Group,
    /// What it takes with everything that is loaded for its sake alone.
    pub weight: Weight,
    /// What its own bodies take, in milliseconds.
    pub own_ms: f64,
    /// The line that was first to import it.
    pub imported_at: Option<Place>,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<UseCounts>,
    /// Where it belongs, and why; `None` for a module of the project that no other imports, since it is what was asked for.
    pub class: Option<(Class, ClassReason)>,
    /// True where it takes more than `heavy`, and nothing that it loads does by itself.
    pub is_heavy: bool,
}

/// What was assumed of an import, and what was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumption {
    /// The module.
    pub module: String,
    /// What `[classes.assumed]` says, in milliseconds.
    pub assumed_ms: f64,
    /// What it takes with everything that is loaded for its sake alone; `None` where it is not loaded.
    pub measured_ms: Option<f64>,
}

/// An import that works by itself, and not in one process with another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// The import that was left out.
    pub import: String,
    /// The other one; `None` where too many fail together for all to be tried.
    pub beside: Option<String>,
}

/// Everything that some imports load, by where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// The interpreter's version.
    pub python_version: String,
    /// What the interpreter was found by.
    pub python_chosen_by: Option<ChosenBy>,
    /// What was imported, in one process.
    pub imports: Vec<String>,
    /// What fails, and was left out.
    pub failed: Vec<String>,
    /// What fails beside another import, and was left out.
    pub apart: Vec<Apart>,
    /// CPU plus blocked time of all of it.
    pub time_ms: f64,
    /// Resident memory that it adds.
    pub memory_bytes: i64,
    /// How many samples the times rest on.
    pub samples: u64,
    /// Each module, the costliest first.
    pub modules: Vec<Classified>,
    /// What people act on, the costliest first: each module of the project, and of everything else the top-level package.
    pub packages: Vec<Classified>,
    /// What was assumed, in the order of the budgets file.
    pub assumed: Vec<Assumption>,
    /// The marks.
    pub marks: Classes,
}

/// What a classification is made of.
#[derive(Debug, Clone, Copy)]
pub struct Loaded<'a> {
    /// What was imported.
    pub imports: &'a [String],
    /// One instrumented import of all of it.
    pub observation: &'a Observation,
    /// Where its modules come from.
    pub table: &'a ModuleTable,
    /// What the import usually takes.
    pub usual: &'a Usual,
    /// The marks.
    pub classes: &'a Classes,
    /// What was recorded of workloads, where something was.
    pub usage: Option<&'a Usage>,
}

/// Classifies everything that was loaded. Places are as the interpreter names them.
pub fn classify(loaded: &Loaded<'_>, interpreter: &Interpreter) -> Classification {
    let observation = with_sampled_times(loaded.observation, loaded.usual);
    let graph = ImportGraph::new(&observation);
    let judge = Judge { loaded, graph: &graph };
    let names: Vec<&str> = observation.modules.iter().map(|module| module.name.as_str()).collect();
    let is_own = |name: &str| Group::of(loaded.table, name) == Group::Project;
    let units: BTreeSet<&str> = names
        .iter()
        .map(|name| if is_own(name) { *name } else { top_level(name) })
        .collect();
    let modules = names.iter().map(|name| judge.classified(name, false));
    let packages = units.iter().map(|name| judge.classified(name, !is_own(name)));
    let packages = costliest_first(packages.collect(), &graph, loaded.classes.heavy_ms.value);
    let modules = costliest_first(modules.collect(), &graph, loaded.classes.heavy_ms.value);
    let assumed = loaded.classes.assumed.iter().map(|(module, assumed)| Assumption {
        module: module.clone(),
        assumed_ms: assumed.value,
        measured_ms: judge.measured_ms(module),
    });
    Classification {
        python_version: interpreter.version.clone(),
        python_chosen_by: interpreter.chosen_by.clone(),
        imports: loaded.imports.to_vec(),
        failed: Vec::new(),
        apart: Vec::new(),
        time_ms: loaded.usual.time_ms(),
        memory_bytes: observation.total_memory_bytes,
        samples: loaded.usual.samples,
        assumed: assumed.collect(),
        modules,
        packages,
        marks: loaded.classes.clone(),
    }
}

struct Judge<'a> {
    loaded: &'a Loaded<'a>,
    graph: &'a ImportGraph<'a>,
}

impl Judge<'_> {
    /// A module, or with `whole` a package with all that lies below it.
    fn classified(&self, name: &str, whole: bool) -> Classified {
        let is_meant = |other: &str| other == name || (whole && is_at_or_below(other, name));
        let fallen = self.graph.without(is_meant);
        let own: Vec<_> = fallen.iter().copied().filter(|module| is_meant(&module.name)).collect();
        let weight = Weight::of_modules(&fallen);
        let usage = self.loaded.usage.and_then(|usage| usage.of_module(name));
        let edge = self.graph.loading_edge(name);
        let first = own.first().map_or(name, |module| module.name.as_str());
        let group = Group::of(self.loaded.table, first);
        // Of the project, what nothing imports is what was asked for; an installed package is asked for to see what it costs.
        let is_import = group != Group::Project || self.graph.is_imported_by_a_module(name);
        Classified {
            name: name.to_owned(),
            group,
            own_ms: Weight::of_modules(&own).time_ms,
            imported_at: edge.and_then(|edge| ImportStatement::of(edge).place()),
            class: is_import.then(|| class_of(weight.time_ms, usage, self.loaded.classes)),
            is_heavy: false,
            usage,
            weight,
        }
    }

    /// What a module or package takes; `None` where it is not loaded.
    fn measured_ms(&self, name: &str) -> Option<f64> {
        let fallen = self.graph.without(|other| is_at_or_below(other, name));
        (!fallen.is_empty()).then(|| Weight::of_modules(&fallen).time_ms)
    }
}

/// Sorts by cost, and marks what is heavy by itself: of several that load each other it is the innermost.
fn costliest_first(mut rows: Vec<Classified>, graph: &ImportGraph<'_>, heavy_ms: f64) -> Vec<Classified> {
    rows.sort_by(|left, right| left.weight.time_ms.total_cmp(&right.weight.time_ms));
    let mut heavy: Vec<String> = Vec::new();
    for row in rows
        .iter_mut()
        .filter(|row| row.weight.time_ms > heavy_ms && row.class.is_some())
    {
        let fallen = graph.without(|name| name == row.name);
        let has_one = fallen
            .iter()
            .any(|module| heavy.contains(&module.name) && module.name != row.name);
        if !has_one {
            row.is_heavy = true;
            heavy.push(row.name.clone());
        }
    }
    rows.reverse();
    rows
}

/// The class by cost and use, as the marks of `[classes]` have it.
fn class_of(time_ms: f64, usage: Option<UseCounts>, marks: &Classes) -> (Class, ClassReason) {
    let mark = marks.usage_above.value;
    let is_costly = time_ms > marks.lazy_above_ms.value;
    if time_ms < marks.module_level_below_ms.value {
        return (Class::ModuleLevel, ClassReason::Cheap);
    }
    match usage {
        Some(usage) if usage.share() > mark => {
            let reason = if is_costly {
                ClassReason::CostlyUsedByMost
            } else {
                ClassReason::UsedByMost
            };
            (Class::ModuleLevel, reason)
        }
        _ if is_costly => (Class::FunctionLevel, ClassReason::Costly),
        Some(usage) if usage.highest_share() > mark => (Class::ModuleLevel, ClassReason::MayBeUsedByMost),
        Some(_) => (Class::FunctionLevel, ClassReason::SeldomUsed),
        None => (Class::FunctionLevel, ClassReason::UseUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(used: u64, unknown: u64) -> Option<UseCounts> {
        Some(UseCounts {
            loaded: 100,
            used,
            unknown,
        })
    }

    #[test]
    fn the_marks_of_the_budgets_decide_by_cost_and_then_by_use() {
        let marks = Classes::default();
        let class = |time_ms, usage| class_of(time_ms, usage, &marks);
        assert_eq!(class(9.9, counts(0, 0)), (Class::ModuleLevel, ClassReason::Cheap));
        assert_eq!(class(180.0, counts(80, 0)), (Class::FunctionLevel, ClassReason::Costly));
        assert_eq!(
            class(180.0, counts(81, 0)),
            (Class::ModuleLevel, ClassReason::CostlyUsedByMost)
        );
        assert_eq!(
            class(50.0, counts(81, 0)),
            (Class::ModuleLevel, ClassReason::UsedByMost)
        );
        assert_eq!(
            class(50.0, counts(80, 0)),
            (Class::FunctionLevel, ClassReason::SeldomUsed)
        );
        assert_eq!(
            class(50.0, counts(70, 20)),
            (Class::ModuleLevel, ClassReason::MayBeUsedByMost)
        );
        assert_eq!(class(50.0, None), (Class::FunctionLevel, ClassReason::UseUnknown));
        assert_eq!(class(180.0, None), (Class::FunctionLevel, ClassReason::Costly));
    }
}
