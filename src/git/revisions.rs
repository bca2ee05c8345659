//! The revisions of one file: which commits changed it, along the first parents of HEAD, and what it contained. First parents are the
//! history of the branch itself, where a merge is one change; what happened on the branches that were merged is not in it.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::command::Conversation;
use super::history::{Content, content_of};
use super::{GitError, Repository};

/// The log of a file: for each commit a line of ours, then what it did to the file in git's raw format. No setting of the user's may
/// change what is printed.
const LOG: [&str; 14] = [
    "-c",
    "log.showRoot=true",
    "-c",
    "diff.renames=true",
    "-c",
    "log.diffMerges=separate",
    "log",
    "--first-parent",
    "-m",
    "--follow",
    "--no-show-signature",
    "--raw",
    "--no-abbrev",
    "-z",
];

/// What begins a commit in the log, its name, its day and its subject, which is cut where nobody reads on.
const FORMAT: [&str; 2] = ["--date=short", "--format=%x01%H%x01%cd%x01%<(200,trunc)%s"];

/// No log of as many revisions as are asked for is larger, in bytes.
const LARGEST_LOG: u64 = 64 << 20;

/// A commit that changed the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRevision {
    /// The full name of the commit.
    pub commit: String,
    /// The day on which it was made, as `2026-11-26`.
    pub date: String,
    /// The first line of its message; untrusted.
    pub subject: String,
    /// The name of what the file contains; `None` where it was deleted.
    pub content: Option<String>,
    /// Where the file was, from the root of the repository.
    pub path: PathBuf,
}

/// The revisions of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHistory {
    /// The newest first.
    pub revisions: Vec<FileRevision>,
    /// True where there are older ones that were not asked for.
    pub has_older: bool,
    /// True where the clone does not have the whole history.
    pub is_shallow: bool,
}

impl Repository {
    /// The newest `most` revisions of a file, whose path is absolute; it need not exist any more.
    ///
    /// # Errors
    /// [`GitError::OutsideRepository`] for a file that git does not have, [`GitError::Failed`] where git does not answer.
    pub fn revisions_of(&self, file: &Path, most: usize, until: Instant) -> Result<FileHistory, GitError> {
        let outside = || GitError::OutsideRepository { file: file.to_owned() };
        let inside = self.path_of(file).ok_or_else(outside)?;
        let is_shallow = self.git().answer(&["rev-parse", "--is-shallow-repository"])? == "true";
        if self
            .git()
            .question(&["rev-parse", "--verify", "--quiet", "HEAD"])?
            .is_none()
        {
            let revisions = Vec::new();
            return Ok(FileHistory {
                revisions,
                has_older: false,
                is_shallow,
            });
        }
        let most_and_one = format!("--max-count={}", most.saturating_add(1));
        let mut arguments: Vec<&OsStr> = vec![OsStr::new("--literal-pathspecs")];
        arguments.extend(LOG.iter().chain(&FORMAT).map(OsStr::new));
        arguments.extend([most_and_one.as_str(), "HEAD", "--"].map(OsStr::new));
        arguments.push(inside.as_os_str());
        let read = |git: &mut Conversation| {
            let mut log = Vec::new();
            (&mut git.answers).take(LARGEST_LOG).read_to_end(&mut log)?;
            Ok(log)
        };
        let log = self.git().converse(&arguments, until, read);
        let log = log.ok_or_else(|| GitError::Failed {
            command: "log".to_owned(),
            message: "it did not answer".to_owned(),
        })?;
        let mut revisions = revisions_in(&log);
        let has_older = revisions.len() > most;
        revisions.truncate(most);
        Ok(FileHistory {
            revisions,
            has_older,
            is_shallow,
        })
    }

    /// Reads these contents one after the other and hands each over, with its position. Of those that are larger than `largest`
    /// bytes nothing is kept.
    ///
    /// # Errors
    /// [`GitError::Failed`] where git stopped answering, or `until` passed.
    pub fn each_content(
        &self,
        names: &[String],
        largest: u64,
        until: Instant,
        mut visit: impl FnMut(usize, Content),
    ) -> Result<(), GitError> {
        if names.is_empty() {
            return Ok(());
        }
        let talk = |git: &mut Conversation| {
            for (position, name) in names.iter().enumerate() {
                visit(position, content_of(git, name, largest)?);
            }
            Ok(())
        };
        let outcome = self.git().converse(&["cat-file", "--batch"], until, talk);
        outcome.ok_or_else(|| GitError::Failed {
            command: "cat-file --batch".to_owned(),
            message: "it ended before it had answered".to_owned(),
        })
    }

    /// Where a file is from the root; of one that is there no more, where it would be.
    fn path_of(&self, file: &Path) -> Option<PathBuf> {
        let folder = file.parent()?.canonicalize().ok()?;
        let file = file.canonicalize().unwrap_or(folder.join(file.file_name()?));
        file.strip_prefix(self.root()).ok().map(Path::to_owned)
    }
}

/// The commits of a log with NUL for line ends.
pub(super) fn revisions_in(log: &[u8]) -> Vec<FileRevision> {
    let mut revisions: Vec<FileRevision> = Vec::new();
    let mut fields = log.split(|byte| *byte == 0);
    while let Some(field) = fields.next() {
        let field = field.strip_prefix(b"\n").unwrap_or(field);
        match field.first() {
            Some(1) => revisions.extend(commit(&String::from_utf8_lossy(&field[1..]))),
            Some(b':') => {
                let change = String::from_utf8_lossy(field).into_owned();
                let (mut path, is_moved) = (fields.next(), change.rsplit(' ').next().is_some_and(is_of_two_paths));
                if is_moved {
                    path = fields.next();
                }
                if let (Some(revision), Some(path)) = (revisions.last_mut(), path) {
                    revision.content = change
                        .split(' ')
                        .nth(3)
                        .filter(|name| is_content(name))
                        .map(str::to_owned);
                    revision.path = path_of(path);
                }
            }
            _ => {}
        }
    }
    revisions
}

fn commit(line: &str) -> Option<FileRevision> {
    let mut fields = line.splitn(3, '\u{1}');
    Some(FileRevision {
        commit: fields.next()?.to_owned(),
        date: fields.next()?.to_owned(),
        subject: fields.next()?.trim().to_owned(),
        content: None,
        path: PathBuf::new(),
    })
}

/// True for what git writes of a file that was renamed or copied, as `R087`.
fn is_of_two_paths(status: &str) -> bool {
    status.starts_with(['R', 'C'])
}

/// True for the name of a content; nothing but zeros stands for a file that is not there.
fn is_content(name: &str) -> bool {
    let is_name = name.len() >= 40 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_name && name.bytes().any(|digit| digit != b'0')
}

fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}
