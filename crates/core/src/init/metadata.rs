//! What pyproject.toml and setup.cfg say of a project: its name, where its packages are, what it needs, and its commands.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::ini::Ini;

/// What the files of one project folder say. What they do not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// The name of the distribution.
    pub(super) name: Option<String>,
    /// Folders that hold packages, relative to the project's.
    pub(super) roots: Vec<String>,
    /// Packages and modules that are named, dotted.
    pub(super) packages: Vec<String>,
    /// The names of console scripts.
    pub(super) scripts: BTreeSet<String>,
    /// Normalised names of distributions that it needs, or that an extra or a group of it does.
    pub(super) requirements: BTreeSet<String>,
    /// `DJANGO_SETTINGS_MODULE` of the settings for tests.
    pub(super) django_settings: Option<String>,
}

/// The name of a distribution as PEP 503 compares it.
pub(super) fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

impl Metadata {
    /// Adds what a pyproject.toml says; nothing where it is no TOML.
    pub(super) fn add_pyproject(&mut self, text: &str) {
        let Ok(file) = text.parse::<Table>() else { return };
        let file = Value::Table(file);
        let project = at(&file, &["project"]);
        let poetry = at(&file, &["tool", "poetry"]);
        for table in [project, poetry].into_iter().flatten() {
            self.name = self.name.take().or_else(|| text_at(table, &["name"]));
            self.scripts.extend(keys(at(table, &["scripts"])));
        }
        self.scripts.extend(keys(
            project.and_then(|table| at(table, &["entry-points", "console_scripts"])),
        ));
        self.add_requirements(&file);
        self.add_places(&file);
        let settings = text_at(&file, &["tool", "pytest", "ini_options", "DJANGO_SETTINGS_MODULE"]);
        self.django_settings = self.django_settings.take().or(settings);
    }

    fn add_requirements(&mut self, file: &Value) {
        let lists = at(file, &["project", "dependencies"]).into_iter();
        let tables = [&["project", "optional-dependencies"][..], &["dependency-groups"]];
        let tables = tables.into_iter().filter_map(|path| at(file, path)?.as_table());
        let lists = lists.chain(tables.flat_map(Table::values));
        let texts = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
        self.requirements.extend(texts.filter_map(requirement));
        let Some(poetry) = at(file, &["tool", "poetry"]) else {
            return;
        };
        let groups = at(poetry, &["group"]).and_then(Value::as_table).into_iter();
        let groups = groups
            .flat_map(Table::values)
            .filter_map(|group| at(group, &["dependencies"]));
        let named = ["dependencies", "dev-dependencies"].into_iter();
        let named = named.filter_map(|key| at(poetry, &[key]));
        for table in named.chain(groups) {
            let names = keys(Some(table)).filter(|name| name != "python");
            self.requirements.extend(names.map(|name| normalised(&name)));
        }
    }

    /// Where the build backends are told that packages are.
    fn add_places(&mut self, file: &Value) {
        let Some(tool) = at(file, &["tool"]) else { return };
        let setuptools = at(tool, &["setuptools"]);
        if let Some(setuptools) = setuptools {
            self.packages.extend(texts_at(setuptools, &["packages"]));
            self.packages.extend(texts_at(setuptools, &["py-modules"]));
            self.roots.extend(texts_at(setuptools, &["packages", "find", "where"]));
            self.roots.extend(text_at(setuptools, &["package-dir", ""]));
        }
        for package in array_at(tool, &["poetry", "packages"]) {
            self.roots.extend(text_at(package, &["from"]));
            self.packages
                .extend(text_at(package, &["include"]).as_deref().and_then(dotted));
        }
        for path in texts_at(tool, &["hatch", "build", "targets", "wheel", "packages"]) {
            let (root, package) = path.rsplit_once('/').unwrap_or(("", &path));
            self.roots.extend((!root.is_empty()).then(|| root.to_owned()));
            self.packages.extend(dotted(package));
        }
        self.packages.extend(text_at(tool, &["flit", "module", "name"]));
        self.roots.extend(text_at(tool, &["pdm", "build", "package-dir"]));
        self.roots.extend(text_at(tool, &["maturin", "python-source"]));
        self.packages
            .extend(texts_at(tool, &["uv", "build-backend", "module-name"]));
        self.packages
            .extend(text_at(tool, &["uv", "build-backend", "module-name"]));
        self.roots
            .extend(text_at(tool, &["uv", "build-backend", "module-root"]));
        self.keep_plain();
    }

    /// Adds what a setup.cfg says.
    pub(super) fn add_setup_cfg(&mut self, text: &str) {
        let ini = Ini::parse(text);
        let owned = |text: &str| text.to_owned();
        self.name = self.name.take().or(ini.value("metadata", "name").map(owned));
        let scripts = ini.pairs("options.entry_points", "console_scripts").into_iter();
        self.scripts.extend(scripts.map(|(name, _)| name.to_owned()));
        let needed = ini.lines("options", "install_requires").into_iter();
        let extras: Vec<&str> = ini.keys("options.extras_require").collect();
        let extras = extras
            .into_iter()
            .flat_map(|extra| ini.lines("options.extras_require", extra));
        self.requirements.extend(needed.chain(extras).filter_map(requirement));
        let packages = ini.list("options", "packages").into_iter();
        self.packages
            .extend(packages.filter(|name| !name.starts_with("find")).map(owned));
        self.packages
            .extend(ini.list("options", "py_modules").into_iter().map(owned));
        self.roots
            .extend(ini.list("options.packages.find", "where").into_iter().map(owned));
        let folders = ini.pairs("options", "package_dir").into_iter();
        let folders = folders.filter(|(package, _)| package.is_empty());
        self.roots.extend(folders.map(|(_, folder)| folder.to_owned()));
        self.add_pytest(&ini);
        self.keep_plain();
    }

    /// Adds what pytest.ini or tox.ini say.
    pub(super) fn add_test_settings(&mut self, text: &str) {
        self.add_pytest(&Ini::parse(text));
    }

    fn add_pytest(&mut self, ini: &Ini) {
        let sections = ["pytest", "tool:pytest"].into_iter();
        let settings = sections.filter_map(|section| ini.value(section, "django_settings_module"));
        self.django_settings = self.django_settings.take().or(settings.map(str::to_owned).next());
    }

    /// Leaves out what is no plain folder and no plain name: patterns of build backends, and what only they can make out.
    fn keep_plain(&mut self) {
        let strip = |root: &String| root.trim_start_matches("./").trim_end_matches('/').to_owned();
        self.roots = self.roots.iter().map(strip).collect();
        self.roots
            .retain(|root| !root.contains(['*', '$', '{']) && !root.starts_with('/') && !root.contains(".."));
        let is_name = |name: &String| name.split('.').all(crate::observed::is_identifier);
        self.packages.retain(is_name);
        for list in [&mut self.roots, &mut self.packages] {
            list.sort();
            list.dedup();
        }
    }
}

/// The normalised name in a requirement such as `requests[socks] >= 2.22; python_version < "3.8"`.
fn requirement(text: &str) -> Option<String> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let name = text.split(|letter| !is_name(letter)).next()?;
    (!name.is_empty()).then(|| normalised(name))
}

/// The dotted name of a package that is named by its folder.
fn dotted(folder: &str) -> Option<String> {
    let name = folder.trim_matches('/').replace('/', ".");
    (!name.is_empty()).then_some(name)
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(*key))
}

fn text_at(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path)?.as_str().map(str::to_owned)
}

fn array_at<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    at(value, path).and_then(Value::as_array).into_iter().flatten()
}

fn texts_at(value: &Value, path: &[&str]) -> Vec<String> {
    let texts = array_at(value, path).filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn keys(table: Option<&Value>) -> impl Iterator<Item = String> {
    let table = table.and_then(Value::as_table).into_iter();
    table.flat_map(Table::keys).cloned().collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_pyproject(text: &str) -> Metadata {
        let mut metadata = Metadata::default();
        metadata.add_pyproject(text);
        metadata
    }

    fn names(list: &BTreeSet<String>) -> Vec<&str> {
        list.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_standard_pyproject_tells_name_scripts_and_requirements() {
        let metadata = of_pyproject(
            "[project]\nname = \"Acme\"\ndependencies = [\"requests[socks] >=2; python_version<'3.8'\"]\n\
             [project.scripts]\nacme = \"acme.cli:main\"\n[project.optional-dependencies]\nfast = [\"uvloop\"]\n\
             [dependency-groups]\ntests = [\"pytest\", {include-group = \"x\"}]\n",
        );
        assert_eq!(metadata.name.as_deref(), Some("Acme"));
        assert_eq!(names(&metadata.scripts), ["acme"]);
        assert_eq!(names(&metadata.requirements), ["pytest", "requests", "uvloop"]);
    }

    #[test]
    fn poetry_has_tables_of_its_own() {
        let metadata = of_pyproject(
            "[tool.poetry]\nname = \"acme\"\npackages = [{include = \"acme\", from = \"lib\"}]\n[tool.poetry.scripts]\nacme = \"acme:main\"\n\
             [tool.poetry.dependencies]\npython = \"^3.8\"\nPandas = \"^2\"\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n",
        );
        assert_eq!(metadata.roots, ["lib"]);
        assert_eq!(metadata.packages, ["acme"]);
        assert_eq!(names(&metadata.requirements), ["pandas", "pytest"]);
        assert_eq!(names(&metadata.scripts), ["acme"]);
    }

    #[test]
    fn each_backend_says_where_packages_are() {
        let places = |text: &str| {
            let metadata = of_pyproject(text);
            (metadata.roots.join(" "), metadata.packages.join(" "))
        };
        let both = |roots: &str, packages: &str| (roots.to_owned(), packages.to_owned());
        assert_eq!(
            places("[tool.hatch.build.targets.wheel]\npackages = [\"src/acme\"]"),
            both("src", "acme")
        );
        assert_eq!(
            places("[tool.setuptools.packages.find]\nwhere = [\"lib\"]"),
            both("lib", "")
        );
        assert_eq!(
            places("[tool.setuptools.package-dir]\n\"\" = \"./lib/\""),
            both("lib", "")
        );
        assert_eq!(places("[tool.flit.module]\nname = \"acme\""), both("", "acme"));
        assert_eq!(
            places("[tool.setuptools]\npackages = [\"acme\", \"acme*\"]"),
            both("", "acme")
        );
        assert_eq!(
            places("[tool.uv.build-backend]\nmodule-root = \"\"\nmodule-name = \"acme.web\""),
            both("", "acme.web")
        );
        assert_eq!(places("not toml ["), both("", ""));
    }

    #[test]
    fn setup_cfg_tells_the_same() {
        let mut metadata = Metadata::default();
        metadata.add_setup_cfg(
            "[metadata]\nname = acme\n[options]\npackages = find:\npackage_dir =\n    = src\ninstall_requires =\n    requests\n\
             [options.extras_require]\nsql =\n    SQLAlchemy>=2\n[options.entry_points]\nconsole_scripts =\n    acme = acme:main\n\
             [tool:pytest]\nDJANGO_SETTINGS_MODULE = acme.settings\n",
        );
        assert_eq!(metadata.name.as_deref(), Some("acme"));
        assert_eq!(metadata.roots, ["src"]);
        assert!(metadata.packages.is_empty());
        assert_eq!(names(&metadata.requirements), ["requests", "sqlalchemy"]);
        assert_eq!(names(&metadata.scripts), ["acme"]);
        assert_eq!(metadata.django_settings.as_deref(), Some("acme.settings"));
    }
}
