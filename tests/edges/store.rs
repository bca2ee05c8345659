//! The baseline's file under everything that can happen to it: damage, other writers, links, modes, and SIGKILL.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use importgate::store::baseline as store;
use importgate::store::baseline::StoreError;
use importgate_core::baseline::{Baseline, Entry, MergeError, ParseError};
use importgate_core::observed::EnvironmentKey;
use tempfile::TempDir;

const NAME: &str = "budgets.baseline.json";
const ENVIRONMENT: &str = "IMPORTGATE_TEST_BASELINE";
const WRITING: &str = "writing";

fn key(name: impl ToString) -> EnvironmentKey {
    EnvironmentKey(name.to_string())
}

/// An entry that can be told from others by its version of importgate.
fn entry(importgate: &str) -> Entry {
    Entry {
        importgate: importgate.to_owned(),
        ..Entry::default()
    }
}

fn with(key: EnvironmentKey, entry: Entry) -> impl FnOnce(Option<Baseline>) -> Result<Baseline, MergeError> {
    |old| {
        let mut baseline = old.unwrap_or_default();
        baseline.replace(key, entry);
        Ok(baseline)
    }
}

fn put(path: &Path, name: &str) -> Result<Baseline, StoreError> {
    store::update(path, false, with(key(name), entry(name)))
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    (folder, path)
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a readable folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("metadata").permissions().mode() & 0o7777
}

#[test]
fn nothing_there_is_no_error() {
    let (_folder, path) = folder();
    assert!(store::read(&path).expect("no error").is_none());
}

#[test]
fn what_is_written_is_read_and_nothing_else_is_left() {
    let (folder, path) = folder();
    let written = put(&path, "cpython-3.13").expect("written");
    assert_eq!(store::read(&path).expect("readable"), Some(written));
    put(&path, "cpython-3.14").expect("written");
    let both = store::read(&path).expect("readable").expect("a baseline");
    assert_eq!(
        both.environments.into_keys().collect::<Vec<_>>(),
        [key("cpython-3.13"), key("cpython-3.14")]
    );
    assert_eq!(names(folder.path()), [NAME]);
}

#[test]
fn a_missing_folder_is_made() {
    let (folder, _) = folder();
    let path = folder.path().join("ci/import/budgets.json");
    put(&path, "cpython-3.13").expect("written");
    assert!(store::read(&path).expect("readable").is_some());
}

#[test]
fn damaged_files_are_left_alone_unless_forced() {
    let good = {
        let (_folder, path) = folder();
        put(&path, "cpython-3.13").expect("written").render()
    };
    let damaged = [
        (String::new(), "the file is empty", "--force"),
        (good[..good.len() / 2].to_owned(), "truncated", "--force"),
        ("not json".to_owned(), "not JSON", "--force"),
        (
            "{\"name\": \"something else\"}".to_owned(),
            "not an importgate baseline",
            "check the path",
        ),
        (
            good.replace("\"version\": 2", "\"version\": 3"),
            "written by a newer importgate: version 3",
            "upgrade",
        ),
        (
            good.replace("\"cores\": 0", "\"cores\": -1"),
            "machine.cores",
            "--force",
        ),
        (
            good.replace("\n  }", "\n<<<<<<< ours\n  }"),
            "an unresolved merge conflict",
            "git checkout --ours",
        ),
    ];
    for (text, problem, way_out) in damaged {
        let (folder, path) = folder();
        fs::write(&path, &text).expect("written");
        for error in [
            store::read(&path).expect_err("damaged"),
            put(&path, "cpython-3.14").expect_err("damaged"),
        ] {
            let message = error.to_string();
            for part in [NAME, problem, way_out] {
                assert!(message.contains(part), "{part:?} is not in {message:?}");
            }
        }
        assert_eq!(
            fs::read_to_string(&path).expect("readable"),
            text,
            "it must not be touched"
        );
        assert_eq!(names(folder.path()), [NAME]);

        let forced = store::update(&path, true, with(key("cpython-3.14"), entry("new"))).expect("forced");
        assert_eq!(forced.environments.len(), 1, "nothing of a damaged file is used");
        assert_eq!(store::read(&path).expect("readable"), Some(forced));
    }
}

#[test]
fn force_keeps_what_can_be_read() {
    let (_folder, path) = folder();
    put(&path, "cpython-3.13").expect("written");
    let forced = store::update(&path, true, with(key("cpython-3.14"), entry("new"))).expect("forced");
    assert_eq!(forced.environments.len(), 2);
}

#[test]
fn a_folder_and_a_pipe_are_no_files_even_when_forced() {
    let (_folder, path) = folder();
    fs::create_dir(&path).expect("a folder");
    assert!(matches!(store::read(&path), Err(StoreError::NotAFile { .. })));
    let forced = store::update(&path, true, with(key("x"), entry("x")));
    assert!(matches!(forced, Err(StoreError::NotAFile { .. })));
    fs::remove_dir(&path).expect("removed");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    assert!(matches!(store::read(&path), Err(StoreError::NotAFile { .. })));
}

#[test]
fn a_path_through_a_file_cannot_be_read() {
    let (_folder, path) = folder();
    fs::write(&path, "").expect("written");
    let error = store::read(&path.join("below")).expect_err("no folder");
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
}

#[test]
fn a_refusal_changes_nothing() {
    let (_folder, path) = folder();
    put(&path, "cpython-3.13").expect("written");
    let before = fs::read(&path).expect("readable");
    let refused = store::update(&path, false, |old| {
        let mut baseline = old.unwrap_or_default();
        let mut other = entry("new");
        other.machine.processor = "another".to_owned();
        baseline.merge_targets(key("cpython-3.13"), other)?;
        Ok(baseline)
    });
    assert!(matches!(refused, Err(StoreError::Refused { .. })));
    assert_eq!(fs::read(&path).expect("readable"), before);
}

#[test]
fn the_mode_of_the_old_file_is_kept_and_a_new_one_is_as_usual() {
    let (folder, path) = folder();
    put(&path, "cpython-3.13").expect("written");
    let usual = folder.path().join("usual");
    File::create(&usual).expect("a file");
    assert_eq!(mode(&path), mode(&usual));
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("a mode");
    put(&path, "cpython-3.14").expect("written");
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn a_link_stays_a_link_to_what_is_written() {
    let (folder, path) = folder();
    fs::create_dir(folder.path().join("real")).expect("a folder");
    symlink("real/first.json", &path).expect("a link");
    symlink("second.json", folder.path().join("real/first.json")).expect("a link");
    // The first write creates what the links lead to, the second replaces it.
    for name in ["cpython-3.13", "cpython-3.14"] {
        put(&path, name).expect("written");
        assert!(fs::symlink_metadata(&path).expect("metadata").is_symlink());
        assert!(
            fs::symlink_metadata(folder.path().join("real/second.json"))
                .expect("metadata")
                .is_file()
        );
    }
    assert_eq!(
        store::read(&path)
            .expect("readable")
            .expect("a baseline")
            .environments
            .len(),
        2
    );
    assert_eq!(names(&folder.path().join("real")), ["first.json", "second.json"]);
}

#[test]
fn links_in_a_circle_are_an_error() {
    let (_folder, path) = folder();
    symlink(NAME, &path).expect("a link");
    assert!(matches!(put(&path, "x"), Err(StoreError::Unwritable { .. })));
}

#[test]
fn what_a_killed_run_left_is_removed_and_nothing_else() {
    let (folder, path) = folder();
    let unfinished = format!(".{NAME}.AbCdEf.importgate-tmp");
    for name in [
        unfinished.as_str(),
        ".other.json.AbCdEf.importgate-tmp",
        ".budgets.baseline.json.swp",
    ] {
        fs::write(folder.path().join(name), "{").expect("written");
    }
    put(&path, "cpython-3.13").expect("written");
    assert_eq!(
        names(folder.path()),
        [".budgets.baseline.json.swp", ".other.json.AbCdEf.importgate-tmp", NAME]
    );
}

#[test]
fn recordings_at_the_same_time_lose_nothing() {
    const WRITERS: usize = 8;
    const WRITES: usize = 10;
    let (folder, path) = folder();
    let start = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (path, start) = (&path, &start);
            scope.spawn(move || {
                start.wait();
                for write in 0..WRITES {
                    put(path, &format!("{writer}-{write}")).expect("written");
                }
            });
        }
    });
    let baseline = store::read(&path).expect("readable").expect("a baseline");
    assert_eq!(baseline.environments.len(), WRITERS * WRITES);
    assert_eq!(names(folder.path()), [NAME]);
}

/// Not a test by itself: the process that `killed_at_any_moment` kills. It writes until then.
#[test]
#[ignore = "run by killed_at_any_moment, in a process of its own"]
fn write_until_killed() {
    let Some(path) = std::env::var_os(ENVIRONMENT).map(PathBuf::from) else {
        return;
    };
    // Little to lay out, so that most of the time goes into the file, and most kills come while it is written.
    let mut small = entry("written");
    for generation in 0_u64.. {
        small.calibration_ns = generation;
        store::update(&path, false, with(key("written"), small.clone())).expect("written");
        if generation == 0 {
            println!("\n{WRITING}");
        }
    }
}

/// A process that has written once and goes on writing.
fn writer(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this test's path"))
        .args(["--exact", "store::write_until_killed", "--ignored", "--nocapture"])
        .env(ENVIRONMENT, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = output.lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line == WRITING), "it ended before it wrote");
    child
}

/// What another program sees: never a part of the file.
fn assert_whole(path: &Path) {
    let text = fs::read(path).expect("a file at every moment");
    assert!(text.ends_with(b"}\n"), "a part of a file: {} bytes", text.len());
}

#[test]
fn a_reader_never_sees_a_part() {
    let (_folder, path) = folder();
    put(&path, "kept").expect("written");
    let finished = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for write in 0..200 {
                put(&path, &format!("written-{}", write % 10)).expect("written");
            }
            finished.store(true, Ordering::Release);
        });
        while !finished.load(Ordering::Acquire) {
            assert_whole(&path);
        }
    });
}

#[test]
fn killed_at_any_moment_it_is_the_old_file_or_the_new_one() {
    let (folder, path) = folder();
    put(&path, "kept").expect("written");
    for round in 0..100 {
        let mut child = writer(&path);
        // Spreads the kills over several writes, and is a reader that comes in between.
        for _ in 0..round * 37 % 100 {
            assert_whole(&path);
        }
        child.kill().expect("killed");
        child.wait().expect("reaped");
        let baseline = store::read(&path)
            .expect("readable after every kill")
            .expect("a baseline");
        assert!(baseline.entry(&key("kept")).is_some());
    }
    let baseline = put(&path, "last").expect("written");
    assert!(
        baseline.entry(&key("written")).is_some(),
        "the killed processes must have written"
    );
    assert_eq!(names(folder.path()), [NAME]);
}

#[test]
fn the_error_of_a_damaged_file_carries_its_kind() {
    let (_folder, path) = folder();
    fs::write(&path, "{}").expect("written");
    assert!(matches!(
        store::read(&path),
        Err(StoreError::Damaged {
            source: ParseError::Foreign,
            ..
        })
    ));
}
