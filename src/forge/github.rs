//! GitHub, on its own hosts and those of enterprises.

use serde::Deserialize;
use serde_json::json;

use super::http::{Client, Method, Page, Secret, encoded};
use super::{Artifact, Forge, ForgeError};
use crate::zip::{self, Limits};
use importgate_core::report::comment::{Candidate, Comment};

/// Who comments with the token of a job, which may not ask for its own name.
const BOT: &str = "github-actions[bot]";
/// The name of the file in an artifact.
const ENTRY: &str = "report.json";
/// The most artifacts that are read.
const MOST_ARTIFACTS: usize = 64;
/// The most bytes of an artifact, packed: the report of a thousand targets has less than one million.
const MOST_PACKED: u64 = 8 * 1024 * 1024;
/// What is read of an artifact.
const LIMITS: Limits = Limits {
    entries: 64,
    unpacked: 64 * 1024 * 1024,
};
/// The most bytes of all reports together, unpacked.
const MOST_UNPACKED: usize = 128 * 1024 * 1024;

/// Where the pull request is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Where {
    /// It is this one, by the event.
    Number(u64),
    /// It is open from this branch of this owner's repository.
    Branch {
        /// The owner.
        owner: String,
        /// The branch.
        branch: String,
    },
}

/// A repository on GitHub.
pub(super) struct GitHub {
    client: Client,
    /// Owner and name.
    repository: String,
    run: u64,
    place: Where,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    state: String,
    head: Side,
}

/// One side of a pull request, as the API and events have it.
#[derive(Deserialize)]
pub(super) struct Side {
    pub(super) sha: String,
    /// `None` where the repository is gone.
    pub(super) repo: Option<Repository>,
}

/// A repository, as the API and events have it.
#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) id: u64,
}

#[derive(Deserialize)]
struct IssueComment {
    id: u64,
    user: Option<User>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct ArtifactList {
    artifacts: Vec<ArtifactEntry>,
}

#[derive(Deserialize)]
struct ArtifactEntry {
    id: u64,
    name: String,
    size_in_bytes: u64,
    expired: bool,
}

impl Page<ArtifactEntry> for ArtifactList {
    fn entries(self) -> Vec<ArtifactEntry> {
        self.artifacts
    }

    fn has_next(&self) -> bool {
        false
    }
}

impl From<Pull> for Candidate {
    fn from(pull: Pull) -> Self {
        Self {
            number: pull.number,
            is_open: pull.state == "open",
            head: pull.head.sha,
            repository: pull.head.repo.map(|repository| repository.id.to_string()),
        }
    }
}

impl From<IssueComment> for Comment {
    fn from(comment: IssueComment) -> Self {
        Self {
            id: comment.id,
            author: comment.user.map(|user| user.login).unwrap_or_default(),
            body: comment.body.unwrap_or_default(),
        }
    }
}

impl GitHub {
    pub(super) fn new(
        api: &str,
        token: Option<String>,
        repository: String,
        run: u64,
        place: Where,
    ) -> Result<Self, ForgeError> {
        let secret = token.as_deref().map(Secret::bearer);
        let headers = vec![
            ("Accept", "application/vnd.github+json".to_owned()),
            ("X-GitHub-Api-Version", "2022-11-28".to_owned()),
        ];
        Ok(Self {
            client: Client::new(api, secret, headers)?,
            repository,
            run,
            place,
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repository)
    }

    /// The artifacts of the run that hold a report: of each name the last, since a job that is started again makes another one.
    fn artifacts(&self, name: &str) -> Result<Vec<ArtifactEntry>, ForgeError> {
        const DOING: &str = "list the artifacts of the run";
        let path = self.path(&format!("/actions/runs/{}/artifacts", self.run));
        let mut found: Vec<ArtifactEntry> = self.client.pages::<_, ArtifactList>(&path, "per_page", DOING)?;
        found.retain(|artifact| !artifact.expired && is_called(&artifact.name, name));
        found.sort_by(|one, other| one.name.cmp(&other.name).then(other.id.cmp(&one.id)));
        found.dedup_by(|later, first| later.name == first.name);
        if found.len() > MOST_ARTIFACTS {
            return Err(ForgeError::TooMuch { doing: DOING });
        }
        Ok(found)
    }

    fn report(&self, artifact: &ArtifactEntry) -> Result<Vec<u8>, String> {
        let too_large = || format!("it has more than {MOST_PACKED} bytes");
        if artifact.size_in_bytes > MOST_PACKED {
            return Err(too_large());
        }
        let path = self.path(&format!("/actions/artifacts/{}/zip", artifact.id));
        let packed = self.client.download(&path, MOST_PACKED, "download an artifact");
        let packed = packed.map_err(|error| error.to_string())?;
        let mut entries = zip::read(&packed, LIMITS, |name| name == ENTRY).map_err(|error| error.to_string())?;
        match (entries.pop(), entries.is_empty()) {
            (Some((_, report)), true) => Ok(report),
            (None, _) => Err(format!("there is no {ENTRY} in it")),
            (Some(_), false) => Err(format!("there is more than one {ENTRY} in it")),
        }
    }
}

impl Forge for GitHub {
    fn login(&self) -> Result<String, ForgeError> {
        match self.client.get::<User>("/user", "ask who comments") {
            Ok(user) => Ok(user.login),
            Err(error) if error.is_refusal() => Ok(BOT.to_owned()),
            Err(error) => Err(error),
        }
    }

    fn candidates(&self) -> Result<Vec<Candidate>, ForgeError> {
        const DOING: &str = "look for the pull request";
        let pulls: Vec<Pull> = match &self.place {
            Where::Number(number) => vec![self.client.get(&self.path(&format!("/pulls/{number}")), DOING)?],
            Where::Branch { owner, branch } => {
                let head = format!("{}:{}", encoded(owner), encoded(branch));
                let path = self.path(&format!("/pulls?state=open&head={head}"));
                self.client.pages::<_, Vec<Pull>>(&path, "per_page", DOING)?
            }
        };
        Ok(pulls.into_iter().map(Candidate::from).collect())
    }

    fn reports(&self, name: &str) -> Result<Vec<Artifact>, ForgeError> {
        let mut left = MOST_UNPACKED;
        let mut read = Vec::new();
        for entry in self.artifacts(name)? {
            let report = self.report(&entry).and_then(|report| {
                left = left
                    .checked_sub(report.len())
                    .ok_or_else(|| format!("with it, reports have more than {MOST_UNPACKED} bytes"))?;
                Ok(report)
            });
            read.push(Artifact {
                name: entry.name,
                report,
            });
        }
        Ok(read)
    }

    fn comments(&self, pull_request: u64) -> Result<Vec<Comment>, ForgeError> {
        let path = self.path(&format!("/issues/{pull_request}/comments"));
        let comments = self
            .client
            .pages::<IssueComment, Vec<_>>(&path, "per_page", "list the comments")?;
        Ok(comments.into_iter().map(Comment::from).collect())
    }

    fn create(&self, pull_request: u64, body: &str) -> Result<Comment, ForgeError> {
        let path = self.path(&format!("/issues/{pull_request}/comments"));
        let made: IssueComment = self
            .client
            .send(Method::Post, &path, &json!({ "body": body }), "make a comment")?;
        Ok(made.into())
    }

    fn update(&self, _: u64, comment: u64, body: &str) -> Result<(), ForgeError> {
        let path = self.path(&format!("/issues/comments/{comment}"));
        let body = json!({ "body": body });
        self.client
            .order(Method::Patch, &path, Some(&body), "bring the comment up to date")
    }

    fn delete(&self, _: u64, comment: u64) -> Result<(), ForgeError> {
        let path = self.path(&format!("/issues/comments/{comment}"));
        self.client.order(Method::Delete, &path, None, "take away a duplicate")
    }
}

/// True for the artifact of one leg, or of the only one.
fn is_called(name: &str, wanted: &str) -> bool {
    let rest = name.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
