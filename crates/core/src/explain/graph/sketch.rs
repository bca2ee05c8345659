//! Observations drawn by hand, for the tests of the graph and of causes: a few modules, who loaded them, and what they cost.

use crate::observed::{
    BytecodeState, ContentHash, Edge, LoadedModule, ModuleRecord, ModuleTable, Observation, Origin, Trigger,
};

/// Builds an observation statement by statement. A module `a.b` has the file `a/b.py`; its memory is 1 KiB a millisecond.
pub(in crate::explain) struct Sketch(Observation);

impl Sketch {
    /// The probe imports `target`, whose own body takes one millisecond.
    pub(in crate::explain) fn new(target: &str) -> Self {
        Self(Observation::default()).asks(target)
    }

    /// The probe imports `target`, too, or as one that lies in the package before.
    pub(in crate::explain) fn asks(self, target: &str) -> Self {
        self.edge(None, 0, target, true).module(target, 1)
    }

    /// `importer:line` loads `imported`, whose own body takes `milliseconds`.
    pub(in crate::explain) fn loads(self, importer: &str, line: u32, imported: &str, milliseconds: u64) -> Self {
        self.edge(Some(importer), line, imported, true)
            .module(imported, milliseconds)
    }

    /// `importer:line` loads `imported`, a namespace package: it has no file and no body.
    pub(in crate::explain) fn loads_namespace(self, importer: &str, line: u32, imported: &str) -> Self {
        self.loads(importer, line, imported, 0).with(|observation| {
            let namespace = observation.modules.last_mut().expect("it was loaded");
            namespace.file = None;
        })
    }

    /// `importer:line` imports `imported`, which is there already.
    pub(in crate::explain) fn also(self, importer: &str, line: u32, imported: &str) -> Self {
        self.edge(Some(importer), line, imported, false)
    }

    /// The last import happened inside a function, which the body of `module` called in `line`.
    pub(in crate::explain) fn called_from(mut self, module: &str, line: u32) -> Self {
        let last = self.0.edges.last_mut().expect("an import comes first");
        last.in_function = true;
        last.trigger = Some(Trigger {
            module: module.to_owned(),
            line,
        });
        self
    }

    /// On the way to the last import, functions of this module were called.
    pub(in crate::explain) fn through(mut self, module: &str) -> Self {
        let last = self.0.edges.last_mut().expect("an import comes first");
        last.through.push(module.to_owned());
        self
    }

    /// Changes the observation in ways that have no word of their own here.
    pub(in crate::explain) fn with(mut self, change: impl FnOnce(&mut Observation)) -> Self {
        change(&mut self.0);
        self
    }

    /// The observation.
    pub(in crate::explain) fn build(mut self) -> Observation {
        self.0.total_ns = self.0.modules.iter().map(|module| module.own_ns).sum();
        self.0
    }

    fn edge(mut self, importer: Option<&str>, line: u32, imported: &str, loaded: bool) -> Self {
        self.0.edges.push(Edge {
            importer: importer.map(str::to_owned),
            imported: imported.to_owned(),
            file: importer.map(file_of),
            line,
            loaded,
            in_function: false,
            trigger: None,
            through: Vec::new(),
        });
        self
    }

    fn module(mut self, name: &str, milliseconds: u64) -> Self {
        let memory = i64::try_from(milliseconds * 1024).expect("a small number");
        self.0.modules.push(LoadedModule {
            name: name.to_owned(),
            file: Some(file_of(name)),
            cached: None,
            bytecode: BytecodeState::Fresh,
            obstacle: None,
            compile_ns: 0,
            own_ns: milliseconds * 1_000_000,
            cumulative_ns: milliseconds * 1_000_000,
            own_memory_bytes: memory,
            cumulative_memory_bytes: memory,
            blocked_ns: 0,
        });
        self
    }
}

fn file_of(module: &str) -> String {
    format!("{}.py", module.replace('.', "/"))
}

/// The closure of an observation: top-level packages in `own` are the project's, those in `installed` are distributions
/// with a version, and the rest is the standard library.
pub(in crate::explain) fn table(observation: &Observation, own: &[&str], installed: &[(&str, &str)]) -> ModuleTable {
    let record = |name: &str| {
        let package = name.split('.').next().unwrap_or(name);
        let distribution = installed.iter().find(|(name, _)| *name == package);
        let origin = match distribution {
            Some((name, version)) => Origin::Distribution {
                name: (*name).to_owned(),
                version: (*version).to_owned(),
            },
            None if own.contains(&package) => Origin::Own,
            None => Origin::Standard,
        };
        ModuleRecord {
            content: Some(ContentHash(0)),
            origin,
            bytecode: None,
        }
    };
    observation
        .modules
        .iter()
        .map(|module| (module.name.clone(), record(&module.name)))
        .collect()
}
