//! Why a target is heavier than its baseline. The closures say as a fact what is new and what changed; the graph says
//! which import statement brought it in; own times say what it costs.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::attribution::Attribution;
use super::{Cause, CauseKind, Compiled, VersionChange};
use crate::explain::graph::{ImportGraph, ImportStatement, NewModules};
use crate::explain::{Weight, milliseconds};
use crate::observed::{BytecodeState, ClosureChange, LoadedModule, ModuleTable, Observation, Place};
use crate::stats::growth::{Growth, slowness};

/// What costs less, in milliseconds, is not worth a line.
const SMALLEST_MS: f64 = 0.05;
/// A module that did not change has to be this much slower, in milliseconds and as a share, before that counts as its own doing.
const UNCHANGED_GROWTH_MS: f64 = 1.0;
const UNCHANGED_GROWTH_SHARE: f64 = 0.5;
/// For less, in milliseconds, no second road is looked for.
const SMALLEST_SHARED_MS: f64 = 1.0;
/// A longer block than this, in nanoseconds, is a cause.
const SMALLEST_BLOCK_NS: u64 = 1_000_000;

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
    /// Own CPU time of each module now, from timed samples; the observation's own where there are none.
    pub own_now_ns: Option<&'a BTreeMap<String, u64>>,
    /// Which modules take longer beyond what may be noise; `None` where no samples say so.
    pub growth: Option<&'a Growth>,
    /// Blocked time of the whole import in the baseline, in nanoseconds.
    pub blocked_before_ns: u64,
    /// The project's folder; files below it are named relative to it.
    pub project: &'a str,
}

/// The causes of a change for the worse, in order of weight, in the milliseconds of the own times of before.
///
/// A new module that brings others in is one cause together with them, named after the import statement that did it.
pub fn causes_of_change(evidence: &Evidence<'_>) -> Vec<Cause> {
    let mut causes = all_causes(evidence);
    causes.retain(|cause| cause.weight.time_ms >= SMALLEST_MS);
    // Where nothing else explains the change, what changed in the code stays the best answer there is.
    if causes.iter().any(|cause| is_borne_out(cause, evidence)) {
        causes.retain(|cause| is_borne_out(cause, evidence));
    }
    causes
}

/// False for a changed module whose body may take as long as before.
fn is_borne_out(cause: &Cause, evidence: &Evidence<'_>) -> bool {
    let is_real = |growth: &Growth| growth.is_real(&cause.module, evidence.change.changed.len());
    cause.kind != CauseKind::ChangedModule || evidence.growth.is_none_or(is_real)
}

/// The same where a count went up and not a time, which may take next to none: only what changed in the code, however
/// little time it takes. Counted modules are ordered by how many there are, all else by time.
pub fn causes_of_count(evidence: &Evidence<'_>, count: Count) -> Vec<Cause> {
    let change = evidence.change;
    let mut causes = all_causes(evidence);
    causes.retain(|cause| match count {
        Count::Modules => change.added.contains(&cause.module),
        Count::Instructions => change.added.contains(&cause.module) || change.changed.contains(&cause.module),
    });
    if count == Count::Modules {
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.weight.modules));
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
}

fn all_causes(evidence: &Evidence<'_>) -> Vec<Cause> {
    let graph = ImportGraph::new(evidence.observation);
    let attribution = Attribution {
        graph: &graph,
        table: evidence.table,
        project: evidence.project,
    };
    let times = OwnTimes::new(evidence);
    let mut causes = Vec::new();
    let mut upgrades = Upgrades::default();
    new_start_files(evidence, &attribution, &times, &mut causes);
    new_modules(evidence, &attribution, &times, &mut causes, &mut upgrades);
    changed_modules(evidence, &attribution, &times, &mut causes, &mut upgrades);
    upgrades.add_causes(evidence, &attribution, &mut causes);
    slower_modules(evidence, &attribution, &times, &mut causes);
    compiled_modules(evidence, &attribution, &times, &mut causes);
    blocks(evidence, &attribution, &mut causes);
    causes.sort_by(|left, right| {
        right
            .weight
            .time_ms
            .total_cmp(&left.weight.time_ms)
            .then_with(|| left.module.cmp(&right.module))
    });
    causes
}

/// Own times before and now, on one scale.
struct OwnTimes<'a> {
    before: &'a BTreeMap<String, u64>,
    now: BTreeMap<&'a str, u64>,
    /// How much longer than in the baseline the unchanged modules take now.
    scale: f64,
}

impl<'a> OwnTimes<'a> {
    fn new(evidence: &Evidence<'a>) -> Self {
        let now: BTreeMap<&str, u64> = match evidence.own_now_ns {
            Some(times) => times.iter().map(|(module, time)| (module.as_str(), *time)).collect(),
            None => evidence
                .observation
                .modules
                .iter()
                .map(|module| (module.name.as_str(), module.own_ns))
                .collect(),
        };
        // What is compiled anew at every import is slower for a reason of its own.
        let compiled = evidence
            .observation
            .modules
            .iter()
            .filter(|module| module.bytecode.is_compiled());
        let mut changed: FxHashSet<&str> = compiled.map(|module| module.name.as_str()).collect();
        changed.extend(
            evidence
                .change
                .added
                .iter()
                .chain(evidence.change.altered())
                .map(String::as_str),
        );
        let before = evidence.own_before_ns;
        let scale = slowness(
            before,
            |module| now.get(module).map(|&time| time as f64),
            |module| !changed.contains(module),
        );
        Self { before, now, scale }
    }

    /// What a module's own body takes now, in the milliseconds of before.
    fn now_ms(&self, module: &str) -> f64 {
        milliseconds(self.now.get(module).copied().unwrap_or(0)) / self.scale
    }

    fn before_ms(&self, module: &str) -> f64 {
        milliseconds(self.before.get(module).copied().unwrap_or(0))
    }

    fn growth_ms(&self, module: &str) -> f64 {
        self.now_ms(module) - self.before_ms(module)
    }

    /// True where a module of before takes so much longer that it may be named although it is the same to the byte.
    fn has_grown(&self, module: &str) -> bool {
        let growth = self.growth_ms(module);
        self.before.contains_key(module)
            && growth >= UNCHANGED_GROWTH_MS
            && growth >= UNCHANGED_GROWTH_SHARE * self.before_ms(module)
    }
}

/// What the upgrade of each distribution comes to, gathered over its modules.
#[derive(Default)]
struct Upgrades<'a>(BTreeMap<&'a str, Upgrade<'a>>);

#[derive(Default)]
struct Upgrade<'a> {
    weight: Weight,
    /// The module that grew most, and by how much.
    heaviest: Option<(&'a str, f64)>,
}

impl<'a> Upgrades<'a> {
    fn add(&mut self, distribution: &'a str, module: &'a str, growth: Weight) {
        let upgrade = self.0.entry(distribution).or_default();
        upgrade.weight.time_ms += growth.time_ms;
        upgrade.weight.memory_bytes += growth.memory_bytes;
        upgrade.weight.modules += growth.modules;
        if upgrade.heaviest.is_none_or(|(_, most)| growth.time_ms > most) {
            upgrade.heaviest = Some((module, growth.time_ms));
        }
    }

    fn add_causes(self, evidence: &Evidence<'_>, attribution: &Attribution<'_>, causes: &mut Vec<Cause>) {
        for (name, upgrade) in self.0 {
            let Some((module, _)) = upgrade.heaviest else { continue };
            let Some(change) = upgrade_of(evidence.change, name) else {
                continue;
            };
            causes.push(attribution.module(CauseKind::Upgrade(change), module, upgrade.weight));
        }
    }
}

fn new_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'a>,
    times: &OwnTimes<'_>,
    causes: &mut Vec<Cause>,
    upgrades: &mut Upgrades<'a>,
) {
    let is_of_start = evidence.observation.is_of_start();
    for new in attribution.graph.new_modules(&added_modules(evidence)) {
        let mut weight = Weight::default();
        for module in &new.modules {
            weight.time_ms += times.now_ms(&module.name) + milliseconds(module.blocked_ns);
            weight.memory_bytes += module.own_memory_bytes;
            weight.modules += 1;
        }
        let distribution = new
            .statement
            .importer
            .and_then(|importer| attribution.distribution_name(importer));
        let upgrade = distribution.and_then(|name| upgrade_of(evidence.change, name));
        match distribution {
            _ if is_of_start && is_of_site(&new.statement) => {
                causes.push(attribution.at_start(&new.statement, new.module, weight));
            }
            // A distribution that reorganised itself: its new parts are part of the upgrade.
            Some(name) if upgrade.is_some() && attribution.distribution_name(new.module) == Some(name) => {
                upgrades.add(name, new.module, weight);
            }
            _ => {
                let kind = CauseKind::NewModules {
                    upgrade,
                    others: other_roads(attribution, &new, weight),
                };
                causes.push(attribution.statement(kind, &new.statement, new.module, weight));
            }
        }
    }
}

/// New `.pth` files by themselves: what their lines import is told line by line.
fn new_start_files(
    evidence: &Evidence<'_>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    causes: &mut Vec<Cause>,
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
        causes.push(cause);
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

/// Where else the project leads to new modules that are worth a second look.
fn other_roads(attribution: &Attribution<'_>, new: &NewModules<'_>, weight: Weight) -> Vec<Place> {
    if weight.time_ms < SMALLEST_SHARED_MS {
        return Vec::new();
    }
    let is_own = |module: &str| attribution.is_own(module);
    let others = attribution.graph.others_leading_to(new.module, &new.statement, is_own);
    others.iter().filter_map(ImportStatement::place).collect()
}

fn changed_modules<'a>(
    evidence: &Evidence<'a>,
    attribution: &Attribution<'a>,
    times: &OwnTimes<'_>,
    causes: &mut Vec<Cause>,
    upgrades: &mut Upgrades<'a>,
) {
    let compiled = compiled_since(evidence);
    let changed = evidence.change.changed.iter();
    for module in changed.filter(|module| !compiled.contains(module)) {
        let growth = of_one_module(times.growth_ms(module));
        let distribution = attribution.distribution_name(module);
        match distribution.filter(|name| upgrade_of(evidence.change, name).is_some()) {
            Some(name) => upgrades.add(name, module, growth),
            None => {
                let loaded = attribution.graph.module(module);
                let unchecked = loaded.is_some_and(|loaded| loaded.bytecode == BytecodeState::Unchecked);
                let kind = if unchecked {
                    CauseKind::UncheckedBytecode
                } else {
                    CauseKind::ChangedModule
                };
                causes.push(attribution.module(kind, module, growth));
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
        }
    }
}

/// Modules that did not change and take longer all the same: what they read has grown.
fn slower_modules(
    evidence: &Evidence<'_>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    causes: &mut Vec<Cause>,
) {
    for module in untouched(evidence).filter(|module| !module.bytecode.is_compiled()) {
        // A single instrumented import is too noisy to accuse a module that is the same to the byte, and so are samples in which
        // one of so many modules takes longer by chance.
        let is_real = |growth: &Growth| growth.is_real(&module.name, growth.modules());
        if times.has_grown(&module.name) && evidence.growth.is_some_and(is_real) {
            let growth = of_one_module(times.growth_ms(&module.name));
            causes.push(attribution.module(CauseKind::SlowerModule, &module.name, growth));
        }
    }
}

/// Modules that are compiled at each start and were not, one cause for each reason why. Where the baseline does not say in which
/// state their bytecode was, it is those that did not change and take much longer.
fn compiled_modules(
    evidence: &Evidence<'_>,
    attribution: &Attribution<'_>,
    times: &OwnTimes<'_>,
    causes: &mut Vec<Cause>,
) {
    let since = compiled_since(evidence);
    let grown: FxHashSet<&String> = untouched(evidence)
        .map(|module| &module.name)
        .filter(|module| times.has_grown(module))
        .collect();
    let is_new = |module: &&LoadedModule| since.contains(&module.name) || grown.contains(&module.name);
    let compiled = (evidence.observation.modules.iter()).filter(|module| module.bytecode.is_compiled());
    let mut groups: BTreeMap<Compiled, (Weight, &str, f64)> = BTreeMap::new();
    for module in compiled.filter(is_new) {
        let compiled = Compiled {
            state: module.bytecode,
            obstacle: module.obstacle,
        };
        let growth = times.growth_ms(&module.name);
        let (weight, heaviest, most) = groups
            .entry(compiled)
            .or_insert((Weight::default(), &module.name, growth));
        weight.time_ms += growth;
        weight.modules += 1;
        if growth > *most {
            (*heaviest, *most) = (&module.name, growth);
        }
    }
    for (compiled, (weight, heaviest, _)) in groups {
        let cause = attribution.module(CauseKind::CompiledAtStart(compiled), heaviest, weight);
        // No line of the file could help it.
        causes.push(Cause { file: None, ..cause });
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

/// Where the import was blocked longer than before. New modules' blocks are in their own causes already.
fn blocks(evidence: &Evidence<'_>, attribution: &Attribution<'_>, causes: &mut Vec<Cause>) {
    let new: FxHashSet<&String> = evidence.change.added.iter().collect();
    let mut seen: Vec<_> = evidence
        .observation
        .blocked
        .iter()
        .filter(|blocked| !new.contains(&blocked.module))
        .collect();
    let mut growth = seen
        .iter()
        .map(|blocked| blocked.ns)
        .sum::<u64>()
        .saturating_sub(evidence.blocked_before_ns);
    // A body that changed is the first suspect for what is blocked longer than before.
    let changed: FxHashSet<&String> = evidence.change.changed.iter().collect();
    seen.sort_by_key(|blocked| std::cmp::Reverse((changed.contains(&blocked.module), blocked.ns)));
    for blocked in seen {
        let part = blocked.ns.min(growth);
        if part < SMALLEST_BLOCK_NS {
            break;
        }
        growth -= part;
        let weight = of_one_module(milliseconds(part));
        let mut cause = attribution.module(CauseKind::Blocked, &blocked.module, weight);
        if let Some(place) = blocked.body.as_ref().or(blocked.place.as_ref()) {
            (cause.file, cause.line) = (Some(place.file.clone()), Some(place.line));
        }
        causes.push(cause);
    }
}

/// The time that one module takes longer.
fn of_one_module(time_ms: f64) -> Weight {
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
