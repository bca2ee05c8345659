//! Which interpreter is the project's, and what it is found by.
//!
//! What is nearest to the project wins over what the shell has: a tool that runs us may have put an environment of its own in front.
//! pre-commit sets VIRTUAL_ENV to the hook's, uvx and pipx have theirs first on PATH, and in none of them is anything of the project.

mod managers;
mod own_environment;

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::PythonError;
use importgate_core::observed::ChosenBy;

/// The variable by which uv is told where the project's environment is, in place of `.venv`.
const UV_ENVIRONMENT: &str = "UV_PROJECT_ENVIRONMENT";
/// The variable of an activated environment.
const VIRTUAL_ENV: &str = "VIRTUAL_ENV";
/// The same of conda and Pixi.
const CONDA_PREFIX: &str = "CONDA_PREFIX";

/// Where to look; the first that is there is taken.
#[derive(Debug, Default)]
pub struct Search {
    /// What the budgets file or `--python` names, with the name of who said so. A bare name is looked up on PATH.
    pub configured: Option<(PathBuf, String)>,
    /// The project's folder: a `.venv` below it counts, and relative paths start here.
    pub project: PathBuf,
    /// The file beside which `.venv` is looked for, as reports name it; empty where there is none.
    pub beside: String,
    /// `$UV_PROJECT_ENVIRONMENT`.
    pub uv_environment: Option<PathBuf>,
    /// `$VIRTUAL_ENV`.
    pub virtual_env: Option<PathBuf>,
    /// `$CONDA_PREFIX`.
    pub conda_prefix: Option<PathBuf>,
    /// `$PATH`.
    pub path: Option<OsString>,
}

/// The interpreter to measure with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its path.
    pub executable: PathBuf,
    /// What it was found by.
    pub by: ChosenBy,
}

/// What looks like the project's environment, and was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlooked {
    /// This folder: nobody named or activated it, and it is not called `.venv`, or not beside the budgets file.
    Folder(PathBuf),
    /// What this project manager keeps: the command runs the gate in it.
    Managed {
        /// The manager's name.
        manager: &'static str,
        /// What to type.
        command: String,
    },
}

/// Finds the interpreter: the configured one; `$UV_PROJECT_ENVIRONMENT`, then `.venv` in the project; `$VIRTUAL_ENV`, then
/// `$CONDA_PREFIX`; what the project's manager says; `python3` on PATH.
///
/// An environment that importgate alone was installed into is passed over, unless it is the project's `.venv` or was named.
///
/// # Errors
/// [`PythonError::Missing`] where a named place has none, [`PythonError::NotFound`] where nothing is named and none is found.
pub fn find(search: &Search) -> Result<Chosen, PythonError> {
    if let Some((configured, named_by)) = &search.configured {
        return Ok(Chosen {
            executable: configured_interpreter(search, configured, named_by)?,
            by: ChosenBy::Named(named_by.clone()),
        });
    }
    let active = |variable: &Option<PathBuf>| set(variable).filter(|folder| !own_environment::is(folder));
    let variable = |executable, name: &str| Chosen {
        executable,
        by: ChosenBy::Variable(name.to_owned()),
    };
    let uv = set(&search.uv_environment).and_then(|folder| in_environment(&search.project.join(folder)));
    if let Some(executable) = uv {
        return Ok(variable(executable, UV_ENVIRONMENT));
    }
    if let Some(executable) = in_environment(&search.project.join(".venv")) {
        let by = ChosenBy::DotVenv(search.beside.clone());
        return Ok(Chosen { executable, by });
    }
    if let Some(environment) = active(&search.virtual_env) {
        let missing = || PythonError::Missing {
            path: environment.join("bin/python"),
            named_by: format!("the variable {VIRTUAL_ENV}"),
        };
        let executable = in_environment(&environment).ok_or_else(missing)?;
        return Ok(variable(executable, VIRTUAL_ENV));
    }
    // An environment of conda need not have Python in it.
    if let Some(executable) = active(&search.conda_prefix).and_then(|environment| in_environment(&environment)) {
        return Ok(variable(executable, CONDA_PREFIX));
    }
    managers::ask(search)
        .or_else(|| named_on_path(search, "python3"))
        .or_else(|| named_on_path(search, "python"))
        .ok_or_else(|| PythonError::NotFound {
            looked: format!(
                "no {}, no ${VIRTUAL_ENV}, no ${CONDA_PREFIX}, no python3 on PATH",
                search.project.join(".venv/bin/python").display()
            ),
        })
}

/// What looks like the project's environment beside an interpreter that was taken for want of one: where nobody named an interpreter,
/// and none of its own was found for the project.
pub fn overlooked(search: &Search, chosen: &ChosenBy) -> Option<Overlooked> {
    let is_anybodys = match chosen {
        ChosenBy::Path(_) => true,
        ChosenBy::Variable(name) => name == CONDA_PREFIX,
        ChosenBy::Named(_) | ChosenBy::DotVenv(_) | ChosenBy::Manager(_) => false,
    };
    if !is_anybodys {
        return None;
    }
    let is_environment = |folder: &Path| folder.join("pyvenv.cfg").is_file() && in_environment(folder).is_some();
    let named = ["venv", "env"].into_iter().map(PathBuf::from);
    let named = named.filter(|name| is_environment(&search.project.join(name)));
    // A workspace has one environment, at its top.
    let above = search.project.ancestors().skip(1).map(|folder| folder.join(".venv"));
    let above = above.filter(|folder| is_environment(folder));
    named
        .map(Overlooked::Folder)
        .next()
        .or_else(|| managers::hint(search))
        .or_else(|| above.map(Overlooked::Folder).next())
}

/// A variable that says something.
fn set(variable: &Option<PathBuf>) -> Option<PathBuf> {
    variable.clone().filter(|path| !path.as_os_str().is_empty())
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

/// The first program of this name that does not belong to an environment of our own.
fn named_on_path(search: &Search, name: &str) -> Option<Chosen> {
    let executable = executables_on_path(search, Path::new(name)).find(|path| {
        let environment = path.parent().and_then(Path::parent);
        !environment.is_some_and(|folder| folder.join("pyvenv.cfg").is_file() && own_environment::is(folder))
    })?;
    let by = ChosenBy::Path(name.to_owned());
    Some(Chosen { executable, by })
}

fn on_path(search: &Search, name: &Path) -> Option<PathBuf> {
    executables_on_path(search, name).next()
}

fn executables_on_path<'a>(search: &'a Search, name: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
    let folders = search.path.as_deref().map(std::env::split_paths);
    let candidates = folders.into_iter().flatten().map(move |folder| folder.join(name));
    candidates.filter(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests;
