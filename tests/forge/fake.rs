//! A forge that exists in memory: pull requests, comments and artifacts, behind the API of each service, with the faults that a test asks
//! for.

use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::server::{Request, Response, serve};

/// The repository that everything happens in, and the numbers by which GitHub knows it and a fork of it.
pub(crate) const REPOSITORY: &str = "acme/shop";
pub(crate) const BASE: u64 = 1;
pub(crate) const FORK: u64 = 2;
/// The token of every job, and who it belongs to.
pub(crate) const TOKEN: &str = "a-token-that-nobody-may-see";
pub(crate) const BOT: &str = "github-actions[bot]";
/// The commit that was measured.
pub(crate) const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) body: String,
}

/// A pull request of this number, as GitHub has it.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) state: &'static str,
    pub(crate) head: String,
    pub(crate) repository: u64,
}

impl Pull {
    pub(crate) fn open(number: u64) -> Self {
        Self {
            number,
            state: "open",
            head: HEAD.to_owned(),
            repository: BASE,
        }
    }
}

/// What is answered in place of what was asked for, a number of times.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) method: &'static str,
    /// What the path ends with.
    pub(crate) path: &'static str,
    pub(crate) times: usize,
    pub(crate) response: Response,
    /// True where it is done all the same.
    pub(crate) is_done: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) comments: Vec<Comment>,
    pub(crate) pulls: Vec<Pull>,
    /// Name and content.
    pub(crate) artifacts: Vec<(String, Vec<u8>)>,
    pub(crate) faults: Vec<Fault>,
    /// The most entries on a page, whatever is asked for.
    pub(crate) page: usize,
    /// Requests that changed something.
    pub(crate) writes: Vec<String>,
    /// Every request.
    pub(crate) seen: Vec<Request>,
    /// How many lists of comments wait for each other.
    pub(crate) together: usize,
    /// Who the token belongs to, where it may ask.
    pub(crate) user: Option<&'static str>,
    /// Under which name it comments.
    pub(crate) bot: &'static str,
}

/// The forge.
#[derive(Clone)]
pub(crate) struct Forge {
    pub(crate) address: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Forge {
    pub(crate) fn new() -> Self {
        let state = State {
            comments: Vec::new(),
            pulls: vec![Pull::open(7)],
            artifacts: Vec::new(),
            faults: Vec::new(),
            page: 100,
            writes: Vec::new(),
            seen: Vec::new(),
            together: 0,
            user: None,
            bot: BOT,
        };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        // Artifacts lie on another host, which has no business with the token.
        let storage = {
            let state = Arc::clone(&state);
            serve(move |request| stored(&state, request))
        };
        let address = {
            let state = Arc::clone(&state);
            serve(move |request| answer(&state, request, &storage))
        };
        Self { address, state }
    }

    pub(crate) fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.0.lock().expect("no test panicked with it"))
    }

    pub(crate) fn comments(&self) -> Vec<Comment> {
        self.with(|state| state.comments.clone())
    }

    /// The only comment of the bot there is.
    #[track_caller]
    pub(crate) fn the_comment(&self) -> Comment {
        let mut own = self.comments();
        own.retain(|comment| comment.author == BOT);
        match &own[..] {
            [only] => only.clone(),
            comments => panic!("one comment, not {}: {comments:?}", comments.len()),
        }
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.writes))
    }
}

/// What the program did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let run = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!run.stdout.contains(TOKEN) && !run.stderr.contains(TOKEN), "{run:?}");
        run
    }
}

impl Run {
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_said(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in {self:?}");
        self
    }
}

/// `importgate comment` with these words and no variables but these.
pub(crate) fn start(words: &[&str], variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_importgate"));
    command
        .arg("comment")
        .args(words)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

pub(crate) fn ended(child: Child) -> Run {
    child.wait_with_output().expect("the program ends").into()
}

type Shared = (Mutex<State>, Condvar);

fn stored(state: &Shared, request: &Request) -> Response {
    let mut state = state.0.lock().expect("no test panicked with it");
    state.seen.push(request.clone());
    let index: usize = request.path().trim_matches('/').parse().unwrap_or(usize::MAX);
    match state.artifacts.get(index) {
        _ if request.header("authorization").is_some() => Response::status(400),
        Some((_, bytes)) => Response {
            body: bytes.clone(),
            ..Response::status(200)
        },
        None => Response::status(404),
    }
}

fn answer(shared: &Shared, request: &Request, storage: &str) -> Response {
    let mut state = shared.0.lock().expect("no test panicked with it");
    state.seen.push(request.clone());
    let is_list = request.method == "GET" && ["comments", "notes"].iter().any(|end| request.path().ends_with(end));
    if is_list && state.together > 0 {
        state.together -= 1;
        shared.1.notify_all();
        let waiting = shared
            .1
            .wait_timeout_while(state, Duration::from_secs(60), |state| state.together > 0);
        state = waiting.expect("no test panicked with it").0;
    }
    let is_due =
        |fault: &Fault| fault.times > 0 && fault.method == request.method && request.path().ends_with(fault.path);
    if let Some(fault) = state.faults.iter_mut().find(|fault| is_due(fault)) {
        fault.times -= 1;
        let fault = fault.clone();
        if fault.is_done {
            routed(&mut state, request, storage);
        }
        return fault.response;
    }
    routed(&mut state, request, storage)
}

fn routed(state: &mut State, request: &Request, storage: &str) -> Response {
    let path = request.path().to_owned();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let token = request.header("authorization").or(request.header("private-token"));
    if !token.is_some_and(|token| token.ends_with(TOKEN)) {
        return Response::status(401);
    }
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    match (request.method.as_str(), &parts[..]) {
        ("GET", ["repos", "acme", "shop", "pulls"]) => {
            let pulls: Vec<Value> = state
                .pulls
                .iter()
                .filter(|pull| pull.state == "open")
                .map(pull)
                .collect();
            page(state, request, &pulls)
        }
        ("GET", ["repos", "acme", "shop", "pulls", wanted]) => {
            let found = state.pulls.iter().find(|pull| pull.number == number(wanted));
            found.map_or_else(|| Response::status(404), |found| Response::json(200, &pull(found)))
        }
        ("GET", ["repos", "acme", "shop", "issues", _, "comments"]) => {
            let comments: Vec<Value> = state.comments.iter().map(on_github).collect();
            page(state, request, &comments)
        }
        ("POST", ["repos", "acme", "shop", "issues", on, "comments"]) => {
            let made = make(state, state.bot, &text(request, "/body"), on);
            Response::json(201, &on_github(&made))
        }
        ("PATCH" | "DELETE", ["repos", "acme", "shop", "issues", "comments", id]) => {
            change(state, request, number(id), &text(request, "/body"))
        }
        ("GET", ["repos", "acme", "shop", "actions", "runs", _, "artifacts"]) => {
            let entries = state.artifacts.iter().enumerate().map(|(index, (name, bytes))| {
                json!({ "id": index, "name": name, "size_in_bytes": bytes.len(), "expired": false })
            });
            let artifacts: Vec<Value> = entries.collect();
            Response::json(200, &json!({ "total_count": artifacts.len(), "artifacts": artifacts }))
        }
        ("GET", ["repos", "acme", "shop", "actions", "artifacts", id, "zip"]) => {
            Response::status(302).with("Location", format!("{storage}/{id}"))
        }
        ("GET", ["api", "v4", "projects", "1", "merge_requests", wanted]) => {
            let found = state.pulls.iter().find(|pull| pull.number == number(wanted));
            found.map_or_else(
                || Response::status(404),
                |found| Response::json(200, &merge_request(found)),
            )
        }
        ("GET", ["api", "v4", "projects", "1", "merge_requests", _, "notes"]) => {
            let notes: Vec<Value> = state.comments.iter().map(on_gitlab).collect();
            page(state, request, &notes)
        }
        ("POST", ["api", "v4", "projects", "1", "merge_requests", on, "notes"]) => {
            let made = make(state, state.bot, &text(request, "/body"), on);
            Response::json(201, &on_gitlab(&made))
        }
        ("PUT" | "DELETE", ["api", "v4", "projects", "1", "merge_requests", _, "notes", id]) => {
            change(state, request, number(id), &text(request, "/body"))
        }
        ("GET", ["api", "v4", "user"]) => Response::json(200, &json!({ "username": BOT })),
        ("GET", ["repositories", "acme", "shop", "pullrequests", wanted]) => {
            let found = state.pulls.iter().find(|pull| pull.number == number(wanted));
            found.map_or_else(
                || Response::status(404),
                |found| Response::json(200, &pull_request(found)),
            )
        }
        ("GET", ["repositories", "acme", "shop", "pullrequests", _, "comments"]) => {
            let mut comments: Vec<Value> = state.comments.iter().map(on_bitbucket).collect();
            comments.push(json!({ "id": 999, "user": null, "content": { "raw": "" }, "deleted": true }));
            list(state, request, &comments)
        }
        ("POST", ["repositories", "acme", "shop", "pullrequests", on, "comments"]) => {
            let made = make(state, state.bot, &text(request, "/content/raw"), on);
            Response::json(201, &on_bitbucket(&made))
        }
        ("PUT" | "DELETE", ["repositories", "acme", "shop", "pullrequests", _, "comments", id]) => {
            change(state, request, number(id), &text(request, "/content/raw"))
        }
        // The token of a job may not ask for its own name.
        ("GET", ["user"]) => match state.user {
            Some(user) => Response::json(200, &json!({ "login": user, "uuid": user })),
            None => Response::status(403),
        },
        _ => Response::status(404),
    }
}

pub(crate) fn make(state: &mut State, author: &str, body: &str, on: &str) -> Comment {
    let comment = Comment {
        id: state.comments.last().map_or(1, |last| last.id + 1),
        author: author.to_owned(),
        body: body.to_owned(),
    };
    state.writes.push(format!("POST on {on}"));
    state.comments.push(comment.clone());
    comment
}

fn change(state: &mut State, request: &Request, id: u64, body: &str) -> Response {
    state.writes.push(format!("{} {id}", request.method));
    let Some(index) = state.comments.iter().position(|comment| comment.id == id) else {
        return Response::status(404);
    };
    if request.method == "DELETE" {
        state.comments.remove(index);
        return Response::status(204);
    }
    state.comments[index].body = body.to_owned();
    Response::json(200, &on_github(&state.comments[index]))
}

fn text(request: &Request, pointer: &str) -> String {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let text = body.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn pull(pull: &Pull) -> Value {
    json!({
        "number": pull.number, "state": pull.state,
        "head": { "sha": pull.head, "repo": { "id": pull.repository } },
    })
}

fn merge_request(pull: &Pull) -> Value {
    let state = if pull.state == "open" { "opened" } else { pull.state };
    json!({ "iid": pull.number, "state": state, "sha": pull.head, "source_project_id": pull.repository })
}

/// Bitbucket names a commit by its first digits.
fn pull_request(pull: &Pull) -> Value {
    let source = json!({ "commit": { "hash": &pull.head[..12] }, "repository": { "full_name": REPOSITORY } });
    json!({ "id": pull.number, "state": pull.state.to_uppercase(), "source": source })
}

fn on_gitlab(comment: &Comment) -> Value {
    json!({ "id": comment.id, "author": { "username": comment.author }, "body": comment.body })
}

fn on_bitbucket(comment: &Comment) -> Value {
    json!({ "id": comment.id, "user": { "uuid": comment.author }, "content": { "raw": comment.body } })
}

/// The same as [`page`] with Bitbucket's frame around it.
fn list(state: &State, request: &Request, entries: &[Value]) -> Response {
    let page = page(state, request, entries);
    let values: Value = serde_json::from_slice(&page.body).expect("JSON");
    let mut list = json!({ "values": values });
    if !page.headers.is_empty() {
        list["next"] = json!("http://host.example/next");
    }
    Response::json(200, &list)
}

fn on_github(comment: &Comment) -> Value {
    json!({ "id": comment.id, "user": { "login": comment.author }, "body": comment.body })
}

/// The page of a list that a request asks for.
fn page(state: &State, request: &Request, entries: &[Value]) -> Response {
    let asked = |key: &str| request.query(key).and_then(|value| value.parse::<usize>().ok());
    let size = asked("per_page").or(asked("pagelen")).unwrap_or(30).min(state.page);
    let number = asked("page").unwrap_or(1);
    let start = ((number - 1) * size).min(entries.len());
    let end = (start + size).min(entries.len());
    let response = Response::json(200, &Value::Array(entries[start..end].to_vec()));
    if end < entries.len() {
        // An address that would take the token elsewhere.
        response.with("Link", "<http://host.example/next>; rel=\"next\"")
    } else {
        response
    }
}
