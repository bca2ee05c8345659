//! Which interpreter is the project's.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::PythonError;

/// Where to look, in this order; the first that is there is taken.
#[derive(Debug, Default)]
pub struct Search {
    /// What the budgets file or `--python` names, with the name of who said so. A bare name is looked up on PATH.
    pub configured: Option<(PathBuf, String)>,
    /// `$VIRTUAL_ENV`.
    pub virtual_env: Option<PathBuf>,
    /// The project's folder: a `.venv` below it counts, and relative paths start here.
    pub project: PathBuf,
    /// `$PATH`.
    pub path: Option<OsString>,
}

/// Finds the interpreter: the configured one, then `$VIRTUAL_ENV`, then `.venv` in the project, then `python3` on PATH.
///
/// # Errors
/// [`PythonError::Missing`] where a named place has none, [`PythonError::NotFound`] where nothing is named and none is found.
pub fn find(search: &Search) -> Result<PathBuf, PythonError> {
    if let Some((configured, named_by)) = &search.configured {
        return configured_interpreter(search, configured, named_by);
    }
    if let Some(environment) = search
        .virtual_env
        .as_deref()
        .filter(|path| !path.as_os_str().is_empty())
    {
        return in_environment(environment).ok_or_else(|| PythonError::Missing {
            path: environment.join("bin/python"),
            named_by: "the variable VIRTUAL_ENV".to_owned(),
        });
    }
    in_environment(&search.project.join(".venv"))
        .or_else(|| on_path(search, Path::new("python3")))
        .or_else(|| on_path(search, Path::new("python")))
        .ok_or_else(|| PythonError::NotFound {
            looked: format!(
                "no $VIRTUAL_ENV, no {}, no python3 on PATH",
                search.project.join(".venv/bin/python").display()
            ),
        })
}

/// The folder in the project that looks like its environment and was not looked at: nobody named an interpreter, activated an
/// environment or called the folder `.venv`.
pub fn overlooked(search: &Search) -> Option<&'static str> {
    let active = (search.virtual_env.as_deref()).is_some_and(|path| !path.as_os_str().is_empty());
    if search.configured.is_some() || active || in_environment(&search.project.join(".venv")).is_some() {
        return None;
    }
    ["venv", "env"].into_iter().find(|name| {
        let folder = search.project.join(name);
        folder.join("pyvenv.cfg").is_file() && in_environment(&folder).is_some()
    })
}

fn configured_interpreter(search: &Search, configured: &Path, named_by: &str) -> Result<PathBuf, PythonError> {
    let bare_name = configured.components().count() == 1 && !configured.is_absolute();
    let found = if bare_name {
        on_path(search, configured).or_else(|| in_environment(&search.project.join(configured)))
    } else {
        let path = search.project.join(configured);
        if path.is_dir() {
            in_environment(&path)
        } else {
            is_executable(&path).then_some(path)
        }
    };
    found.ok_or_else(|| PythonError::Missing {
        path: if bare_name {
            configured.to_path_buf()
        } else {
            search.project.join(configured)
        },
        named_by: named_by.to_owned(),
    })
}

fn in_environment(folder: &Path) -> Option<PathBuf> {
    ["bin/python", "bin/python3"]
        .iter()
        .map(|name| folder.join(name))
        .find(|path| is_executable(path))
}

fn on_path(search: &Search, name: &Path) -> Option<PathBuf> {
    let path = search.path.as_deref()?;
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executable(path: &Path) -> PathBuf {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
        std::fs::write(path, "#!/bin/sh\n").expect("file");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("mode");
        path.to_path_buf()
    }

    #[test]
    fn the_configured_one_wins_over_every_other() {
        let folder = tempfile::tempdir().expect("folder");
        let configured = executable(&folder.path().join("custom/bin/python"));
        executable(&folder.path().join(".venv/bin/python"));
        let search = Search {
            configured: Some((PathBuf::from("custom/bin/python"), "budgets.toml".to_owned())),
            virtual_env: Some(folder.path().join(".venv")),
            project: folder.path().to_path_buf(),
            path: None,
        };
        assert_eq!(find(&search).expect("found"), configured);
    }

    #[test]
    fn the_order_is_virtual_env_then_dot_venv_then_path() {
        let folder = tempfile::tempdir().expect("folder");
        let active = executable(&folder.path().join("active/bin/python"));
        let local = executable(&folder.path().join("project/.venv/bin/python"));
        let global = executable(&folder.path().join("bin/python3"));
        let mut search = Search {
            configured: None,
            virtual_env: Some(folder.path().join("active")),
            project: folder.path().join("project"),
            path: Some(folder.path().join("bin").into_os_string()),
        };
        assert_eq!(find(&search).expect("active"), active);
        search.virtual_env = None;
        assert_eq!(find(&search).expect("local"), local);
        search.project = folder.path().join("elsewhere");
        assert_eq!(find(&search).expect("global"), global);
        search.path = None;
        assert!(matches!(find(&search), Err(PythonError::NotFound { .. })));
    }

    #[test]
    fn an_environment_is_overlooked_where_nothing_else_says_which_to_take() {
        let folder = tempfile::tempdir().expect("folder");
        let mut search = Search {
            project: folder.path().to_path_buf(),
            ..Search::default()
        };
        executable(&folder.path().join("env/bin/python"));
        assert_eq!(overlooked(&search), None, "a folder that is no environment");
        std::fs::write(folder.path().join("env/pyvenv.cfg"), "").expect("file");
        assert_eq!(overlooked(&search), Some("env"));
        search.virtual_env = Some(folder.path().join("active"));
        assert_eq!(overlooked(&search), None, "an active environment is taken");
        search.virtual_env = None;
        search.configured = Some((PathBuf::from("python3"), "--python".to_owned()));
        assert_eq!(overlooked(&search), None, "what is named is taken");
        search.configured = None;
        executable(&folder.path().join(".venv/bin/python"));
        assert_eq!(overlooked(&search), None, "`.venv` is taken");
    }

    #[test]
    fn a_named_place_without_an_interpreter_is_never_replaced_by_another() {
        let folder = tempfile::tempdir().expect("folder");
        executable(&folder.path().join(".venv/bin/python"));
        let search = Search {
            configured: Some((PathBuf::from("gone/bin/python"), "budgets.toml:2".to_owned())),
            project: folder.path().to_path_buf(),
            ..Search::default()
        };
        let message = find(&search).expect_err("missing").to_string();
        assert!(
            message.contains("gone/bin/python") && message.contains("budgets.toml:2"),
            "{message}"
        );
    }
}
