//! `importgate trend`: reads every revision of the baseline that git has, and shows what became of the targets.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::budgets_file::BudgetsFile;
use crate::cli::{TrendArguments, TrendFormat};
use crate::error::Error;
use crate::exit;
use crate::git::{Content, FileHistory, FileRevision, GitError, Repository};
use crate::outputs;
use importgate_core::baseline::{BaselineRevision, ParseError, RevisionReader};
use importgate_core::compare::Word;
use importgate_core::report::{markdown, trend as report};
use importgate_core::trend::{Gaps, History, Revision, Trend, Unreadable};

/// No baseline that is worth a picture is larger, in bytes: a thousand targets come to a tenth of it.
const LARGEST_BASELINE: u64 = 64 << 20;
/// How long git may take for all of it.
const PATIENCE: Duration = Duration::from_secs(300);
/// How many revisions are parsed at once at most: each takes memory, a large one some hundred megabytes.
const MOST_PARSERS: usize = 8;

/// Reads the history and writes every format that was asked for.
pub(super) fn run(arguments: &TrendArguments) -> Result<u8, Error> {
    let budgets = budgets_of(arguments)?;
    let file = match (&arguments.baseline, &budgets) {
        (Some(named), _) => named.clone(),
        (None, Some(file)) => file.baseline(),
        (None, None) => return Err(Error::Usage("name the baseline with --baseline".to_owned())),
    };
    let trend = trend(arguments, &file, budgets.as_ref())?;
    outputs::write_with_page(&arguments.formats, report::page(&trend), |kind, on_screen| {
        render(&trend, kind, on_screen, arguments.verbose)
    })?;
    Ok(exit::PASS)
}

/// The budgets, where they are needed to know which file it is or what a group stands for.
fn budgets_of(arguments: &TrendArguments) -> Result<Option<BudgetsFile>, Error> {
    let names_a_group = arguments.targets.iter().any(|word| word.contains(':'));
    if arguments.baseline.is_some() && !arguments.budgets.name_a_file() && !names_a_group {
        return Ok(None);
    }
    BudgetsFile::read(&arguments.budgets).map(Some)
}

fn trend(arguments: &TrendArguments, file: &Path, budgets: Option<&BudgetsFile>) -> Result<Trend, Error> {
    let until = Instant::now() + PATIENCE;
    let absolute = std::path::absolute(file).map_err(Error::unreadable(file))?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    let repository = Repository::of(folder).map_err(without_advice)?;
    let most = usize::try_from(arguments.revisions).unwrap_or(usize::MAX);
    let revisions = repository.revisions_of(&absolute, most, until)?;
    if revisions.revisions.is_empty() {
        return Err(no_revision(file, revisions.is_shallow));
    }
    let (history, gaps) = read(&repository, revisions, until)?;
    let known = history.targets();
    let word = |asked: &String| match budgets {
        Some(file) => Word {
            asked: asked.clone(),
            means: file.budgets.meant_among(&known, asked),
        },
        None => Word::from(asked.as_str()),
    };
    let words: Vec<Word> = arguments.targets.iter().map(word).collect();
    let name = file.display().to_string();
    let trend = history.trend(&name, gaps, &words, arguments.environment.as_deref());
    trend.map_err(|error| Error::CannotMeasure(format!("{name}: {error}")))
}

/// What a comparison may do instead is no advice here.
fn without_advice(error: GitError) -> Error {
    match error {
        GitError::NotARepository { path } => Error::CannotMeasure(format!(
            "{} is not in the working tree of a git repository, and the history of the baseline is read from git: run in a clone",
            path.display()
        )),
        other => Error::Git(other),
    }
}

fn no_revision(file: &Path, is_shallow: bool) -> Error {
    let way_out = match is_shallow {
        true => "this clone is shallow: git fetch --unshallow",
        false => "importgate record writes it, and git has it from the commit on that adds it",
    };
    Error::CannotMeasure(format!(
        "no commit in the history of HEAD has {}; {way_out}",
        file.display()
    ))
}

/// Reads all revisions and puts them together, the oldest first.
fn read(repository: &Repository, history: FileHistory, until: Instant) -> Result<(History, Gaps), Error> {
    let mut gaps = Gaps {
        has_older: history.has_older,
        is_shallow: history.is_shallow,
        earlier_names: earlier_names(&history.revisions),
        ..Gaps::default()
    };
    let (there, deleted): (Vec<FileRevision>, Vec<FileRevision>) =
        (history.revisions.into_iter().rev()).partition(|revision| revision.content.is_some());
    gaps.deleted = deleted.len() as u64;
    let names: Vec<String> = there.iter().filter_map(|revision| revision.content.clone()).collect();
    let mut revisions = there.into_iter();
    let mut history = History::default();
    each_parsed(repository, &names, until, |parsed| {
        let Some(revision) = revisions.next() else { return };
        match parsed {
            Parsed::Baseline(baseline) => history.add(revision_of(revision), baseline),
            Parsed::Damaged(error) => gaps.unreadable.push(unreadable(revision, &error)),
            Parsed::Absent => gaps.absent += 1,
            Parsed::TooLarge => gaps.too_large += 1,
        }
    })?;
    Ok((history, gaps))
}

/// What became of the content of a revision.
enum Parsed {
    Baseline(BaselineRevision),
    Damaged(ParseError),
    Absent,
    TooLarge,
}

impl Parsed {
    fn from(content: Content, reader: &RevisionReader) -> Self {
        match content {
            Content::Absent => Self::Absent,
            Content::TooLarge => Self::TooLarge,
            Content::Text(text) => match reader.read(&text) {
                Ok(baseline) => Self::Baseline(baseline),
                Err(error) => Self::Damaged(error),
            },
        }
    }
}

/// Hands over every content as it was parsed, in the order of the names. git reads ahead, and all processors parse, which is what takes
/// the time: each has every so many of the contents, and waits with the next until the one before was taken.
fn each_parsed(
    repository: &Repository,
    names: &[String],
    until: Instant,
    mut visit: impl FnMut(Parsed),
) -> Result<(), Error> {
    let parsers = thread::available_parallelism().map_or(1, |processors| processors.get().min(MOST_PARSERS));
    let revisions = &RevisionReader::default();
    thread::scope(|scope| {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..parsers {
            let (input, contents) = mpsc::sync_channel(1);
            let (output, parsed) = mpsc::sync_channel(1);
            let parse = move || {
                contents
                    .into_iter()
                    .map(|content| Parsed::from(content, revisions))
                    .try_for_each(|parsed| output.send(parsed))
            };
            thread::Builder::new()
                .spawn_scoped(scope, parse)
                .map_err(GitError::no_thread)?;
            inputs.push(input);
            outputs.push(parsed);
        }
        let read = move || {
            repository.each_content(names, LARGEST_BASELINE, until, |position, content| {
                // Where nobody listens any more, there is nothing left to tell.
                let _ = inputs[position % parsers].send(content);
            })
        };
        let reader = thread::Builder::new()
            .spawn_scoped(scope, read)
            .map_err(GitError::no_thread)?;
        let parsed = outputs.iter().cycle().take(names.len());
        parsed.map_while(|parsed| parsed.recv().ok()).for_each(&mut visit);
        drop(outputs);
        let answered = reader.join();
        answered.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(())
}

fn revision_of(revision: FileRevision) -> Revision {
    Revision {
        commit: revision.commit,
        date: revision.date,
        subject: revision.subject,
    }
}

fn unreadable(revision: FileRevision, error: &ParseError) -> Unreadable {
    Unreadable {
        commit: revision.commit,
        reason: error.to_string(),
    }
}

/// The names that the file had before its present one, the newest first.
fn earlier_names(revisions: &[FileRevision]) -> Vec<String> {
    let mut paths: Vec<&PathBuf> = revisions.iter().map(|revision| &revision.path).collect();
    paths.dedup();
    paths.iter().skip(1).map(|path| path.display().to_string()).collect()
}

fn render(trend: &Trend, kind: TrendFormat, on_screen: bool, verbose: bool) -> Result<String, Error> {
    match kind {
        TrendFormat::Terminal => Ok(report::terminal(trend, &outputs::terminal_options(on_screen, verbose))),
        TrendFormat::Json => report::json::render(trend).map_err(outputs::not_json),
        TrendFormat::Markdown => Ok(report::markdown(trend, markdown::SUMMARY_BYTES)),
        TrendFormat::Html => Ok(report::page(trend).render()),
        TrendFormat::Csv => Ok(report::csv(trend)),
    }
}
