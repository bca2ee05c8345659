//! Counts of a real interpreter, where valgrind is installed; without it, that the error says what to install.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use importgate_probe::instructions::{Counter, InstructionsError, Program, of_the_import};
use importgate_probe::runner::Status;

/// The engine of this machine, or `None` where it has none.
fn engine() -> Option<Counter> {
    match Counter::detect() {
        Ok(engine) => Some(engine),
        Err(InstructionsError::Missing) => None,
        Err(error) => panic!("{error}"),
    }
}

fn program(command: &[&str]) -> Program {
    Program {
        command: command.iter().map(OsString::from).collect(),
        environment: BTreeMap::new(),
        working_directory: PathBuf::from("/"),
        time_limit: Duration::from_secs(300),
        wall_limit: None,
    }
}

/// The interpreter itself: `python3` may be a script that runs many programs first, each of them slow when counted.
fn interpreter() -> &'static str {
    static INTERPRETER: OnceLock<String> = OnceLock::new();
    INTERPRETER.get_or_init(|| {
        let output = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output();
        String::from_utf8_lossy(&output.expect("python3 runs").stdout)
            .trim()
            .to_owned()
    })
}

/// Without `-I` and `-E`, under which the interpreter ignores the fixed hash seed.
fn python(code: &str) -> Program {
    program(&[interpreter(), "-s", "-S", "-c", code])
}

#[test]
fn the_same_import_has_the_same_count_and_a_larger_one_a_larger() {
    let Some(engine) = engine() else { return };
    let warm = Command::new(interpreter())
        .args(["-s", "-S", "-c", "import colorsys, shlex"])
        .status();
    assert!(warm.expect("python3 runs").success());
    let count = |code| engine.count(&python(code)).expect("a count");
    let bare = count("");
    let import = |code| of_the_import(count(code), bare).expect("an import");
    let (one, again, two) = (
        import("import colorsys"),
        import("import colorsys"),
        import("import colorsys, shlex"),
    );
    assert!(one.abs_diff(again) as f64 <= one as f64 / 1000.0, "{one} and {again}");
    assert!(two > one, "{two} and {one}");
}

#[test]
fn a_script_that_ends_in_exec_is_counted_as_what_it_starts() {
    let Some(engine) = engine() else { return };
    let direct = engine.count(&python("")).expect("a count");
    let script = program(&["/bin/sh", "-c", "exec \"$0\" -s -S -c ''", interpreter()]);
    let through = engine.count(&script).expect("a count");
    assert!(through.abs_diff(direct) < direct / 10, "{through} and {direct}");
}

#[test]
fn processes_that_the_program_starts_are_not_counted() {
    let Some(engine) = engine() else { return };
    let count = |code: &str| engine.count(&python(code)).expect("a count");
    let work = "sum(range(300_000))";
    let spawn = "import os, sys\nos.waitpid(os.posix_spawn(sys.executable, ['p', '-s', '-S', '-c', '{}'], {}), 0)";
    let (small, large) = (
        count(&spawn.replacen("{}", "pass", 1)),
        count(&spawn.replacen("{}", work, 1)),
    );
    assert!(large.abs_diff(small) < 300_000, "{large} and {small}");
    let forked = count(&format!(
        "import os\nif os.fork() == 0:\n    {work}\n    os._exit(0)\nos.wait()"
    ));
    assert!(forked.abs_diff(small) < 300_000, "{forked} and {small}");
}

#[test]
fn a_program_that_fails_has_no_count() {
    let Some(engine) = engine() else { return };
    let error = engine
        .count(&python("print('so far'); raise SystemExit(3)"))
        .expect_err("it failed");
    let died = matches!(&error, InstructionsError::Died { status: Status::Exited(3), output } if output == "so far");
    assert!(died, "{error}");
    let error = engine
        .count(&python("import os; os.kill(os.getpid(), 9)"))
        .expect_err("it was killed");
    assert!(
        matches!(
            error,
            InstructionsError::Died {
                status: Status::Signaled(9),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_program_that_does_not_exist_could_not_be_started() {
    let Some(engine) = engine() else { return };
    let error = engine
        .count(&program(&["/nonexistent/python3"]))
        .expect_err("nothing to start");
    assert!(matches!(&error, InstructionsError::Start { .. }), "{error:?}");
}

#[test]
fn a_program_that_never_ends_is_stopped() {
    let Some(engine) = engine() else { return };
    let endless = Program {
        time_limit: Duration::from_secs(2),
        wall_limit: None,
        ..python("while True: pass")
    };
    let error = engine.count(&endless).expect_err("it never ends");
    assert!(matches!(error, InstructionsError::TimedOut { .. }), "{error}");
}
