//! GitLab, on its own host and those of others. A pipeline of a fork runs in the fork and has no token for this project, so that merge
//! requests of forks get no comment.

use serde::Deserialize;
use serde_json::json;

use super::http::{Client, Method, Secret};
use super::{Artifact, Forge, ForgeError};
use importgate_core::report::comment::{Candidate, Comment};

/// A merge request on GitLab.
pub(super) struct GitLab {
    client: Client,
    /// The number of the project.
    project: u64,
    number: u64,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
struct MergeRequest {
    iid: u64,
    state: String,
    sha: Option<String>,
    source_project_id: Option<u64>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    author: User,
    body: String,
}

impl From<Note> for Comment {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            author: note.author.username,
            body: note.body,
        }
    }
}

impl GitLab {
    pub(super) fn new(api: &str, token: Option<String>, project: u64, number: u64) -> Result<Self, ForgeError> {
        let secret = token.map(|value| Secret {
            header: "PRIVATE-TOKEN",
            value,
        });
        Ok(Self {
            client: Client::new(api, secret, Vec::new())?,
            project,
            number,
        })
    }

    fn notes(&self, number: u64) -> String {
        format!("/projects/{}/merge_requests/{number}/notes", self.project)
    }
}

impl Forge for GitLab {
    fn login(&self) -> Result<String, ForgeError> {
        let user: User = self.client.get("/user", "ask who comments")?;
        Ok(user.username)
    }

    fn candidates(&self) -> Result<Vec<Candidate>, ForgeError> {
        let path = format!("/projects/{}/merge_requests/{}", self.project, self.number);
        let request: MergeRequest = self.client.get(&path, "look for the merge request")?;
        Ok(vec![Candidate {
            number: request.iid,
            is_open: request.state == "opened",
            head: request.sha.unwrap_or_default(),
            repository: request.source_project_id.map(|id| id.to_string()),
        }])
    }

    fn reports(&self, _: &str) -> Result<Vec<Artifact>, ForgeError> {
        Err(ForgeError::NotOffered {
            doing: "read the artifacts of a pipeline",
        })
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let path = format!("{}?order_by=created_at&sort=asc", self.notes(number));
        let notes = self
            .client
            .pages::<Note, Vec<_>>(&path, "per_page", "list the comments")?;
        Ok(notes.into_iter().map(Comment::from).collect())
    }

    fn create(&self, number: u64, body: &str) -> Result<Comment, ForgeError> {
        let made: Note = self.client.send(
            Method::Post,
            &self.notes(number),
            &json!({ "body": body }),
            "make a comment",
        )?;
        Ok(made.into())
    }

    fn update(&self, number: u64, comment: u64, body: &str) -> Result<(), ForgeError> {
        let path = format!("{}/{comment}", self.notes(number));
        let body = json!({ "body": body });
        self.client
            .order(Method::Put, &path, Some(&body), "bring the comment up to date")
    }

    fn delete(&self, number: u64, comment: u64) -> Result<(), ForgeError> {
        let path = format!("{}/{comment}", self.notes(number));
        self.client.order(Method::Delete, &path, None, "take away a duplicate")
    }
}
