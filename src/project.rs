//! From the command line to a project that can be measured: its budgets, its interpreter, its targets.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::budgets_file;
use crate::budgets_file::Location;
use crate::cli::{MeasureArguments, ProjectArguments};
use crate::error::Error;
use crate::interpreter;
use crate::interpreter::ProjectPython;
use crate::seed;
use crate::set_up;
use crate::store;
use importgate_core::budgets;
use importgate_core::budgets::{
    Budgets, Bytecode, Diagnostics, Engine, FileKind, Override, Selection, Target, Written,
};
use importgate_core::checks::Places;
use importgate_core::flows::{SamplingSettings, Width};
use importgate_core::observed::{EnvironmentKey, Measure};
use importgate_core::report::Report;
use importgate_core::report::first_names;
use importgate_core::usage::Usage;
use importgate_probe::Stopwatch;
use importgate_probe::instructions;
use importgate_probe::machine;
use importgate_probe::python::{BytecodeFiles, Chosen, FileSystemIndex, Session, SessionSettings};
use importgate_probe::runner;

/// A project that can be measured.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) budgets: Budgets,
    /// The budgets file's folder, absolute: relative paths in the file start here, and so does measured code.
    pub(crate) root: PathBuf,
    pub(crate) source_roots: Vec<PathBuf>,
    pub(crate) baseline_path: PathBuf,
    /// The budgets file, as the user names it.
    pub(crate) budgets_path: PathBuf,
    /// What the command line sets beside it.
    overrides: Vec<Override>,
    /// The usage file, whether it exists or not.
    usage_path: PathBuf,
    /// Every target of the budgets file, in its order.
    pub(crate) targets: Vec<Target>,
    /// The entry of the baseline that is this interpreter's.
    pub(crate) key: EnvironmentKey,
    python: ProjectPython,
}

impl Project {
    /// Reads the budgets, finds the interpreter, asks it what it is, and turns patterns into targets.
    pub(crate) fn open(arguments: &ProjectArguments) -> Result<(Self, Session), Error> {
        Self::open_until(arguments, |_| None)
    }

    /// The same for a run that may have a time limit, which began with that clock.
    pub(crate) fn open_within(
        arguments: &ProjectArguments,
        measure: &MeasureArguments,
        clock: &Stopwatch,
    ) -> Result<(Self, Session), Error> {
        Self::open_until(arguments, |budgets| {
            clock.end(measure.time_limit.or(budgets.measure.time_limit()))
        })
    }

    fn open_until(
        arguments: &ProjectArguments,
        end: impl Fn(&Budgets) -> Option<Instant>,
    ) -> Result<(Self, Session), Error> {
        // Before anything is started: from here on Ctrl-C ends what runs, and what an import leaves behind is ended too.
        runner::prepare()?;
        let location = Location::find(&arguments.budgets)?;
        let (text, name) = (location.read()?, location.name());
        let written = Written {
            text: &text,
            file_name: &name,
            kind: location.kind,
            overrides: &arguments.budgets.overrides,
        };
        let budgets = match written.parse() {
            Ok(budgets) => budgets,
            Err(mistakes) => {
                return Err(Error::Budgets(with_unmatched(
                    mistakes,
                    written,
                    (&location, arguments),
                    end,
                )));
            }
        };
        let root = location.folder()?;
        let mut python = ProjectPython::find(arguments.python.as_deref(), &budgets, (&root, &location.name()))?;
        let (source_roots, session) = open_session(&mut python, &budgets, &root, end(&budgets))?;
        let index = module_index(&session);
        let targets = budgets.resolve(&index).map_err(|mistakes| {
            if interpreter::is_a_stranger_to(&budgets, &index) {
                let interpreter = python.has_no_packages();
                return Error::NoPackages { mistakes, interpreter };
            }
            Error::Budgets(mistakes)
        })?;
        let baseline_path = arguments
            .baseline
            .clone()
            .unwrap_or_else(|| location.baseline(&budgets));
        let usage_path = location.usage(&budgets);
        Ok((
            Self {
                budgets,
                root,
                source_roots,
                baseline_path,
                budgets_path: location.path,
                overrides: arguments.budgets.overrides.clone(),
                usage_path,
                targets,
                key: session.interpreter().key(),
                python,
            },
            session,
        ))
    }

    /// A folder without a budgets file: no targets, and every setting as it is by default.
    pub(crate) fn without_budgets(arguments: &ProjectArguments) -> Result<(Self, Session), Error> {
        Self::here(budgets_file::no_budgets(&arguments.budgets)?, arguments, None)
    }

    /// This folder with budgets that are in no file yet; their targets are still to be made out.
    /// An import may take no longer than that, and the run ends then, where it is limited.
    pub(crate) fn proposed(
        text: &str,
        arguments: &ProjectArguments,
        (longest_import, run_ends): (Option<Duration>, Option<Instant>),
    ) -> Result<(Self, Session), Error> {
        runner::prepare()?;
        let mut budgets = budgets::parse(text, budgets_file::PROPOSED, FileKind::Standalone).map_err(Error::Budgets)?;
        if let Some(longest) = longest_import {
            let timeout_ms = &mut budgets.measure.timeout_ms.value;
            *timeout_ms = timeout_ms.min(longest.as_secs_f64() * 1000.0);
        }
        Self::here(budgets, arguments, run_ends)
    }

    fn here(
        budgets: Budgets,
        arguments: &ProjectArguments,
        run_ends: Option<Instant>,
    ) -> Result<(Self, Session), Error> {
        let root = std::env::current_dir()
            .and_then(|here| here.canonicalize())
            .map_err(Error::unreadable("."))?;
        let mut python = ProjectPython::find(arguments.python.as_deref(), &budgets, (&root, ""))?;
        let (source_roots, session) = open_session(&mut python, &budgets, &root, run_ends)?;
        let project = Self {
            baseline_path: root.join(budgets_file::BASELINE),
            budgets_path: root.join(budgets_file::PROPOSED),
            overrides: Vec::new(),
            usage_path: budgets_file::usage_path_without_budgets(&budgets),
            budgets,
            root,
            source_roots,
            targets: Vec::new(),
            key: session.interpreter().key(),
            python,
        };
        Ok((project, session))
    }

    /// The budgets of another text of the same file; `None` where that is the text of now, or has mistakes.
    pub(crate) fn budgets_as_written(&self, text: &str) -> Option<Budgets> {
        budgets_file::as_written(&self.budgets, (&self.budgets_path, &self.overrides), text)
    }

    /// Where the baseline is by other budgets of the project; one that the command line names stays.
    pub(crate) fn baseline_by(&self, budgets: &Budgets) -> PathBuf {
        let location = Location::named(&self.budgets_path);
        if self.baseline_path == location.baseline(&self.budgets) {
            location.baseline(budgets)
        } else {
            self.baseline_path.clone()
        }
    }

    /// The interpreter, and why it was taken.
    pub(crate) fn chosen(&self) -> &Chosen {
        &self.python.chosen
    }

    /// The targets that the words of the command line select, all of them where there are no words.
    pub(crate) fn select(&self, words: &[String]) -> Result<Selection, Error> {
        let groups = self.budgets.groups(&self.targets);
        let words = self.spelled(words, &groups)?;
        budgets::select(&self.targets, &groups, &words).map_err(|unmatched| Error::NoTarget {
            asked: unmatched.words,
            meant: unmatched.meant,
            known: first_names(self.targets.iter().map(|target| target.name.as_str())),
        })
    }

    /// How samples are taken. The command line wins over the budgets file; a seed that nobody names is drawn.
    pub(crate) fn sampling(&self, arguments: &MeasureArguments) -> SamplingSettings {
        let asked = SamplingSettings::of(&self.budgets, seed::draw);
        SamplingSettings {
            fixed: arguments.samples.or(asked.fixed),
            seed: arguments.seed.unwrap_or(asked.seed),
            time_limit: arguments.time_limit.or(asked.time_limit),
            width: self.width(arguments.jobs),
            ..asked
        }
    }

    /// How many imports may run at once: as the command line says, else the budgets file, else as many as there are processors; and
    /// no more than memory has room for.
    pub(crate) fn width(&self, jobs: Option<u32>) -> Width {
        let asked = jobs
            .map(u64::from)
            .or(self.budgets.measure.jobs.as_ref().map(|jobs| jobs.value));
        let asked = asked.map(|jobs| usize::try_from(jobs).unwrap_or(usize::MAX));
        Width::new(asked.unwrap_or_else(machine::processors), machine::free_memory_bytes())
    }

    /// The recorded usage: of the file that is named, which must be there, else of the project's own, where it is there.
    pub(crate) fn usage(&self, named: Option<&Path>) -> Result<Option<Usage>, Error> {
        let path = named.unwrap_or(&self.usage_path);
        let usage = store::usage::read(path)?;
        if usage.is_none() && named.is_some() {
            return Err(Error::Usage(format!(
                "there is no usage file {}; `importgate usage --output {} -- COMMAND` records one",
                path.display(),
                path.display()
            )));
        }
        Ok(usage)
    }

    /// Says of every failed import which interpreter it failed in, where another one may have been meant, or where none works.
    pub(crate) fn doubt_interpreter(&self, report: &mut Report, measure: &dyn Measure) {
        let misses_all = interpreter::nothing_could_be_imported(report);
        if let Some(line) = self.doubt_of(misses_all, measure) {
            report.note_failed_imports(&line);
        }
    }

    /// What to say of the interpreter where imports fail: for want of something that is not installed, if that `misses_all` of them.
    pub(crate) fn doubt_of(&self, misses_all: bool, measure: &dyn Measure) -> Option<String> {
        if misses_all {
            return Some(self.python.imports_nothing(&measure.installed()));
        }
        self.python.doubt()
    }

    /// The same of an error that may come from a failed import.
    pub(crate) fn with_doubt(&self, error: Error) -> Error {
        match (error, self.python.doubt()) {
            (Error::CannotMeasure(why), Some(doubt)) => Error::CannotMeasure(format!("{why}\n  {doubt}")),
            (error, _) => error,
        }
    }

    /// How lines of measured code are named in reports.
    pub(crate) fn places(&self) -> Places {
        let here = std::env::current_dir().unwrap_or_else(|_| self.root.clone());
        Places::new(self.root.clone(), self.source_roots.clone()).seen_over(way(&here, &self.root))
    }
}

/// The way from one folder to another, both absolute and without symbolic links; empty where they are one.
fn way(from: &Path, to: &Path) -> String {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to
        .components()
        .skip(common)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// What counts instructions, where the budgets ask for counts.
///
/// # Errors
/// Where nothing is there that could: the message says what to install.
pub(crate) fn instruction_counter(budgets: &Budgets) -> Result<Option<instructions::Counter>, Error> {
    Ok(match budgets.measure.engine.value {
        Engine::Time => None,
        Engine::Instructions => Some(instructions::Counter::detect()?),
    })
}

/// What modules there are for a session, found without importing any.
pub(crate) fn module_index(session: &Session) -> FileSystemIndex {
    module_index_with(session, session.settings().source_roots.clone())
}

/// The same with other folders in front of the interpreter's own.
pub(crate) fn module_index_with(session: &Session, source_roots: Vec<PathBuf>) -> FileSystemIndex {
    let interpreter = session.interpreter();
    let mut search_path = source_roots;
    search_path.extend(interpreter.path.iter().cloned());
    FileSystemIndex::new(search_path, interpreter.builtin_modules.clone())
}

/// All the mistakes of a file at once: patterns without a match too, where the rest of it says enough to look for them.
fn with_unmatched(
    mistakes: Diagnostics,
    written: Written<'_>,
    (location, arguments): (&Location, &ProjectArguments),
    end: impl Fn(&Budgets) -> Option<Instant>,
) -> Diagnostics {
    let unmatched = || {
        let budgets = written.valid_part()?;
        let root = location.folder().ok()?;
        let mut python = ProjectPython::find(arguments.python.as_deref(), &budgets, (&root, &location.name())).ok()?;
        let (_, session) = open_session(&mut python, &budgets, &root, end(&budgets)).ok()?;
        budgets.resolve(&module_index(&session)).err()
    };
    match unmatched() {
        Some(more) => mistakes.and(more),
        None => mistakes,
    }
}

fn open_session(
    python: &mut ProjectPython,
    budgets: &Budgets,
    root: &Path,
    run_ends: Option<Instant>,
) -> Result<(Vec<PathBuf>, Session), Error> {
    let source_roots = source_roots(budgets, root)?;
    let session = Session::open(SessionSettings {
        executable: python.chosen.executable.clone(),
        chosen_by: Some(python.chosen.by.clone()),
        set_up: set_up::of(budgets),
        source_roots: source_roots.clone(),
        working_directory: root.to_path_buf(),
        time_limit: Duration::from_secs_f64(budgets.measure.timeout_ms.value / 1000.0),
        run_ends,
        bytecode: match budgets.measure.bytecode.value {
            Bytecode::AsIs => BytecodeFiles::AsIs,
            Bytecode::Warm => BytecodeFiles::Warm,
            Bytecode::Cold => BytecodeFiles::Cold,
        },
    });
    let session = session.map_err(|error| python.with_reason(error))?;
    python.runs_as(&session);
    Ok((source_roots, session))
}

fn source_roots(budgets: &Budgets, root: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(named) = &budgets.project.source_roots else {
        let source = root.join("src");
        return Ok(vec![if source.is_dir() { source } else { root.to_path_buf() }]);
    };
    named
        .iter()
        .map(|cited| {
            root.join(&cited.value).canonicalize().map_err(|source| {
                let place = cited
                    .line
                    .as_ref()
                    .map_or(String::new(), |line| format!("{}: ", line.place()));
                Error::Usage(format!("{place}source root `{}` cannot be used: {source}", cited.value))
            })
        })
        .collect()
}
