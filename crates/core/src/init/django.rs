//! Whether a project is one of Django's, and by which settings its modules can be imported.

use super::tree::{Sources, Tree, split};

/// The variable that names the settings.
const VARIABLE: &str = "DJANGO_SETTINGS_MODULE";

/// How Django is set up before a module is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Django {
    /// The module of the settings.
    pub settings: String,
    /// The project's own manage.py, where that is what names them.
    pub program: Option<String>,
}

/// The settings that manage.py names, the one nearest to the top outside of tests; else those of pytest, else those of whatever runs
/// the tests.
pub(super) fn find(tree: &Tree, sources: &Sources, of_tests: Option<String>) -> Option<Django> {
    let named = |path: &str| sources.texts.get(path).and_then(|text| settings_in(text));
    let mut programs: Vec<&String> = sources
        .texts
        .keys()
        .filter(|path| matches!(split(path).1, "manage.py" | "runtests.py"))
        .collect();
    // Of the project before those of its tests, and the nearest to the top first.
    programs.sort_by_key(|path| {
        (
            tree.is_in_package(split(path).0),
            path.split('/').count(),
            path.as_str(),
        )
    });
    let (own, others): (Vec<&String>, Vec<&String>) = programs
        .into_iter()
        .partition(|path| split(path).1 == "manage.py" && !tree.is_in_package(split(path).0));
    let first = |paths: Vec<&String>| paths.into_iter().find_map(|path| Some((named(path)?, path.clone())));
    if let Some((settings, program)) = first(own) {
        return Some(Django {
            settings,
            program: Some(program),
        });
    }
    let settings = of_tests.or_else(|| Some(first(others)?.0))?;
    Some(Django {
        settings,
        program: None,
    })
}

/// The module that a line such as `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")` names.
fn settings_in(text: &str) -> Option<String> {
    let rests = text.lines().filter_map(|line| line.split_once(VARIABLE));
    rests.filter_map(|(_, rest)| quoted(rest)).next()
}

/// The first text in quotes that is the name of a module, past the quote that ends the variable's name.
fn quoted(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(['"', '\'']);
    let start = rest.find(['"', '\''])?;
    let (_, rest) = rest.split_at(start + 1);
    let name = rest.split(['"', '\'']).next()?;
    let is_module = name.split('.').all(crate::observed::is_identifier);
    is_module.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str], texts: &[(&str, &str)], of_tests: Option<&str>) -> Option<String> {
        let paths = files.iter().chain(texts.iter().map(|(path, _)| path));
        let sources = Sources {
            files: paths.map(|path| (*path).to_owned()).collect(),
            texts: texts
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        };
        let tree = Tree::of(&sources.files);
        find(&tree, &sources, of_tests.map(str::to_owned)).map(|django| django.settings)
    }

    #[test]
    fn each_way_of_naming_the_settings_is_read() {
        for line in [
            "    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")",
            "os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'",
        ] {
            assert_eq!(settings_in(line).as_deref(), Some("shop.settings"), "{line}");
        }
        assert_eq!(settings_in("print(os.environ[\"DJANGO_SETTINGS_MODULE\"])"), None);
        assert_eq!(
            settings_in("setdefault(\"DJANGO_SETTINGS_MODULE\", \"{{ name }}.settings\")"),
            None
        );
    }

    #[test]
    fn the_project_comes_before_its_tests() {
        let own = ("manage.py", "x[\"DJANGO_SETTINGS_MODULE\"] = \"shop.settings\"");
        let tests = (
            "shop/test/manage.py",
            "x[\"DJANGO_SETTINGS_MODULE\"] = \"shop.test.settings\"",
        );
        let files = ["shop/__init__.py", "shop/test/__init__.py"];
        assert_eq!(found(&files, &[own, tests], None).as_deref(), Some("shop.settings"));
        assert_eq!(found(&files, &[tests], None).as_deref(), Some("shop.test.settings"));
        assert_eq!(found(&files, &[tests], Some("other")).as_deref(), Some("other"));
        assert_eq!(found(&files, &[], None), None);
    }
}
