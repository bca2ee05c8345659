//! Where a job runs: which service, which run, and what the service says of what was measured. It comes from variables and from the event
//! file, which the service writes before any step runs; a job that measures strangers' code is another one, and cannot change it.

use std::path::PathBuf;

use serde::Deserialize;

use super::Forge;
use super::bitbucket::Bitbucket;
use super::github::{GitHub, Repository, Side, Where};
use super::gitlab::GitLab;
use crate::cli::ForgeChoice;
use crate::error::Error;
use importgate_core::report::comment::{Dialect, Measured, Origin, Run};
use importgate_probe::files;

/// What the command line says of the service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Which; what the job's variables say where it is `None`.
    pub(crate) kind: Option<ForgeChoice>,
    /// The address of its API.
    pub(crate) api: Option<String>,
}

/// What is known of where this runs.
pub(crate) struct Place {
    /// The service.
    pub(crate) forge: Box<dyn Forge>,
    /// Its Markdown.
    pub(crate) dialect: Dialect,
    /// The run that measured.
    pub(crate) run: Run,
    /// What it measured.
    pub(crate) measured: Measured,
    /// Who measured.
    pub(crate) origin: Origin,
    /// The address of the run's page.
    pub(crate) link: Option<String>,
    /// True where another run measured than the one that comments: its reports are its artifacts, and no file of this job.
    pub(crate) is_apart: bool,
    /// The variable with the token, where it is not set.
    pub(crate) lacks: Option<&'static str>,
}

/// Where this runs.
pub(crate) enum Placed {
    /// In a job for a pull request.
    For(Box<Place>),
    /// In one that is for none, for this reason.
    Elsewhere(String),
}

/// Where this runs, by these variables.
pub(crate) fn place(asked: &Asked, variables: &dyn Fn(&str) -> Option<String>) -> Result<Placed, Error> {
    let job = Job { variables };
    let is_set = |name: &str| job.get(name).is_some();
    let kind = match asked.kind {
        Some(kind) => kind,
        None if is_set("GITHUB_ACTIONS") => ForgeChoice::Github,
        None if is_set("GITLAB_CI") => ForgeChoice::Gitlab,
        None if is_set("BITBUCKET_BUILD_NUMBER") => ForgeChoice::Bitbucket,
        None => {
            return Err(Error::Usage(
                "this is no job of GitHub, GitLab or Bitbucket by its variables: name the service with --forge"
                    .to_owned(),
            ));
        }
    };
    match kind {
        ForgeChoice::Github => job.github(asked.api.as_deref()),
        ForgeChoice::Gitlab => job.gitlab(asked.api.as_deref()),
        ForgeChoice::Bitbucket => job.bitbucket(asked.api.as_deref()),
    }
}

#[derive(Deserialize)]
struct PullRequestEvent {
    pull_request: PullRequest,
}

#[derive(Deserialize)]
struct PullRequest {
    number: u64,
    head: Side,
    base: Side,
}

#[derive(Deserialize)]
struct WorkflowRunEvent {
    workflow_run: WorkflowRun,
}

#[derive(Deserialize)]
struct WorkflowRun {
    id: u64,
    run_attempt: u32,
    event: String,
    conclusion: Option<String>,
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<HeadRepository>,
    repository: Repository,
}

#[derive(Deserialize)]
struct HeadRepository {
    id: u64,
    owner: Owner,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

/// The variables of a job.
struct Job<'a> {
    variables: &'a dyn Fn(&str) -> Option<String>,
}

impl Job<'_> {
    /// A variable; one that is empty is not set.
    fn get(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<String, Error> {
        self.get(name)
            .ok_or_else(|| Error::Usage(format!("{name} is not set, which the service sets in its jobs")))
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Result<N, Error> {
        let value = self.need(name)?;
        value
            .parse()
            .map_err(|_| Error::Usage(format!("{name} is {value:?}, which is no number")))
    }

    /// Owner and name of a repository, as it can stand in the path of an address.
    fn repository(&self, name: &str) -> Result<String, Error> {
        let value = self.need(name)?;
        let is_plain = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            !part.is_empty() && !part.starts_with("..") && part.bytes().all(plain)
        };
        match value.split('/').collect::<Vec<_>>()[..] {
            [owner, repository] if is_plain(owner) && is_plain(repository) => Ok(value),
            _ => Err(Error::Usage(format!("{name} is {value:?}, which is no repository"))),
        }
    }

    /// What the service says of the event that started the job.
    fn event<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        let path = PathBuf::from(self.need("GITHUB_EVENT_PATH")?);
        let text = files::read(&path, files::TEXT_BYTES).map_err(Error::unreadable(&path))?;
        serde_json::from_slice(&text).map_err(|error| {
            Error::Usage(format!(
                "{} is not the event that its name says: {error}",
                path.display()
            ))
        })
    }

    fn github(&self, api: Option<&str>) -> Result<Placed, Error> {
        let name = self.need("GITHUB_EVENT_NAME")?;
        match name.as_str() {
            "pull_request" => self.pull_request(api, self.event()?),
            "workflow_run" => self.workflow_run(api, self.event()?),
            _ => Ok(Placed::Elsewhere(format!(
                "there is nothing to comment on: the event is {name}, neither pull_request nor workflow_run"
            ))),
        }
    }

    fn pull_request(&self, api: Option<&str>, event: PullRequestEvent) -> Result<Placed, Error> {
        let PullRequest { number, head, base } = event.pull_request;
        let Some(repository) = head.repo else {
            return Ok(gone());
        };
        let run = (self.number("GITHUB_RUN_ID")?, self.number("GITHUB_RUN_ATTEMPT")?);
        let place = self.on_github(api, run, &head.sha, Where::Number(number))?;
        Ok(Placed::For(Box::new(Place {
            measured: Measured {
                head: head.sha,
                repository: repository.id.to_string(),
            },
            origin: origin(repository.id, base.repo.map(|repository| repository.id)),
            ..place
        })))
    }

    fn workflow_run(&self, api: Option<&str>, event: WorkflowRunEvent) -> Result<Placed, Error> {
        let run = event.workflow_run;
        if run.event != "pull_request" {
            return Ok(Placed::Elsewhere(format!(
                "there is nothing to comment on: the run was started by {}, not by pull_request",
                run.event
            )));
        }
        match run.conclusion.as_deref() {
            Some("success" | "failure") => {}
            other => {
                let other = other.unwrap_or("not completed");
                return Ok(Placed::Elsewhere(format!(
                    "superseded, or stopped: the run that measured is {other}"
                )));
            }
        }
        let (Some(repository), Some(branch)) = (run.head_repository, run.head_branch) else {
            return Ok(gone());
        };
        let branch = Where::Branch {
            owner: repository.owner.login,
            branch,
        };
        let place = self.on_github(api, (run.id, run.run_attempt), &run.head_sha, branch)?;
        Ok(Placed::For(Box::new(Place {
            measured: Measured {
                head: run.head_sha,
                repository: repository.id.to_string(),
            },
            origin: origin(repository.id, Some(run.repository.id)),
            is_apart: true,
            ..place
        })))
    }

    fn on_github(
        &self,
        api: Option<&str>,
        (id, attempt): (u64, u32),
        head: &str,
        place: Where,
    ) -> Result<Place, Error> {
        let api = api.map(str::to_owned).or(self.get("GITHUB_API_URL"));
        let api = api.unwrap_or_else(|| "https://api.github.com".to_owned());
        let repository = self.repository("GITHUB_REPOSITORY")?;
        let server = self.get("GITHUB_SERVER_URL");
        let server = server.unwrap_or_else(|| "https://github.com".to_owned());
        let link = format!("{server}/{repository}/actions/runs/{id}/attempts/{attempt}");
        let token = self.get("GITHUB_TOKEN");
        Ok(Place {
            lacks: token.is_none().then_some("GITHUB_TOKEN"),
            forge: Box::new(GitHub::new(&api, token, repository, id, place)?),
            dialect: Dialect::GitHub,
            run: run(id, attempt, head)?,
            // As strict as can be until it is known better.
            measured: Measured {
                head: head.to_owned(),
                repository: String::new(),
            },
            origin: Origin::Contributor,
            link: Some(link),
            is_apart: false,
        })
    }

    fn gitlab(&self, api: Option<&str>) -> Result<Placed, Error> {
        let Some(_) = self.get("CI_MERGE_REQUEST_IID") else {
            return Ok(Placed::Elsewhere(
                "there is nothing to comment on: this pipeline is not one of a merge request".to_owned(),
            ));
        };
        let api = match api {
            Some(api) => api.to_owned(),
            None => self.need("CI_API_V4_URL")?,
        };
        let project: u64 = self.number("CI_MERGE_REQUEST_PROJECT_ID")?;
        let source: u64 = self.number("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")?;
        // In a pipeline of merged results the commit of the job is one that nobody pushed.
        let head = match self.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") {
            Some(head) => head,
            None => self.need("CI_COMMIT_SHA")?,
        };
        let token = self.get("GITLAB_TOKEN");
        Ok(Placed::For(Box::new(Place {
            lacks: token.is_none().then_some("GITLAB_TOKEN"),
            forge: Box::new(GitLab::new(&api, token, project, self.number("CI_MERGE_REQUEST_IID")?)?),
            dialect: Dialect::GitLab,
            // A job that is started again has the number of its pipeline, and what it says is newer: it may replace.
            run: run(self.number("CI_PIPELINE_ID")?, 1, &head)?,
            measured: Measured {
                head,
                repository: source.to_string(),
            },
            origin: origin(source, Some(project)),
            link: self.get("CI_PIPELINE_URL"),
            is_apart: false,
        })))
    }

    fn bitbucket(&self, api: Option<&str>) -> Result<Placed, Error> {
        let Some(_) = self.get("BITBUCKET_PR_ID") else {
            return Ok(Placed::Elsewhere(
                "there is nothing to comment on: this pipeline is not one of a pull request".to_owned(),
            ));
        };
        let repository = self.repository("BITBUCKET_REPO_FULL_NAME")?;
        let head = self.need("BITBUCKET_COMMIT")?;
        let id: u64 = self.number("BITBUCKET_BUILD_NUMBER")?;
        let token = self.get("BITBUCKET_TOKEN");
        let api = api.unwrap_or("https://api.bitbucket.org/2.0");
        let number = self.number("BITBUCKET_PR_ID")?;
        Ok(Placed::For(Box::new(Place {
            lacks: token.is_none().then_some("BITBUCKET_TOKEN"),
            forge: Box::new(Bitbucket::new(api, token, repository.clone(), number)?),
            dialect: Dialect::Bitbucket,
            run: run(id, 1, &head)?,
            link: self
                .get("BITBUCKET_GIT_HTTP_ORIGIN")
                .map(|origin| format!("{origin}/pipelines/results/{id}")),
            // Pipelines of forks do not run here.
            origin: Origin::Repository,
            measured: Measured { head, repository },
            is_apart: false,
        })))
    }
}

fn run(id: u64, attempt: u32, head: &str) -> Result<Run, Error> {
    Run::new(id, attempt, head).ok_or_else(|| Error::Usage(format!("{head:?} is no commit")))
}

fn origin(head: u64, base: Option<u64>) -> Origin {
    if Some(head) == base {
        Origin::Repository
    } else {
        Origin::Contributor
    }
}

fn gone() -> Placed {
    Placed::Elsewhere("there is nothing to comment on: the repository of the pull request is gone".to_owned())
}
