//! Commands that write are killed at every system call by which they write, one after the other, and what they leave is what was there or
//! what they were to write: no file is half of either, and the same command does its work afterwards and removes what was left.
//!
//! strace counts and kills. `make test-crash` runs it; `IMPORTGATE_KILLS` says how many kills there are to be, over and over again where
//! there are more than calls. Where there is no strace it says so and passes.
#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use importgate::store;

/// The calls that change a file or a folder.
const CALLS: &str = "write,writev,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,\
                     symlink,symlinkat,chmod,fchmod,fchmodat";

const BASELINE: &str = "importgate.baseline.json";
const BUDGETS: &str = "[measure]\nsamples = 2\n[modules.app]\nmax-time = \"9s\"\n";
const EXCEEDED: &str = "[measure]\nsamples = 2\n[modules.app]\nmax-modules = 1\n";
const APP: &str = "import heavy\n\n\ndef run():\n    return heavy.VALUE\n";
const MOVED: &str = "def run():\n    import heavy\n    return heavy.VALUE\n";

/// A system call of a command: strace counts those of each name by themselves.
#[derive(Debug)]
struct Call {
    name: String,
    number: u32,
}

/// A project in which a command is killed.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for (name, content) in files {
            let path = project.folder.path().join("project").join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        fs::create_dir(project.folder.path().join("temporary")).expect("a folder");
        project
    }

    fn of_app(budgets: &str) -> Self {
        let files: [(&str, &[u8]); 3] = [
            ("importgate.toml", budgets.as_bytes()),
            ("app.py", APP.as_bytes()),
            ("heavy.py", b"import time\nbegun = time.process_time()\nwhile time.process_time() - begun < 0.03:\n    pass\nVALUE = 7\n"),
        ];
        Self::new(&files)
    }

    /// The same once more.
    fn copied(&self) -> Self {
        let copy = Self::new(&[]);
        let copied = Command::new("cp")
            .arg("-a")
            .arg(self.path(""))
            .arg(copy.path(""))
            .status();
        assert!(copied.expect("cp").success());
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("project").join(name)
    }

    fn command(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(self.path(""))
            .env("TMPDIR", self.folder.path().join("temporary"))
            .env_remove("PYTHONDONTWRITEBYTECODE");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_importgate")), words);
        command.output().expect("the program starts")
    }

    /// The calls that a command makes, in any of its threads: strace counts those of each by themselves, and kills where the first comes
    /// to the number.
    fn calls(&self, words: &[&str]) -> Vec<Call> {
        let log = self.folder.path().join("calls");
        let ended = self.traced(&log, &[], words);
        assert!(ended.status.success(), "{words:?}: {ended:?}");
        let log = fs::read_to_string(log).expect("what strace wrote");
        let mut counts = BTreeMap::new();
        let mut calls = Vec::new();
        for line in log.lines() {
            // "THREAD NAME(…": what goes on after other threads' calls, and signals, begin with no name.
            let begun = line.split_once('(').and_then(|(begun, _)| begun.split_once(' '));
            let Some((thread, name)) = begun.map(|(thread, name)| (thread, name.trim_start())) else {
                continue;
            };
            if CALLS.split(',').any(|call| call == name) {
                let number = counts.entry((thread, name)).or_insert(0);
                *number += 1;
                calls.push((name.to_owned(), *number));
            }
        }
        let mut seen = BTreeSet::new();
        calls.retain(|call| seen.insert(call.clone()));
        calls.into_iter().map(|(name, number)| Call { name, number }).collect()
    }

    /// Runs a command that is killed at this call. False where it came to its end before.
    fn is_killed(&self, words: &[&str], call: &Call) -> bool {
        let inject = format!("inject={}:signal=KILL:when={}", call.name, call.number);
        let ended = self.traced(Path::new("/dev/null"), &["-e", &inject], words).status;
        ended.signal() == Some(9) || ended.code() == Some(137)
    }

    fn traced(&self, log: &Path, how: &[&str], words: &[&str]) -> Output {
        let trace = format!("trace={CALLS}");
        // All threads, and none of the processes that are started.
        let followed = ["-f", "-b", "execve"];
        let mut strace = self.command(Path::new("strace"), &["-qq", "-e", &trace]);
        strace.args(followed).arg("-o");
        strace
            .arg(log)
            .args(how)
            .arg(env!("CARGO_BIN_EXE_importgate"))
            .args(words);
        strace.output().expect("strace starts")
    }

    /// Every file, by its path in the project; git's own books and bytecode aside.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut pending = vec![self.path("")];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                if path.is_dir() && name != ".git" && name != "__pycache__" {
                    pending.push(path);
                } else if path.is_file() {
                    let name = path.strip_prefix(self.path("")).expect("below").display().to_string();
                    files.insert(name, fs::read(&path).expect("a file"));
                }
            }
        }
        files
    }

    /// What is left in the folder of temporary files.
    fn litter(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path().join("temporary"))
            .expect("a folder")
            .flatten();
        entries.map(|entry| entry.path()).collect()
    }
}

/// A command that writes, and what it may leave.
struct Writer {
    words: &'static [&'static str],
    /// How many of a hundred kills are its: those that measure take longer.
    share: u32,
    project: fn() -> Project,
    /// Whether a file that it wrote is whole; `None` for a file that is not its to write.
    is_whole: fn(&str, &[u8]) -> Option<bool>,
}

const WRITERS: [Writer; 5] = [
    Writer {
        share: 8,
        words: &["record", "--quiet", "--samples", "2"],
        project: || {
            let project = Project::of_app(BUDGETS);
            assert!(project.run(&["record", "--quiet", "--samples", "2"]).status.success());
            fs::write(project.path("app.py"), format!("{APP}\nimport json\n")).expect("a change");
            project
        },
        is_whole: |name, content| (name == BASELINE).then(|| is_a_baseline(content)),
    },
    Writer {
        share: 8,
        words: &[
            "check",
            "--quiet",
            "--format=json=report.json",
            "--format=markdown=summary.md",
            "--format=terminal",
        ],
        project: || Project::of_app(BUDGETS),
        is_whole: |name, content| match name {
            "report.json" => Some(is_json(content)),
            "summary.md" => Some(content.ends_with(b"\n")),
            _ => None,
        },
    },
    Writer {
        share: 10,
        words: &["allow", "app", "--quiet", "--reason", "a test", "--until", "2999-01-01"],
        project: || Project::of_app(EXCEEDED),
        is_whole: |name, content| {
            let is_allowance = name.starts_with(".importgate/allow/") && name.ends_with(".toml");
            is_allowance.then(|| {
                std::str::from_utf8(content).is_ok_and(|text| text.contains("2999-01-01") && text.ends_with('\n'))
            })
        },
    },
    Writer {
        share: 6,
        words: &["fix", "--quiet", "--apply"],
        project: || {
            let project = Project::of_app(BUDGETS);
            for words in [
                &["init", "--quiet"][..],
                &["add", "."],
                &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
            ] {
                assert!(
                    project
                        .command(Path::new("git"), words)
                        .status()
                        .expect("git")
                        .success()
                );
            }
            project
        },
        is_whole: |name, content| (name == "app.py").then(|| content == MOVED.as_bytes()),
    },
    Writer {
        share: 68,
        words: &[
            "merge",
            "one.json",
            "two.json",
            "--format=json=report.json",
            "--format=markdown=summary.md",
        ],
        project: || {
            let project = Project::of_app("[measure]\nsamples = 2\n[modules.app]\n[modules.heavy]\n");
            for (shard, file) in [("1/2", "--format=json=one.json"), ("2/2", "--format=json=two.json")] {
                assert!(
                    project
                        .run(&["check", "--quiet", "--shard", shard, file])
                        .status
                        .success()
                );
            }
            project
        },
        is_whole: |name, content| match name {
            "report.json" => Some(is_json(content)),
            "summary.md" => Some(content.ends_with(b"\n")),
            _ => None,
        },
    },
];

fn is_json(content: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(content).is_ok_and(|value| value.is_object())
}

fn is_a_baseline(content: &[u8]) -> bool {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), content).expect("a copy");
    store::baseline::read(file.path()).is_ok_and(|baseline| baseline.is_some())
}

/// A name under which a file is written before it gets its own.
fn is_unfinished(name: &str) -> bool {
    name.ends_with(".importgate-tmp")
}

/// Kills a command at a call, in a copy of the project, and looks at what is left. False where there is no such call.
fn kill(writer: &Writer, project: &Project, call: &Call) -> bool {
    let project = project.copied();
    let before = project.files();
    if !project.is_killed(writer.words, call) {
        return false;
    }
    let what = format!("{:?} killed at {call:?}", writer.words);
    let after = project.files();
    for (name, content) in &before {
        assert!(after.contains_key(name), "{what}: {name} is gone");
        let is_as_it_was = after[name] == *content;
        assert!(
            is_as_it_was || (writer.is_whole)(name, &after[name]) == Some(true),
            "{what}: {name} is half of something"
        );
    }
    for (name, content) in after
        .iter()
        .filter(|(name, _)| !before.contains_key(*name) && !is_unfinished(name))
    {
        assert_ne!(
            (writer.is_whole)(name, content),
            Some(false),
            "{what}: {name} is half of something"
        );
    }
    let again = project.run(writer.words);
    // What was done already needs not be done again.
    let is_done = again.status.success() || again.status.code() == Some(2) && writer.words[0] == "allow";
    assert!(is_done, "{what}, and then: {again:?}");
    let left: Vec<_> = project.files().into_keys().filter(|name| is_unfinished(name)).collect();
    assert_eq!(
        (left, project.litter()),
        (Vec::new(), Vec::new()),
        "{what} left something for good"
    );
    true
}

#[test]
#[ignore = "takes minutes: `make test-crash` runs it"]
fn whatever_is_killed_leaves_what_was_or_what_was_to_be() {
    if Command::new("strace").arg("--version").output().is_err() {
        println!("skipped: there is no strace");
        return;
    }
    let wanted = std::env::var("IMPORTGATE_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(500_u32);
    std::thread::scope(|threads| {
        for writer in &WRITERS {
            threads.spawn(move || {
                let project = (writer.project)();
                let calls = project.copied().calls(writer.words);
                assert!(!calls.is_empty(), "{:?} writes nothing", writer.words);
                let wanted = (wanted * writer.share).div_ceil(100) as usize;
                // Where there are more calls than kills these are spread over them, and the last is one.
                let at = |number| match wanted < calls.len() {
                    true => calls.len() - 1 - number * calls.len() / wanted,
                    false => number % calls.len(),
                };
                let is_killed = |number: &usize| kill(writer, &project, &calls[at(*number)]);
                let kills = (0..wanted).filter(is_killed).count();
                // How often something is written differs a little from run to run.
                assert!(
                    kills * 4 > wanted * 3,
                    "{:?} was killed {kills} times of {wanted}",
                    writer.words
                );
                println!(
                    "{}: {kills} kills at {} calls",
                    writer.words[0],
                    calls.len().min(wanted)
                );
            });
        }
    });
}
