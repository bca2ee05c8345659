//! An interpreter that answers from a script: modules with their imports and costs, noise from a seed, a clock that moves when
//! something is asked, and a log of what was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use crate::flows::{ShowProgress, SourceFiles};
use crate::observed::{
    Attempt, BlockedSeen, Body, BodyEffect, BodyEffectKind, BytecodeState, Clock, Collections, ContentHash, Deferral,
    Deferred, Edge, Effect, EffectSeen, FailedCommand, Failure, FunctionName, FunctionSeen, FunctionSyntax, Glance,
    ImportForm, ImportRequest, ImportedName, Input, Inputs, Installed, Interpreter, KnownImport, LineSeen,
    LoadedModule, Look, Measure, MeasureError, ModuleIndex, ModuleRecord, NameUse, Observation, Origin, OwnTime, Place,
    Profile, ReferenceSample, Sample, SetUpRuns, SourceFacts, Standing, StatementPlace, StatementSyntax,
    TargetObservation, TypeChecking, UseContext,
};
use crate::report::progress_line::Progress;
use crate::stats::random::SplitMix64;

/// The folder of every scripted project.
pub(super) const ROOT: &str = "/project";
const NS_PER_MS: f64 = 1e6;

/// A module: the modules that it imports, one a line, and then the statements of its body.
#[derive(Debug, Clone)]
struct Module {
    imports: Vec<String>,
    body: Vec<(String, f64)>,
    /// What the body adds to the resident set.
    memory_bytes: u64,
    origin: Origin,
    effects: Vec<Effect>,
    /// Imports whose names the body uses.
    used: BTreeSet<String>,
    /// Fails once it was imported this often.
    failure: Option<(usize, Failure)>,
    /// Takes this many times as long the first time.
    first: f64,
    /// Takes this many times as long once it was imported this often.
    later: (usize, f64),
}

/// A clock that moves by the same step whenever something is asked.
#[derive(Debug, Default)]
pub(super) struct ScriptedClock {
    now: Shared<Duration>,
}

impl Clock for ScriptedClock {
    fn elapsed(&self) -> Duration {
        *self.now.lock()
    }
}

/// The interpreter.
#[derive(Debug, Clone)]
pub(super) struct Scripted {
    interpreter: Interpreter,
    modules: BTreeMap<String, Module>,
    command_ms: f64,
    /// How many times as long everything takes as on the usual machine, and because of what else runs on it.
    machine: f64,
    load: f64,
    command_imports: Vec<String>,
    /// The standard deviation of the logarithm of each module's time.
    noise: f64,
    random: Shared<SplitMix64>,
    clock: Arc<ScriptedClock>,
    /// How long each answer takes.
    step: Duration,
    /// Once so many things were asked, Ctrl-C comes, and nothing is answered any more.
    interrupted_after: Option<usize>,
    /// The modules whose bytecode is not fresh and cannot be written, and how many times as long they take for that.
    bytecode: Shared<BTreeMap<String, (BytecodeState, f64)>>,
    /// What an import that is looked at waits for, where that is not what others do.
    seen_blocked_ms: Option<f64>,
    /// What an import waits for now, beside what it computes.
    blocked_ms: f64,
    /// So many of the next imports that are looked at in full, or line by line, do not wait.
    without_wait: Shared<usize>,
    counter: Option<String>,
    /// What the import fails without.
    indispensable: Option<Deferral>,
    imported: Shared<BTreeMap<String, usize>>,
    asked: Shared<Vec<String>>,
    /// Sources that files had earlier.
    history: Vec<String>,
    /// What the interpreter loads at each start.
    start: Vec<String>,
    installed: BTreeMap<String, String>,
    /// True where files show whether an import is the same.
    leaves_traces: bool,
    /// What else each import depends on.
    found: Vec<(Input, Option<ContentHash>)>,
}

impl Scripted {
    /// An interpreter without modules, on a machine that is busy now and then.
    pub(super) fn new() -> Self {
        Self {
            interpreter: interpreter("3.13.1"),
            modules: BTreeMap::new(),
            machine: 1.0,
            load: 1.0,
            command_ms: 0.0,
            command_imports: Vec::new(),
            noise: 0.01,
            random: Shared::new(SplitMix64::new(7)),
            clock: Arc::default(),
            step: Duration::from_millis(100),
            interrupted_after: None,
            bytecode: Shared::default(),
            seen_blocked_ms: None,
            blocked_ms: 0.0,
            without_wait: Shared::default(),
            counter: None,
            indispensable: None,
            imported: Shared::default(),
            asked: Shared::default(),
            history: Vec::new(),
            start: Vec::new(),
            installed: BTreeMap::new(),
            leaves_traces: false,
            found: Vec::new(),
        }
    }

    /// With a module of the project whose body takes this long.
    pub(super) fn module(mut self, name: &str, ms: f64, imports: &[&str]) -> Self {
        let module = Module {
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
            body: vec![("work()".to_owned(), ms)],
            memory_bytes: 100_000,
            origin: Origin::Own,
            effects: Vec::new(),
            used: BTreeSet::new(),
            failure: None,
            first: 1.0,
            later: (0, 1.0),
        };
        self.modules.insert(name.to_owned(), module);
        self
    }

    /// A shop that takes so many milliseconds and its database, with all that shows from files alone that it is the same.
    pub(super) fn shop_by_files(shop_ms: f64, database_ms: f64) -> Self {
        Self::new()
            .starting_with("shop.pth", &[])
            .module("shop", shop_ms, &["shop.db"])
            .module("shop.db", database_ms, &[])
            .leaving_traces()
    }

    /// With an interpreter whose start goes through a `.pth` file that imports these modules.
    pub(super) fn starting_with(self, file: &str, imports: &[&str]) -> Self {
        let mut scripted = self.standard("site", 1.0, &[file]).module(file, 0.2, imports);
        scripted.start.push("site".to_owned());
        scripted
    }

    /// With imports of which files show whether they are the same.
    pub(super) fn leaving_traces(mut self) -> Self {
        self.leaves_traces = true;
        self
    }

    /// With imports that find this, beside the modules that they load.
    pub(super) fn finding(mut self, input: Input, content: Option<u64>) -> Self {
        self.found.push((input, content.map(ContentHash)));
        self.leaving_traces()
    }

    /// With a distribution.
    pub(super) fn installed(mut self, name: &str, version: &str) -> Self {
        self.installed.insert(name.to_owned(), version.to_owned());
        self
    }

    /// Without a distribution.
    pub(super) fn removed(mut self, distribution: &str) -> Self {
        self.installed.remove(distribution);
        self
    }

    /// With a module of a distribution that is installed.
    pub(super) fn from(self, name: &str, distribution: &str) -> Self {
        let origin = Origin::Distribution {
            name: distribution.to_owned(),
            version: self.installed[distribution].clone(),
        };
        self.changed(name, |module| module.origin = origin)
    }

    /// With a module of the standard library.
    pub(super) fn standard(self, name: &str, ms: f64, imports: &[&str]) -> Self {
        self.module(name, ms, imports)
            .changed(name, |module| module.origin = Origin::Standard)
    }

    /// With one statement more in a body. The sources that were there before become history.
    pub(super) fn edited(mut self, name: &str, statement: &str, ms: f64) -> Self {
        self.history.push(source(&self.modules[name]));
        self.random = Shared::new(SplitMix64::new(11));
        self.asked.take();
        self.changed(name, |module| module.body.push((statement.to_owned(), ms)))
    }

    /// The same code measured anew: with other noise, and nothing asked yet.
    pub(super) fn anew(mut self) -> Self {
        self.random = Shared::new(SplitMix64::new(13));
        self.asked.take();
        self
    }

    /// With a side effect of a module.
    pub(super) fn effect(self, name: &str, effect: Effect) -> Self {
        self.changed(name, |module| module.effects.push(effect))
    }

    /// With a body that adds so many bytes to the process.
    pub(super) fn keeps(self, name: &str, memory_bytes: u64) -> Self {
        self.changed(name, |module| module.memory_bytes = memory_bytes)
    }

    /// With a body that uses what an import of it names.
    pub(super) fn uses(self, name: &str, imported: &str) -> Self {
        self.changed(name, |module| {
            module.used.insert(imported.to_owned());
        })
    }

    /// With an import that fails where this line of a module is left out, although it can be deferred.
    pub(super) fn breaks_without(mut self, importer: &str, line: u32) -> Self {
        self.indispensable = Some(Deferral {
            importer: importer.to_owned(),
            line,
        });
        self
    }

    /// With a module that fails after it was imported this often.
    pub(super) fn fails(self, name: &str, after: usize, failure: Failure) -> Self {
        self.changed(name, |module| module.failure = Some((after, failure)))
    }

    /// With a module that takes this many times as long after it was imported this often.
    pub(super) fn slower_later(self, name: &str, after: usize, factor: f64) -> Self {
        self.changed(name, |module| module.later = (after, factor))
    }

    /// Without a module; what imports it fails.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.modules.remove(name);
        self
    }

    /// With something that counts instructions.
    pub(super) fn counting(mut self) -> Self {
        self.counter = Some("cachegrind 3.19.0".to_owned());
        self
    }

    /// With a module that takes this many times as long the first time that it is imported.
    pub(super) fn slow_at_first(self, name: &str, factor: f64) -> Self {
        self.changed(name, |module| module.first = factor)
    }

    /// With a module that is compiled at each start, since its bytecode is in this state and cannot be written; that takes so
    /// many times as long.
    pub(super) fn compiled(self, name: &str, state: BytecodeState, factor: f64) -> Self {
        self.bytecode.lock().insert(name.to_owned(), (state, factor));
        self
    }

    /// With imports that wait this long.
    pub(super) fn waiting(mut self, ms: f64) -> Self {
        self.blocked_ms = ms;
        self
    }

    /// Where so many of the imports that are looked at next happen not to wait.
    pub(super) fn without_wait_when_looked_at(self, imports: usize) -> Self {
        *self.without_wait.lock() = imports;
        self
    }

    /// What the next import that is looked at waits for, in milliseconds.
    fn next_wait_ms(&self) -> f64 {
        let mut without = self.without_wait.lock();
        let waits = *without == 0;
        *without = without.saturating_sub(1);
        if waits { self.blocked_ms } else { 0.0 }
    }

    /// With imports that wait this long when they are looked at, and then alone.
    pub(super) fn seen_waiting(mut self, ms: f64) -> Self {
        self.seen_blocked_ms = Some(ms);
        self
    }

    /// Under another patch level.
    pub(super) fn version(mut self, version: &str) -> Self {
        self.interpreter = interpreter(version);
        self
    }

    /// On a machine on which everything takes so many times as long.
    pub(super) fn on_a_machine(mut self, slower: f64) -> Self {
        self.machine = slower;
        self
    }

    /// While others keep the machine busy, so that everything takes so many times as long.
    pub(super) fn under_load(mut self, slower: f64) -> Self {
        self.load = slower;
        self
    }

    /// With commands that import this.
    pub(super) fn commands_import(mut self, imports: &[&str]) -> Self {
        self.command_imports = imports.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// With commands that take this long.
    pub(super) fn commands_take(mut self, ms: f64) -> Self {
        self.command_ms = ms;
        self
    }

    fn changed(mut self, name: &str, change: impl FnOnce(&mut Module)) -> Self {
        change(self.modules.get_mut(name).expect("a module of the script"));
        self
    }

    /// With Ctrl-C once it was asked so many things.
    pub(super) fn interrupted_after(mut self, asked: usize) -> Self {
        self.interrupted_after = Some(asked);
        self
    }

    fn go_on(&self) -> Result<(), MeasureError> {
        match self.interrupted_after {
            Some(most) if self.asked().len() >= most => Err(MeasureError::Interrupted { signal: 2 }),
            _ => Ok(()),
        }
    }

    /// The clock that moves with its answers.
    pub(super) fn clock(&self) -> Arc<ScriptedClock> {
        Arc::clone(&self.clock)
    }

    /// What was asked, in this order: `sample shop`, `look shop`, `light look shop` …
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().clone()
    }

    /// How often something was asked that begins so.
    pub(super) fn count_asked(&self, beginning: &str) -> usize {
        let asked = self.asked.lock();
        asked.iter().filter(|asked| asked.starts_with(beginning)).count()
    }

    fn note(&self, what: &str, request: ImportRequest<'_>) {
        self.note_text(format!("{what} {}", request.imports.join(" ")));
    }

    fn note_text(&self, what: String) {
        self.asked.lock().push(what);
        *self.clock.now.lock() += self.step;
    }

    /// The standard normal distribution, near enough.
    fn normal(&self) -> f64 {
        let mut random = self.random.lock();
        let uniform = |random: &mut SplitMix64| random.next_u64() as f64 / u64::MAX as f64;
        (0..12).map(|_| uniform(&mut random)).sum::<f64>() - 6.0
    }

    /// How slow the machine is at a moment.
    fn slowness(&self) -> f64 {
        self.machine * self.load * (0.2 * self.normal()).exp()
    }

    fn import(&self, request: ImportRequest<'_>, deferred: &[Deferral]) -> Import {
        let mut import = Import::default();
        if request.is_start() && !self.start.is_empty() {
            self.load("site", None, deferred, &mut import);
            return import;
        }
        for name in self.start.iter().chain(request.preload) {
            self.load(name, None, deferred, &mut import);
        }
        let preloaded = import.order.len();
        for name in request.imports {
            if import.failure.is_none() {
                self.load(name, None, deferred, &mut import);
            }
        }
        import.order.drain(..preloaded);
        import
    }

    fn load(&self, name: &str, from: Option<(&str, u32)>, deferred: &[Deferral], import: &mut Import) {
        let Some(module) = self.modules.get(name) else {
            import.failure = Some(missing(name));
            return;
        };
        let is_new = import.loaded.insert(name.to_owned());
        import.edges.push(Edge {
            importer: from.map(|(importer, _)| importer.to_owned()),
            imported: name.to_owned(),
            file: from.map(|(importer, _)| relative(importer)),
            line: from.map_or(0, |(_, line)| line),
            loaded: is_new,
            in_function: false,
            trigger: None,
            through: Vec::new(),
        });
        if !is_new {
            return;
        }
        for (line, imported) in (1..).zip(&module.imports) {
            let is_deferred = deferred.iter().any(|it| it.importer == name && it.line == line);
            if is_deferred {
                import.form = Some(ImportForm::Statement);
            }
            if is_deferred && module.used.contains(imported) {
                let line = u32::try_from(module.imports.len()).unwrap_or(0) + 1;
                let file = absolute(name);
                import.used_at = Some(Place { file, line });
            } else if is_deferred {
                continue;
            }
            self.load(imported, Some((name, line)), deferred, import);
            if import.failure.is_some() {
                return;
            }
        }
        let mut imported = self.imported.lock();
        let times = imported.entry(name.to_owned()).or_default();
        import.failure = module
            .failure
            .as_ref()
            .filter(|(after, _)| *times >= *after)
            .map(|(_, failure)| failure.clone());
        *times += 1;
        import.order.push(name.to_owned());
    }

    /// A statement as a script has it: its name is used by the body, or by a function behind it.
    fn syntax_of(&self, place: &StatementPlace) -> StatementSyntax {
        let module = &self.modules[&place.module];
        let name = &module.imports[place.line as usize - 1];
        let body = u32::try_from(module.imports.len()).unwrap_or(0) + 1;
        let is_used = module.used.contains(name);
        StatementSyntax {
            module: place.module.clone(),
            file: place.file.clone(),
            line: place.line,
            standing: Standing::TopLevel,
            end_line: place.line,
            problem: None,
            from: None,
            names: vec![ImportedName {
                name: name.clone(),
                renamed: None,
                uses: vec![NameUse {
                    context: if is_used {
                        UseContext::Module
                    } else {
                        UseContext::Function
                    },
                    file: None,
                    line: body,
                    function: (!is_used).then_some(0),
                }],
            }],
            functions: vec![FunctionSyntax {
                name: "work".to_owned(),
                line: body,
                before: body + 1,
                indentation: "    ".to_owned(),
                problem: None,
            }],
            is_package: false,
            has_exports: false,
            type_checking: TypeChecking::default(),
        }
    }

    /// What stands in a file.
    pub(super) fn text_of(&self, file: &str) -> Option<String> {
        let mut modules = self.modules.iter();
        modules.find_map(|(name, module)| (relative(name) == file).then(|| source(module)))
    }

    /// With a file whose text has these imports at the top level, and no others.
    pub(super) fn rewritten(mut self, file: &str, text: &str) -> Self {
        for (name, module) in &mut self.modules {
            if relative(name) == file {
                let is_left = |name: &String| text.lines().any(|line| line == format!("import {name}"));
                module.imports.retain(is_left);
            }
        }
        self
    }

    fn content_of(&self, name: &str) -> Option<ContentHash> {
        let module = self.modules.get(name)?;
        Some(ContentHash::of(source(module).as_bytes()))
    }

    fn cost_ms(&self, name: &str) -> f64 {
        self.modules[name].body.iter().map(|(_, ms)| ms).sum()
    }

    fn cost_now_ms(&self, name: &str) -> f64 {
        let module = &self.modules[name];
        let (after, factor) = module.later;
        let times = self.imported.lock().get(name).copied().unwrap_or(0);
        let is_later = times > after;
        let first = if times == 1 { module.first } else { 1.0 };
        self.cost_ms(name) * self.bytecode_of(name).1 * first * if is_later { factor } else { 1.0 }
    }

    fn inputs(&self, request: ImportRequest<'_>) -> Inputs {
        let mut inputs = Inputs::new();
        if self.leaves_traces {
            inputs.insert(Input::Imports(request.imports.join(" ")), None);
            inputs.extend(self.found.iter().cloned());
            let import = self.import(request, &[]);
            let effects = import.order.iter().flat_map(|name| &self.modules[name].effects);
            for effect in effects {
                inputs.insert(Input::Effect(*effect), None);
                if *effect == Effect::Network {
                    inputs.insert(Input::Unseen("what came of it".to_owned()), None);
                }
            }
        }
        inputs
    }

    fn bytecode_of(&self, name: &str) -> (BytecodeState, f64) {
        let fresh = (BytecodeState::Fresh, 1.0);
        self.bytecode.lock().get(name).copied().unwrap_or(fresh)
    }

    /// The bodies as a profiler has them, which makes everything take twice as long.
    fn profiled(&self, modules: &[String]) -> Profile {
        let ns = |name: &String| (2.0 * self.cost_ms(name) * NS_PER_MS) as u64;
        let seen = modules.iter().map(|name| FunctionSeen {
            function: FunctionName {
                module: Some(name.clone()),
                file: relative(name),
                line: 1,
                name: "<module>".to_owned(),
            },
            calls: 1,
            primitive_calls: 1,
            own_ns: ns(name),
            cumulative_ns: ns(name),
            callers: Vec::new(),
            way: Vec::new(),
            busiest_line: 0,
            samples: 0,
            samples_of_way: 0,
        });
        Profile {
            calls: modules.len() as u64,
            primitive_calls: modules.len() as u64,
            functions: modules.len() as u64,
            own_ns: modules.iter().map(ns).sum(),
            seen: seen.collect(),
            ..Profile::default()
        }
    }

    fn timed(&self, import: &Import, round: u32) -> Sample {
        let slowness = self.slowness();
        let own: Vec<OwnTime> = import
            .order
            .iter()
            .map(|name| OwnTime {
                module: name.as_str().into(),
                cpu_ns: (self.cost_now_ms(name) * slowness * (self.noise * self.normal()).exp() * NS_PER_MS) as u64,
            })
            .collect();
        let cpu_ns = own.iter().map(|own| own.cpu_ns).sum();
        Sample {
            round,
            wall_ns: cpu_ns,
            cpu_ns,
            blocked_ns: (self.blocked_ms * NS_PER_MS) as u64,
            voluntary_switches: u64::from(self.blocked_ms > 0.0),
            calibration_ns: (90_000.0 * slowness) as u64,
            sustained_calibration_ns: (90_000.0 * self.machine) as u64,
            memory_bytes: import.order.iter().map(|name| self.modules[name].memory_bytes).sum(),
            peak_memory_bytes: 10_000_000,
            modules: own.len() as u64,
            own,
            ..Sample::default()
        }
    }
}

/// What one import came to.
#[derive(Default)]
struct Import {
    loaded: BTreeSet<String>,
    order: Vec<String>,
    edges: Vec<Edge>,
    failure: Option<Failure>,
    form: Option<ImportForm>,
    used_at: Option<Place>,
}

impl Measure for Scripted {
    fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    fn installed(&self) -> Installed {
        Installed::all(self.installed.clone())
    }

    fn is_unchanged(&self, known: KnownImport<'_>) -> bool {
        let mut modules = known.closure.iter();
        let mut found = self.found.iter();
        !known.inputs.is_empty()
            && modules.all(|(name, record)| self.content_of(name) == record.content)
            && found.all(|(input, content)| known.inputs.get(input) == Some(content))
    }

    fn is_edited(&self, known: KnownImport<'_>) -> bool {
        let mut modules = known.closure.iter();
        modules.any(|(name, record)| self.modules.contains_key(name) && self.content_of(name) != record.content)
    }

    fn observe(&self, request: ImportRequest<'_>, look: Look) -> Result<TargetObservation, MeasureError> {
        self.go_on()?;
        self.note(if look == Look::Full { "look" } else { "light look" }, request);
        let import = self.import(request, &[]);
        let waits_ms = match (self.seen_blocked_ms, look) {
            (Some(ms), _) => ms,
            (None, Look::Light) => self.blocked_ms,
            (None, Look::Full) => self.next_wait_ms(),
        };
        let blocked_ns = (waits_ms * NS_PER_MS) as u64;
        let last = import.order.last().filter(|_| look == Look::Full);
        let modules: Vec<LoadedModule> = import
            .order
            .iter()
            .map(|name| LoadedModule {
                name: name.clone(),
                file: Some(absolute(name)),
                cached: Some(format!("{}c", absolute(name))),
                bytecode: self.bytecode_of(name).0,
                obstacle: None,
                own_ns: (self.cost_ms(name) * NS_PER_MS) as u64,
                cumulative_ns: (self.cost_ms(name) * NS_PER_MS) as u64,
                own_memory_bytes: self.modules[name].memory_bytes as i64,
                cumulative_memory_bytes: self.modules[name].memory_bytes as i64,
                blocked_ns: if last == Some(name) { blocked_ns } else { 0 },
            })
            .collect();
        let record = |name: &String| {
            let module = &self.modules[name];
            let content = self.content_of(name);
            let origin = module.origin.clone();
            let bytecode = Some(self.bytecode_of(name).0);
            (
                name.clone(),
                ModuleRecord {
                    content,
                    origin,
                    bytecode,
                },
            )
        };
        let effects = |name: &String| {
            let seen = self.modules[name].effects.iter().map(|effect| EffectSeen {
                effect: *effect,
                detail: "an effect".to_owned(),
                place: None,
                module: Some(name.clone()),
                stack: Vec::new(),
            });
            seen.collect::<Vec<_>>()
        };
        let glance = Glance {
            cpu_ns: (import.order.iter().map(|name| self.cost_now_ms(name)).sum::<f64>() * NS_PER_MS) as u64,
            blocked_ns,
            calibration_ns: 90_000,
        };
        let blocked = import.order.last().filter(|_| glance.blocked_ns > 0);
        let blocked = blocked.map(|module| BlockedSeen {
            module: module.clone(),
            place: None,
            body: None,
            ns: glance.blocked_ns,
        });
        Ok(TargetObservation {
            is_missing: false,
            closure: import.order.iter().map(record).collect(),
            files_read: BTreeMap::new(),
            inputs: self.inputs(request),
            observation: Observation {
                effects: import.order.iter().flat_map(effects).collect(),
                blocked: blocked.into_iter().filter(|_| look == Look::Full).collect(),
                glance: (look == Look::Light).then_some(glance),
                total_ns: modules.iter().map(|module| module.own_ns).sum(),
                total_memory_bytes: modules.iter().map(|module| module.own_memory_bytes).sum(),
                modules,
                edges: if look == Look::Full { import.edges } else { Vec::new() },
                failure: import.failure,
                ..Observation::default()
            },
        })
    }

    fn use_private_bytecode(&self) -> bool {
        self.note_text("private bytecode".to_owned());
        !self.bytecode.take().is_empty()
    }

    fn observe_command(&self, _: &[String]) -> Result<TargetObservation, MeasureError> {
        if self.command_imports.is_empty() {
            return Ok(TargetObservation::default());
        }
        let request = ImportRequest {
            preload: &[],
            imports: &self.command_imports,
            round: 0,
        };
        self.observe(request, Look::Full)
    }

    fn share_set_up_of_looks(&self, _wanted: bool) {}

    fn share_set_up(&self, _wanted: bool) -> Result<Option<SetUpRuns>, MeasureError> {
        Ok(None)
    }

    fn sample(&self, request: ImportRequest<'_>) -> Attempt<Sample> {
        self.go_on()?;
        self.note("sample", request);
        let import = self.import(request, &[]);
        Ok(match &import.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(self.timed(&import, request.round)),
        })
    }

    fn sample_deferring(&self, request: ImportRequest<'_>, deferral: Option<&Deferral>) -> Attempt<Deferred> {
        match deferral {
            Some(deferral) => self.note_text(format!("defer {}:{}", deferral.importer, deferral.line)),
            None => self.note("defer nothing in", request),
        }
        let import = self.import(request, deferral.map_or(&[], std::slice::from_ref));
        Ok(match &import.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(Deferred {
                sample: self.timed(&import, request.round),
                form: import.form,
                used_at: import.used_at,
                collections: Collections::default(),
            }),
        })
    }

    fn sample_without(&self, request: ImportRequest<'_>, _: &[Body], statements: &[Deferral]) -> Attempt<Sample> {
        let named = statements.iter().map(|one| format!("{}:{}", one.importer, one.line));
        let named: Vec<String> = named.collect();
        self.note_text(format!(
            "without {}",
            if named.is_empty() {
                "nothing".to_owned()
            } else {
                named.join(" ")
            }
        ));
        if self.indispensable.as_ref().is_some_and(|one| statements.contains(one)) {
            return Ok(Err(missing("late")));
        }
        let import = self.import(request, statements);
        Ok(match &import.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(self.timed(&import, request.round)),
        })
    }

    fn command(&self, words: &[String], round: u32) -> Result<Result<Sample, FailedCommand>, MeasureError> {
        self.note_text(format!("command {}", words.join(" ")));
        let slowness = self.slowness();
        Ok(Ok(Sample {
            round,
            cpu_ns: (self.command_ms * slowness * NS_PER_MS) as u64,
            wall_ns: (self.command_ms * slowness * NS_PER_MS) as u64,
            ..Sample::default()
        }))
    }

    fn reference(&self, _: u32) -> Result<ReferenceSample, MeasureError> {
        self.go_on()?;
        self.note_text("reference".to_owned());
        let cpu_ns = (80.0 * self.slowness() * NS_PER_MS) as u64;
        Ok(ReferenceSample {
            cpu_ns,
            wall_ns: cpu_ns,
            calibration_ns: (45_000.0 * self.machine) as u64,
        })
    }

    fn syntax(&self, statements: &[StatementPlace], bodies: &[Body]) -> Result<SourceFacts, MeasureError> {
        self.note_text(format!("syntax of {}", statements.len()));
        let has_effect = |body: &&Body| !self.modules[&body.module].effects.is_empty();
        let effect = |body: &Body| BodyEffect {
            module: body.module.clone(),
            kind: BodyEffectKind::Call,
            file: body.file.clone(),
            line: 1,
        };
        Ok(SourceFacts {
            statements: statements.iter().map(|place| self.syntax_of(place)).collect(),
            effects: bodies.iter().filter(has_effect).map(effect).collect(),
        })
    }

    fn lines(&self, request: ImportRequest<'_>, watched: &[&str]) -> Result<Vec<LineSeen>, MeasureError> {
        self.go_on()?;
        self.note_text(format!("lines {}", watched.join(" ")));
        let import = self.import(request, &[]);
        let loaded = watched.iter().filter(|name| import.loaded.contains(**name));
        let waits_ms = self.next_wait_ms();
        Ok(loaded
            .flat_map(|name| {
                let module = &self.modules[*name];
                let first = u32::try_from(module.imports.len()).unwrap_or(0) + 1;
                let is_last = import.order.last().is_some_and(|last| last == name);
                let waits_ms = if is_last { waits_ms } else { 0.0 };
                (first..).zip(&module.body).map(move |(line, (text, ms))| LineSeen {
                    module: (*name).to_owned(),
                    file: relative(name),
                    line,
                    ns: ((ms + waits_ms) * NS_PER_MS) as u64,
                    text: text.clone(),
                    extent: vec![(line, line)],
                    reach: Vec::new(),
                    calls: None,
                })
            })
            .collect())
    }

    fn profile(&self, request: ImportRequest<'_>) -> Attempt<Option<Profile>> {
        self.go_on()?;
        self.note("profile", request);
        let import = self.import(request, &[]);
        if let Some(failure) = import.failure {
            return Ok(Err(failure));
        }
        Ok(Ok(Some(self.profiled(&import.order))))
    }

    fn profile_command(&self, words: &[String]) -> Result<Option<Profile>, MeasureError> {
        self.note_text(format!("profile {}", words.join(" ")));
        let is_seen = !self.command_imports.is_empty();
        Ok(is_seen.then(|| self.profiled(&self.command_imports)))
    }

    fn counter(&self) -> Option<String> {
        self.counter.clone()
    }

    fn count(&self, request: ImportRequest<'_>, time_left: Option<Duration>) -> Result<Option<u64>, MeasureError> {
        self.note("count", request);
        let import = self.import(request, &[]);
        let ms: f64 = import.order.iter().map(|name| self.cost_ms(name)).sum();
        let in_time = time_left.is_none_or(|left| left > self.step);
        Ok(in_time.then_some((ms * NS_PER_MS) as u64))
    }
}

impl ModuleIndex for Scripted {
    fn exists(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    fn children(&self, package: &str) -> Vec<String> {
        let below = |name: &&String| match name.rsplit_once('.') {
            Some((parent, _)) => parent == package,
            None => package.is_empty(),
        };
        self.modules.keys().filter(below).cloned().collect()
    }
}

impl SourceFiles for Scripted {
    fn read(&self, file: &str) -> Option<Vec<u8>> {
        let module = self.modules.keys().find(|name| absolute(name) == file)?;
        Some(source(&self.modules[module]).into_bytes())
    }

    fn earlier(&self, _: &[PathBuf], wanted: &BTreeSet<ContentHash>, _: Duration) -> BTreeMap<ContentHash, Vec<u8>> {
        let contents = self.history.iter().map(|text| text.clone().into_bytes());
        contents
            .map(|content| (ContentHash::of(&content), content))
            .filter(|(hash, _)| wanted.contains(hash))
            .collect()
    }
}

/// Nobody looks.
pub(super) struct Unseen;

impl ShowProgress for Unseen {
    fn show(&mut self, _: &Progress<'_>) {}
}

/// The failure of a module that is not there.
pub(super) fn missing(name: &str) -> Failure {
    Failure::Raised {
        exception: "ModuleNotFoundError".to_owned(),
        message: format!("No module named '{name}'"),
        stack: Vec::new(),
        missing: Some(name.into()),
        cycle: Box::default(),
        absent: None,
        shadow: None,
    }
}

fn source(module: &Module) -> String {
    let imports = module.imports.iter().map(|name| format!("import {name}\n"));
    let body = module.body.iter().map(|(text, _)| format!("{text}\n"));
    imports.chain(body).collect()
}

fn relative(module: &str) -> String {
    if module.ends_with(".pth") {
        return module.to_owned();
    }
    format!("{}.py", module.replace('.', "/"))
}

fn absolute(module: &str) -> String {
    format!("{ROOT}/{}", relative(module))
}

fn interpreter(version: &str) -> Interpreter {
    Interpreter {
        executable: PathBuf::from("/usr/bin/python3"),
        implementation: "cpython".to_owned(),
        version: version.to_owned(),
        minor: "3.13".to_owned(),
        build: format!("{version} (main)"),
        platform: "linux".to_owned(),
        architecture: "x86_64".to_owned(),
        prefix: PathBuf::from("/usr"),
        base_prefix: PathBuf::from("/usr"),
        path: Vec::new(),
        standard_library: Vec::new(),
        builtin_modules: Vec::new(),
        cache_tag: None,
        chosen_by: None,
    }
}
