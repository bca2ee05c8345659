//! No interpreter to measure with: exit code 3, and which of the faults it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::{Project, Run, found, make_pipe, python};
use importgate_core::checks::Code;
use importgate_core::observed::ChosenBy;
use importgate_core::stats::ComparisonKind;

/// A project whose interpreter is this script.
fn project_with(script: &str) -> Project {
    let project = Project::new("[project]\npython = \"bin/python\"\n[modules.app]\n");
    project.write("app.py", "");
    project.write("bin/python", script);
    fs::set_permissions(project.path("bin/python"), fs::Permissions::from_mode(0o755)).expect("a mode");
    project
}

fn said_of(script: &str) -> String {
    project_with(script).run(&["check"]).expect_code(3).stderr
}

#[test]
fn one_that_is_not_there() {
    let project = project_with("");
    fs::remove_file(project.path("bin/python")).expect("it was there");
    let said = project.run(&["check"]).expect_code(3).stderr;
    assert!(said.contains("there is no Python interpreter at"), "{said}");
    assert!(said.contains("budgets.toml:2"), "{said}");
    let said = project
        .run(&["check", "--python", "nowhere/python3"])
        .expect_code(3)
        .stderr;
    assert!(said.contains("nowhere/python3") && said.contains("--python"), "{said}");
    let mut command = project.command(&["check"]);
    project.write("budgets.toml", "[modules.app]\n");
    command.env("VIRTUAL_ENV", project.path("gone"));
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("VIRTUAL_ENV"));
}

#[test]
fn none_at_all() {
    let project = Project::new("[modules.app]\n");
    project.write("app.py", "");
    let mut command = project.command(&["check"]);
    command.env("PATH", project.path("empty"));
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no Python interpreter found"), "{said}");
}

#[test]
fn one_that_cannot_be_started() {
    let said = said_of("#!/nowhere/sh\n");
    assert!(said.contains("could not start the interpreter"), "{said}");
}

#[test]
fn one_that_dies() {
    let said = said_of("#!/bin/sh\nprintf 'libpython is \\033[31mmissing\\n' >&2\nexit 4\n");
    assert!(
        said.contains("died when it was asked what it is (exit code 4)"),
        "{said}"
    );
    assert!(said.contains("libpython is"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    let said = said_of("#!/bin/sh\nkill -9 $$\n");
    assert!(said.contains("(signal 9)"), "{said}");
}

#[test]
fn one_whose_start_hangs() {
    let project = Project::of_module("", "");
    let site = project.environment();
    // A line of a `.pth` file is the kind of code that waits for a server; a pipe in its place waits for a writer.
    make_pipe(&project.path(&site).join("waits.pth"));
    let said_within = |words: &[&str], limit: &str| {
        let said = project.run(words).expect_code(3).stderr;
        let expected = format!("did not say what it is within {limit}: its start hangs");
        assert!(said.contains(&expected), "{words:?}: {said}");
        assert!(
            said.contains("reads pyvenv.cfg, .pth files") && said.contains(" -v -c pass"),
            "{said}"
        );
    };
    said_within(&["check"], "20 s");
    // The run has no time for that; where it has none at all, too, it is asked what it is.
    let of_run =
        "5 s, and the time limit of the run (`--time-limit`, or `time-limit` under [measure]) leaves it no more";
    said_within(&["check", "--time-limit", "1s"], of_run);
    project.write("budgets.toml", "[measure]\ntime-limit = \"1s\"\n[modules.measured]\n");
    said_within(&["record"], of_run);
}

#[test]
fn one_that_answers_something_unexpected() {
    let said = said_of("#!/bin/sh\necho hello\n");
    assert!(
        said.contains("unexpected output from") && said.contains("hello"),
        "{said}"
    );
    // The answer goes into the file that the first argument after the script names.
    let said = said_of("#!/bin/sh\nprintf '\\0\\0\\0\\0\\0\\0\\0\\2{}' > \"${2#answer=}\"\n");
    assert!(said.contains("unexpected output from"), "{said}");
}

#[test]
fn one_that_is_too_old_for_the_question() {
    // It fails at our script, whatever that is, and can say no more than its version.
    let said = said_of("#!/bin/sh\nif [ \"$1\" = -c ]; then echo 2.7.18; else echo SyntaxError >&2; exit 1; fi\n");
    assert!(
        said.contains("bin/python is Python 2.7.18; importgate needs CPython 3.8 or later"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn the_first_line_of_every_run_says_which_interpreter_and_why() {
    let project = Project::of_module("", "");
    for (words, expected) in [
        (["check", "--quiet"].as_slice(), " (python3 on PATH)\n"),
        (&["record", "--quiet"], " (python3 on PATH)\n"),
        (&["explain", "measured", "--quiet"], ", python3 on PATH, "),
        (&["classify", "--quiet"], ", python3 on PATH, "),
        (&["fix", "--quiet"], " (python3 on PATH) "),
    ] {
        let run = project.run(words);
        let first = run.stdout.split_inclusive('\n').next().unwrap_or_default();
        assert!(first.contains(expected), "{words:?}: {first}");
    }
    project.environment();
    let run = project.check(&["--quiet"]).expect_code(0);
    assert!(run.stdout.contains("(.venv beside budgets.toml)\n"), "{}", run.stdout);
    let expected = ChosenBy::DotVenv("budgets.toml".to_owned());
    assert_eq!(run.report().environment.python_chosen_by, Some(expected));
}

#[test]
fn the_environment_that_a_hook_runs_in_is_not_the_projects() {
    let project = Project::of_module("", "");
    let site = project.environment();
    fs::rename(project.path(".venv"), project.path("hook")).expect("it is made");
    let hook = project.path("hook");
    let program = hook.join("bin/importgate");
    fs::copy(env!("CARGO_BIN_EXE_importgate"), &program).expect("a copy");
    let site = project.path(&site.replace(".venv", "hook"));
    fs::create_dir(site.join("importgate-0.1.0.dist-info")).expect("a folder");
    let run = || {
        let template = project.command(&["check", "--quiet"]);
        let mut command = std::process::Command::new(&program);
        command.args(template.get_args()).current_dir(project.path(""));
        for (name, value) in template.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let path = template
            .get_envs()
            .find(|(name, _)| *name == "PATH")
            .and_then(|(_, path)| path);
        let folders = [hook.join("bin")]
            .into_iter()
            .chain(std::env::split_paths(path.expect("a PATH")));
        command.env("PATH", std::env::join_paths(folders).expect("a PATH"));
        // As pre-commit sets it.
        command.env("VIRTUAL_ENV", &hook);
        String::from_utf8(command.output().expect("it runs").stdout).expect("text")
    };
    assert!(run().contains("(python3 on PATH)"), "{}", run());
    // With the project installed beside us it is an environment like any other.
    fs::create_dir(site.join("shop-1.0.dist-info")).expect("a folder");
    assert!(run().contains("($VIRTUAL_ENV)"), "{}", run());
}

#[test]
fn an_interpreter_that_has_nothing_of_the_project_is_said_to_be_a_stranger() {
    let project = Project::new("[layers.web]\nmodules = [\"not_there_at_all.web\"]\nmax-time = \"1s\"\n");
    project.write("poetry.lock", "");
    let said = project.run(&["check"]).expect_code(2).stderr;
    assert!(said.contains("this interpreter has none of your packages: /"), "{said}");
    assert!(
        said.contains("(python3 on PATH); run `poetry run importgate check`"),
        "{said}"
    );
    let project = Project::of_module("import not_installed_anywhere\n", "");
    let said = project.check(&["--quiet"]).expect_code(1).stdout;
    assert!(said.contains("none of the targets can be imported by /"), "{said}");
}

#[test]
fn an_environment_that_was_not_taken_is_named_where_an_import_fails() {
    let project = Project::of_module("import not_installed_anywhere\n", "");
    project.write("venv/pyvenv.cfg", "");
    project.write("venv/bin/python", "#!/bin/sh\nexit 1\n");
    fs::set_permissions(project.path("venv/bin/python"), fs::Permissions::from_mode(0o755)).expect("a mode");
    for command in ["check", "record"] {
        let run = project.run(&[command]);
        let said = run.stdout + &run.stderr;
        assert!(said.contains("imported by /"), "{command}: {said}");
        assert!(
            said.contains("set `python = \"venv\"` under [project]"),
            "{command}: {said}"
        );
    }
}

/// What is said of an interpreter that calls itself so.
fn said_of_one_called(implementation: &str, version: &str) -> String {
    let script = format!(
        r##"#!{}
import json, os, struct, sys
answer = dict.fromkeys(
    "executable implementation build platform architecture prefix base_prefix cache_tag".split(), "old"
)
answer.update(kind="interpreter", implementation="{implementation}", version="{version}.15", minor="{version}", path=[], standard_library=[], builtin_modules=[])
text = json.dumps(answer).encode()
words = dict(word.split("=", 1) for word in sys.argv[2:])
key = os.read(int(words["channel"].split(":")[1]), 64)
with open(words["answer"], "wb") as file:
    file.write(key + struct.pack(">Q", len(text)) + text)
"##,
        python().display()
    );
    said_of(&script)
}

#[test]
fn one_that_is_too_old() {
    let said = said_of_one_called("cpython", "3.7");
    let expected =
        "is Python 3.7.15; importgate needs CPython 3.8 or later (it is from budgets.toml:2; --python names another)";
    assert!(said.contains(expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn one_that_is_no_cpython() {
    let said = said_of_one_called("pypy", "3.10");
    assert!(
        said.contains("is pypy 3.10.15; importgate needs CPython 3.8 or later"),
        "{said}"
    );
}

/// As of one that was built where libffi was missing.
const WITHOUT_CTYPES: &str = r#"
import sys


class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "_ctypes":
            raise ModuleNotFoundError("No module named '_ctypes'", name=name)


sys.meta_path.insert(0, Without)
"#;

#[test]
fn one_without_ctypes() {
    let project = Project::new("[modules.plain]\n[modules.optional]\n");
    let site = project.environment();
    project.write(&format!("{site}/sitecustomize.py"), WITHOUT_CTYPES);
    project.write("plain.py", "import json\n");
    project.write(
        "optional.py",
        "try:\n    import ctypes\nexcept ImportError:\n    ctypes = None\n",
    );
    let project = project.recorded();
    let is_reused = |run: &Run, name: &str| run.row(name).decided_by == Some(ComparisonKind::SameClosure);
    let without = project.check(&[]).expect_code(0);
    assert!(is_reused(&without, "plain"), "{}", without.stdout);

    project.write("budgets.toml", "[modules.plain]\n[modules.needs]\n");
    project.write("needs.py", "import ctypes\n");
    let run = project.check(&["--samples", "1"]).expect_code(1);
    assert!(
        found(&run).contains(&(Code::MissingDependency, "needs")),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("take an interpreter with `_ctypes` in its standard library"),
        "{}",
        run.stdout
    );

    // One that has it loads more, and does not take the recorded numbers for its own.
    project.write("budgets.toml", "[modules.plain]\n[modules.optional]\n");
    fs::remove_file(project.path(&format!("{site}/sitecustomize.py"))).expect("it is there");
    let with = project.check(&["--samples", "1"]);
    assert!(!is_reused(&with, "optional"), "{}", with.stdout);
    assert!(
        with.row("optional").modules > without.row("optional").modules,
        "{}",
        with.stdout
    );
}
