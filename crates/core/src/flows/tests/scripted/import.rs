//! What an import of a script comes to: the modules that are loaded, what they cost now, and what is seen of them.

use std::collections::BTreeSet;

use super::{NS_PER_MS, Scripted, absolute, relative, source};
use crate::observed::{
    BytecodeState, COLLECTIONS, Collections, ContentHash, Deferral, Edge, Effect, Failure, FunctionName, FunctionSeen,
    FunctionSyntax, ImportForm, ImportRequest, ImportedName, Input, Inputs, NameUse, OwnTime, Place, Profile, Sample,
    Standing, StatementPlace, StatementSyntax, TypeChecking, UseContext,
};

/// What one import came to.
#[derive(Default)]
pub(super) struct Import {
    pub(super) loaded: BTreeSet<String>,
    pub(super) order: Vec<String>,
    pub(super) edges: Vec<Edge>,
    pub(super) failure: Option<Failure>,
    pub(super) form: Option<ImportForm>,
    pub(super) used_at: Option<Place>,
}

impl Scripted {
    pub(super) fn import(&self, request: ImportRequest<'_>, deferred: &[Deferral]) -> Import {
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

    pub(super) fn load(&self, name: &str, from: Option<(&str, u32)>, deferred: &[Deferral], import: &mut Import) {
        let Some(module) = self.modules.get(name) else {
            import.failure = Some(Failure::no_module(name));
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
        if module.fails_beside.iter().any(|other| import.loaded.contains(other)) {
            import.failure = Some(Failure::no_module("streams"));
        }
        *times += 1;
        import.order.push(name.to_owned());
    }

    pub(super) fn inputs(&self, request: ImportRequest<'_>) -> Inputs {
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

    pub(super) fn content_of(&self, name: &str) -> Option<ContentHash> {
        let module = self.modules.get(name)?;
        Some(ContentHash::of(source(module).as_bytes()))
    }

    pub(super) fn bytecode_of(&self, name: &str) -> (BytecodeState, f64) {
        let fresh = (BytecodeState::Fresh, 1.0);
        self.bytecode.lock().get(name).copied().unwrap_or(fresh)
    }

    pub(super) fn cost_ms(&self, name: &str) -> f64 {
        self.modules[name].body.iter().map(|(_, ms)| ms).sum()
    }

    pub(super) fn cost_now_ms(&self, name: &str) -> f64 {
        let module = &self.modules[name];
        let (after, factor) = module.later;
        let times = self.imported.lock().get(name).copied().unwrap_or(0);
        let is_later = times > after;
        let first = if times == 1 { module.first } else { 1.0 };
        self.cost_ms(name) * self.bytecode_of(name).1 * first * if is_later { factor } else { 1.0 }
    }

    /// What the next import that is looked at waits for, in milliseconds.
    pub(super) fn next_wait_ms(&self) -> f64 {
        let mut without = self.without_wait.lock();
        let waits = *without == 0;
        *without = without.saturating_sub(1);
        if waits { self.blocked_ms } else { 0.0 }
    }

    pub(super) fn timed(&self, import: &Import, round: u32) -> Sample {
        let slowness = self.slowness();
        let mut own: Vec<OwnTime> = import
            .order
            .iter()
            .map(|name| OwnTime {
                module: name.as_str().into(),
                cpu_ns: (self.cost_now_ms(name) * slowness * (self.noise * self.normal()).exp() * NS_PER_MS) as u64,
            })
            .collect();
        let modules = own.len() as u64;
        let collections = self.collections(slowness);
        if self.collecting_ms > 0.0 {
            own.push(OwnTime {
                module: COLLECTIONS.into(),
                cpu_ns: collections.ns.iter().sum(),
            });
        }
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
            modules,
            own,
            collections,
            ..Sample::default()
        }
    }

    /// The collections of an import: as many each time.
    fn collections(&self, slowness: f64) -> Collections {
        if self.collecting_ms == 0.0 {
            return Collections::default();
        }
        let takes = |share: f64| (share * self.collecting_ms * slowness * self.memory * NS_PER_MS) as u64;
        Collections {
            times: [50, 5, 1],
            ns: [takes(0.25), takes(0.25), takes(0.5)],
        }
    }

    /// The bodies as a profiler has them, which makes everything take twice as long.
    pub(super) fn profiled(&self, modules: &[String]) -> Profile {
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

    /// A statement as a script has it: its name is used by the body, or by a function behind it.
    pub(super) fn syntax_of(&self, place: &StatementPlace) -> StatementSyntax {
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
}
