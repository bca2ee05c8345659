//! `usage`: what a workload really uses, seen in each kind of Python process and by both ways of watching; its streams and its
//! exit code as they would be without us; and what `explain` and `check` make of the file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use importgate_core::checks::Code;
use importgate_core::usage::{Usage, UseCounts};

use super::support::{BUSY, Project, Run, python};

const FILE: &str = "importgate.usage.json";

/// The oldest and the newest interpreter that there are: they are watched in different ways. The one of the other tests where
/// no more are found.
fn interpreters() -> &'static [PathBuf] {
    static FOUND: OnceLock<Vec<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/interpreters");
        let answer = Command::new("bash").arg(script).output().expect("bash");
        let found = String::from_utf8(answer.stdout).expect("paths");
        let found: Vec<PathBuf> = found.lines().map(PathBuf::from).collect();
        if found.is_empty() {
            vec![python().to_owned()]
        } else {
            found
        }
    })
}

/// Two modules whose code runs while they are imported. `app` uses one of them; the other has code that runs at exit, and
/// never else.
fn project(app: &str) -> Project {
    let project = Project::new("[modules.app]\n");
    project.write("needed.py", "def work():\n    return 'worked'\nwork()\n");
    project.write(
        "idle.py",
        "import atexit\ndef work():\n    pass\ndef leave():\n    pass\nwork()\natexit.register(leave)\n",
    );
    project.write("app.py", app);
    project
}

fn usage(project: &Project, python: &Path, words: &[&str]) -> Run {
    let python = python.to_str().expect("a path");
    project.run(&[&["usage", "--", python], words].concat())
}

fn recorded_in(project: &Project, file: &str) -> BTreeMap<String, UseCounts> {
    let usage = Usage::parse(project.read(file).as_bytes()).expect("a usage file");
    usage
        .modules()
        .map(|(name, counts)| (name.to_owned(), counts))
        .collect()
}

fn recorded(project: &Project) -> BTreeMap<String, UseCounts> {
    recorded_in(project, FILE)
}

fn counts(loaded: u64, used: u64) -> UseCounts {
    UseCounts {
        loaded,
        used,
        unknown: 0,
    }
}

#[test]
fn code_that_runs_after_the_import_is_use_and_runs_add_up() {
    for python in interpreters() {
        let project = project("import sys, needed, idle\nif sys.argv[1:]:\n    print(needed.work())\n");
        let run = usage(&project, python, &["app.py", "now"]).expect_code(0);
        assert_eq!(run.stdout, "worked\n");
        usage(&project, python, &["app.py"]).expect_code(0);
        let modules = recorded(&project);
        assert_eq!(modules["needed"], counts(2, 1), "{}", python.display());
        assert_eq!(modules["idle"], counts(2, 0), "{}", python.display());
        assert!(
            !modules.contains_key("sys") && !modules.contains_key("__main__"),
            "{modules:?}"
        );
        assert!(run.stderr.contains("1 Python run"), "{}", run.stderr);
        assert!(run.stderr.contains("  idle "), "{}", run.stderr);
        assert!(run.stderr.contains("importgate explain"), "{}", run.stderr);
    }
}

#[test]
fn a_program_of_the_projects_environment_comes_before_that_of_path() {
    let project = project("import needed\nneeded.work()\n");
    project.environment();
    let interpreter = project.path(".venv/bin/python");
    project.write(
        ".venv/bin/serve",
        format!(
            "#!{}\nimport sys\nsys.path.insert(0, '.')\nimport app\n",
            interpreter.display()
        ),
    );
    fs::set_permissions(project.path(".venv/bin/serve"), fs::Permissions::from_mode(0o755)).expect("a mode");
    for words in [
        ["usage", "--", "serve"].as_slice(),
        &["usage", "--", "python", "-m", "app"],
    ] {
        let run = project.run(words).expect_code(0);
        assert!(run.stderr.contains("importgate: runs "), "{}", run.stderr);
    }
    assert_eq!(recorded(&project)["needed"], counts(2, 1));
    let absent = project.run(&["usage", "--python", "nowhere/python", "--", "serve"]);
    assert!(absent.stderr.contains("--python"), "{}", absent.stderr);
    assert_ne!(absent.code, 0);
}

#[test]
fn what_is_imported_late_counts_like_what_is_imported_early() {
    for python in interpreters() {
        let app = "def main():\n    import needed, idle\n    needed.work()\n    from pack import part\nmain()\n";
        let project = project(app);
        project.write(
            "pack/__init__.py",
            "def __getattr__(name):\n    raise AttributeError(name)\n",
        );
        project.write("pack/part.py", "def work():\n    pass\n");
        usage(&project, python, &["app.py"]).expect_code(0);
        let modules = recorded(&project);
        assert_eq!(modules["needed"], counts(1, 1), "{}", python.display());
        for unused in ["idle", "pack", "pack.part"] {
            assert_eq!(modules[unused], counts(1, 0), "{unused} in {}", python.display());
        }
    }
}

#[test]
fn a_package_is_used_with_any_module_of_it_and_threads_are_watched() {
    for python in interpreters() {
        let app = "import threading, pack.part\n\
                   worker = threading.Thread(target=pack.part.work)\nworker.start()\nworker.join()\n";
        let project = project(app);
        project.write("pack/__init__.py", "def other():\n    pass\n");
        project.write("pack/part.py", "def work():\n    pass\n");
        usage(&project, python, &["app.py"]).expect_code(0);
        let modules = recorded(&project);
        assert_eq!(modules["pack"], counts(1, 1), "{}", python.display());
        assert_eq!(modules["pack.part"], counts(1, 1), "{}", python.display());
    }
}

#[test]
fn what_leaves_no_trace_is_unknown() {
    for python in interpreters() {
        let project = project("import constants, needed\nprint(constants.LIMIT)\n");
        project.write("constants.py", "LIMIT = 1\n");
        usage(&project, python, &["app.py"]).expect_code(0);
        let modules = recorded(&project);
        assert_eq!((modules["constants"].used, modules["constants"].unknown), (0, 1));
        assert_eq!(modules["needed"], counts(1, 0));
    }
}

#[test]
fn a_compiled_function_is_seen_when_it_is_called() {
    for python in interpreters() {
        let project = project("import sys, unicodedata\nif sys.argv[1:]:\n    unicodedata.name('a')\n");
        usage(&project, python, &["app.py"]).expect_code(0);
        usage(&project, python, &["app.py", "now"]).expect_code(0);
        let seen = recorded(&project)["unicodedata"];
        assert_eq!(
            (seen.loaded, seen.used, seen.unknown),
            (2, 1, 1),
            "{}",
            python.display()
        );
    }
}

#[test]
fn what_a_forked_process_uses_is_used_by_the_one_that_loaded_it() {
    for python in interpreters() {
        let app = "import os, needed, idle\nchild = os.fork()\nif child == 0:\n    needed.work()\n    os._exit(0)\n\
                   os.waitpid(child, 0)\n";
        let project = project(app);
        usage(&project, python, &["app.py"]).expect_code(0);
        let modules = recorded(&project);
        assert_eq!(modules["needed"], counts(1, 1), "{}", python.display());
        assert_eq!(modules["idle"], counts(1, 0), "{}", python.display());
    }
}

#[test]
fn every_process_that_starts_an_interpreter_is_a_run() {
    for python in interpreters() {
        let app = "import multiprocessing, subprocess, sys, needed\ndef child():\n    needed.work()\n\
                   if __name__ == '__main__':\n    \
                   process = multiprocessing.get_context('spawn').Process(target=child)\n    \
                   process.start()\n    process.join()\n    assert process.exitcode == 0\n    \
                   subprocess.run([sys.executable, '-c', 'import needed'], check=True)\n";
        let project = project(app);
        usage(&project, python, &["-m", "app"]).expect_code(0);
        assert_eq!(recorded(&project)["needed"], counts(3, 1), "{}", python.display());
    }
}

#[test]
fn the_workload_sees_its_own_environment() {
    for python in interpreters() {
        let app = "import sys, sitecustomize, warnings\nprint(sitecustomize.MARK, sitecustomize.__file__)\n\
                   assert not [name for name in sys.modules if 'importgate' in name]\n\
                   assert not [path for path in sys.path if 'importgate-run' in path]\n\
                   import warner\n\
                   try:\n    import failing\nexcept ValueError as error:\n    \
                   import traceback\n    print(traceback.format_exc())\n";
        let project = project(app);
        project.write("theirs/sitecustomize.py", "MARK = 'theirs'\n");
        project.write(
            "warner.py",
            "import warnings\nwarnings.warn('old', UserWarning, stacklevel=2)\n",
        );
        project.write("failing.py", "raise ValueError('broken')\n");
        let python = python.to_str().expect("a path");
        let plain = |words: &[&str]| {
            let mut command = project.command(words);
            if words[0] == python {
                command = Command::new(python);
                command.args(&words[1..]).current_dir(project.path("."));
            }
            command.env("PYTHONPATH", project.path("theirs"));
            let output = command.output().expect("it starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output
        };
        let alone = plain(&[python, "app.py"]);
        let watched = plain(&["usage", "--", python, "app.py"]);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        assert_eq!(text(watched.stdout), text(alone.stdout));
        let (alone, watched) = (text(alone.stderr), text(watched.stderr));
        assert!(alone.contains("app.py:5: UserWarning: old"), "{alone}");
        assert!(watched.starts_with(&alone), "{watched}\nin place of\n{alone}");
    }
}

#[test]
fn a_workload_that_fails_keeps_its_exit_code_and_its_usage() {
    let project = project("import needed, sys\nneeded.work()\nsys.exit(5)\n");
    let run = usage(&project, python(), &["app.py"]).expect_code(5);
    assert!(
        run.stderr.contains("ended with exit code 5; what it used was added"),
        "{}",
        run.stderr
    );
    assert_eq!(recorded(&project)["needed"], counts(1, 1));
}

#[test]
fn nothing_is_lost_by_a_sudden_death() {
    for python in interpreters() {
        let project = project("import needed, idle, os\nneeded.work()\nos.kill(os.getpid(), 9)\n");
        let run = usage(&project, python, &["app.py"]).expect_code(137);
        assert!(run.stderr.contains("signal 9 ended the command"), "{}", run.stderr);
        assert!(
            run.stderr.contains("1 run ended without exit handlers"),
            "{}",
            run.stderr
        );
        let modules = recorded(&project);
        assert_eq!((modules["needed"], modules["idle"]), (counts(1, 1), counts(1, 0)));
    }
}

#[test]
fn where_nothing_can_be_seen_nothing_is_recorded() {
    let project = project("");
    for words in [["-I", "app.py"], ["-S", "app.py"]] {
        let run = usage(&project, python(), &words).expect_code(3);
        assert!(
            run.stderr.contains("no Python process that can be watched"),
            "{}",
            run.stderr
        );
    }
    let said = project.run(&["usage", "--", "false"]).expect_code(3).stderr;
    assert!(said.contains("ended with exit code 1"), "{said}");
    let said = project.run(&["usage", "--", "no-such-program"]).expect_code(3).stderr;
    assert!(said.contains("could not start no-such-program"), "{said}");
    assert!(!project.path(FILE).exists());
}

#[test]
fn a_damaged_file_is_said_before_the_workload_runs() {
    let project = project("open('ran', 'w')\n");
    project.write(
        FILE,
        "{\n  \"version\": 1,\n  \"modules\": {\"a\": {\"loaded\": 1, \"used\": 2}}\n}\n",
    );
    let before = project.read(FILE);
    let said = usage(&project, python(), &["app.py"]).expect_code(3).stderr;
    assert!(said.contains(FILE) && said.contains("line 3"), "{said}");
    assert!(said.contains("remove it and record anew"), "{said}");
    assert!(!project.path("ran").exists());
    assert_eq!(project.read(FILE), before);
    project.run(&["explain", "app", "--quiet"]).expect_code(3);
    let said = project
        .run(&["explain", "app", "--usage", "gone.json"])
        .expect_code(2)
        .stderr;
    assert!(said.contains("gone.json"), "{said}");
}

#[test]
fn workloads_at_the_same_time_add_to_one_file() {
    let project = project("import needed\nneeded.work()\n");
    let python = python().to_str().expect("a path");
    let mut running: Vec<_> = (0..4)
        .map(|_| {
            project
                .command(&["usage", "--", python, "app.py"])
                .spawn()
                .expect("it starts")
        })
        .collect();
    for child in &mut running {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(recorded(&project)["needed"], counts(4, 4));
}

#[test]
fn the_budgets_name_the_file_and_the_command_line_another() {
    let project = project("import needed\n");
    project.write("budgets.toml", "[classes]\nusage = \"ci/used.json\"\n[modules.app]\n");
    usage(&project, python(), &["app.py"]).expect_code(0);
    assert_eq!(recorded_in(&project, "ci/used.json")["needed"], counts(1, 0));
    let python = python().to_str().expect("a path");
    let words = ["usage", "--output", "other.json", "--", python, "app.py"];
    project.run(&words).expect_code(0);
    assert_eq!(recorded_in(&project, "other.json")["needed"], counts(1, 0));
    assert!(!project.path(FILE).exists());
}

/// What `explain` advises about the only import of `app`, which takes far more than a millisecond.
fn advice(project: &Project, file: &str) -> (String, String, serde_json::Value) {
    project.write(FILE, file);
    let run = project
        .run(&["explain", "app", "--quiet", "--format", "json"])
        .expect_code(0);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let imports = document["imports"].as_array().expect("imports");
    let import = imports
        .iter()
        .find(|import| import["imported"] == serde_json::json!(["heavy"]))
        .expect("the import");
    let text = |key: &str| import["advice"][key].as_str().expect("text").to_owned();
    (text("kind"), text("reason"), import["usage"].clone())
}

#[test]
fn explain_weighs_a_file_that_a_team_has() {
    let project = Project::new("[classes]\nmodule-level-below = \"1ms\"\n[modules.app]\n");
    project.write("app.py", "import heavy\n");
    project.write("heavy.py", BUSY);
    let file = |entry: &str| format!("{{\"version\": 1, \"modules\": {{\"heavy\": {entry}}}}}");
    let (kind, reason, usage) = advice(&project, &file("{\"loaded\": 25, \"used\": 24}"));
    assert_eq!(
        (kind.as_str(), reason.as_str()),
        ("keep", "used in 24 of 25 runs (96%)")
    );
    assert_eq!(usage, serde_json::json!({"loaded": 25, "used": 24, "unknown": 0}));
    let (kind, reason, _) = advice(&project, &file("{\"loaded\": 25, \"used\": 0}"));
    assert_eq!(kind, "lazy");
    assert!(reason.contains("used in none of 25 runs, and takes"), "{reason}");
    // The mark is a setting.
    let budgets = "[classes]\nmodule-level-below = \"1ms\"\nusage-above = \"10%\"\n[modules.app]\n";
    project.write("budgets.toml", budgets);
    let (kind, ..) = advice(&project, &file("{\"loaded\": 25, \"used\": 3}"));
    assert_eq!(kind, "keep");
}

#[test]
fn the_warning_about_a_heavy_module_says_how_often_it_is_used() {
    let project = Project::new(
        "[classes]\nmodule-level-below = \"1ms\"\nlazy-above = \"2ms\"\nheavy = \"3ms\"\n[modules.app]\nmax-time = \"9s\"\n",
    );
    project.write("app.py", "import heavy\n");
    project.write("heavy.py", BUSY);
    let file = "{\"version\": 1, \"modules\": {\"heavy\": {\"loaded\": 25, \"used\": 3}}}";
    project.write(FILE, file);
    let run = project.check(&["--quiet", "--samples", "3"]).expect_code(0);
    let message = &run.only(Code::HeavyModule).message;
    assert!(message.ends_with("; used in 3 of 25 runs (12%)"), "{message}");
}
