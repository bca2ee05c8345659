//! What `tests/package/build` left, and folders in which it is installed and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of the package, by the end of its name.
pub(crate) fn built(ending: &str) -> PathBuf {
    let found: Vec<PathBuf> = fs::read_dir(folder().join("dist"))
        .expect("what was built")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().expect("one")
}

/// A program that tests/package/requirements.txt pins.
pub(crate) fn tool(name: &str) -> PathBuf {
    folder().join("tools/bin").join(name)
}

fn folder() -> PathBuf {
    let folder = std::env::var_os("IMPORTGATE_PACKAGE").expect("run this by `make test-package`");
    PathBuf::from(folder)
}

/// A virtual environment with nothing but the wheel in it.
pub(crate) struct Environment {
    folder: tempfile::TempDir,
}

impl Environment {
    pub(crate) fn with_the_wheel() -> Self {
        let environment = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(environment.path("")));
        let wheel = built(".whl");
        succeeds(
            environment
                .run("pip")
                .args(["install", "--quiet", "--no-index"])
                .arg(wheel),
        );
        environment
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// A program of this environment, beside which PATH has what every system has, and so no Rust.
    pub(crate) fn run(&self, program: &str) -> Command {
        let bin = self.path("bin");
        let mut command = Command::new(bin.join(program));
        command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        command
    }
}

/// A copy of the example, so that what is run there writes beside it and not into the repository.
pub(crate) fn copy_of_the_example(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    succeeds(Command::new("cp").arg("-R").arg(root.join("examples")).arg(folder));
    fs::copy(root.join("budgets.example.toml"), folder.join("budgets.example.toml")).expect("a copy");
}

#[track_caller]
pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("a program that starts");
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// Both streams of a program.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}
