//! Ways in which an import can change, and whether a check that goes by files imports the target to see. The README's table says
//! the same of each.
//!
//! Every way is a module of one project, so that one recording and one check serve them all. Which of them an interpreter
//! imported, a program in its place notes.

mod surroundings;
mod unseen;
mod ways;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::support::{Project, Run};

/// What the interpreter's stand-in writes its command lines to, beside the project.
const LOG: &str = "../imports.log";

/// A program in the place of the interpreter, which notes how it was started. It sets a variable of the loader, so that it is
/// not mistaken for a mere way to the interpreter, which would be run directly.
fn watch(project: &Project, python: &Path) {
    let python = python.display();
    let log = project.path(LOG);
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nexport PYTHON_WATCHED=1\nexec {python} \"$@\"\n",
        log.display()
    );
    let path = project.path("../python");
    fs::write(&path, script).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
}

/// The modules that a check looked at by importing them, each once.
fn imported(project: &Project, variables: &[(&str, &str)], words: &[&str]) -> Vec<String> {
    let log = project.path(LOG);
    let _ = fs::remove_file(&log);
    let mut command = project.command(&["check", "--samples", "1", "--format", "json=report.json"]);
    command.args(["--python", "../python"]).args(words);
    command.envs(variables.iter().copied());
    let run = Run::of(command, project);
    assert!(run.code < 2, "{}\n{}", run.stdout, run.stderr);
    let started = fs::read_to_string(&log).expect("the interpreter was started");
    let looks = started.lines().filter(|line| line.contains(" script=observe "));
    let mut modules: Vec<String> = looks
        .flat_map(|line| line.split(' '))
        .filter_map(|word| Some(word.strip_prefix("import=")?.to_owned()))
        .collect();
    modules.sort();
    modules.dedup();
    modules
}

/// Records with an interpreter that is watched from now on.
fn record(project: &Project, python: &Path) {
    watch(project, python);
    let run = project.run(&["record", "--samples", "1", "--quiet", "--python", "../python"]);
    run.expect_code(0);
}
