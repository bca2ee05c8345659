//! The environments that project managers keep somewhere else than in `.venv`. Each is asked in the cheapest way that its users expect:
//! PDM and Pixi have written down in the project where it is, Poetry and Hatch say it when they are asked. What none of them knows
//! is left to whoever types: `poetry run importgate check` and its likes set VIRTUAL_ENV.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Chosen, Overlooked, Search, in_environment, is_executable, on_path};
use crate::files;
use crate::runner::{self, Command, Output, Status};
use importgate_core::observed::ChosenBy;

/// How long a manager may take to say where its environment is.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// Variables that would have a manager answer with the environment that is active.
const ACTIVE: [&str; 4] = ["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"];

/// A way to keep a project's environment.
struct Manager {
    name: &'static str,
    /// Whether a project has its environment kept in this way.
    keeps: fn(&Search) -> bool,
    /// Its interpreter, where that can be found out.
    interpreter: fn(&Search) -> Option<PathBuf>,
    /// What runs the gate in it.
    command: fn(&Search) -> String,
}

/// Those that write down where it is come before those that have to be started to say so.
const MANAGERS: [Manager; 8] = [
    Manager {
        name: "PDM",
        keeps: |search| has(search, "pdm.lock") || has(search, ".pdm-python"),
        interpreter: |search| {
            let path = files::read_text(&search.project.join(".pdm-python")).ok()?;
            let path = search.project.join(path.trim());
            is_executable(&path).then_some(path)
        },
        command: |_| "pdm run importgate check".to_owned(),
    },
    Manager {
        name: "Pixi",
        keeps: |search| has(search, "pixi.toml") || has(search, "pixi.lock") || pyproject_has(search, "[tool.pixi"),
        interpreter: |search| in_environment(&search.project.join(".pixi/envs/default")),
        command: |_| "pixi run importgate check".to_owned(),
    },
    Manager {
        name: "Poetry",
        keeps: |search| has(search, "poetry.lock") || pyproject_has(search, "[tool.poetry"),
        interpreter: |search| say(search, "poetry", &["env", "info", "--path"]),
        command: |_| "poetry run importgate check".to_owned(),
    },
    Manager {
        name: "Hatch",
        // Many projects build with Hatch that have no environment of it.
        keeps: |search| has(search, "hatch.toml") || pyproject_has(search, "[tool.hatch.envs"),
        interpreter: |search| say(search, "hatch", &["env", "find"]),
        command: |_| "hatch run importgate check".to_owned(),
    },
    Manager {
        name: "uv",
        keeps: |search| has(search, "uv.lock"),
        interpreter: |_| None,
        command: |_| "uv run importgate check".to_owned(),
    },
    Manager {
        name: "conda",
        keeps: |search| conda_file(search).is_some(),
        interpreter: |_| None,
        command: |search| {
            let name = conda_file(search).and_then(|text| conda_name(&text));
            let name = name.unwrap_or_else(|| "NAME".to_owned());
            format!("conda run --no-capture-output -n {name} importgate check")
        },
    },
    Manager {
        name: "tox",
        keeps: |search| environment_below(search, ".tox").is_some(),
        interpreter: |_| None,
        command: |search| named_environment(search, ".tox"),
    },
    Manager {
        name: "nox",
        keeps: |search| environment_below(search, ".nox").is_some(),
        interpreter: |_| None,
        command: |search| named_environment(search, ".nox"),
    },
];

/// The interpreter of the project's environment, by what its manager says.
pub(super) fn ask(search: &Search) -> Option<Chosen> {
    let kept = MANAGERS.iter().filter(|manager| (manager.keeps)(search));
    let mut found = kept.filter_map(|manager| {
        Some(Chosen {
            executable: (manager.interpreter)(search)?,
            by: ChosenBy::Manager(manager.name.to_owned()),
        })
    });
    found.next()
}

/// The command that runs the gate in the environment that the project's manager keeps.
pub(super) fn hint(search: &Search) -> Option<Overlooked> {
    let manager = MANAGERS.iter().find(|manager| (manager.keeps)(search))?;
    Some(Overlooked::Managed {
        manager: manager.name,
        command: (manager.command)(search),
    })
}

fn has(search: &Search, file: &str) -> bool {
    search.project.join(file).is_file()
}

fn pyproject_has(search: &Search, table: &str) -> bool {
    files::read_text(&search.project.join("pyproject.toml"))
        .is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with(table)))
}

/// Has a manager say in which folder its environment is. It makes none for that, and one that is not installed says nothing.
fn say(search: &Search, program: &str, words: &[&str]) -> Option<PathBuf> {
    let mut command = Command::new(on_path(search, Path::new(program))?, ANSWER_LIMIT);
    command.arguments = words.iter().map(OsString::from).collect();
    command.environment = ACTIVE.map(|name| (OsString::from(name), None)).into();
    command.working_directory = Some(search.project.clone());
    command.output = Output::Capture;
    let ended = runner::run(&command).ok()?;
    let said = String::from_utf8_lossy(&ended.output_tail);
    let folders = said.lines().map(|line| PathBuf::from(line.trim()));
    let environment = folders
        .filter(|folder| folder.is_absolute())
        .find_map(|folder| in_environment(&folder));
    environment.filter(|_| ended.status == Status::Exited(0))
}

/// What is in the file by which conda makes an environment.
fn conda_file(search: &Search) -> Option<String> {
    let names = ["environment.yml", "environment.yaml"];
    names
        .iter()
        .find_map(|name| files::read_text(&search.project.join(name)).ok())
}

/// The name that it gives the environment.
fn conda_name(text: &str) -> Option<String> {
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?;
    let name = name.split('#').next()?.trim().trim_matches(['"', '\'']);
    let is_plain = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || "-_.".contains(letter));
    (is_plain && !name.is_empty()).then(|| name.to_owned())
}

/// One of the environments that a test runner keeps in a folder of the project: the last one by name, which has the newest Python as
/// they are usually called.
fn environment_below(search: &Search, folder: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(search.project.join(folder)).ok()?.flatten();
    let names = entries.map(|entry| Path::new(folder).join(entry.file_name()));
    let environments = names.filter(|name| in_environment(&search.project.join(name)).is_some());
    environments.max_by_key(|name| by_version(&name.to_string_lossy()))
}

/// A name with its numbers as such: py313 comes after py39.
fn by_version(name: &str) -> (u32, String) {
    let minor = name.rsplit("py3").next().filter(|_| name.contains("py3"));
    let digits: Option<String> = minor.map(|text| {
        text.trim_start_matches('.')
            .chars()
            .take_while(char::is_ascii_digit)
            .collect()
    });
    let minor = digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (minor, name.to_owned())
}

fn named_environment(search: &Search, folder: &str) -> String {
    let name = environment_below(search, folder).unwrap_or_else(|| PathBuf::from(folder));
    format!("importgate check --python {}", name.display())
}
