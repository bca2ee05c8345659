//! Why a target is heavier than its baseline. The closures say as a fact what is new and what changed; the graph says
//! which import statement brought it in; own times say what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::attribution::Attribution;
use super::collected::Collected;
use super::own_times::OwnTimes;
use super::rest::Rest;
use super::waits::Waits;
use super::{Cause, CauseKind, Compiled, VersionChange};
use crate::explain::graph::{ImportGraph, ImportStatement, NewModules};
use crate::explain::{Weight, milliseconds};
use crate::observed::{BytecodeState, ClosureChange, LoadedModule, ModuleTable, Observation};
use crate::stats::Comparison;
use crate::stats::growth::Growth;

/// What costs less, in milliseconds, is not worth a line.
const SMALLEST_MS: f64 = 0.05;
/// The same as a share of the whole change.
const SMALLEST_SHARE: f64 = 0.02;
/// The share of what a statement brought in that has to fall away with it to be called saved.
const LEAST_TO_FALL_AWAY: f64 = 0.95;
/// What the body of an edited module has to take longer, as a share of what compiling it takes, to be told from that: one import tells
/// the two apart.
const LEAST_BESIDE_COMPILING: f64 = 0.2;
/// For less, in milliseconds, no second road is looked for.
const SMALLEST_SHARED_MS: f64 = 1.0;

/// What is known of a target before and now.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The instrumented import of now.
    pub observation: &'a Observation,
    /// What changed in the closure since the baseline.
    pub change: &'a ClosureChange,
    /// The closure of now.
    pub table: &'a ModuleTable,
    /// Own CPU time of each module in the baseline, in nanoseconds.
    pub own_before_ns: &'a BTreeMap<String, u64>,
    /// Own CPU time of each module now, in nanoseconds, where samples cannot be held against those of before; the observation's
    /// own where there are none.
    pub own_now_ns: Option<&'a BTreeMap<String, u64>>,
    /// Which modules take longer beyond what may be noise; `None` where no samples say so.
    pub growth: Option<&'a Growth>,
    /// The same of all targets of the run, this one among them.
    pub of_targets: &'a [Arc<Growth>],
    /// What the import as a whole takes longer, where times were compared.
    pub comparison: Option<&'a Comparison>,
    /// Blocked time of the whole import in the baseline, in nanoseconds.
    pub blocked_before_ns: u64,
    /// The project's folder; files below it are named relative to it.
    pub project: &'a str,
}

/// The causes of a change for the worse, in order of weight, in the milliseconds of the own times of before, and what they leave
/// of it. They add up to no more than the change and what is saved beside it.
///
/// A new module that brings others in is one cause together with them, named after the import statement that did it.
pub fn causes_of_change(evidence: &Evidence<'_>) -> (Vec<Cause>, Rest) {
    let graph = ImportGraph::new(evidence.observation);
    let times = OwnTimes::new(evidence);
    let (mut candidates, collected_ms) = all_candidates(evidence, &graph, &times);
    let is_edit = |candidate: &&Candidate<'_>| candidate.is_edit();
    let asked = candidates.iter().filter(is_edit).count();
    let change_ms = evidence.comparison.map_or(0.0, |comparison| comparison.change_ms);
    let smallest = SMALLEST_MS.max(SMALLEST_SHARE * change_ms);
    let is_worth_it = |candidate: &Candidate<'_>| candidate.cause.weight.time_ms >= smallest;
    // What nothing else can have done needs no evidence of its own.
    let is_the_only_one = asked == 1 && candidates.iter().filter(|one| is_worth_it(one)).all(Candidate::is_edit);
    candidates
        .retain(|candidate| is_worth_it(candidate) && (is_the_only_one || candidate.is_borne_out(evidence, asked)));
    let named: BTreeSet<&str> = candidates.iter().flat_map(|one| one.modules.iter().copied()).collect();
    let mut rest = Rest::beside(&named, evidence, &times, collected_ms);
    let mut causes: Vec<Cause> = candidates.into_iter().map(|candidate| candidate.cause).collect();
    rest.share_out(&mut causes, change_ms, smallest);
    (causes, rest)
}

/// The same where a count went up and not a time, which may take next to none: only what changed in the code, however
/// little time it takes. Counted modules are ordered by how many there are, memory by how much, all else by time.
pub fn causes_of_count(evidence: &Evidence<'_>, count: Count) -> Vec<Cause> {
    let change = evidence.change;
    let graph = ImportGraph::new(evidence.observation);
    let (candidates, _) = all_candidates(evidence, &graph, &OwnTimes::new(evidence));
    let mut causes: Vec<Cause> = candidates.into_iter().map(|candidate| candidate.cause).collect();
    causes.retain(|cause| match count {
        Count::Modules | Count::Memory => change.added.contains(&cause.module),
        Count::Instructions => change.added.contains(&cause.module) || change.changed.contains(&cause.module),
    });
    for cause in &mut causes {
        // One look by each side tells no time finely: less than before is no reason for more.
        cause.weight.time_ms = cause.weight.time_ms.max(0.0);
    }
    match count {
        Count::Modules => causes.sort_by_key(|cause| std::cmp::Reverse(cause.weight.modules)),
        Count::Memory => causes.sort_by_key(|cause| std::cmp::Reverse(cause.weight.memory_bytes)),
        Count::Instructions => {}
    }
    causes
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The modules that an import loads.
    Modules,
    /// The instructions that it executes.
    Instructions,
    /// The memory that it adds.
    Memory,
}

/// What may be a cause, with the modules whose own times it speaks of.
pub(super) struct Candidate<'a> {
    pub(super) cause: Cause,
    pub(super) modules: Vec<&'a str>,
}

impl Candidate<'_> {
    /// True where modules that were there before may take longer, and as long as before.
    fn is_edit(&self) -> bool {
        matches!(
            self.cause.kind,
            CauseKind::ChangedModule | CauseKind::UncheckedBytecode | CauseKind::Upgrade(_)
        )
    }

    /// True where samples show it, of the target or of all that run the same modules, or it is a fact.
    fn is_borne_out(&self, evidence: &Evidence<'_>, asked: usize) -> bool {
        let is_shown = |growth: &Growth| {
            growth.is_real(&self.modules, asked) || growth.is_real_among(evidence.of_targets, &self.modules, asked)
        };
        !self.is_edit() || evidence.growth.is_none_or(is_shown)
    }
}

/// All that may be a cause, the heaviest first, and what of it is collections of garbage, in milliseconds.
fn all_candidates<'a>(
    evidence: &Evidence<'a>,
    graph: &'a ImportGraph<'a>,
    times: &OwnTimes<'a>,
) -> (Vec<Candidate<'a>>, f64) {
    let attribution = Attribution {
        graph,
        table: evidence.table,
        changed: &evidence.change.changed,
        project: evidence.project,
    };
    let mut beside = Beside {
        waits: Waits::new(evidence),
        collected: Collected::new(evidence, &attribution),
    };
    let mut found = Vec::new();
    let mut upgrades = Upgrades::default();
    new_start_files(evidence, &attribution, times, &mut found);
    new_modules(evidence, &attribution, (times, &mut beside), &mut found, &mut upgrades);
    changed_modules(evidence, &attribution, (times, &mut beside), &mut found, &mut upgrades);
    upgrades.add_causes(evidence, &attribution, &mut found);
    slower_modules(evidence, &attribution, times, &mut found);
    compiled_modules(evidence, &attribution, times, &mut found);
    let Beside { waits, mut collected } = beside;
    waits.add_causes(evidence, &attribution, &mut found);
    collected.add_causes(&attribution, &mut found);
    for candidate in &mut found {
        candidate.cause.weight.time_ms += times.beyond_each_ms(&candidate.modules);
    }
    found.sort_by(|left, right| {
        let (left, right) = (&left.cause, &right.cause);
        let by_weight = right.weight.time_ms.total_cmp(&left.weight.time_ms);
        by_weight.then_with(|| left.module.cmp(&right.module))
    });
    (found, collected.taken_ms())
}

/// What an import takes longer beside the bodies of its modules.
struct Beside<'a> {
    waits: Waits,
    collected: Collected<'a>,
}

/// What the upgrade of each distribution comes to, gathered over its modules.
#[derive(Default)]
struct Upgrades<'a>(BTreeMap<&'a str, Group<'a>>);

/// Modules that are one cause together.
#[derive(Default)]
struct Group<'a> {
    weight: Weight,
    modules: Vec<&'a str>,
    /// The module that grew most, and by how much.
    heaviest: Option<(&'a str, f64)>,
}

impl<'a> Group<'a> {
    /// Adds modules of which the first names them.
    fn add(&mut self, modules: &[&'a str], growth: Weight) {
        self.modules.extend(modules);
        self.weight.time_ms += growth.time_ms;
        self.weight.memory_bytes += growth.memory_bytes;
        self.weight.modules += growth.modules;
        if let Some(&module) = modules.first()
            && self.heaviest.is_none_or(|(_, most)| growth.time_ms > most)
        {
            self.heaviest = Some((module, growth.time_ms));
        }
    }
}

impl<'a> Upgrades<'a> {
    fn add(&mut self, distribution: &'a str, modules: &[&'a str], growth: Weight) {
        self.0.entry(distribution).or_default().add(modules, growth);
    }

    fn add_causes(self, evidence: &Evidence<'a>, attribution: &Attribution<'_>, found: &mut Vec<Candidate<'a>>) {
        for (name, upgrade) in self.0 {
            let Some((module, _)) = upgrade.heaviest else { continue };
            let Some(change) = upgrade_of(evidence.change, name) else {
                continue;
            };
            found.push(Candidate {
                cause: attribution.module(CauseKind::Upgrade(change), module, upgrade.weight),
                modules: upgrade.modules,
            });
        }
    }
}

fn new_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'a>,
    (times, beside): (&OwnTimes<'_>, &mut Beside<'a>),
    found: &mut Vec<Candidate<'a>>,
    upgrades: &mut Upgrades<'a>,
) {
    let is_of_start = evidence.observation.is_of_start();
    let added: FxHashSet<&str> = evidence.change.added.iter().map(String::as_str).collect();
    for new in attribution.graph.new_modules(&added_modules(evidence)) {
        let mut weight = Weight::default();
        for module in &new.modules {
            weight.time_ms += times.now_ms(&module.name);
            weight.time_ms += beside.waits.take(milliseconds(module.blocked_ns)) + beside.collected.take(&module.name);
            weight.memory_bytes += module.own_memory_bytes;
            weight.modules += 1;
        }
        let modules: Vec<&str> = new.modules.iter().map(|module| module.name.as_str()).collect();
        let distribution = new
            .statement
            .importer
            .and_then(|importer| attribution.distribution_name(importer));
        let upgrade = distribution.and_then(|name| upgrade_of(evidence.change, name));
        match distribution {
            _ if is_of_start && is_of_site(&new.statement) => {
                let cause = attribution.at_start(&new.statement, new.module, weight);
                found.push(Candidate { cause, modules });
            }
            // A distribution that reorganised itself: its new parts are part of the upgrade.
            Some(name) if upgrade.is_some() && attribution.distribution_name(new.module) == Some(name) => {
                let named = std::iter::once(new.module);
                let modules: Vec<&str> = named
                    .chain(modules.into_iter().filter(|name| *name != new.module))
                    .collect();
                upgrades.add(name, &modules, weight);
            }
            _ => {
                let (shared, others) = other_roads(attribution, &new, &added, weight);
                let falls_away = falls_away(attribution, &new, &others);
                let kind = CauseKind::NewModules {
                    upgrade,
                    beside: new.beside.iter().map(|&module| module.to_owned()).collect(),
                    others: others.iter().filter_map(ImportStatement::place).collect(),
                    shared: (shared != new.module).then(|| shared.to_owned()),
                };
                let cause = attribution.statement(kind, &new.statement, new.module, weight);
                let cause = Cause { falls_away, ..cause };
                found.push(Candidate { cause, modules });
            }
        }
    }
}

/// New `.pth` files by themselves: what their lines import is told line by line.
fn new_start_files<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    found: &mut Vec<Candidate<'a>>,
) {
    for module in evidence
        .observation
        .modules
        .iter()
        .filter(|module| is_new_start_file(evidence, module))
    {
        let weight = of_one_module(times.now_ms(&module.name) + milliseconds(module.blocked_ns));
        let mut cause = attribution.module(CauseKind::AtStart, &module.name, weight);
        cause.line = attribution
            .graph
            .loading_edge(&module.name)
            .map(|edge| edge.line)
            .filter(|&line| line > 0);
        found.push(Candidate {
            cause,
            modules: vec![&module.name],
        });
    }
}

fn is_new_start_file(evidence: &Evidence<'_>, module: &LoadedModule) -> bool {
    module.is_start_file() && evidence.change.added.contains(&module.name)
}

/// The new modules without the new `.pth` files.
fn added_modules(evidence: &Evidence<'_>) -> Vec<String> {
    let start_files = evidence
        .observation
        .modules
        .iter()
        .filter(|module| is_new_start_file(evidence, module));
    let start_files: FxHashSet<&String> = start_files.map(|module| &module.name).collect();
    let added = evidence.change.added.iter().filter(|name| !start_files.contains(name));
    added.cloned().collect()
}

/// True for what `site` does by itself and for a line of a `.pth` file.
fn is_of_site(statement: &ImportStatement<'_>) -> bool {
    statement.importer == Some("site") || statement.file.is_some_and(|file| file.ends_with(".pth"))
}

/// Where else the project leads to new modules that are worth a second look: to the one that names them, or else to the one that
/// most of the time is; with its name.
fn other_roads<'a>(
    attribution: &Attribution<'a>,
    new: &NewModules<'a>,
    added: &FxHashSet<&str>,
    weight: Weight,
) -> (&'a str, Vec<ImportStatement<'a>>) {
    if weight.time_ms < SMALLEST_SHARED_MS {
        return (new.module, Vec::new());
    }
    // What a new module imports comes with it, so the roads begin in what was there before.
    let is_old_and_own = |module: &str| attribution.is_own(module) && !added.contains(module);
    let leading_to = |module| {
        attribution
            .graph
            .others_leading_to(module, &new.statement, is_old_and_own)
    };
    let all: u64 = new.modules.iter().map(|module| module.time_ns()).sum();
    let heaviest = new.modules.iter().find(|module| module.time_ns() > all / 2);
    let named = std::iter::once(new.module).chain(heaviest.map(|module| module.name.as_str()));
    let roads = named.map(|module| (module, leading_to(module)));
    let shared = roads.into_iter().find(|(_, others)| !others.is_empty());
    shared.unwrap_or((new.module, Vec::new()))
}

/// True where next to nothing of the new modules is loaded without these statements.
fn falls_away(attribution: &Attribution<'_>, new: &NewModules<'_>, others: &[ImportStatement<'_>]) -> bool {
    let fallen = attribution.graph.fallen_without(others.iter().chain([&new.statement]));
    let all: u64 = new.modules.iter().map(|module| module.time_ns()).sum();
    let gone = new
        .modules
        .iter()
        .filter(|module| fallen.contains(module.name.as_str()));
    let gone: u64 = gone.map(|module| module.time_ns()).sum();
    gone as f64 >= LEAST_TO_FALL_AWAY * all as f64
}

fn changed_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'a>,
    (times, beside): (&OwnTimes<'_>, &mut Beside<'a>),
    found: &mut Vec<Candidate<'a>>,
    upgrades: &mut Upgrades<'a>,
) {
    let compiled = compiled_since(evidence);
    let changed = evidence.change.changed.iter();
    for module in changed {
        let edit_ms = if compiled.contains(module) {
            beside_compiling_ms(attribution, times, module)
        } else {
            Some(times.growth_ms(module))
        };
        let Some(growth) = edit_ms.map(of_one_module) else {
            continue;
        };
        let distribution = attribution.distribution_name(module);
        match distribution.filter(|name| upgrade_of(evidence.change, name).is_some()) {
            Some(name) => {
                let collected_ms = beside.collected.take(module);
                upgrades.add(name, &[module], of_one_module(growth.time_ms + collected_ms));
            }
            None => {
                let loaded = attribution.graph.module(module);
                let unchecked = loaded.is_some_and(|loaded| loaded.bytecode == BytecodeState::Unchecked);
                let kind = if unchecked {
                    CauseKind::UncheckedBytecode
                } else {
                    CauseKind::ChangedModule
                };
                found.push(Candidate {
                    cause: attribution.module(kind, module, growth),
                    modules: vec![module],
                });
            }
        }
    }
    for module in &evidence.change.removed {
        // What an upgrade no longer loads counts for it. The module is gone, so its name has to tell where it belonged.
        let package = module.split('.').next().unwrap_or(module);
        let upgrade = upgrades
            .0
            .iter_mut()
            .find(|(name, _)| attribution.distribution_name(package) == Some(name));
        if let Some((_, upgrade)) = upgrade {
            upgrade.weight.time_ms -= times.before_ms(module);
            upgrade.modules.push(module);
        }
    }
}

/// Modules that did not change and take longer all the same: what they read has grown.
fn slower_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    found: &mut Vec<Candidate<'a>>,
) {
    let moved_ms = moved_between_extensions_ms(evidence, times);
    for module in untouched(evidence).filter(|module| !module.bytecode.is_compiled()) {
        let moved_ms = if module.is_extension() { moved_ms } else { 0.0 };
        // A single instrumented import is too noisy to accuse a module that is the same to the byte, and so are samples in which
        // one of so many modules takes longer by chance.
        let is_real = |growth: &Growth| growth.is_real(&[&module.name], growth.modules());
        if times.has_grown_by_more(&module.name, moved_ms) && evidence.growth.is_some_and(is_real) {
            let growth = of_one_module(times.growth_ms(&module.name));
            let kind = CauseKind::SlowerModule {
                changed: changed_imports(evidence, &module.name),
            };
            found.push(Candidate {
                cause: attribution.module(kind, &module.name, growth),
                modules: vec![&module.name],
            });
        }
    }
}

/// The modules that a module imports itself and that are not what they were, in the order in which it asks for them.
fn changed_imports(evidence: &Evidence<'_>, module: &str) -> Vec<String> {
    let edges = evidence.observation.edges.iter();
    let imported = edges.filter(|edge| edge.importer.as_deref() == Some(module) && !edge.in_function);
    let mut changed: Vec<String> = Vec::new();
    for edge in imported {
        if evidence.change.changed.contains(&edge.imported) && !changed.contains(&edge.imported) {
            changed.push(edge.imported.clone());
        }
    }
    changed
}

/// What extension modules that did not change take less than before, in milliseconds. A library that several of them need is loaded
/// by the first: another order of imports moves what that takes from one to another.
fn moved_between_extensions_ms(evidence: &Evidence<'_>, times: &OwnTimes<'_>) -> f64 {
    let extensions = untouched(evidence).filter(|module| module.is_extension());
    let less = extensions.map(|module| -times.growth_ms(&module.name));
    less.filter(|less| *less > 0.0).sum()
}

/// What an edited module takes longer beside compiling it, where no bytecode of it is written. `None` where that is next to nothing, or
/// compiling was not seen, as in an archive: all of it is compiling then.
fn beside_compiling_ms(attribution: &Attribution<'_>, times: &OwnTimes<'_>, module: &str) -> Option<f64> {
    let share = attribution.graph.module(module)?.compiled_share();
    let compiling_ms = share * times.now_ms(module);
    let edit_ms = times.growth_ms(module) - compiling_ms;
    (share > 0.0 && edit_ms > LEAST_BESIDE_COMPILING * compiling_ms).then_some(edit_ms)
}

/// Modules that are compiled at each start and were not, one cause for each reason why. Where the baseline does not say in which
/// state their bytecode was, it is those that did not change and take much longer.
fn compiled_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    found: &mut Vec<Candidate<'a>>,
) {
    let since = compiled_since(evidence);
    let edited: FxHashSet<&String> = evidence.change.changed.iter().collect();
    let grown: FxHashSet<&String> = untouched(evidence)
        .map(|module| &module.name)
        .filter(|module| times.has_grown(module))
        .collect();
    let is_new = |module: &&LoadedModule| since.contains(&module.name) || grown.contains(&module.name);
    let compiled = (evidence.observation.modules.iter()).filter(|module| module.bytecode.is_compiled());
    let mut groups: BTreeMap<Compiled, Group<'a>> = BTreeMap::new();
    for module in compiled.filter(is_new) {
        let compiled = Compiled {
            state: module.bytecode,
            obstacle: module.obstacle,
        };
        let is_edited = edited.contains(&module.name);
        let edit_ms = is_edited.then(|| beside_compiling_ms(attribution, times, &module.name));
        let compiling_ms = times.growth_ms(&module.name) - edit_ms.flatten().unwrap_or(0.0);
        let group = groups.entry(compiled).or_default();
        group.add(&[&module.name], of_one_module(compiling_ms));
    }
    for (compiled, group) in groups {
        let Some((heaviest, _)) = group.heaviest else { continue };
        let cause = attribution.module(CauseKind::CompiledAtStart(compiled), heaviest, group.weight);
        // No line of the file could help it.
        found.push(Candidate {
            cause: Cause { file: None, ..cause },
            modules: group.modules,
        });
    }
}

/// Modules that are compiled at each start, and were not when the baseline was recorded.
fn compiled_since<'a>(evidence: &Evidence<'a>) -> FxHashSet<&'a String> {
    let changes = evidence.change.bytecode.iter();
    changes
        .filter(|change| change.after.is_compiled() && !change.before.is_compiled())
        .map(|change| &change.module)
        .collect()
}

/// Modules that both sides have, with the same content.
fn untouched<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a LoadedModule> {
    let touched: FxHashSet<&String> = evidence.change.added.iter().chain(&evidence.change.changed).collect();
    let modules = evidence.observation.modules.iter();
    modules.filter(move |module| !touched.contains(&module.name))
}

/// The time that one module takes longer.
pub(super) fn of_one_module(time_ms: f64) -> Weight {
    Weight {
        time_ms,
        memory_bytes: 0,
        modules: 1,
    }
}

/// The upgrade of a distribution that both sides have.
fn upgrade_of(change: &ClosureChange, name: &str) -> Option<VersionChange> {
    let change = change.distributions.iter().find(|change| change.name == name)?;
    Some(VersionChange {
        distribution: change.name.clone(),
        before: change.before.clone()?,
        now: change.after.clone()?,
    })
}
