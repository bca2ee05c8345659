//! `importgate trend`: reads every revision of the baseline that git has, and shows what became of the targets.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::budgets_file::BudgetsFile;
use crate::cli::{TrendArguments, TrendFormat};
use crate::error::Error;
use crate::exit;
use crate::git::{Content, FileHistory, FileRevision, GitError, Repository};
use crate::outputs;
use importgate_core::baseline::{Baseline, ParseError};
use importgate_core::compare::Word;
use importgate_core::report::{markdown, trend as report};
use importgate_core::trend::{Gaps, History, Revision, Trend, Unreadable};

/// No baseline that is worth a picture is larger, in bytes: a thousand targets come to a tenth of it.
const LARGEST_BASELINE: u64 = 64 << 20;
/// How long git may take for all of it.
const PATIENCE: Duration = Duration::from_secs(300);
/// So many revisions wait to be parsed at most, so that they do not pile up in memory.
const WAITING: usize = 4;

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

/// Reads all revisions, the oldest first. git reads ahead while the one before is parsed.
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
    let (sender, contents) = mpsc::sync_channel(WAITING);
    let (history, answered) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            repository.each_content(&names, LARGEST_BASELINE, until, |_, content| {
                // Where nobody listens any more, there is nothing left to tell.
                let _ = sender.send(content);
            })
        });
        let history = parsed(there, &contents, &mut gaps);
        (history, reader.join())
    });
    answered.map_err(|_| Error::CannotMeasure("reading the history ended early".to_owned()))??;
    Ok((history, gaps))
}

fn parsed(revisions: Vec<FileRevision>, contents: &Receiver<Content>, gaps: &mut Gaps) -> History {
    let mut history = History::default();
    for (revision, content) in revisions.into_iter().zip(contents) {
        match content {
            Content::Absent => gaps.absent += 1,
            Content::TooLarge => gaps.too_large += 1,
            Content::Text(text) => match Baseline::parse(&text) {
                Ok(baseline) => history.add(revision_of(revision), baseline),
                Err(error) => gaps.unreadable.push(unreadable(revision, &error)),
            },
        }
    }
    history
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
