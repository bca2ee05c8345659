//! How a project may write a late import: what its pyproject.toml says of the Pythons that it runs on, and which one measures.

use serde::Deserialize;

use super::Style;
use crate::explain::source::has_lazy_imports;

#[derive(Deserialize, Default)]
struct Pyproject {
    project: Option<ProjectTable>,
    tool: Option<Tools>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ProjectTable {
    requires_python: Option<String>,
}

#[derive(Deserialize)]
struct Tools {
    poetry: Option<Poetry>,
}

#[derive(Deserialize)]
struct Poetry {
    dependencies: Option<toml::Table>,
}

impl Style {
    /// `lazy` is written where the interpreter knows it and the project runs on none that does not; where the project does not say
    /// on which it runs, the interpreter decides. `minor` is its feature version, such as `3.15`.
    pub fn of(pyproject: Option<&str>, minor: &str) -> Self {
        let asked = pyproject.and_then(required);
        let on_all =
            asked.is_none_or(|requirement| lowest(&requirement).is_some_and(|lowest| has_lazy_imports(&lowest)));
        if has_lazy_imports(minor) && on_all {
            Self::LazyKeyword
        } else {
            Self::InFunctions
        }
    }
}

/// What the project says of the Pythons that it runs on.
fn required(pyproject: &str) -> Option<String> {
    let file: Pyproject = toml::from_str(pyproject).ok()?;
    let standard = file.project.and_then(|project| project.requires_python);
    standard.or_else(|| {
        let dependencies = file.tool?.poetry?.dependencies?;
        Some(dependencies.get("python")?.as_str()?.to_owned())
    })
}

/// The lowest feature version that a requirement such as `>=3.15,<4` allows; `None` where it allows any.
fn lowest(requirement: &str) -> Option<String> {
    let bound = |clause: &str| {
        let clause = clause.trim();
        let version = [">=", "==", "~=", "^", "~"]
            .iter()
            .find_map(|sign| clause.strip_prefix(sign))
            .map(|version| version.trim().trim_end_matches(".*").to_owned());
        // Above 3.14 there are 3.14.1 and its like.
        version.or_else(|| clause.strip_prefix('>').map(|version| version.trim().to_owned()))
    };
    requirement
        .split(',')
        .filter_map(bound)
        .max_by_key(|version| has_lazy_imports(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lazy_is_written_where_every_python_of_the_project_knows_it() {
        let style = |requirement: &str, minor| {
            let pyproject = format!("[project]\nname = \"a\"\nrequires-python = \"{requirement}\"\n");
            Style::of(Some(&pyproject), minor)
        };
        for requirement in [">=3.15", ">= 3.15, <4", "==3.15.*", "~=3.16"] {
            assert_eq!(style(requirement, "3.15"), Style::LazyKeyword, "{requirement}");
            assert_eq!(style(requirement, "3.14"), Style::InFunctions, "{requirement}");
        }
        for requirement in [">=3.9", "<4", ">3.14", "!=3.15.0", "nonsense"] {
            assert_eq!(style(requirement, "3.15"), Style::InFunctions, "{requirement}");
        }
    }

    #[test]
    fn where_the_project_says_nothing_the_interpreter_decides() {
        for pyproject in [
            None,
            Some("[project]\nname = \"a\"\n"),
            Some("[tool.ruff]\n"),
            Some("no toml"),
        ] {
            assert_eq!(Style::of(pyproject, "3.15"), Style::LazyKeyword);
            assert_eq!(Style::of(pyproject, "3.12"), Style::InFunctions);
        }
        let poetry = "[tool.poetry.dependencies]\npython = \"^3.9\"\n";
        assert_eq!(Style::of(Some(poetry), "3.15"), Style::InFunctions);
    }
}
