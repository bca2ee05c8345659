//! What the wheel and the source distribution have in them, and that it works.

use std::fs;
use std::process::Command;

use super::environment::{Environment, built, copy_of_the_example, succeeds, tool};

/// What a download may weigh: a hook and a job of CI wait for it.
const MOST_BYTES: u64 = 6 << 20;

#[test]
#[ignore = "needs the package: make test-package"]
fn the_wheel_gates_the_example_where_there_is_no_rust() {
    let environment = Environment::with_the_wheel();
    let version = succeeds(environment.run("importgate").arg("--version"));
    assert_eq!(version.trim(), concat!("importgate ", env!("CARGO_PKG_VERSION")));

    let project = tempfile::tempdir().expect("a folder");
    copy_of_the_example(project.path());
    let python = environment.path("bin/python");
    let check = ["check", "--budgets", "budgets.example.toml", "--python"];
    let mut command = environment.run("importgate");
    let report = succeeds(command.args(check).arg(python).current_dir(project.path()));
    assert!(report.contains("\nPASS: "), "{report}");
}

#[test]
#[ignore = "needs the package: make test-package"]
fn the_wheel_is_small() {
    let bytes = fs::metadata(built(".whl")).expect("the wheel").len();
    println!("the wheel has {:.2} MiB", bytes as f64 / f64::from(1 << 20));
    assert!(bytes < MOST_BYTES, "the wheel has {bytes} bytes");
}

#[test]
#[ignore = "needs the package: make test-package"]
fn the_wheel_brings_manual_completions_and_licences() {
    let environment = Environment::with_the_wheel();
    for file in [
        "share/man/man1/importgate.1",
        "share/man/man1/importgate-check.1",
        "share/fish/vendor_completions.d/importgate.fish",
        "share/zsh/site-functions/_importgate",
    ] {
        assert!(environment.path(file).is_file(), "{file}");
    }
    let completions = environment.path("share/bash-completion/completions/importgate");
    let script = format!("source '{}'; complete -p importgate", completions.display());
    let path = format!("{}:/usr/bin:/bin", environment.path("bin").display());
    let registered = succeeds(Command::new("bash").args(["-c", &script]).env("PATH", path));
    assert!(registered.contains("importgate"), "{registered}");

    let read = "import importlib.metadata as m; print(m.metadata('importgate'), *m.files('importgate'), sep='\\n')";
    let metadata = succeeds(environment.run("python").args(["-c", read]));
    for text in [
        "licenses/LICENSE-APACHE",
        "licenses/LICENSE-MIT",
        "MIT OR Apache-2.0",
        "Programming Language :: Rust",
    ] {
        assert!(metadata.contains(text), "no {text} in {metadata}");
    }
}

#[test]
#[ignore = "needs the package: make test-package"]
fn uvx_runs_the_wheel() {
    let cache = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(tool("uvx"));
    command
        .args(["--offline", "--from"])
        .arg(built(".whl"))
        .args(["importgate", "--version"]);
    let version = succeeds(command.env("UV_CACHE_DIR", cache.path()));
    assert!(
        version.contains(concat!("importgate ", env!("CARGO_PKG_VERSION"))),
        "{version}"
    );
}

#[test]
#[ignore = "needs the package: make test-package"]
fn the_source_distribution_has_what_building_needs_and_not_what_github_needs() {
    let listed = succeeds(Command::new("tar").arg("-tzf").arg(built(".tar.gz")));
    let top = concat!("importgate-", env!("CARGO_PKG_VERSION"), "/");
    let files: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix(top)).collect();
    for file in [
        "Cargo.lock",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "package/files/data/share/man/man1/importgate.1",
    ] {
        assert!(files.contains(&file), "no {file} in {files:?}");
    }
    let of_github: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("action") || file.starts_with(".github"))
        .collect();
    assert!(of_github.is_empty(), "{of_github:?}");
}
