//! The hooks in the real pre-commit, on a repository that commits and pushes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::environment::{built, succeeds, text, tool};

/// A repository with one module, which `pre-commit` guards, and one to push to. The project's interpreter is that on PATH, in front of which
/// pre-commit puts that of the hook.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for folder in ["home", "work/src"] {
            fs::create_dir_all(repository.folder.path().join(folder)).expect("a folder");
        }
        repository.write("src/shop.py", "PRICE = 42\n");
        repository.write("budgets.toml", &budgets("9s"));
        succeeds(
            repository
                .command("git")
                .args(["init", "--quiet", "--initial-branch", "main"]),
        );
        let remote = repository.folder.path().join("remote.git");
        succeeds(
            repository
                .command("git")
                .args(["init", "--quiet", "--bare"])
                .arg(&remote),
        );
        succeeds(repository.command("git").args(["remote", "add", "origin"]).arg(&remote));
        repository.write(".gitignore", "__pycache__/\n");
        repository
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join("work").join(file), text).expect(file);
    }

    /// A program in this repository, with nothing of this machine's settings.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(self.folder.path().join("work"))
            .env("HOME", self.folder.path().join("home"))
            .env("PRE_COMMIT_HOME", self.folder.path().join("home/pre-commit"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("VIRTUAL_ENV")
            .env_remove("PYTHONDONTWRITEBYTECODE");
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "A")
                .env(format!("GIT_{role}_EMAIL"), "a@example.org");
        }
        command
    }

    fn guard(&self, configuration: &str) {
        self.write(".pre-commit-config.yaml", configuration);
        let hooks = [
            "install",
            "--install-hooks",
            "--hook-type",
            "pre-commit",
            "--hook-type",
            "pre-push",
        ];
        succeeds(self.command(tool("pre-commit")).args(hooks));
    }

    fn commit(&self) -> Output {
        succeeds(self.command("git").args(["add", "--all"]));
        let commit = ["commit", "--quiet", "--message", "Change the shop"];
        self.command("git").args(commit).output().expect("git")
    }

    fn push(&self) -> Output {
        self.command("git")
            .args(["push", "--quiet", "origin", "main"])
            .output()
            .expect("git")
    }
}

fn budgets(ceiling: &str) -> String {
    format!("[measure]\nsamples = 3\n\n[modules.shop]\nmax-time = \"{ceiling}\"\nforbid = [\"decimal\"]\n")
}

#[track_caller]
fn passes(output: &Output) {
    assert!(output.status.success(), "{}", text(output));
}

#[track_caller]
fn is_stopped_by(output: &Output, finding: &str) {
    let said = text(output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(&format!("error[{finding}")), "{said}");
    assert!(
        !said.contains("VIRTUAL_ENV"),
        "the interpreter of the hook was measured: {said}"
    );
}

/// What a commit and a push have to meet with, whichever way the hooks came.
fn holds(repository: &Repository) {
    passes(&repository.commit());
    passes(&repository.push());

    repository.write("src/shop.py", "import decimal\n\nPRICE = decimal.Decimal(42)\n");
    is_stopped_by(&repository.commit(), "forbidden");
    repository.write("src/shop.py", "PRICE = 43\n");
    passes(&repository.commit());

    // A ceiling that nothing keeps: no clock runs before the commit, and one does before the push.
    repository.write("budgets.toml", &budgets("0.001ms"));
    passes(&repository.commit());
    is_stopped_by(&repository.push(), "over-time");
}

#[test]
#[ignore = "needs the package: make test-package"]
fn hooks_that_take_the_package_from_an_index() {
    let repository = Repository::new();
    let hook = |id: &str, entry: &str, stage: &str| {
        format!(
            "      - id: {id}\n        name: {id}\n        entry: {entry}\n        language: python\n        \
             additional_dependencies: ['{}']\n        types_or: [python, toml]\n        pass_filenames: false\n        \
             stages: [{stage}]\n",
            built(".whl").display()
        )
    };
    repository.guard(&format!(
        "repos:\n  - repo: local\n    hooks:\n{}{}",
        hook("importgate", "importgate check --select no-clock", "pre-commit"),
        hook("importgate-check", "importgate check", "pre-push"),
    ));
    holds(&repository);
}

#[test]
#[ignore = "needs the package: make test-package"]
fn hooks_of_a_repository() {
    let repository = Repository::new();
    // As this repository is for pre-commit, but for what building takes: its hooks, and a package that brings the program.
    let offered = repository.folder.path().join("hooks");
    fs::create_dir(&offered).expect("a folder");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    fs::copy(manifest, offered.join(".pre-commit-hooks.yaml")).expect("a copy");
    let wheel = built(".whl");
    let package = format!(
        "[project]\nname = \"importgate-hooks\"\nversion = \"0\"\ndependencies = [\"importgate @ file://{}\"]\n\n\
         [tool.setuptools]\npy-modules = []\n",
        wheel.display()
    );
    fs::write(offered.join("pyproject.toml"), package).expect("a file");
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "Offer hooks"],
        &["tag", "v0.1.0"],
    ] {
        succeeds(repository.command("git").args(arguments).current_dir(&offered));
    }
    repository.guard(&format!(
        "repos:\n  - repo: {}\n    rev: v0.1.0\n    hooks: [{{ id: importgate }}, {{ id: importgate-check }}]\n",
        offered.display()
    ));
    holds(&repository);
}
