//! The text that a file had when a baseline was recorded, looked up in the history by what identifies its content. It is there
//! to explain and decides nothing, so whatever stands in the way (no repository, a shallow clone, a file that git does not
//! track) is no error: then the text is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Repository;
use super::command::Conversation;
use importgate_core::observed::ContentHash;

/// How many of its newest revisions are looked at for each file.
const REVISIONS: usize = 50;
/// How many versions are read at most, of all files together.
const MOST_VERSIONS: usize = 500;
/// No source that people write is larger, in bytes.
const LARGEST_SOURCE: u64 = 4 << 20;

/// The newest revisions of some files, with the names of their contents before and after. Merges are compared with each parent and no
/// side of them is left out: in a shallow clone of a merge, the state before is on the side that the merge did not take. Renames
/// are not followed, and no setting of the user's may change what is printed.
const LOG: [&str; 15] = [
    "-c",
    "log.showRoot=true",
    "-c",
    "log.diffMerges=separate",
    "-c",
    "log.follow=false",
    "--literal-pathspecs",
    "log",
    "--format=",
    "--no-show-signature",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--full-history",
    "-m",
];

impl Repository {
    /// The contents that are `wanted`, as far as one of the newest committed revisions of one of the files has them. The
    /// files are absolute; those that are not below the root are left out. What is not found at `until` is not looked for.
    pub fn earlier_contents(
        &self,
        files: &[PathBuf],
        wanted: &BTreeSet<ContentHash>,
        until: Instant,
    ) -> BTreeMap<ContentHash, Vec<u8>> {
        let tracked: BTreeSet<PathBuf> = files.iter().filter_map(|file| self.below_root(file)).collect();
        if tracked.is_empty() || wanted.is_empty() {
            return BTreeMap::new();
        }
        let versions = self.versions(&tracked, until);
        self.contents(&versions, wanted, until)
    }

    /// Links are resolved as far as they exist, since git tracks what they point at.
    fn below_root(&self, file: &Path) -> Option<PathBuf> {
        let file = file.canonicalize().ok()?;
        file.strip_prefix(self.root()).ok().map(Path::to_owned)
    }

    /// The names of the contents that the files had, newest first.
    fn versions(&self, files: &BTreeSet<PathBuf>, until: Instant) -> Vec<String> {
        let most = format!("--max-count={}", (REVISIONS * files.len()).min(MOST_VERSIONS));
        let mut arguments: Vec<&OsStr> = LOG.iter().map(OsStr::new).collect();
        arguments.extend([most.as_str(), "-z", "HEAD", "--"].map(OsStr::new));
        arguments.extend(files.iter().map(|file| file.as_os_str()));
        self.git()
            .converse(&arguments, until, |git| Ok(names_in(&mut git.answers)))
            .unwrap_or_default()
    }

    fn contents(
        &self,
        versions: &[String],
        wanted: &BTreeSet<ContentHash>,
        until: Instant,
    ) -> BTreeMap<ContentHash, Vec<u8>> {
        let mut found = BTreeMap::new();
        if versions.is_empty() {
            return found;
        }
        let talk = |git: &mut Conversation| {
            for version in versions {
                if let Content::Text(content) = content_of(git, version, LARGEST_SOURCE)? {
                    let hash = ContentHash::of(&content);
                    if wanted.contains(&hash) {
                        found.insert(hash, content);
                    }
                }
                if found.len() == wanted.len() {
                    break;
                }
            }
            Ok(())
        };
        // What was found before git failed or the time was over is as good.
        let _ = self.git().converse(&["cat-file", "--batch"], until, talk);
        found
    }
}

/// The names of contents in git's raw format with NUL for line ends, each once: `:MODE MODE BEFORE AFTER STATUS`, then the path.
pub(super) fn names_in(log: &mut impl BufRead) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for record in log.split(0).map_while(Result::ok) {
        let Ok(record) = String::from_utf8(record) else {
            continue;
        };
        let mut fields = record.trim_start().split(' ');
        if !fields.next().is_some_and(|mode| mode.starts_with(':')) {
            continue;
        }
        let (before, after) = (fields.nth(1), fields.next());
        for name in [after, before].into_iter().flatten() {
            let is_name = name.len() >= 40 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
            let is_absent = name.bytes().all(|digit| digit == b'0');
            if is_name && !is_absent && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if names.len() >= MOST_VERSIONS {
            break;
        }
    }
    names
}

/// What git has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// This.
    Text(Vec<u8>),
    /// Nothing: it is not in this clone.
    Absent,
    /// More than was asked for.
    TooLarge,
}

/// Asks `git cat-file --batch` for one content of no more than `largest` bytes.
pub(super) fn content_of(git: &mut Conversation, name: &str, largest: u64) -> io::Result<Content> {
    writeln!(git.questions, "{name}")?;
    git.questions.flush()?;
    content_in(&mut git.answers, largest)
}

/// The next answer of `git cat-file --batch`.
pub(super) fn content_in(answers: &mut impl BufRead, largest: u64) -> io::Result<Content> {
    let mut header = String::new();
    if answers.read_line(&mut header)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // `NAME TYPE SIZE`, or `NAME missing`
    let Some(size) = header.split_whitespace().nth(2).and_then(|size| size.parse().ok()) else {
        return Ok(Content::Absent);
    };
    let mut content = Vec::new();
    let mut answer = answers.take(size);
    if size > largest {
        io::copy(&mut answer, &mut io::sink())?;
    } else {
        answer.read_to_end(&mut content)?;
    }
    if answer.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    answers.read_exact(&mut [0])?;
    Ok(match size > largest {
        true => Content::TooLarge,
        false => Content::Text(content),
    })
}
