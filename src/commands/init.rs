//! `importgate init`: looks at the project, measures what it finds, and writes a first budgets file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::merge_driver;
use crate::budgets_file::PROPOSED;
use crate::cli::InitArguments;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::progress::ProgressLine;
use crate::project::{Project, module_index_with};
use crate::seed;
use crate::store;
use importgate_core::budgets::units::format_time;
use importgate_core::budgets::{self, FileKind};
use importgate_core::checks::Started;
use importgate_core::flows::{Deadline, SamplingSettings, narrow, survey};
use importgate_core::init::companions::{self, Refusal};
use importgate_core::init::{Outline, Policy, Proposal, Sources, discover, is_read, is_walked};
use importgate_core::observed::{ImportRequest, Look, Measure, MeasureError};
use importgate_core::report::{untrusted, wording};
use importgate_probe::files;
use importgate_probe::{Probe, Stopwatch};

/// The file that a table is added to.
const PYPROJECT: &str = "pyproject.toml";
/// Files that have budgets already.
const TAKEN: [&str; 2] = [PROPOSED, "budgets.toml"];
const MS_PER_S: f64 = 1e3;
/// Which part of the time of a run an import may take at most.
const SHARE_OF_RUN: u32 = 8;
/// However little time there is, an import that works has so long.
const SHORTEST_LIMIT: Duration = Duration::from_millis(250);
/// More files than this are no project.
const MOST_FILES: usize = 200_000;
/// A text that is longer is not read.
const LONGEST_TEXT: u64 = 1 << 20;

/// Proposes budgets, writes them where nobody objects, and returns the exit code.
pub(super) fn run(arguments: &InitArguments) -> Result<u8, Error> {
    let clock = Stopwatch::start();
    let folder = Path::new("");
    if arguments.git_merge_driver && !arguments.force && Target::taken(folder)?.is_some() {
        merge_driver::alone(folder, arguments)?;
        return Ok(exit::PASS);
    }
    let target = Target::choose(folder, arguments)?;
    let sources = read_sources(folder)?;
    let discovery = discover(&sources);
    let (project, session) = Project::without_budgets(&arguments.project())?;
    let roots = discovery.source_roots.iter().map(|root| project.root.join(root));
    let index = module_index_with(&session, roots.collect());
    let programs = session.interpreter().executable.parent().map(Path::to_path_buf);
    let has_program = |name: &str| programs.as_ref().is_some_and(|folder| folder.join(name).is_file());
    let outline = Outline::of(discovery, &index, has_program);
    drop(session);
    if outline.measured() == 0 {
        return Err(Error::CannotMeasure(format!(
            "no packages were found in {}: neither below src nor beside pyproject.toml or setup.py; run it in the project's folder",
            project.root.display()
        )));
    }
    let (outline, project, measure) = open(outline, arguments, &clock)?;
    let width = project.width(arguments.jobs);
    let mut progress = ProgressLine::new(arguments.quiet);
    let deadline = Deadline::new(&clock, arguments.time_limit);
    let outline = narrow(outline, &measure, width, deadline)?;
    let budgets = budgets::parse(&outline.draft(), PROPOSED, FileKind::Standalone).map_err(Error::Budgets)?;
    let targets = budgets.resolve(&index).map_err(Error::Budgets)?;
    let sampling = SamplingSettings {
        width,
        ..SamplingSettings::of(&project.budgets, seed::draw)
    };
    let survey = survey(
        (&targets, &outline.beside()),
        &measure,
        &sampling,
        deadline,
        &mut progress,
    )?;
    progress.finish();
    let measured_by = format!("Python {}", measure.interpreter().version);
    let proposal = Proposal::of(
        outline,
        &survey,
        (&measure.installed(), &index),
        measured_by,
        policy(arguments),
    );
    if let Some(limit) = arguments
        .time_limit
        .filter(|_| !survey.has_figures() && survey.unmeasured() > 0)
    {
        return Err(Error::CannotMeasure(format!(
            "nothing was measured within --time-limit {}; give it more",
            format_time(limit.as_secs_f64() * MS_PER_S)
        )));
    }
    if proposal.is_empty() {
        let first = proposal.failing().next();
        let reason = first.map_or(String::new(), |(name, reason)| format!(": {name}: {reason}"));
        return Err(project.with_doubt(Error::CannotMeasure(format!(
            "nothing can be imported{}",
            untrusted::line(&reason)
        ))));
    }
    let text = target.with(&proposal)?;
    let companions = companions(folder, &sources, &measure.interpreter().minor, arguments)?;
    if arguments.dry_run {
        outputs::to_standard_output(&preview(&text, &companions))?;
        return Ok(exit::PASS);
    }
    if asks(arguments) && !agrees(&target, &preview(&proposal.render(target.kind), &companions))? {
        return Ok(exit::PASS);
    }
    write(&target.path, &text)?;
    outputs::to_standard_output(&summary(&target, &proposal, survey.unmeasured()))?;
    for companion in &companions {
        companion.write(folder)?;
    }
    if arguments.git_merge_driver {
        merge_driver::set(folder, arguments)?;
    }
    Ok(exit::PASS)
}

/// What measures the outline. Django is not set up where that does not work here, as settings may want a database or a secret.
fn open(outline: Outline, arguments: &InitArguments, clock: &Stopwatch) -> Result<(Outline, Project, Probe), Error> {
    // One that hangs leaves time for the others.
    let longest_import = arguments
        .time_limit
        .map(|limit| (limit / SHARE_OF_RUN).max(SHORTEST_LIMIT));
    let limits = (longest_import, clock.end(arguments.time_limit));
    let (project, session) = Project::proposed(&outline.draft(), &arguments.project(), limits)?;
    let measure = Probe::new(session, None);
    if !outline.sets_django_up() {
        return Ok((outline, project, measure));
    }
    // Whatever fails then is the set-up.
    let imports = ["django".to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    let reason = match measure.observe(request, Look::Light) {
        Ok(observed) => match observed.failure() {
            None => return Ok((outline, project, measure)),
            Some(failure) => wording::failure(failure, Started::Import),
        },
        Err(error @ MeasureError::Interrupted { .. }) => return Err(error.into()),
        Err(error) => error.to_string(),
    };
    open(outline.without_django(reason), arguments, clock)
}

/// What the ceilings are asked to be.
fn policy(arguments: &InitArguments) -> Policy {
    Policy {
        max_time_ms: arguments.max_time.map(|limit| limit.as_secs_f64() * MS_PER_S),
        accept_current: arguments.accept_current,
    }
}

/// A file beside the budgets that was asked for.
pub(super) struct Companion {
    name: &'static str,
    /// What it becomes, or why it stays as it is.
    text: Result<String, Refusal>,
}

impl Companion {
    /// How git merges baselines.
    pub(super) fn attributes(folder: &Path) -> Result<Self, Error> {
        let before = text_if_any(&folder.join(companions::ATTRIBUTES))?;
        Ok(Self {
            name: companions::ATTRIBUTES,
            text: companions::attributes(before.as_deref()),
        })
    }

    /// Writes it where it is to be written, and says so.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        if let Ok(text) = &self.text {
            write(&folder.join(self.name), text)?;
        }
        outputs::to_standard_output(&self.line())
    }

    /// What would be written, under its name.
    pub(super) fn preview(&self) -> String {
        match &self.text {
            Ok(text) => format!("\n# {}\n{text}", self.name),
            Err(_) => format!("\n# {}", self.line()),
        }
    }

    fn line(&self) -> String {
        let name = self.name;
        match self.text {
            Ok(_) => format!("{name}: importgate is in it\n"),
            Err(Refusal::Present) => format!("{name}: left as it is, since importgate is in it already\n"),
            Err(Refusal::Unclear) => {
                format!("{name}: left as it is, since nothing can be added without a person's look at it\n")
            }
        }
    }
}

fn companions(
    folder: &Path,
    sources: &Sources,
    minor: &str,
    arguments: &InitArguments,
) -> Result<Vec<Companion>, Error> {
    let mut asked = Vec::new();
    let mut add = |name, text| asked.push(Companion { name, text });
    if arguments.github {
        add(companions::WORKFLOW, companions::workflow(sources, minor));
    }
    if arguments.pre_commit {
        let before = text_if_any(&folder.join(companions::PRE_COMMIT))?;
        add(companions::PRE_COMMIT, companions::pre_commit(before.as_deref()));
    }
    if arguments.make {
        let before = text_if_any(&folder.join(companions::MAKEFILE))?;
        add(companions::MAKEFILE, companions::makefile(before.as_deref()));
    }
    if arguments.git_merge_driver {
        asked.push(Companion::attributes(folder)?);
    }
    Ok(asked)
}

/// What would be written, each further file under its name.
fn preview(text: &str, companions: &[Companion]) -> String {
    let mut preview = text.to_owned();
    preview.extend(companions.iter().map(Companion::preview));
    preview
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |source| Error::Output {
        path: path.to_path_buf(),
        source,
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    store::replace(path, text.as_bytes()).map_err(unwritable)
}

/// The text of a file; `None` where there is none.
fn text_if_any(path: &Path) -> Result<Option<String>, Error> {
    match files::read_text(path) {
        Err(error) if error.is_not_found() => Ok(None),
        read => read.map(Some).map_err(Error::unreadable(path)),
    }
}

/// What is written.
struct Target {
    path: PathBuf,
    kind: FileKind,
    /// What the file says until now, where a table is added to it.
    before: String,
}

impl Target {
    /// The file that has budgets already.
    fn taken(folder: &Path) -> Result<Option<&'static str>, Error> {
        let before = text_if_any(&folder.join(PYPROJECT))?.unwrap_or_default();
        let taken = TAKEN.into_iter().find(|name| folder.join(name).exists());
        Ok(taken.or(before.contains("[tool.importgate").then_some(PYPROJECT)))
    }

    /// The file to write, unless there are budgets already.
    fn choose(folder: &Path, arguments: &InitArguments) -> Result<Self, Error> {
        let pyproject = folder.join(PYPROJECT);
        let before = text_if_any(&pyproject)?.unwrap_or_default();
        let taken = Self::taken(folder)?.filter(|name| !arguments.force || (arguments.pyproject && *name == PYPROJECT));
        if let Some(taken) = taken.filter(|_| !arguments.dry_run) {
            let way_out = if taken == PYPROJECT {
                "remove its table first"
            } else {
                "--force replaces it, --dry-run shows what would be written"
            };
            return Err(Error::Usage(format!(
                "there are budgets already, in {taken}; {way_out}"
            )));
        }
        Ok(if arguments.pyproject {
            Self {
                path: pyproject,
                kind: FileKind::Pyproject,
                before,
            }
        } else {
            Self {
                path: folder.join(PROPOSED),
                kind: FileKind::Standalone,
                before: String::new(),
            }
        })
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The whole text of the file with the proposal in it.
    fn with(&self, proposal: &Proposal) -> Result<String, Error> {
        let mut text = self.before.clone();
        if !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text.push_str(&proposal.render(self.kind));
        // What is written is read first, by what will read it.
        budgets::parse(&text, &self.name(), self.kind).map_err(Error::Budgets)?;
        Ok(text)
    }
}

/// True where somebody is there to be asked.
pub(super) fn asks(arguments: &InitArguments) -> bool {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    is_terminal && !arguments.yes && std::env::var_os("CI").is_none_or(|value| value.is_empty())
}

fn agrees(target: &Target, text: &str) -> Result<bool, Error> {
    outputs::to_standard_output(text)?;
    agrees_to(&format!("Write this to {}?", target.name()))
}

/// Puts a question to whoever is there.
pub(super) fn agrees_to(question: &str) -> Result<bool, Error> {
    let refused = |source| Error::Output {
        path: PathBuf::from("stderr"),
        source,
    };
    let mut stderr = io::stderr();
    write!(stderr, "\n{question} [Y/n] ").map_err(refused)?;
    stderr.flush().map_err(refused)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(refused)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes") && !answer.is_empty())
}

fn summary(target: &Target, proposal: &Proposal, unmeasured: usize) -> String {
    let left_out = proposal.failing().count();
    let left_out = match left_out {
        0 => String::new(),
        count => format!("; {count} that cannot be imported alone are left out, with the reason"),
    };
    let over = match proposal.over() {
        0 => String::new(),
        count => format!("; {count} are above the ceiling today: --accept-current adopts them as they are"),
    };
    let unmeasured = match unmeasured {
        0 => String::new(),
        count => format!(
            "; there was no time to measure {count}, which have the ceilings of their layers: --time-limit gives more"
        ),
    };
    let slow = match proposal.left_out() {
        0 => String::new(),
        count => {
            format!("; {count} are left out, since a check would take too long with all of them: the file names them")
        }
    };
    let without_django = match proposal.without_django() {
        None => String::new(),
        Some(reason) => format!("  Django is not set up: {}\n", untrusted::line(reason)),
    };
    format!(
        "{}: ceilings for {} modules{left_out}{slow}{over}{unmeasured}\n{without_django}  next: `importgate check`, then `importgate record`, and commit both files\n",
        target.name(),
        proposal.modules()
    )
}

/// Lists the files of a project, and reads those few that say what it is.
fn read_sources(folder: &Path) -> Result<Sources, Error> {
    let mut sources = Sources::default();
    let mut texts = BTreeMap::new();
    let mut open = vec![(folder.to_path_buf(), String::new())];
    while let Some((path, name)) = open.pop() {
        let listed = fs::read_dir(if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &path
        });
        let entries: Vec<fs::DirEntry> = listed.into_iter().flatten().flatten().collect();
        let names: Vec<String> = entries
            .iter()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        let own_name = name.rsplit('/').next().unwrap_or("");
        if !name.is_empty() && !is_walked(own_name, names.iter().map(String::as_str)) {
            continue;
        }
        for entry in &entries {
            let Ok(entry_name) = entry.file_name().into_string() else {
                continue;
            };
            let inner = if name.is_empty() {
                entry_name.clone()
            } else {
                format!("{name}/{entry_name}")
            };
            // Links to folders are not followed: what they lead to has a place of its own, or is not the project's.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push((entry.path(), inner)),
                Ok(_) => {
                    if is_read(&entry_name)
                        && let Some(text) = short_text(&entry.path())
                    {
                        texts.insert(inner.clone(), text);
                    }
                    sources.files.push(inner);
                }
                Err(_) => {}
            }
        }
        if sources.files.len() > MOST_FILES {
            return Err(Error::Usage(
                "there are too many files here for one project; run it in the project's folder".to_owned(),
            ));
        }
    }
    sources.texts = texts;
    Ok(sources)
}

fn short_text(path: &Path) -> Option<String> {
    String::from_utf8(files::read(path, LONGEST_TEXT).ok()?).ok()
}
