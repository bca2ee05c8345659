//! What a script answers, in the place of an interpreter, its folders and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::{NS_PER_MS, Scripted, absolute, relative, source};
use crate::flows::SourceFiles;
use crate::observed::{
    Attempt, Body, BodyEffect, BodyEffectKind, ContentHash, Deferral, Deferred, EffectSeen, FailedCommand, Failure,
    Glance, ImportRequest, Installed, Interpreter, KnownImport, LineSeen, LoadedModule, Look, Measure, MeasureError,
    ModuleIndex, ModuleRecord, Observation, Profile, ReferenceSample, Sample, SetUpRuns, SourceFacts, StatementPlace,
    Stretch, TargetObservation,
};

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
                compile_ns: 0,
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
        let blocked = blocked.map(|module| Stretch {
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

    fn share_set_up_of_looks(&self, _wanted: bool) -> Option<String> {
        None
    }

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
            return Ok(Err(Failure::no_module("late")));
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
                    loop_line: None,
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
