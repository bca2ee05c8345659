//! What an import, its environment or the command line names may be anything: a pipe that nobody writes to, a device without an end,
//! gigabytes. Nothing of it holds the program up, and nothing of it fills the memory.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::support::{Project, committed, make_pipe};

/// Far more than any of these takes; a program that waits for a pipe would never end.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command to its end, and fails where it has none. The output is short.
#[track_caller]
fn run_to_its_end(mut command: Command) -> (i32, String) {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let started = Instant::now();
    while child.try_wait().expect("it can be asked").is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().expect("it can be killed");
            panic!("{command:?} has no end");
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("its output");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

/// A project whose import opens `thing`, in a way that does not wait.
fn project_that_opens_a_thing() -> Project {
    let source = "import os\nos.close(os.open('thing', os.O_RDONLY | os.O_NONBLOCK))\n";
    let project = Project::of_module(source, "");
    let budgets = format!("[measure]\ntimeout = \"5s\"\n{}", project.read("budgets.toml"));
    project.write("budgets.toml", budgets);
    project
}

#[test]
fn what_an_import_opens_need_not_be_a_file() {
    let project = project_that_opens_a_thing();
    let thing = project.path("thing");
    for target in [None, Some("/dev/zero"), Some("/proc/self/environ"), Some(".")] {
        match target {
            None => make_pipe(&thing),
            Some(target) => symlink(target, &thing).expect("a link"),
        }
        let (code, text) = run_to_its_end(project.command(&["record", "--quiet", "--samples", "1"]));
        assert_eq!(code, 0, "{target:?}: {text}");
        let command = project.command(&["check", "--samples", "1", "--format", "terminal"]);
        let (code, text) = run_to_its_end(command);
        assert_eq!(code, 0, "{target:?}: {text}");
        fs::remove_file(&thing).expect("it is removed");
    }
}

#[test]
fn gigabytes_that_an_import_opens_are_not_in_memory() {
    let project = project_that_opens_a_thing();
    let weights = fs::File::create(project.path("thing")).expect("a file");
    weights.set_len(3 << 30).expect("a hole");
    let mut command = Command::new("/bin/sh");
    let limited = format!(
        "ulimit -v 1000000; exec {} check --samples 1",
        env!("CARGO_BIN_EXE_importgate")
    );
    command.args(["-c", &limited]).current_dir(project.path("."));
    command.env("TMPDIR", project.temporary());
    let (code, text) = run_to_its_end(command);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn an_environment_with_pipes_in_place_of_its_metadata_is_read_to_its_end() {
    let project = Project::of_module("import thing\n", "");
    let site = project.environment();
    project.write(&format!("{site}/thing.py"), "");
    for name in ["METADATA", "RECORD", "direct_url.json", "top_level.txt"] {
        let info = format!("{site}/a{}-1.0.dist-info", name.len());
        if name != "METADATA" {
            project.write(&format!("{info}/METADATA"), "Name: a\nVersion: 1.0\n");
        }
        fs::create_dir_all(project.path(&info)).expect("a folder");
        make_pipe(&project.path(&format!("{info}/{name}")));
    }
    make_pipe(&project.path(&format!("{site}/x.egg-link")));
    symlink(
        "/dev/zero",
        project.path(&format!("{site}/__editable___thing_finder.py")),
    )
    .expect("a link");
    let (code, text) = run_to_its_end(project.command(&["check", "--samples", "1"]));
    assert_eq!(code, 0, "{text}");
}

#[test]
fn what_the_command_line_names_is_a_file_or_an_error() {
    let project = Project::of_module("", "");
    make_pipe(&project.path("pipe"));
    symlink("circle", project.path("circle")).expect("a link");
    for name in ["pipe", "/dev/zero", ".", "circle"] {
        for words in [
            ["explain", "--from", name].as_slice(),
            &["check", "--budgets", name],
            &["compare", name, "budgets.toml"],
            &["merge", name],
            &["check", "--benchmarks", name],
            &["merge-baseline", name, name, name],
            &["config", "--budgets", name],
        ] {
            let (code, text) = run_to_its_end(project.command(words));
            assert!([2, 3].contains(&code), "{words:?} ended with {code}: {text}");
            assert!(!text.contains("panicked"), "{words:?}: {text}");
        }
    }
}

#[test]
fn a_budgets_file_and_a_baseline_that_lead_to_a_device_are_an_error() {
    let project = Project::of_module("", "");
    symlink("/dev/zero", project.path("budgets.baseline.json")).expect("a link");
    let (code, text) = run_to_its_end(project.command(&["check"]));
    assert_eq!(code, 3, "{text}");
    fs::remove_file(project.path("budgets.toml")).expect("it is removed");
    symlink("/dev/zero", project.path("pyproject.toml")).expect("a link");
    let (code, text) = run_to_its_end(project.command(&["check"]));
    assert_eq!(code, 2, "{text}");
}

#[test]
fn a_workload_cannot_hold_up_its_recording() {
    let project = Project::of_module("", "");
    let source = "import os; folder = os.environ['PYTHONPATH'].split(':')[0]; os.mkfifo(folder + '/x.run'); \
                  os.symlink('/dev/zero', folder + '/y.run')";
    let python = super::support::python().to_string_lossy();
    let (code, text) = run_to_its_end(project.command(&["usage", "--", &python, "-c", source]));
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_report_goes_into_a_pipe_that_somebody_reads() {
    let project = Project::of_module("", "");
    make_pipe(&project.path("pipe"));
    let words = ["check", "--samples", "1", "--format", "json=pipe"];
    let (code, text) = run_to_its_end(project.command(&words));
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("cannot write pipe: it is a pipe that nobody reads"),
        "{text}"
    );

    let mut reader = Command::new("cat");
    reader.arg(project.path("pipe")).stdout(Stdio::piped());
    let reader = reader.spawn().expect("cat runs");
    let (code, text) = run_to_its_end(project.command(&words));
    assert_eq!(code, 0, "{text}");
    let report = reader.wait_with_output().expect("its output").stdout;
    let report: serde_json::Value = serde_json::from_slice(&report).expect("a report");
    assert_eq!(report["verdict"], "pass");
}

/// git waits for whoever writes to its pipe, and nobody tells it to stop.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_in_the_place_of_a_file_of_git_does_not_keep_it_from_stopping() {
    let project = committed(Project::of_module("", ""));
    fs::remove_file(project.path(".git/HEAD")).expect("a file of git");
    make_pipe(&project.path(".git/HEAD"));
    let mut command = project.command(&["trend"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let started = Instant::now();
    let has_children =
        |thread: fs::DirEntry| fs::read(thread.path().join("children")).is_ok_and(|text| !text.is_empty());
    let threads = format!("/proc/{}/task", child.id());
    while !(fs::read_dir(&threads).expect("its threads").flatten()).any(has_children) {
        assert!(started.elapsed() < PATIENCE, "git was never started");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    while child.try_wait().expect("it can be asked").is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().expect("it can be killed");
            panic!("it does not stop");
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().expect("its end").code(), Some(143));
}
