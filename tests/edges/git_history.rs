//! The content that a file once had, found in real repositories by what identifies it, and nothing where it is not to be had.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use importgate::git::Repository;
use importgate_core::observed::ContentHash;
use tempfile::TempDir;

/// A repository in a temporary folder.
pub(crate) struct Fixture {
    _folder: TempDir,
    pub(crate) root: PathBuf,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let fixture = Self::in_folder(|root| {
            fs::create_dir(root).expect("a folder");
            git(root, &["init", "--quiet", "--initial-branch=main"]);
        });
        git(&fixture.root, &["config", "uploadpack.allowFilter", "true"]);
        fixture
    }

    fn in_folder(make: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path").join("project");
        make(&root);
        Self { _folder: folder, root }
    }

    pub(crate) fn clone(&self, how: &str) -> Self {
        let url = format!("file://{}", self.root.display());
        Self::in_folder(|root| {
            let target = root.to_string_lossy().into_owned();
            git(Path::new("/"), &["clone", "--quiet", how, &url, &target]);
        })
    }

    pub(crate) fn commit(&self, path: &str, text: &str) {
        self.write(path, text);
        git(&self.root, &["add", "--all"]);
        git(&self.root, &["commit", "--quiet", "--allow-empty", "--message=change"]);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Which of these texts are found among what the files were.
    fn found(&self, files: &[&str], texts: &[&str]) -> Vec<String> {
        let until = Instant::now() + Duration::from_secs(600);
        let files: Vec<PathBuf> = files.iter().map(|file| self.root.join(file)).collect();
        let wanted: BTreeSet<ContentHash> = texts.iter().map(|text| ContentHash::of(text.as_bytes())).collect();
        let repository = Repository::of(&self.root).expect("a repository");
        let mut found: Vec<String> = repository
            .earlier_contents(&files, &wanted, until)
            .into_iter()
            .map(|(hash, content)| {
                assert_eq!(ContentHash::of(&content), hash);
                String::from_utf8(content).expect("text")
            })
            .collect();
        found.sort();
        found
    }
}

/// Runs git and returns its output; the developer's own configuration plays no part.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org"])
        .args(["-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn every_version_of_a_file_is_found_under_any_name() {
    let fixture = Fixture::new();
    for name in ["app.py", "src/a b/größe [1] \"x\".py", "*.py", ":(top)x.py"] {
        for text in ["1\n", "2", "3\n\n"] {
            fixture.commit(name, &format!("{name}{text}"));
        }
        fixture.write(name, "not committed\n");
        for text in ["1\n", "2", "3\n\n"] {
            let text = format!("{name}{text}");
            assert_eq!(fixture.found(&[name], &[&text]), [text.as_str()]);
        }
        assert_eq!(fixture.found(&[name], &["never\n", "not committed\n"]), [""; 0]);
    }
    // Another file's history is not this one's.
    assert_eq!(fixture.found(&["app.py"], &["*.py1\n"]), [""; 0]);
}

#[test]
fn what_git_does_not_have_is_no_error_and_hides_nothing() {
    let fixture = Fixture::new();
    fixture.commit("app.py", "old\n");
    fixture.commit("app.py", "new\n");
    fixture.write("untracked.py", "old\n");
    let elsewhere = Fixture::new();
    elsewhere.commit("other.py", "old too\n");
    let outside = elsewhere.root.join("other.py");
    let outside = outside.to_str().expect("a path");
    let files = ["untracked.py", "missing.py", outside, "app.py"];
    assert_eq!(fixture.found(&files, &["old\n", "old too\n"]), ["old\n"]);
    assert_eq!(fixture.found(&["untracked.py"], &["old\n"]), [""; 0]);
    let empty = Fixture::new();
    empty.write("app.py", "old\n");
    assert_eq!(empty.found(&["app.py"], &["old\n"]), [""; 0]);
}

#[test]
fn a_link_is_followed_to_what_git_tracks() {
    let fixture = Fixture::new();
    fixture.commit("real/app.py", "old\n");
    fixture.commit("real/app.py", "new\n");
    std::os::unix::fs::symlink("real", fixture.root.join("linked")).expect("a link");
    assert_eq!(fixture.found(&["linked/app.py"], &["old\n"]), ["old\n"]);
}

#[test]
fn both_sides_of_a_merge_are_searched_also_in_a_clone_of_two_commits_depth() {
    let fixture = Fixture::new();
    fixture.commit("app.py", "old\n");
    git(&fixture.root, &["switch", "--quiet", "--create", "change"]);
    fixture.commit("app.py", "new\n");
    fixture.commit("app.py", "newer\n");
    git(&fixture.root, &["switch", "--quiet", "main"]);
    fixture.commit("other.py", "1\n");
    git(&fixture.root, &["merge", "--quiet", "--no-edit", "change"]);
    let shallow = fixture.clone("--depth=2");
    assert_eq!(shallow.found(&["app.py"], &["old\n", "new\n"]), ["old\n"]);
    assert_eq!(fixture.clone("--depth=1").found(&["app.py"], &["old\n"]), [""; 0]);
    assert_eq!(fixture.found(&["app.py"], &["old\n", "new\n"]), ["new\n", "old\n"]);
}

#[test]
fn a_partial_clone_is_not_made_to_fetch() {
    let fixture = Fixture::new();
    fixture.commit("app.py", "old\n");
    fixture.commit("app.py", "new\n");
    let partial = fixture.clone("--filter=blob:none");
    let missing = || {
        git(&partial.root, &["rev-list", "--objects", "--all", "--missing=print"])
            .matches('?')
            .count()
    };
    assert_eq!(missing(), 1);
    assert_eq!(partial.found(&["app.py"], &["old\n"]), [""; 0]);
    assert_eq!(missing(), 1);
}

#[test]
fn no_setting_changes_what_is_found() {
    let fixture = Fixture::new();
    fixture.commit("app.py", "old\n");
    let settings = [
        ["log.showRoot", "false"],
        ["log.follow", "true"],
        ["log.diffMerges", "off"],
        ["log.showSignature", "true"],
        ["log.decorate", "full"],
        ["diff.renames", "copies"],
        ["color.ui", "always"],
        ["core.pager", "false"],
        ["format.pretty", "fuller"],
        ["diff.external", "false"],
    ];
    for [name, value] in settings {
        git(&fixture.root, &["config", name, value]);
    }
    assert_eq!(fixture.found(&["app.py"], &["old\n"]), ["old\n"]);
}

#[test]
fn the_search_is_bounded() {
    let fixture = Fixture::new();
    for revision in 0..60 {
        fixture.commit("app.py", &format!("{revision}\n"));
    }
    assert_eq!(fixture.found(&["app.py"], &["20\n"]), ["20\n"]);
    assert_eq!(fixture.found(&["app.py"], &["0\n"]), [""; 0]);
}
