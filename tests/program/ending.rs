//! How the program ends where something keeps it from its work: a lock that somebody else has, a signal, a limit on the size of files, what
//! killed runs and other users left in the folder for temporary files.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::support::{Project, Run, make_pipe, python};

fn send(signal: i32, child: &Child) {
    let sent = Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn whoever_waits_for_a_lock_says_so_and_can_be_stopped() {
    let usage = ["usage", "--", &python().to_string_lossy(), "-c", ""]
        .map(str::to_owned)
        .to_vec();
    let record = ["record", "--samples", "1"].map(str::to_owned).to_vec();
    for (words, signal, code) in [(&record, libc::SIGINT, 130), (&usage, libc::SIGTERM, 143)] {
        let project = Project::of_module("", "");
        let folder = File::open(project.path(".")).expect("the folder");
        folder.lock().expect("its lock");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = project.command(&words);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines();
        let said = lines
            .find_map(|line| line.ok().filter(|line| line.contains("waiting since")))
            .expect("it says what it waits for");
        let root = project.path("").canonicalize().expect("the folder");
        let is_named = said.contains(&root.display().to_string()) || said.contains("the lock of .,");
        assert!(is_named, "{said}");
        if cfg!(target_os = "linux") {
            assert!(said.contains(&format!("process {} (", std::process::id())), "{said}");
        }
        send(signal, &child);
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{said}");
        assert!(!project.path("budgets.baseline.json").exists());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_is_an_exit_code_also_where_nothing_is_measured() {
    let project = Project::of_module("", "");
    for (signal, code) in [(libc::SIGHUP, 129), (libc::SIGINT, 130), (libc::SIGTERM, 143)] {
        let mut command = project.command(&["explain", "--from", "-"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        // It reads to the end of its input, which does not come. The system tells which signals it has handlers for.
        let catches = || {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("its state");
            let caught = status
                .lines()
                .find_map(|line| line.strip_prefix("SigCgt:"))
                .expect("a mask");
            u64::from_str_radix(caught.trim(), 16).expect("a number") >> (signal - 1) & 1 == 1
        };
        while !catches() {
            thread::sleep(Duration::from_millis(5));
        }
        send(signal, &child);
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_leaves_nothing_half_written() {
    let project = Project::of_module("import json\n", "").recorded();
    let before = project.read("budgets.baseline.json");
    project.write("measured.py", "import json, csv\n");
    let program = env!("CARGO_BIN_EXE_importgate");
    // In units of 512 or 1024 bytes: too little for the scripts, for bytecode, for the baseline and for a report.
    for limit in [0, 1, 8, 100] {
        for words in [
            "record --samples 1",
            "check --samples 1 --format json=report.json",
            "explain measured",
        ] {
            let line = format!("ulimit -f {limit}; exec {program} {words} --color never");
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &line]).current_dir(project.path("."));
            command.env("TMPDIR", project.temporary());
            let run = Run::of(command, &project);
            assert!(
                run.code == 3,
                "limit {limit}, {words}: {} {}\n{}",
                run.code,
                run.stdout,
                run.stderr
            );
            assert_eq!(project.read("budgets.baseline.json"), before);
        }
    }
    let left = fs::read_dir(project.path(".")).expect("a folder").flatten();
    let names: Vec<String> = left
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
}

#[test]
fn what_killed_runs_left_is_removed_and_what_others_left_is_not_touched() {
    let project = Project::of_module("", "");
    let made = |name: &str| {
        let folder = project.temporary().join(name);
        fs::create_dir(&folder).expect("a folder");
        folder
    };
    made("importgate-run-empty");
    fs::write(made("importgate-run-half").join("lock.new"), "").expect("a file");
    let whole = made("importgate-run-whole");
    fs::write(whole.join("lock"), "").expect("a file");
    fs::write(whole.join("probe.py"), "").expect("a file");
    let foreign = made("importgate-run-foreign");
    make_pipe(&foreign.join("lock"));
    let mut command = project.command(&["record", "--samples", "1", "--quiet"]);
    assert!(command.status().expect("it runs").success());
    let left = fs::read_dir(project.temporary()).expect("a folder").flatten();
    let names: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["importgate-run-foreign"]);
}

#[test]
fn a_reader_that_has_gone_and_streams_that_are_closed_change_no_exit_code() {
    let project = Project::of_module("", "");
    let program = env!("CARGO_BIN_EXE_importgate");
    for (line, code) in [
        (
            format!("{program} check --samples 1 --verbose | true; exit ${{PIPESTATUS[0]}}"),
            0,
        ),
        (format!("{program} schema | true; exit ${{PIPESTATUS[0]}}"), 0),
        (format!("{program} check --samples 1 >&- 2>&-"), 0),
        (format!("{program} check --nonsense 2>&-"), 2),
        (format!("{program} check --budgets gone.toml 2>/dev/full"), 2),
        (format!("{program} schema > /dev/full"), 3),
        (format!("{program} --help > /dev/full"), 3),
        (format!("{program} check --samples 1 > /dev/full 2> /dev/full"), 3),
    ] {
        let mut command = Command::new("bash");
        command.args(["-c", &line]).current_dir(project.path("."));
        command.env("TMPDIR", project.temporary());
        let run = Run::of(command, &project);
        assert_eq!(run.code, code, "{line}\n{}", run.stderr);
    }
}
