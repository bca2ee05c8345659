//! A run that is stopped or killed at any moment: the baseline is readable, and no process is left behind. What SIGKILL
//! leaves of temporary files is for the next run to remove.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use importgate_core::baseline::Baseline;

use super::support::Project;

/// Processes whose command line or environment has this text, by id; those that have ended and wait for their parent do
/// not count.
pub(crate) fn processes_with(marker: &str) -> Vec<i32> {
    let has = |bytes: Vec<u8>| bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
    let mut found = Vec::new();
    // Without /proc there is no telling; the other assertions still hold.
    let Ok(processes) = fs::read_dir("/proc") else {
        return found;
    };
    for entry in processes.flatten() {
        let name = entry.file_name();
        let Some(id) = std::str::from_utf8(name.as_bytes())
            .ok()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let read = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
        if has(read("cmdline")) || has(read("environ")) {
            found.push(id);
        }
    }
    found
}

/// Waits until no process has the marker: an ended one disappears a moment after its killer, and the process that watches over a run ends
/// when it sees the run's end.
pub(crate) fn assert_none_left(marker: &str) {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let left = processes_with(marker);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < patience, "{left:?} are still there");
        thread::sleep(Duration::from_millis(5));
    }
}

/// `record` in the background, with a marker in the environment that all its processes inherit.
fn start(project: &Project, marker: &str, words: &[&str]) -> Child {
    let mut command = project.command(&["record", "--quiet"]);
    command.args(words).env("IMPORTGATE_TEST_MARKER", marker);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it starts")
}

fn marker(project: &Project) -> String {
    format!("marker-{}-{}", std::process::id(), project.temporary().display())
}

/// A cheap source of moments that differ from run to run.
fn random(below: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) % below.max(1)
}

#[test]
fn killed_at_any_moment_the_baseline_is_the_old_one_or_the_new_one() {
    let rounds = std::env::var("IMPORTGATE_TEST_KILLS").map_or(40, |count| count.parse().expect("a number"));
    let project = Project::of_module("VALUE = 1\n", "");
    let marker = marker(&project);
    let words = ["--samples", "1"];
    let started = Instant::now();
    assert!(start(&project, &marker, &words).wait().expect("it ends").success());
    let whole = started.elapsed();
    for round in 0..rounds {
        let before = project.read("budgets.baseline.json");
        let mut child = start(&project, &marker, &words);
        // A little beyond the usual end, so that the write itself is hit as well.
        let moment = random(u64::try_from(whole.as_micros()).expect("a short run") * 11 / 10);
        thread::sleep(Duration::from_micros(moment));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert_none_left(&marker);
        let now = project.read("budgets.baseline.json");
        Baseline::parse(now.as_bytes())
            .unwrap_or_else(|error| panic!("round {round}, {moment} µs: {error}\n{before}\n{now}"));
    }
    assert!(start(&project, &marker, &words).wait().expect("it ends").success());
    let unfinished: Vec<_> = fs::read_dir(project.path(""))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().contains("importgate-tmp"))
        .collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
    let left: Vec<_> = fs::read_dir(project.temporary()).expect("a folder").flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The search path with a git that takes its time to remove a worktree, as it does with a large one.
fn slow_removal(project: &Project) -> OsString {
    let folder = project.temporary().with_file_name("bin");
    fs::create_dir(&folder).expect("a folder");
    let before = std::env::var_os("PATH").expect("a search path");
    let script = "#!/bin/sh\ncase \"$*\" in *'worktree remove'*) sleep 0.3 ;; esac\nPATH=${PATH#*:}\nexec git \"$@\"\n";
    fs::write(folder.join("git"), script).expect("a script");
    fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).expect("the script's rights");
    let mut path = folder.into_os_string();
    path.push(":");
    path.push(before);
    path
}

#[test]
fn a_signal_in_the_base_leaves_no_checkout_and_no_process() {
    let project = Project::of_module(
        "import os, pathlib, time\npathlib.Path(os.environ['RUNNING']).write_text('now')\ntime.sleep(600)\n",
        "",
    );
    project.write("budgets.toml", "[measure]\ntimeout = \"10min\"\n[modules.measured]\n");
    project.write("budgets.baseline.json", "as it was");
    let git = |words: &[&str]| {
        let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
        let mut command = std::process::Command::new("git");
        command.args(identity).args(words).current_dir(project.path(""));
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "git {words:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "A state"]);
    // The head is imported at once; it is the base that hangs.
    project.write("measured.py", "VALUE = 1\n");
    let marker = marker(&project);
    let running = project.temporary().with_file_name("running");
    let mut command = project.command(&["check", "--quiet", "--against", "HEAD"]);
    command.env("IMPORTGATE_TEST_MARKER", &marker).env("RUNNING", &running);
    command.env("PATH", slow_removal(&project));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while !running.exists() {
        assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(5));
    }
    let worktrees = || git(&["worktree", "list", "--porcelain"]).matches("worktree ").count();
    let killed = std::process::Command::new("kill")
        .args([format!("-{}", libc::SIGINT), child.id().to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_none_left(&marker);
    assert_eq!(worktrees(), 1);
    assert_eq!(project.read("budgets.baseline.json"), "as it was");
    let left: Vec<_> = fs::read_dir(project.temporary()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_signal_ends_the_run_and_all_of_its_processes() {
    for (signal, code) in [(libc::SIGINT, 130), (libc::SIGTERM, 143), (libc::SIGHUP, 129)] {
        let project = Project::of_module(
            "import os, pathlib, signal, time\n\
             signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
             signal.signal(signal.SIGINT, signal.SIG_IGN)\n\
             pathlib.Path('running').write_text('now')\n\
             time.sleep(600)\n",
            "",
        );
        project.write("budgets.toml", "[measure]\ntimeout = \"10min\"\n[modules.measured]\n");
        let marker = marker(&project);
        let mut child = start(&project, &marker, &[]);
        while !project.path("running").exists() {
            assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
            thread::sleep(Duration::from_millis(5));
        }
        let killed = std::process::Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status()
            .expect("kill");
        assert!(killed.success());
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
        assert_none_left(&marker);
        assert!(!project.path("budgets.baseline.json").exists());
        let left: Vec<_> = fs::read_dir(project.temporary()).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn ctrl_c_while_sampling_says_what_is_known_so_far() {
    let project = Project::new("[measure]\nsamples = 5000\n[modules.quick]\nmax-time = \"1ms\"\n[modules.slow]\n");
    // The second look and the first samples are over once it was imported so often.
    project.write("quick.py", "");
    project.write(
        "slow.py",
        "import pathlib\nwith pathlib.Path('imported').open('a') as file:\n    file.write('.')\n",
    );
    let mut command = project.command(&["check", "--format", "terminal", "--format", "json=report.json", "-v"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let often = |path: &std::path::Path| fs::metadata(path).is_ok_and(|metadata| metadata.len() >= 12);
    while !often(&project.path("imported")) {
        assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(5));
    }
    let killed = std::process::Command::new("kill")
        .args([format!("-{}", libc::SIGINT), child.id().to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{stdout}");
    assert!(stdout.contains("INTERRUPTED: "), "{stdout}");
    assert!(
        stdout.contains("time: observing ") && stdout.contains("own CPU time"),
        "{stdout}"
    );
    assert!(project.read("report.json").contains("\"interrupted\": 2"));
    let progress = String::from_utf8_lossy(&output.stderr);
    assert!(progress.contains("importgate: observing 2 targets"), "{progress}");
}
