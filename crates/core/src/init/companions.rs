//! What stands beside a budgets file: a workflow, an entry for pre-commit, a target of a Makefile. What is there already keeps every
//! byte, and what names importgate already is left alone.

use super::tree::Sources;

/// The repository, as hooks and workflows name it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
/// The release that is named.
const RELEASE: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// Where the workflow is written.
pub const WORKFLOW: &str = ".github/workflows/importgate.yml";
/// The file of pre-commit.
pub const PRE_COMMIT: &str = ".pre-commit-config.yaml";
/// The Makefile.
pub const MAKEFILE: &str = "Makefile";
/// Where git is told how files are merged.
pub const ATTRIBUTES: &str = ".gitattributes";
/// That importgate merges baselines.
const ATTRIBUTE: &str = "*.baseline.json merge=importgate";
/// The target that is added to it.
const MAKE_TARGET: &str = "import-time";

/// Why nothing can be added to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is there, or asks for importgate already.
    Present,
    /// It is written in a way that nothing can be added to without being sure of every byte.
    Unclear,
}

/// How a project is installed in CI, by the files that it has.
fn install_steps(sources: &Sources) -> &'static [&'static str] {
    let has = |name: &str| sources.files.iter().any(|file| file == name);
    if has("uv.lock") {
        &["pip install uv", "uv sync"]
    } else if has("poetry.lock") {
        &["pip install poetry", "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install"]
    } else if has("pdm.lock") {
        &["pip install pdm", "pdm install"]
    } else if has("pyproject.toml") || has("setup.py") || has("setup.cfg") {
        &["pip install -e ."]
    } else if has("requirements.txt") {
        &["pip install -r requirements.txt"]
    } else {
        &[]
    }
}

/// A workflow for GitHub that checks each pull request. `minor` is the Python that measured, such as `3.13`.
pub fn workflow(sources: &Sources, minor: &str) -> Result<String, Refusal> {
    if sources.files.iter().any(|file| file == WORKFLOW) {
        return Err(Refusal::Present);
    }
    let install = install_steps(sources)
        .iter()
        .map(|step| format!("      - run: {step}\n"));
    let install: String = install.collect();
    let action = REPOSITORY.trim_start_matches("https://github.com/");
    Ok(format!(
        "name: import time
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  import-time:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: \"{minor}\"
{install}      - uses: {action}@{RELEASE}
"
    ))
}

/// The configuration of pre-commit with our hooks in it.
pub fn pre_commit(before: Option<&str>) -> Result<String, Refusal> {
    let Some(before) = before else {
        return Ok(format!("repos:\n{}", pre_commit_entry("  ")));
    };
    if before.contains(REPOSITORY) {
        return Err(Refusal::Present);
    }
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let begins = lines
        .iter()
        .position(|line| line.trim_end() == "repos:")
        .ok_or(Refusal::Unclear)?;
    let is_inside = |line: &&str| line.starts_with([' ', '-', '#', '\n', '\r', '\t']);
    let length = lines[begins + 1..].iter().take_while(|line| is_inside(line)).count();
    let inside = &lines[begins + 1..begins + 1 + length];
    let item = inside
        .iter()
        .find(|line| line.trim_start().starts_with('-'))
        .ok_or(Refusal::Unclear)?;
    let indent = &item[..item.len() - item.trim_start().len()];
    // Blank lines and comments at the end belong to what follows.
    let is_entry = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let last = inside.iter().rposition(is_entry).ok_or(Refusal::Unclear)?;
    let (above, below) = lines.split_at(begins + 1 + last + 1);
    let mut after = above.concat();
    if !after.ends_with('\n') {
        after.push('\n');
    }
    after.push_str(&pre_commit_entry(indent));
    after.push_str(&below.concat());
    Ok(after)
}

/// The attributes with the one that has baselines merged by importgate.
pub fn attributes(before: Option<&str>) -> Result<String, Refusal> {
    let mut after = before.unwrap_or_default().to_owned();
    if after.contains("merge=importgate") {
        return Err(Refusal::Present);
    }
    if !after.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    after.push_str(ATTRIBUTE);
    after.push('\n');
    Ok(after)
}

fn pre_commit_entry(indent: &str) -> String {
    let lines = [
        format!("- repo: {REPOSITORY}"),
        format!("  rev: {RELEASE}"),
        "  hooks:".to_owned(),
        "    - id: importgate".to_owned(),
        "    - id: importgate-check".to_owned(),
    ];
    lines.map(|line| format!("{indent}{line}\n")).concat()
}

/// The Makefile with a target of ours at its end.
pub fn makefile(before: Option<&str>) -> Result<String, Refusal> {
    let before = before.unwrap_or_default();
    let is_ours = |line: &str| line.starts_with(&format!("{MAKE_TARGET}:")) || line.contains("importgate check");
    if before.lines().any(is_ours) {
        return Err(Refusal::Present);
    }
    // A line that goes on would swallow the target.
    if before.trim_end_matches('\n').ends_with('\\') {
        return Err(Refusal::Unclear);
    }
    let gap = match before {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    Ok(format!(
        "{before}{gap}.PHONY: {MAKE_TARGET}\n{MAKE_TARGET}:\n\timportgate check\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[&str]) -> Sources {
        Sources {
            files: files.iter().map(|file| (*file).to_owned()).collect(),
            ..Sources::default()
        }
    }

    #[test]
    fn the_workflow_installs_the_project_as_its_lock_file_asks() {
        let text = |files: &[&str]| workflow(&sources(files), "3.13").expect("a workflow");
        assert!(text(&["uv.lock", "pyproject.toml"]).contains("- run: uv sync\n"));
        assert!(text(&["setup.py"]).contains("- run: pip install -e .\n"));
        assert!(text(&["requirements.txt"]).contains("- run: pip install -r requirements.txt\n"));
        assert!(text(&[]).contains("python-version: \"3.13\""));
        assert_eq!(workflow(&sources(&[WORKFLOW]), "3.13"), Err(Refusal::Present));
    }

    #[test]
    fn hooks_are_added_to_the_list_and_nothing_else_changes() {
        for (before, indent) in [
            ("repos:\n  - repo: local\n    hooks: []\n", "  "),
            ("repos:\n- repo: local\n  hooks: []", ""),
            (
                "fail_fast: true\nrepos:\n# ruff\n-   repo: local\n    hooks: []\n\n# for CI\nci:\n  skip: []\n",
                "",
            ),
        ] {
            let after = pre_commit(Some(before)).expect("an entry");
            let entry = pre_commit_entry(indent);
            assert!(after.contains(&entry), "{after}");
            let rest = after.replace(&entry, "");
            assert_eq!(rest.trim_end_matches('\n'), before.trim_end_matches('\n'));
            assert!(after.find("hooks: []") < after.find(&entry), "{after}");
            assert!(
                after.find("ci:").is_none_or(|at| at > after.find(&entry).unwrap_or(0)),
                "{after}"
            );
            assert_eq!(pre_commit(Some(&after)), Err(Refusal::Present));
        }
        assert_eq!(pre_commit(Some("repos: []\n")), Err(Refusal::Unclear));
        assert!(pre_commit(None).expect("a file").starts_with("repos:\n  - repo: "));
    }

    #[test]
    fn a_makefile_gets_a_target_at_its_end() {
        let after = makefile(Some("all:\n\tcc a.c")).expect("a target");
        assert_eq!(
            after,
            "all:\n\tcc a.c\n\n.PHONY: import-time\nimport-time:\n\timportgate check\n"
        );
        assert_eq!(makefile(Some(&after)), Err(Refusal::Present));
        assert_eq!(makefile(Some("all:\n\tcc \\\n")), Err(Refusal::Unclear));
        assert!(makefile(None).expect("a file").starts_with(".PHONY"));
    }
}
