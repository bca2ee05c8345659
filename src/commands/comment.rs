//! `importgate comment`: what the reports of a run say, as one comment on its pull request. Nothing that a service answers fails the job,
//! which is the gate's and has its own exit code: it is said, and that is all. Mistakes on the command line are mistakes as ever.

use crate::cli::CommentArguments;
use crate::error::Error;
use crate::exit;
use crate::forge::{self, Asked, Forge, ForgeError, Place, Placed};
use crate::{artifacts, outputs};
use importgate_core::report::comment::{Draft, Plan, Step, plan, the_one};
use importgate_core::report::json::parse_strictly;
use importgate_core::report::merge::{Merged, merge};
use importgate_core::report::{Report, untrusted};

/// How often comments are looked at again after something was written. Of jobs that write at once each undoes no more than one other.
const ROUNDS: usize = 8;

/// Makes, updates or leaves the comment.
pub(super) fn run(arguments: &CommentArguments) -> Result<u8, Error> {
    let asked = Asked {
        kind: arguments.forge,
        api: arguments.api_url.clone(),
    };
    let place = match forge::place(&asked, &|name| std::env::var(name).ok())? {
        Placed::For(place) => place,
        Placed::Elsewhere(why) => return said(Level::Notice, &why),
    };
    if let Some(variable) = place.lacks.filter(|_| !arguments.dry_run) {
        return said(
            Level::Notice,
            &format!("no comment: {variable} is not set, as in jobs for forks"),
        );
    }
    if place.is_apart && !arguments.reports.is_empty() {
        return Err(Error::Usage(
            "a job of workflow_run reads the reports from the artifacts of the run that measured: leave out --report"
                .to_owned(),
        ));
    }
    let reports = match reports(arguments, &place) {
        Ok(reports) => reports,
        Err(Unread::Refused(why)) => return said(Level::Warning, &format!("no comment: {why}")),
        Err(Unread::Mistake(error)) => return Err(error),
    };
    let draft = Draft {
        gate: arguments.id.clone(),
        run: place.run.clone(),
        reports: &reports,
        expected: arguments.expected.clone(),
        origin: place.origin,
        link: place.link.clone(),
        policy: arguments.when.into(),
        dialect: place.dialect,
    };
    match comment(arguments, &place, &draft) {
        Ok((level, text)) => said(level, &text),
        Err(Failure::Forge(error)) if error.is_refusal() => said(Level::Notice, &format!("no comment: {error}")),
        Err(Failure::Forge(error)) => said(Level::Warning, &format!("no comment: {error}")),
        Err(Failure::Output(error)) => Err(error),
    }
}

/// Why there are no reports.
enum Unread {
    /// What was handed over is not to be had, or not to be trusted.
    Refused(String),
    /// What the command line names is wrong.
    Mistake(Error),
}

/// The reports, one for each environment: of the files that are named, else of the run's artifacts.
fn reports(arguments: &CommentArguments, place: &Place) -> Result<Vec<Report>, Unread> {
    let named = if arguments.reports.is_empty() {
        of_artifacts(arguments, place).map_err(Unread::Refused)?
    } else {
        artifacts::read_strictly(&arguments.reports).map_err(Unread::Mistake)?
    };
    if named.is_empty() {
        return Ok(Vec::new());
    }
    match merge(named) {
        Ok(Merged::One(report)) => Ok(vec![*report]),
        Ok(Merged::Legs(matrix)) => Ok(matrix.legs),
        Err(error) => Err(Unread::Refused(error.to_string())),
    }
}

fn of_artifacts(arguments: &CommentArguments, place: &Place) -> Result<Vec<(String, Report)>, String> {
    let artifacts = place
        .forge
        .reports(&arguments.artifact)
        .map_err(|error| error.to_string())?;
    let mut named = Vec::new();
    for artifact in artifacts {
        let refused = |why: String| format!("the artifact {} is refused: {why}", artifact.name);
        let bytes = artifact.report.map_err(refused)?;
        let reports = parse_strictly(&bytes).map_err(|error| refused(error.to_string()))?;
        named.extend(reports.into_iter().map(|report| (artifact.name.clone(), report)));
    }
    Ok(named)
}

/// Brings the comments of the pull request to where the draft wants them, and says what was done.
fn comment(arguments: &CommentArguments, place: &Place, draft: &Draft<'_>) -> Result<(Level, String), Failure> {
    let forge = place.forge.as_ref();
    let number = match the_one(&forge.candidates()?, &place.measured) {
        Ok(number) => number,
        Err(stop) => return Ok((Level::Notice, format!("no comment: {stop}"))),
    };
    let mut author = match &arguments.author {
        Some(author) => author.clone(),
        None => forge.login()?,
    };
    let (mut done, mut is_doubtful) = (Vec::new(), false);
    for _ in 0..ROUNDS {
        let steps = match plan(&forge.comments(number)?, &author, draft) {
            Plan::Steps(steps) => steps,
            nothing => {
                done.extend(why_nothing(&nothing, number));
                break;
            }
        };
        if arguments.dry_run {
            show(number, &steps)?;
            return Ok((Level::Said, "a dry run: nothing was sent".to_owned()));
        }
        for step in steps {
            match (&step, take(forge, number, &step)) {
                (_, Ok(made_by)) => {
                    author = made_by.unwrap_or(author);
                    done.push(what(&step, number));
                }
                // It may have been made all the same: whether it was, the next look tells.
                (Step::Create { .. }, Err(error)) if error.is_doubtful() && !is_doubtful => is_doubtful = true,
                (_, Err(error)) => return Err(error.into()),
            }
        }
    }
    Ok((Level::Said, done.join("; ")))
}

/// Why a comment was not brought to its end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The service did not do it.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// What was to be shown could not be written.
    #[error(transparent)]
    Output(#[from] Error),
}

/// Sends one request; the author of a comment that it makes.
fn take(forge: &dyn Forge, number: u64, step: &Step) -> Result<Option<String>, ForgeError> {
    match step {
        Step::Create { body } => forge.create(number, body).map(|made| Some(made.author)),
        Step::Update { id, body } => gone_is_well(forge.update(number, *id, body)).map(|()| None),
        Step::Delete { id } => gone_is_well(forge.delete(number, *id)).map(|()| None),
    }
}

/// Why nothing more is sent; `None` where that goes without saying.
fn why_nothing(plan: &Plan, number: u64) -> Option<String> {
    match plan {
        Plan::Steps(_) => None,
        Plan::UpToDate => Some(format!("the comment on #{number} is up to date")),
        Plan::NoNews => Some(format!("no comment on #{number}: nothing is worth one")),
        Plan::Superseded { run } => Some(format!(
            "superseded: run {run}, which is newer, has commented on #{number}"
        )),
    }
}

/// Another job of the run may have taken it away already.
fn gone_is_well(result: Result<(), ForgeError>) -> Result<(), ForgeError> {
    match result {
        Err(ForgeError::Refused { status: 404 | 410, .. }) => Ok(()),
        other => other,
    }
}

fn what(step: &Step, number: u64) -> String {
    match step {
        Step::Create { .. } => format!("commented on #{number}"),
        Step::Update { .. } => format!("brought the comment on #{number} up to date"),
        Step::Delete { .. } => format!("took a duplicate away from #{number}"),
    }
}

/// What a dry run would send.
fn show(number: u64, steps: &[Step]) -> Result<(), Error> {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Create { body } => text.push_str(&format!("would comment on #{number}:\n\n{body}\n")),
            Step::Update { id, body } => {
                text.push_str(&format!("would replace comment {id} on #{number} by:\n\n{body}\n"));
            }
            Step::Delete { id } => text.push_str(&format!("would take away comment {id} on #{number}, a duplicate\n")),
        }
    }
    outputs::to_standard_output(&text)
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// What was done.
    Said,
    /// What nobody can do anything about.
    Notice,
    /// What somebody should look at.
    Warning,
}

/// Says why it ends, where the service shows it, and that this is no failure.
fn said(level: Level, text: &str) -> Result<u8, Error> {
    let is_on_github = std::env::var_os("GITHUB_ACTIONS").is_some();
    let command = match level {
        Level::Notice if is_on_github => Some("notice"),
        Level::Warning if is_on_github => Some("warning"),
        _ => None,
    };
    let line = match command {
        Some(command) => format!(
            "::{command} title=importgate::{}\n",
            untrusted::workflow_message([text])
        ),
        None => format!("importgate: {}\n", untrusted::line(text)),
    };
    outputs::to_standard_output(&line)?;
    Ok(exit::PASS)
}
