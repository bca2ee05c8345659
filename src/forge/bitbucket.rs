//! Bitbucket Cloud. Pipelines of forks run in the fork, without this repository's variables, so that their pull requests get no comment.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::http::{Client, Method, Page, Secret};
use super::{Artifact, Forge, ForgeError};
use importgate_core::report::comment::{Candidate, Comment};

/// A pull request on Bitbucket.
pub(super) struct Bitbucket {
    client: Client,
    /// Workspace and name.
    repository: String,
    number: u64,
}

#[derive(Deserialize)]
struct User {
    uuid: String,
}

#[derive(Deserialize)]
struct PullRequest {
    id: u64,
    state: String,
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    commit: Option<Commit>,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Commit {
    hash: String,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    user: Option<User>,
    content: Content,
    #[serde(default)]
    deleted: bool,
}

#[derive(Deserialize)]
struct Content {
    raw: String,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct List<T> {
    values: Vec<T>,
    next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> for List<T> {
    fn entries(self) -> Vec<T> {
        self.values
    }

    fn has_next(&self) -> bool {
        self.next.is_some()
    }
}

impl From<Note> for Comment {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            author: note.user.map(|user| user.uuid).unwrap_or_default(),
            body: note.content.raw,
        }
    }
}

impl Bitbucket {
    pub(super) fn new(api: &str, token: Option<String>, repository: String, number: u64) -> Result<Self, ForgeError> {
        let secret = token.as_deref().map(Secret::bearer);
        Ok(Self {
            client: Client::new(api, secret, Vec::new())?,
            repository,
            number,
        })
    }

    fn path(&self, number: u64) -> String {
        format!("/repositories/{}/pullrequests/{number}", self.repository)
    }
}

impl Forge for Bitbucket {
    fn login(&self) -> Result<String, ForgeError> {
        let user: User = self.client.get("/user", "ask who comments")?;
        Ok(user.uuid)
    }

    fn candidates(&self) -> Result<Vec<Candidate>, ForgeError> {
        let request: PullRequest = self.client.get(&self.path(self.number), "look for the pull request")?;
        Ok(vec![Candidate {
            number: request.id,
            is_open: request.state == "OPEN",
            head: request.source.commit.map(|commit| commit.hash).unwrap_or_default(),
            repository: request.source.repository.map(|repository| repository.full_name),
        }])
    }

    fn reports(&self, _: &str) -> Result<Vec<Artifact>, ForgeError> {
        Err(ForgeError::NotOffered {
            doing: "read the artifacts of a pipeline",
        })
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let path = format!("{}/comments", self.path(number));
        let mut notes = self
            .client
            .pages::<Note, List<_>>(&path, "pagelen", "list the comments")?;
        // What was taken away is still listed, without its text.
        notes.retain(|note| !note.deleted);
        Ok(notes.into_iter().map(Comment::from).collect())
    }

    fn create(&self, number: u64, body: &str) -> Result<Comment, ForgeError> {
        let path = format!("{}/comments", self.path(number));
        let body = json!({ "content": { "raw": body } });
        let made: Note = self.client.send(Method::Post, &path, &body, "make a comment")?;
        Ok(made.into())
    }

    fn update(&self, number: u64, comment: u64, body: &str) -> Result<(), ForgeError> {
        let path = format!("{}/comments/{comment}", self.path(number));
        let body = json!({ "content": { "raw": body } });
        self.client
            .order(Method::Put, &path, Some(&body), "bring the comment up to date")
    }

    fn delete(&self, number: u64, comment: u64) -> Result<(), ForgeError> {
        let path = format!("{}/comments/{comment}", self.path(number));
        self.client.order(Method::Delete, &path, None, "take away a duplicate")
    }
}
