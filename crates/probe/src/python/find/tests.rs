//! Searches in folders that are made for them, with programs that are nothing but files.

use std::fs;

use tempfile::TempDir;

use super::*;

fn executable(path: &Path) -> PathBuf {
    script(path, "#!/bin/sh\n")
}

fn script(path: &Path, text: &str) -> PathBuf {
    fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
    fs::write(path, text).expect("file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("mode");
    path.to_path_buf()
}

/// A folder with a project in it, and a search for its interpreter.
fn project() -> (TempDir, Search) {
    let folder = tempfile::tempdir().expect("folder");
    let search = Search {
        project: folder.path().join("project"),
        beside: "budgets.toml".to_owned(),
        ..Search::default()
    };
    fs::create_dir(&search.project).expect("folder");
    (folder, search)
}

/// What is found, and by what.
fn found(search: &Search) -> (PathBuf, ChosenBy) {
    let chosen = find(search).expect("found");
    (chosen.executable, chosen.by)
}

/// An environment that importgate alone was installed into.
fn own_environment_in(folder: &Path) -> PathBuf {
    executable(&folder.join("bin/python3"));
    executable(&folder.join("bin/importgate"));
    fs::write(folder.join("pyvenv.cfg"), "").expect("file");
    let site = folder.join("lib/python3.13/site-packages");
    fs::create_dir_all(site.join("importgate-0.1.0.dist-info")).expect("folder");
    site
}

#[test]
fn the_configured_one_wins_over_every_other() {
    let (_folder, mut search) = project();
    let configured = executable(&search.project.join("custom/bin/python"));
    executable(&search.project.join(".venv/bin/python"));
    search.configured = Some((PathBuf::from("custom/bin/python"), "budgets.toml:2".to_owned()));
    search.virtual_env = Some(search.project.join(".venv"));
    assert_eq!(
        found(&search),
        (configured, ChosenBy::Named("budgets.toml:2".to_owned()))
    );
}

#[test]
fn what_is_nearest_to_the_project_comes_first() {
    let (folder, mut search) = project();
    let at = |name: &str| folder.path().join(name);
    let uv = executable(&search.project.join("of-uv/bin/python"));
    let beside = executable(&search.project.join(".venv/bin/python"));
    let active = executable(&at("active/bin/python"));
    let conda = executable(&at("conda/bin/python"));
    let global = executable(&at("bin/python3"));
    search.uv_environment = Some("of-uv".into());
    search.virtual_env = Some(at("active"));
    search.conda_prefix = Some(at("conda"));
    search.path = Some(at("bin").into_os_string());
    let variable = |name: &str| ChosenBy::Variable(name.to_owned());

    assert_eq!(found(&search), (uv, variable("UV_PROJECT_ENVIRONMENT")));
    // Set for another project, or for one whose environment is not there yet.
    search.uv_environment = Some("nowhere".into());
    assert_eq!(found(&search), (beside, ChosenBy::DotVenv("budgets.toml".to_owned())));
    fs::remove_dir_all(search.project.join(".venv")).expect("removed");
    assert_eq!(found(&search), (active, variable("VIRTUAL_ENV")));
    search.virtual_env = Some(PathBuf::new());
    assert_eq!(found(&search), (conda, variable("CONDA_PREFIX")));
    fs::remove_file(at("conda/bin/python")).expect("removed");
    assert_eq!(found(&search), (global, ChosenBy::Path("python3".to_owned())));
    search.path = None;
    assert!(matches!(find(&search), Err(PythonError::NotFound { .. })));
}

#[test]
fn an_environment_of_our_own_is_passed_over() {
    let (folder, mut search) = project();
    let hook = folder.path().join("hook");
    own_environment_in(&hook);
    let global = executable(&folder.path().join("bin/python3"));
    let path = [hook.join("bin"), folder.path().join("bin")];
    search.path = Some(std::env::join_paths(path).expect("a path"));
    let expected = (global, ChosenBy::Path("python3".to_owned()));
    // As uvx runs us, as pre-commit does, and as conda would.
    assert_eq!(found(&search), expected);
    search.virtual_env = Some(hook.clone());
    assert_eq!(found(&search), expected);
    search.conda_prefix = search.virtual_env.take();
    assert_eq!(found(&search), expected);
    // Unless somebody says that it is this one, or it is the project's own.
    search.configured = Some((hook.clone(), "--python".to_owned()));
    assert_eq!(found(&search).0, hook.join("bin/python3"));
    search.configured = None;
    own_environment_in(&search.project.join(".venv"));
    assert_eq!(found(&search).0, search.project.join(".venv/bin/python3"));
}

#[test]
fn an_environment_with_the_project_and_importgate_in_it_is_the_projects() {
    let (folder, mut search) = project();
    let active = folder.path().join("active");
    let site = own_environment_in(&active);
    fs::create_dir(site.join("rich-13.7.1.dist-info")).expect("folder");
    executable(&folder.path().join("bin/python3"));
    let path = [active.join("bin"), folder.path().join("bin")];
    search.path = Some(std::env::join_paths(path).expect("a path"));
    assert_eq!(found(&search).0, active.join("bin/python3"));
    search.virtual_env = Some(active.clone());
    assert_eq!(
        found(&search),
        (active.join("bin/python3"), ChosenBy::Variable("VIRTUAL_ENV".to_owned()))
    );
    // What is no virtual environment has the system's packages, whatever was installed into it.
    fs::remove_dir(site.join("rich-13.7.1.dist-info")).expect("removed");
    fs::remove_file(active.join("pyvenv.cfg")).expect("removed");
    search.virtual_env = None;
    assert_eq!(found(&search).0, active.join("bin/python3"));
}

#[test]
fn a_manager_says_where_the_environment_of_the_project_is() {
    let (folder, mut search) = project();
    let at = |name: &str| folder.path().join(name);
    executable(&at("bin/python3"));
    search.path = Some(at("bin").into_os_string());
    let managed = |name: &str| ChosenBy::Manager(name.to_owned());

    let poetrys = executable(&at("cache/shop-1a2b3c-py3.13/bin/python"));
    fs::write(search.project.join("poetry.lock"), "").expect("file");
    let said = format!(
        "#!/bin/sh\necho warning: old >&2\n[ -z \"$VIRTUAL_ENV\" ] && echo {}/cache/shop-1a2b3c-py3.13\n",
        folder.path().display()
    );
    script(&at("bin/poetry"), &said);
    assert_eq!(found(&search), (poetrys, managed("Poetry")));
    script(&at("bin/poetry"), "#!/bin/sh\nexit 1\n");
    assert_eq!(found(&search).1, ChosenBy::Path("python3".to_owned()));

    let pixis = executable(&search.project.join(".pixi/envs/default/bin/python"));
    fs::write(search.project.join("pyproject.toml"), "[tool.pixi.project]\n").expect("file");
    assert_eq!(found(&search), (pixis, managed("Pixi")));

    let pdms = executable(&at("pdm/bin/python"));
    fs::write(search.project.join(".pdm-python"), format!("{}\n", pdms.display())).expect("file");
    assert_eq!(found(&search), (pdms, managed("PDM")));
}

#[test]
fn an_environment_is_overlooked_where_nothing_else_says_which_to_take() {
    let (folder, search) = project();
    let path = ChosenBy::Path("python3".to_owned());
    executable(&search.project.join("env/bin/python"));
    assert_eq!(overlooked(&search, &path), None, "a folder that is no environment");
    fs::write(search.project.join("env/pyvenv.cfg"), "").expect("file");
    let expected = Overlooked::Folder("env".into());
    assert_eq!(overlooked(&search, &path), Some(expected.clone()));
    let conda = ChosenBy::Variable("CONDA_PREFIX".to_owned());
    assert_eq!(
        overlooked(&search, &conda),
        Some(expected),
        "the base of conda is everybody's"
    );
    for by in [
        ChosenBy::Named("--python".to_owned()),
        ChosenBy::Variable("VIRTUAL_ENV".to_owned()),
    ] {
        assert_eq!(overlooked(&search, &by), None, "{by:?}");
    }
    fs::remove_dir_all(search.project.join("env")).expect("removed");
    let above = folder.path().join(".venv");
    executable(&above.join("bin/python"));
    fs::write(above.join("pyvenv.cfg"), "").expect("file");
    assert_eq!(overlooked(&search, &path), Some(Overlooked::Folder(above)));
}

#[test]
fn a_manager_is_named_with_the_command_that_helps() {
    let hint = |files: &[(&str, &str)]| {
        let (_folder, search) = project();
        for (file, text) in files {
            let path = search.project.join(file);
            if text.is_empty() {
                executable(&path);
            } else {
                fs::write(&path, text).expect("file");
            }
        }
        match overlooked(&search, &ChosenBy::Path("python3".to_owned())) {
            Some(Overlooked::Managed { manager, command }) => format!("{manager}: {command}"),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(
        hint(&[("pyproject.toml", "[tool.poetry]\n")]),
        "Poetry: poetry run importgate check"
    );
    assert_eq!(
        hint(&[("hatch.toml", "[envs.default]\n")]),
        "Hatch: hatch run importgate check"
    );
    assert_eq!(hint(&[("pyproject.toml", "[tool.hatch.version]\n")]), "None");
    assert_eq!(hint(&[("uv.lock", "version = 1\n")]), "uv: uv run importgate check");
    let conda = [("environment.yml", "channels: [x]\nname: 'shop-dev'  # ours\n")];
    assert_eq!(
        hint(&conda),
        "conda: conda run --no-capture-output -n shop-dev importgate check"
    );
    let tox = [
        (".tox/py39/bin/python", ""),
        (".tox/py313/bin/python", ""),
        (".tox/lint/bin/python", ""),
    ];
    assert_eq!(hint(&tox), "tox: importgate check --python .tox/py313");
}

#[test]
fn a_named_place_without_an_interpreter_is_never_replaced_by_another() {
    let (_folder, mut search) = project();
    executable(&search.project.join(".venv/bin/python"));
    search.configured = Some((PathBuf::from("gone/bin/python"), "budgets.toml:2".to_owned()));
    let message = find(&search).expect_err("missing").to_string();
    assert!(
        message.contains("gone/bin/python") && message.contains("budgets.toml:2"),
        "{message}"
    );
}
