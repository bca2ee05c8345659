//! The revisions of one file in real repositories: which commits they are, under which names, and what they held.

use std::fs;
use std::time::{Duration, Instant};

use importgate::git::{Content, FileHistory, GitError, Repository};

use super::git_history::{Fixture, git};

fn until() -> Instant {
    Instant::now() + Duration::from_secs(600)
}

fn history(fixture: &Fixture, file: &str) -> FileHistory {
    let repository = Repository::of(&fixture.root).expect("a repository");
    repository
        .revisions_of(&fixture.root.join(file), 100, until())
        .expect("a history")
}

/// What the file held, the newest first; `None` where it was deleted.
fn contents(fixture: &Fixture, file: &str) -> Vec<Option<String>> {
    let revisions = history(fixture, file).revisions;
    let names: Vec<String> = revisions
        .iter()
        .filter_map(|revision| revision.content.clone())
        .collect();
    let mut texts = Vec::new();
    let repository = Repository::of(&fixture.root).expect("a repository");
    let read = repository.each_content(&names, 1000, until(), |position, content| {
        assert_eq!(position, texts.len());
        texts.push(match content {
            Content::Text(text) => String::from_utf8(text).expect("text"),
            other => format!("{other:?}"),
        });
    });
    read.expect("contents");
    let mut texts = texts.into_iter();
    let content = |revision: &importgate::git::FileRevision| revision.content.as_ref().and_then(|_| texts.next());
    revisions.iter().map(content).collect()
}

fn texts(fixture: &Fixture, file: &str) -> Vec<String> {
    contents(fixture, file)
        .into_iter()
        .map(|text| text.unwrap_or_else(|| "deleted".to_owned()))
        .collect()
}

#[test]
fn each_commit_that_changed_the_file_is_a_revision() {
    let fixture = Fixture::new();
    for name in ["base.json", "a b/größe \"x\".json", "*.json", ":(top)x.json"] {
        fixture.commit(name, "1");
        fixture.commit("other.py", name);
        fixture.commit(name, "2");
        assert_eq!(texts(&fixture, name), ["2", "1"], "{name}");
    }
    let revision = &history(&fixture, "base.json").revisions[0];
    assert_eq!(
        (revision.subject.as_str(), revision.date.len(), revision.commit.len()),
        ("change", 10, 40)
    );
}

#[test]
fn a_file_that_was_renamed_is_followed_and_one_that_was_deleted_says_so() {
    let fixture = Fixture::new();
    fixture.commit("old.json", "1\n2\n3\n4\n5\n6\n7\n8\n");
    git(&fixture.root, &["mv", "old.json", "new.json"]);
    fixture.commit("new.json", "1\n2\n3\n4\n5\n6\n7\n9\n");
    let paths: Vec<String> = (history(&fixture, "new.json").revisions.iter())
        .map(|revision| revision.path.display().to_string())
        .collect();
    assert_eq!(paths, ["new.json", "old.json"]);
    fs::remove_file(fixture.root.join("new.json")).expect("removed");
    fixture.commit("other.py", "x");
    assert_eq!(texts(&fixture, "new.json")[0], "deleted");
}

#[test]
fn a_merge_is_one_revision_of_the_branch() {
    let fixture = Fixture::new();
    fixture.commit("base.json", "main 1");
    git(&fixture.root, &["switch", "--quiet", "--create", "change"]);
    fixture.commit("base.json", "change 1");
    fixture.commit("base.json", "change 2");
    git(&fixture.root, &["switch", "--quiet", "main"]);
    fixture.commit("other.py", "1");
    git(
        &fixture.root,
        &["merge", "--quiet", "--no-ff", "--message=merge", "change"],
    );
    assert_eq!(texts(&fixture, "base.json"), ["change 2", "main 1"]);
    assert_eq!(history(&fixture, "base.json").revisions[0].subject, "merge");
}

#[test]
fn shallow_and_partial_clones_say_what_they_lack_and_fetch_nothing() {
    let fixture = Fixture::new();
    for text in ["1", "2", "3"] {
        fixture.commit("base.json", text);
    }
    let shallow = fixture.clone("--depth=2");
    assert!(history(&shallow, "base.json").is_shallow && !history(&fixture, "base.json").is_shallow);
    assert_eq!(texts(&shallow, "base.json"), ["3", "2"]);
    let partial = fixture.clone("--filter=blob:none");
    assert_eq!(texts(&partial, "base.json"), ["3", "Absent", "Absent"]);
}

#[test]
fn no_setting_changes_what_is_read() {
    let fixture = Fixture::new();
    fixture.commit("base.json", "1");
    fixture.commit("base.json", "2");
    for [name, value] in [
        ["log.showRoot", "false"],
        ["log.follow", "false"],
        ["log.diffMerges", "off"],
        ["log.showSignature", "true"],
        ["log.decorate", "full"],
        ["log.date", "relative"],
        ["diff.renames", "false"],
        ["color.ui", "always"],
        ["core.pager", "false"],
        ["format.pretty", "fuller"],
        ["diff.external", "false"],
    ] {
        git(&fixture.root, &["config", name, value]);
    }
    assert_eq!(texts(&fixture, "base.json"), ["2", "1"]);
}

#[test]
fn what_is_read_is_bounded() {
    let fixture = Fixture::new();
    for text in ["1", "2", "3"] {
        fixture.commit("base.json", text);
    }
    let repository = Repository::of(&fixture.root).expect("a repository");
    let newest = repository
        .revisions_of(&fixture.root.join("base.json"), 2, until())
        .expect("a history");
    assert!(newest.has_older && newest.revisions.len() == 2);
    fixture.commit("base.json", &"x".repeat(1001));
    assert_eq!(texts(&fixture, "base.json"), ["TooLarge", "3", "2", "1"]);
}

#[test]
fn without_a_commit_or_outside_of_the_repository_there_is_no_history() {
    let fixture = Fixture::new();
    fixture.write("base.json", "1");
    assert_eq!(history(&fixture, "base.json").revisions, []);
    let repository = Repository::of(&fixture.root).expect("a repository");
    let outside = repository.revisions_of(&std::env::temp_dir().join("base.json"), 2, until());
    assert!(
        matches!(outside, Err(GitError::OutsideRepository { .. })),
        "{outside:?}"
    );
}
