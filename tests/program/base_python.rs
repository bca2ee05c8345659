//! `--base-python`: base and head each in an environment of its own, whose packages or whose interpreter differ while the
//! project's code does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use importgate_core::checks::{Code, Severity};
use importgate_core::stats::ComparisonKind;

use super::support::{Project, Run, assert_no_checkout_is_left, committed, found, python};

const LIGHT: &str = "VALUE = 1\n";
/// Work and not time: the same on every machine, and far above the noise floor on the fastest.
const HEAVY: &str = "VALUE = 1\nfor _step in range(3_000_000):\n    pass\n";

/// A committed project that imports `dep`, which only an environment can have.
fn project() -> Project {
    let project = Project::new("[modules.app]\n");
    project.write("app.py", "import dep\n");
    committed(project)
}

/// Virtual environments, offline and without pip; they are removed when this goes.
struct Environments {
    folder: tempfile::TempDir,
}

impl Environments {
    /// One for the base and one for the head, each with files in its site-packages.
    fn new(of_base: &[(&str, &str)], of_head: &[(&str, &str)]) -> Self {
        let environments = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for (name, files) in [("base", of_base), ("head", of_head)] {
            let made = Command::new(python())
                .args(["-m", "venv", "--without-pip"])
                .arg(environments.folder.path().join(name))
                .output()
                .expect("it runs");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
            let asked = Command::new(environments.python(name)).args(["-c", script]).output();
            let site = PathBuf::from(
                String::from_utf8(asked.expect("it runs").stdout)
                    .expect("a path")
                    .trim(),
            );
            for (file, text) in files {
                fs::write(site.join(file), text).expect("a file");
            }
        }
        environments
    }

    fn python(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).join("bin/python")
    }

    /// The check of a project under the head's interpreter, against its last commit under the base's.
    fn check(&self, project: &Project) -> Run {
        let [base, head] = ["base", "head"].map(|name| self.python(name).display().to_string());
        let words = ["--against", "HEAD", "--python", &head, "--base-python", &base];
        let run = project.check(&words);
        assert_no_checkout_is_left(project);
        run
    }
}

/// What was found beside the note on what differs: in a temporary folder, the length of the two paths.
fn beside_notes(run: &Run) -> Vec<(Code, &str)> {
    let mut found = found(run);
    found.retain(|(code, _)| *code != Code::ForeignBaseline);
    found
}

/// True where the report says that base and head run under two interpreters.
fn says_two_interpreters(run: &Run) -> bool {
    let mut findings = run.report().findings.iter();
    findings.any(|finding| {
        finding
            .details
            .iter()
            .any(|line| line.contains("the base runs under Python"))
    })
}

#[test]
fn a_dependency_that_is_heavier_in_the_heads_environment_is_named() {
    let environments = Environments::new(&[("dep.py", LIGHT)], &[("dep.py", HEAVY)]);
    let run = environments.check(&project()).expect_code(1);
    assert_eq!(beside_notes(&run), [(Code::Regression, "app")]);
    assert!(!says_two_interpreters(&run), "{}", run.stdout);
    let cause = run.cause(Code::Regression);
    assert_eq!(cause.module, "dep", "{cause:?}");
    let place = (
        cause.file.as_deref().unwrap_or_default(),
        cause.line.unwrap_or_default(),
    );
    assert!(place.0.ends_with("dep.py") && [2, 3].contains(&place.1), "{cause:?}");
}

#[test]
fn equal_environments_hold_the_same_code() {
    let environments = Environments::new(&[("dep.py", HEAVY)], &[("dep.py", HEAVY)]);
    let run = environments.check(&project()).expect_code(0);
    assert_eq!(beside_notes(&run), []);
    assert!(!says_two_interpreters(&run), "{}", run.stdout);
    assert_eq!(run.row("app").decided_by, Some(ComparisonKind::SameClosure));
}

#[test]
fn a_dependency_that_the_bases_environment_lacks_leaves_nothing_to_compare_with() {
    let environments = Environments::new(&[], &[("dep.py", HEAVY)]);
    let run = environments.check(&project()).expect_code(0);
    let finding = run.only(Code::NoBaseline);
    assert_eq!((finding.target.as_str(), finding.severity), ("app", Severity::Warning));
    assert!(finding.message.contains("dep"), "{}", finding.message);
}

/// Makes an interpreter say that it is of another version, without one.
const OTHER_VERSION: (&str, &str) = (
    "version.pth",
    "import sys; sys.version = sys.version.replace(sys.version.split()[0], '3.99.7', 1)\n",
);

#[test]
fn another_version_is_said_and_is_the_first_cause() {
    let environments = Environments::new(&[("dep.py", LIGHT), OTHER_VERSION], &[("dep.py", HEAVY)]);
    let run = environments.check(&project()).expect_code(1);
    let causes = run.causes(Code::Regression);
    let modules: Vec<&str> = causes.iter().map(|cause| cause.module.as_str()).collect();
    assert_eq!(modules[..2], ["python", "dep"], "{causes:#?}");
    assert!(causes[0].summary.contains("3.99.7"), "{causes:#?}");
    assert_eq!(run.row("app").decided_by, Some(ComparisonKind::Paired));
    assert!(says_two_interpreters(&run), "{}", run.stdout);
    assert_eq!(run.only(Code::ForeignBaseline).severity, Severity::Note);
}

#[test]
fn the_same_interpreter_by_its_name_is_not_another() {
    let project = project();
    project.write("app.py", "");
    let project = committed(project);
    let run = project
        .check(&["--against", "HEAD", "--base-python", "python3"])
        .expect_code(0);
    assert_eq!(beside_notes(&run), []);
    assert!(!says_two_interpreters(&run), "{}", run.stdout);
}

#[test]
fn one_that_cannot_run_is_an_error_that_names_it() {
    let project = project();
    let faults = [
        ("dead", "#!/bin/sh\necho 'no such library' >&2\nexit 4\n", "died"),
        ("dumb", "#!/bin/sh\n", "unexpected output from"),
        ("unstarted", "#!/nowhere/sh\n", "could not start the interpreter"),
    ];
    for (name, script, said) in faults {
        let path = project.path(name);
        fs::write(&path, script).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        let base_python = format!("./{name}");
        let run = project
            .run(&["check", "--against", "HEAD", "--base-python", &base_python])
            .expect_code(3);
        assert!(run.stderr.contains(said) && run.stderr.contains(name), "{}", run.stderr);
        assert_no_checkout_is_left(&project);
    }
    for missing in ["no-such-python", "/nowhere/python3"] {
        let run = project
            .run(&["check", "--against", "HEAD", "--base-python", missing])
            .expect_code(3);
        assert!(
            run.stderr.contains(missing) && run.stderr.contains("--base-python"),
            "{}",
            run.stderr
        );
        assert_no_checkout_is_left(&project);
    }
}
