//! Finds the packages of a repository from its files alone: in a folder `src`, beside pyproject.toml, without `__init__`, and several
//! projects in one repository. What the build backend is told comes first; where it says nothing, names decide, as they do for
//! setuptools.

use std::collections::BTreeSet;

use super::django::{self, Django};
use super::metadata::{Metadata, normalised};
use super::tree::{Folder, Sources, Tree, join, split};

/// Folders and modules beside a project that are no part of it.
const NOT_ITS_PACKAGES: &[&str] = &[
    "bench",
    "benchmark",
    "benchmarks",
    "bin",
    "changelog",
    "changes",
    "ci",
    "conf",
    "conftest",
    "demo",
    "demos",
    "deploy",
    "doc",
    "docker",
    "docs",
    "documentation",
    "ez_setup",
    "example",
    "examples",
    "extras",
    "fabfile",
    "fixtures",
    "manage",
    "news",
    "newsfragments",
    "notebooks",
    "noxfile",
    "playground",
    "requirements",
    "runtests",
    "sample",
    "samples",
    "scripts",
    "setup",
    "stubs",
    "tasks",
    "templates",
    "test",
    "testing",
    "tests",
    "third_party",
    "tool",
    "toolbox",
    "tools",
    "tutorial",
    "tutorials",
    "typings",
    "vendor",
    "vendored",
    "versioneer",
];

/// What makes a folder a project of its own.
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];
/// How deep the projects of one repository may lie.
const DEEPEST_PROJECT: usize = 4;
/// How deep a folder without `__init__` may be followed to a package.
const DEEPEST_NAMESPACE: usize = 4;

/// What there is to measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The name of the project, for people.
    pub name: Option<String>,
    /// The folders that hold its packages, relative to the project's own; `.` is that one.
    pub source_roots: Vec<String>,
    /// Its packages, and modules that are in none, dotted. Of a package without `__init__`, the packages in it.
    pub packages: Vec<String>,
    /// The names of its console scripts.
    pub scripts: BTreeSet<String>,
    /// Normalised names of the distributions that it needs, with those of its extras and groups.
    pub requirements: BTreeSet<String>,
    /// How its Django is set up, if it has one.
    pub django: Option<Django>,
}

/// Finds the packages of a repository.
pub fn discover(sources: &Sources) -> Discovery {
    let tree = Tree::of(&sources.files);
    let mut discovery = Discovery::default();
    let mut django_settings = None;
    for folder in project_folders(&tree) {
        let project = Project::read(&tree, sources, folder);
        let found = project.packages();
        let Metadata {
            name,
            scripts,
            requirements,
            django_settings: settings,
            ..
        } = project.metadata;
        discovery.name = discovery.name.or(name);
        discovery.scripts.extend(scripts);
        discovery.requirements.extend(requirements);
        django_settings = django_settings.or(settings);
        for (root, package) in found {
            push_new(&mut discovery.packages, package);
            push_new(
                &mut discovery.source_roots,
                if root.is_empty() { ".".to_owned() } else { root },
            );
        }
    }
    discovery.packages.sort();
    discovery.django = django::find(&tree, sources, django_settings);
    discovery
}

fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The folders of the projects in a repository, its own first.
fn project_folders(tree: &Tree) -> Vec<&str> {
    let is_project = |&(path, folder): &(&str, &Folder)| {
        let depth = path.split('/').count();
        let is_own = PROJECT_FILES.iter().any(|file| folder.files.contains(*file));
        is_own && depth <= DEEPEST_PROJECT && !is_beside(path) && !tree.is_in_package(path)
    };
    let mut folders = vec![""];
    folders.extend(
        tree.iter()
            .filter(is_project)
            .map(|(path, _)| path)
            .filter(|path| !path.is_empty()),
    );
    folders
}

/// True for a path through a folder of tests, examples or the like.
fn is_beside(path: &str) -> bool {
    path.split('/').any(|name| NOT_ITS_PACKAGES.contains(&name))
}

/// One project of a repository.
struct Project<'a> {
    tree: &'a Tree,
    folder: &'a str,
    metadata: Metadata,
}

impl<'a> Project<'a> {
    fn read(tree: &'a Tree, sources: &Sources, folder: &'a str) -> Self {
        let text = |name: &str| sources.texts.get(&join(folder, name)).map_or("", String::as_str);
        let mut metadata = Metadata::default();
        metadata.add_pyproject(text("pyproject.toml"));
        metadata.add_setup_cfg(text("setup.cfg"));
        for file in ["pytest.ini", "tox.ini"] {
            metadata.add_test_settings(text(file));
        }
        Self { tree, folder, metadata }
    }

    /// Its packages, each with the folder that it is found in.
    fn packages(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for root in self.roots() {
            for package in self.packages_in(&root) {
                found.push((root.clone(), package));
            }
        }
        found
    }

    /// The folders that may hold its packages.
    fn roots(&self) -> Vec<String> {
        let named = self.metadata.roots.iter().map(|root| join(self.folder, root));
        let named = named.map(|root| root.trim_end_matches('/').to_owned());
        let mut roots: Vec<String> = named.filter(|root| self.tree.folder(root).is_some()).collect();
        if roots.is_empty() {
            let source = join(self.folder, "src");
            let holds = |root: &String| !self.tree.is_package(root) && !self.scan(root, true).is_empty();
            roots.push(if holds(&source) { source } else { self.folder.to_owned() });
        }
        // A Django project's packages stand beside its manage.py.
        let managed = self.tree.folders_in(self.folder).map(|name| join(self.folder, name));
        let is_managed =
            |path: &String| self.tree.has_file(path, "manage.py") && !self.tree.is_package(path) && !is_beside(path);
        roots.extend(managed.filter(is_managed));
        roots
    }

    fn packages_in(&self, root: &str) -> Vec<String> {
        let exists = |package: &&String| {
            let path = join(root, &package.replace('.', "/"));
            self.tree.folder(&path).is_some() || self.tree.has_file(split(&path).0, &format!("{}.py", split(&path).1))
        };
        let named: Vec<&String> = self.metadata.packages.iter().filter(exists).collect();
        if named.is_empty() {
            return self.scan(root, root != self.folder);
        }
        // Of packages that are all named, the uppermost stand for those below them.
        let is_below = |package: &String| named.iter().any(|other| package.starts_with(&format!("{other}.")));
        let uppermost = named.iter().filter(|package| !is_below(package));
        uppermost.map(|package| (*package).clone()).collect()
    }

    /// What looks like its packages in a folder, which is for nothing else where it is a `source` folder.
    fn scan(&self, root: &str, source: bool) -> Vec<String> {
        let own = self.metadata.name.as_deref().map(normalised);
        let is_named = |name: &str| own.as_deref() == Some(&normalised(name));
        let begins_name = |name: &str| {
            let rest = own.as_deref().and_then(|own| own.strip_prefix(&normalised(name)));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let may_be = |name: &&str| is_named(name) || !NOT_ITS_PACKAGES.contains(name) && !is_test(name);
        let mut packages = Vec::new();
        for name in self.tree.folders_in(root).filter(may_be) {
            let path = join(root, name);
            if self.tree.is_package(&path) {
                packages.push(name.to_owned());
            } else if source || begins_name(name) {
                packages.extend(self.in_namespace(&path, name, DEEPEST_NAMESPACE));
            }
        }
        // Modules in no package are scripts as a rule, unless the project is one, or has nothing else.
        let modules: Vec<&str> = self.tree.modules(root).filter(may_be).collect();
        let is_wanted = |name: &&&str| source || is_named(name) || packages.is_empty();
        let modules: Vec<String> = modules
            .iter()
            .filter(is_wanted)
            .map(|name| (*name).to_owned())
            .collect();
        packages.extend(modules);
        packages
    }

    /// The packages in a folder without `__init__`; the folder itself where modules stand in it.
    fn in_namespace(&self, path: &str, name: &str, depth: usize) -> Vec<String> {
        if self.tree.modules(path).next().is_some() {
            return vec![name.to_owned()];
        }
        let mut packages = Vec::new();
        for inner in self.tree.folders_in(path).filter(|inner| !is_test(inner)) {
            let (below, dotted) = (join(path, inner), format!("{name}.{inner}"));
            if self.tree.is_package(&below) {
                packages.push(dotted);
            } else if depth > 0 {
                packages.extend(self.in_namespace(&below, &dotted, depth - 1));
            }
        }
        packages
    }
}

fn is_test(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test") || name.ends_with("_tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str], texts: &[(&str, &str)]) -> Discovery {
        let owned = |&(path, text): &(&str, &str)| (path.to_owned(), text.to_owned());
        let paths = files.iter().chain(texts.iter().map(|(path, _)| path));
        discover(&Sources {
            files: paths.map(|path| (*path).to_owned()).collect(),
            texts: texts.iter().map(owned).collect(),
        })
    }

    fn places(files: &[&str], texts: &[(&str, &str)]) -> (String, String) {
        let Discovery {
            source_roots, packages, ..
        } = found(files, texts);
        (source_roots.join(" "), packages.join(" "))
    }

    fn both(roots: &str, packages: &str) -> (String, String) {
        (roots.to_owned(), packages.to_owned())
    }

    const NAMED: (&str, &str) = ("pyproject.toml", "[project]\nname = \"acme-web\"\n");

    #[test]
    fn a_source_folder_holds_packages_and_nothing_else() {
        let files = [
            "src/acme/__init__.py",
            "src/_speed.py",
            "tests/test_a.py",
            "docs/conf.py",
            "setup.py",
        ];
        assert_eq!(places(&files, &[NAMED]), both("src", "_speed acme"));
    }

    #[test]
    fn beside_the_project_file_packages_are_told_from_what_is_no_part() {
        let files = [
            "acme/__init__.py",
            "tests/__init__.py",
            "docs/conf.py",
            "examples/shop/__init__.py",
            "assets/logo.png",
            "release.py",
            "noxfile.py",
        ];
        assert_eq!(places(&files, &[NAMED]), both(".", "acme"));
        assert_eq!(places(&files, &[]), both(".", "acme"));
    }

    #[test]
    fn a_project_may_be_one_module() {
        assert_eq!(
            places(&["acme_web.py", "setup.py", "conftest.py"], &[NAMED]),
            both(".", "acme_web")
        );
        assert_eq!(places(&["acme.py", "setup.py", "test_acme.py"], &[]), both(".", "acme"));
    }

    #[test]
    fn of_a_namespace_the_packages_in_it_are_found() {
        let files = ["src/acme/web/__init__.py", "src/acme/web/views.py"];
        assert_eq!(places(&files, &[NAMED]), both("src", "acme.web"));
        assert_eq!(
            places(&["acme/web/__init__.py", "data/x/__init__.py"], &[NAMED]),
            both(".", "acme.web")
        );
        assert_eq!(places(&["src/acme/views.py"], &[NAMED]), both("src", "acme"));
    }

    #[test]
    fn a_repository_may_have_several_projects() {
        let files = [
            "packages/one/pyproject.toml",
            "packages/one/src/one/__init__.py",
            "packages/two/setup.py",
            "packages/two/two/__init__.py",
            "examples/three/setup.py",
            "examples/three/three/__init__.py",
        ];
        assert_eq!(places(&files, &[]), both("packages/one/src packages/two", "one two"));
    }

    #[test]
    fn what_the_build_backend_is_told_wins() {
        let poetry = "[tool.poetry]\nname = \"x\"\npackages = [{include = \"acme\", from = \"lib\"}]";
        let files = ["lib/acme/__init__.py", "lib/other/__init__.py", "more/__init__.py"];
        assert_eq!(places(&files, &[("pyproject.toml", poetry)]), both("lib", "acme"));
        let listed = "[options]\npackages =\n  acme\n  acme.web\n";
        let files = ["acme/__init__.py", "acme/web/__init__.py", "other/__init__.py"];
        assert_eq!(places(&files, &[("setup.cfg", listed)]), both(".", "acme"));
        // What is not there was moved, or is made by the build.
        assert_eq!(
            places(&["acme/__init__.py"], &[("setup.cfg", "[options]\npackages = gone\n")]),
            both(".", "acme")
        );
    }

    #[test]
    fn packages_of_a_django_project_stand_beside_its_manage_py() {
        let manage = "os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")";
        let files = [
            "web/shop/__init__.py",
            "web/orders/__init__.py",
            "web/orders/tests/__init__.py",
        ];
        let discovery = found(&files, &[("web/manage.py", manage), ("requirements.txt", "")]);
        assert_eq!(discovery.source_roots, ["web"]);
        assert_eq!(discovery.packages, ["orders", "shop"]);
        assert_eq!(
            discovery.django.map(|django| django.settings),
            Some("shop.settings".to_owned())
        );
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(
            places(&["README.md", "docs/conf.py", "tests/test_a.py"], &[]),
            both("", "")
        );
    }
}
