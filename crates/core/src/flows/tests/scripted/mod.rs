//! An interpreter that answers from a script: modules with their imports and costs, noise from a seed, a clock that moves when
//! something is asked, and a log of what was asked.

mod import;
mod measure;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use crate::flows::ShowProgress;
use crate::observed::{
    BytecodeState, Clock, ContentHash, Deferral, Effect, Failure, ImportRequest, Input, Interpreter, MeasureError,
    Origin,
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
    /// Fails where one of these is loaded.
    fails_beside: Vec<String>,
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
    /// What the collections of garbage of each import take, in milliseconds of memory that nothing else uses.
    collecting_ms: f64,
    /// How many times as long what walks through memory takes than what computes.
    memory: f64,
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
            collecting_ms: 0.0,
            memory: 1.0,
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
            fails_beside: Vec::new(),
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

    /// With a module that fails where another one was imported before.
    pub(super) fn fails_beside(self, name: &str, other: &str) -> Self {
        self.changed(name, |module| module.fails_beside.push(other.to_owned()))
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

    /// With collections of garbage in each import, which take so long, half of it in full ones.
    pub(super) fn collecting(mut self, ms: f64) -> Self {
        self.collecting_ms = ms;
        self
    }

    /// While others keep memory busy, so that walking through it takes so many times as long.
    pub(super) fn beside_hogs_of_memory(mut self, slower: f64) -> Self {
        self.memory = slower;
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
}

/// Nobody looks.
pub(super) struct Unseen;

impl ShowProgress for Unseen {
    fn show(&mut self, _: &Progress<'_>) {}
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
