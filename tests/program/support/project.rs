//! A Python project in a temporary folder, with a folder of its own for temporary files, so that litter is seen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::Run;

/// Variables of the developer's own shell or of a job that would change what the program does.
const FOREIGN: [&str; 17] = [
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "BUILD_SOURCESDIRECTORY",
    "CI_PROJECT_DIR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "CONDA_PREFIX",
    "GITHUB_ACTIONS",
    "GITHUB_WORKSPACE",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONPYCACHEPREFIX",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
];

/// A Python project. It is removed when this goes.
pub(crate) struct Project {
    folder: TempDir,
    root: PathBuf,
}

impl Project {
    /// A project with nothing but a budgets file.
    pub(crate) fn new(budgets: &str) -> Self {
        Self::named("project", budgets)
    }

    /// The same in a folder of this name.
    pub(crate) fn named(name: &str, budgets: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("the folder").join(name);
        fs::create_dir(&root).expect("the project's folder");
        fs::create_dir(folder.path().join("temporary")).expect("a folder for temporary files");
        let project = Self { folder, root };
        project.write("budgets.toml", budgets);
        project
    }

    /// A folder with these files and no budgets file.
    pub(crate) fn without_budgets(files: &[(&str, &str)]) -> Self {
        let project = Self::new("");
        fs::remove_file(project.path("budgets.toml")).expect("the empty budgets");
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    /// A project of one module, `measured`, without any limit but what `table` says of it.
    pub(crate) fn of_module(source: &str, table: &str) -> Self {
        let project = Self::new(&format!("[modules.measured]\n{table}"));
        project.write("measured.py", source);
        project
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the program puts its temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.folder.path().join("temporary")
    }

    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).expect("a readable file")
    }

    /// The program in the project's folder, with an environment that says nothing of its own.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_importgate"));
        command.args(words).current_dir(&self.root);
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        command.env("PATH", path_with_python()).env("TMPDIR", self.temporary());
        command
    }

    /// Makes an environment of its own below the project, without packages; its folder of installed packages is returned.
    pub(crate) fn environment(&self) -> String {
        let made = Command::new(python())
            .args(["-m", "venv", "--without-pip", ".venv"])
            .current_dir(&self.root)
            .status();
        assert!(made.expect("a python").success());
        let libraries = fs::read_dir(self.path(".venv/lib")).expect("a folder");
        let of_python = libraries
            .flatten()
            .next()
            .expect("a folder for the version")
            .file_name();
        format!(".venv/lib/{}/site-packages", of_python.to_string_lossy())
    }

    /// Runs the program as it is.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        Run::of(self.command(words), self)
    }

    /// `check`, with its report as JSON beside what it prints.
    pub(crate) fn check(&self, words: &[&str]) -> Run {
        let mut command = self.command(&["check", "--format", "terminal", "--format", "json=report.json"]);
        command.args(words);
        Run::of(command, self)
    }

    /// `record` with as few samples as a comparison can use.
    pub(crate) fn record(&self, words: &[&str]) -> Run {
        let mut command = self.command(&["record", "--samples", "6"]);
        command.args(words);
        Run::of(command, self)
    }

    /// Records, and makes sure that it worked.
    pub(crate) fn recorded(self) -> Self {
        self.record(&[]).expect_code(0);
        self
    }
}

/// The interpreter itself: what is first on PATH may be a script that looks for it each time.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let answer = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output()
            .expect("a python3");
        PathBuf::from(String::from_utf8(answer.stdout).expect("a path").trim())
    })
}

/// PATH with the interpreter's folder in front.
fn path_with_python() -> std::ffi::OsString {
    let own = python().parent().map(Path::to_path_buf);
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&inherited))).expect("a PATH")
}
