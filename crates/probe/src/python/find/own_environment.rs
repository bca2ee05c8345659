//! Whether an environment is importgate's own: what pre-commit, uvx, pipx and `uv tool` make has nothing of the project in it.
//!
//! A project may as well have importgate in its own environment, as it has its test runner, and a job may install it beside the
//! project. So it is not enough that our executable is there: nothing else is.

use std::fs;
use std::path::Path;

/// Our executable, as packages install it.
const EXECUTABLE: &str = "bin/importgate";
/// Distributions that any environment may have been made with; the last is what pre-commit puts into that of a local hook.
const INSTALLERS: [&str; 5] = ["pip", "setuptools", "wheel", "uv", "pre_commit_placeholder_package"];
/// How our own are called, and those that bring it to pre-commit from a repository of hooks.
const OURS: &str = "importgate";
/// Files by which installers hook into the start of the interpreter, and that make nothing of a project importable.
const HOOKS: [&str; 2] = ["distutils-precedence.pth", "_virtualenv.pth"];

/// True for an environment into which importgate was installed, and nothing else.
pub(super) fn is(environment: &Path) -> bool {
    environment.join(EXECUTABLE).is_file() && !has_others(environment)
}

/// True where something else was installed, or some other folder put on the search path.
fn has_others(environment: &Path) -> bool {
    let libraries = entries(&environment.join("lib"))
        .into_iter()
        .filter(|name| name.starts_with("python"));
    libraries
        .map(|python| environment.join("lib").join(python).join("site-packages"))
        .any(|folder| entries(&folder).iter().any(|name| is_other(name)))
}

fn is_other(entry: &str) -> bool {
    if let Some(distribution) = ["dist-info", "egg-info"]
        .iter()
        .find_map(|kind| entry.strip_suffix(kind))
    {
        let name = distribution.split('-').next().unwrap_or_default().trim_end_matches('.');
        let name = name.to_ascii_lowercase();
        return !name.starts_with(OURS) && !INSTALLERS.contains(&name.as_str());
    }
    let is_path_file = [".pth", ".egg-link"].iter().any(|kind| entry.ends_with(kind));
    is_path_file && !HOOKS.contains(&entry)
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment with our executable, and these entries in its `site-packages`.
    fn environment(entries: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("lib/python3.13/site-packages");
        fs::create_dir_all(folder.path().join("bin")).expect("a folder");
        fs::write(folder.path().join(EXECUTABLE), "").expect("a file");
        for entry in entries {
            fs::create_dir_all(site.join(entry)).expect("an entry");
        }
        folder
    }

    #[test]
    fn an_environment_is_our_own_where_nothing_else_is_installed() {
        let made = [
            "importgate-0.1.0.dist-info",
            "pip",
            "pip-24.0.dist-info",
            "_virtualenv.pth",
            "setuptools-70.0.dist-info",
            "importgate_hooks-0.1.0.dist-info",
            "pre_commit_placeholder_package-0.0.0.dist-info",
        ];
        assert!(is(environment(&made).path()));
        assert!(is(environment(&[]).path()));
        let of_others = environment(&made);
        fs::remove_file(of_others.path().join(EXECUTABLE)).expect("it was there");
        assert!(!is(of_others.path()));
    }

    #[test]
    fn an_environment_of_a_project_is_none_of_ours() {
        for other in [
            "rich-13.7.1.dist-info",
            "shop.egg-info",
            "__editable__.shop-1.0.pth",
            "shop.egg-link",
            "Shop-1.0-py3.13.egg-info",
        ] {
            assert!(
                !is(environment(&["importgate-0.1.0.dist-info", other]).path()),
                "{other}"
            );
        }
    }
}
