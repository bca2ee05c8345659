//! Running git so that neither the caller's environment nor the repository's own settings change what it does.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::GitError;
use importgate_probe::runner;

/// How long one command of git may take. A partial clone fetches during a checkout, which takes minutes.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// What is asked of git ends with this process.
const ASKING: Ends = Ends {
    after: LONGEST,
    when_told_to_stop: true,
};

/// A run that was told to stop tidies up, too.
const TIDYING: Ends = Ends {
    after: Duration::from_secs(60),
    when_told_to_stop: false,
};

/// How often it is asked whether this process has been told to stop.
const GLANCE: Duration = Duration::from_millis(50);

/// Variables that point git at a repository. A hook (pre-commit, pre-push) inherits them, and with them every command
/// would work on the hook's repository and index whatever folder it is given. `GIT_CONFIG_*` stay: containers grant
/// `safe.directory` with them.
const REPOSITORY_VARIABLES: [&str; 11] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Settings for every command: no hook of the repository runs, no file-system monitor is started, and submodules stay
/// as they are.
const SETTINGS: [&str; 6] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "submodule.recurse=false",
];

/// When git is ended before its end.
#[derive(Debug, Clone, Copy)]
struct Ends {
    after: Duration,
    /// Whether it is where this process was told to stop.
    when_told_to_stop: bool,
}

/// Both ends of a git that answers questions.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) questions: ChildStdin,
    pub(super) answers: BufReader<ChildStdout>,
}

/// git, working in one folder.
#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
}

impl Git {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new("git");
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        command
            .arg("-C")
            .arg(&self.folder)
            .args(SETTINGS)
            .args(arguments)
            .env("LC_ALL", "C")
            // Large files are never what makes an import slow, and fetching them may take minutes.
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            // A partial clone may fetch during a checkout; it must fail and not ask for a password.
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null());
        command
    }

    /// Runs git and returns whatever came of it. It waits for ever for a pipe in the place of one of its files.
    pub(super) fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output, GitError> {
        self.run(arguments, ASKING)
    }

    /// Removes what this run has made. There is nobody to tell of a failure; a run that was told to stop does so before it ends.
    pub(super) fn tidy<S: AsRef<OsStr>>(&self, arguments: &[S]) {
        let _ = self.run(arguments, TIDYING);
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: &[S], ends: Ends) -> Result<Output, GitError> {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => GitError::NotInstalled,
            _ => GitError::io("cannot run git")(source),
        })?;
        let (said, complaint) = (child.stdout.take(), child.stderr.take());
        let (over, is_over) = mpsc::channel::<()>();
        let git = &mut child;
        let printed = thread::scope(|scope| {
            let start = thread::Builder::new().spawn_scoped(scope, move || ends.end_late(git, &is_over));
            let is_late = start.map_err(GitError::no_thread)?;
            let complaint = thread::Builder::new().spawn_scoped(scope, || read_all(complaint));
            let printed = complaint.map_err(GitError::no_thread).map(|complaint| {
                let said = read_all(said);
                (said, complaint.join().unwrap_or_default())
            });
            drop(over);
            if is_late.join().unwrap_or(false) {
                return Err(self.late(arguments));
            }
            printed
        });
        if printed.is_err() {
            let _ = child.kill();
        }
        let status = child.wait().map_err(GitError::io("cannot wait for git"))?;
        let (stdout, stderr) = printed?;
        Ok(Output { status, stdout, stderr })
    }

    /// Talks with a git that only reads what this clone holds, and ends it when the talk or the time is over. `None` where it
    /// cannot be started or the talk failed.
    ///
    /// It never fetches, as a partial clone otherwise would for what it lacks.
    pub(super) fn converse<S: AsRef<OsStr>, T>(
        &self,
        arguments: &[S],
        until: Instant,
        talk: impl FnOnce(&mut Conversation) -> io::Result<T>,
    ) -> Option<T> {
        let mut command = self.command(&["-c", "protocol.allow=never"]);
        command
            .args(arguments)
            .env("GIT_NO_LAZY_FETCH", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let questions = child.stdin.take()?;
        let answers = BufReader::new(child.stdout.take()?);
        let (over, is_over) = mpsc::channel::<()>();
        let writer = &mut child;
        let outcome = thread::scope(|scope| {
            // Reading has no time limit of its own: it ends when the one who writes has been ended.
            let watch = move || {
                let _ = is_over.recv_timeout(until.saturating_duration_since(Instant::now()));
                let _ = writer.kill();
            };
            thread::Builder::new().spawn_scoped(scope, watch).ok()?;
            let outcome = talk(&mut Conversation { questions, answers });
            drop(over);
            outcome.ok()
        });
        let _ = child.kill();
        let _ = child.wait();
        outcome
    }

    /// Runs git and returns its standard output without the final newline; an exit code other than 0 is an error.
    pub(super) fn answer<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<OsString, GitError> {
        let output = self.output(arguments)?;
        if output.status.success() {
            return Ok(line(output.stdout));
        }
        Err(self.failure(arguments, &output))
    }

    /// Runs git and returns its standard output, or `None` where it answers with an exit code other than 0.
    pub(super) fn question<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Option<OsString>, GitError> {
        let output = self.output(arguments)?;
        Ok(output.status.success().then(|| line(output.stdout)))
    }

    fn failure<S: AsRef<OsStr>>(&self, arguments: &[S], output: &Output) -> GitError {
        explain(
            &self.folder,
            in_words(arguments),
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        )
    }

    fn late<S: AsRef<OsStr>>(&self, arguments: &[S]) -> GitError {
        let folder = self.folder.display();
        GitError::Failed {
            command: in_words(arguments),
            message: format!(
                "it was ended before its end, at the latest after {} minutes; look for a pipe among the files of git in {folder}",
                LONGEST.as_secs() / 60
            ),
        }
    }
}

fn in_words<S: AsRef<OsStr>>(arguments: &[S]) -> String {
    let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
    words.join(" ")
}

impl Ends {
    /// Ends git where that is due; true where it did.
    fn end_late(self, git: &mut Child, is_over: &mpsc::Receiver<()>) -> bool {
        let begun = Instant::now();
        while let Err(RecvTimeoutError::Timeout) = is_over.recv_timeout(GLANCE) {
            let is_stopped = self.when_told_to_stop && runner::interrupted().is_some();
            if begun.elapsed() > self.after || is_stopped {
                return git.kill().is_ok();
            }
        }
        false
    }
}

/// What is left to be read when the other end is closed.
fn read_all(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What could not be read is missing from what is made of it, as where git is ended.
        let _ = stream.read_to_end(&mut bytes);
    }
    bytes
}

/// The error behind what git wrote to stderr (in English, as `LC_ALL` asks).
fn explain(folder: &Path, command: String, message: String) -> GitError {
    let path = folder.to_owned();
    if message.contains("dubious ownership") || message.contains("unsafe repository") {
        GitError::ForeignOwner { path }
    } else if message.contains("not a git repository") || message.contains("must be run in a work tree") {
        GitError::NotARepository { path }
    } else {
        GitError::Failed { command, message }
    }
}

/// Output as one line: a path may hold any byte, so only the newline that git added goes.
fn line(mut bytes: Vec<u8>) -> OsString {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_s_repository_comes_with_the_command_that_trusts_it() {
        let message = "fatal: detected dubious ownership in repository at '/src'\nTo add an exception ...";
        let error = explain(Path::new("/src"), "rev-parse".to_owned(), message.to_owned());
        assert!(
            error
                .to_string()
                .contains("git config --global --add safe.directory /src"),
            "{error}"
        );
    }

    #[test]
    fn any_other_failure_keeps_git_s_words() {
        let error = explain(
            Path::new("/src"),
            "worktree add".to_owned(),
            "fatal: disk full".to_owned(),
        );
        assert_eq!(error.to_string(), "`git worktree add` failed: fatal: disk full");
    }
}
