//! Files and folders as words of the command line: they stand for the targets whose modules they are.

use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::project::Project;
use crate::store;
use importgate_core::budgets;
use importgate_core::budgets::{Group, Target, TargetKind};
use importgate_core::observed::is_at_or_below;
use importgate_core::report::first_names;

/// What a file or a folder is to Python.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    /// This module.
    Module(String),
    /// A package, and everything below it.
    Below(String),
    /// Everything that is found in the source roots.
    Everything,
    /// Nothing: it is in none of them.
    Nothing,
}

impl Project {
    /// The words with names of targets in the place of files and folders.
    ///
    /// # Errors
    /// Where a file or a folder is that of no target: the message names those that load it, as far as the baseline knows.
    pub(crate) fn spelled(&self, words: &[String], groups: &[Group]) -> Result<Vec<String>, Error> {
        // A folder may be called like a name, a pattern or a group of targets.
        let means_target = |word: &String| budgets::select(&self.targets, groups, std::slice::from_ref(word)).is_ok();
        let mut spelled = Vec::new();
        for word in words {
            if means_target(word) || !is_path(word) {
                spelled.push(word.clone());
            } else {
                spelled.extend(self.targets_of_path(word)?);
            }
        }
        Ok(spelled)
    }

    fn targets_of_path(&self, word: &str) -> Result<Vec<String>, Error> {
        let path = Path::new(word).canonicalize().map_err(Error::unreadable(word))?;
        let meaning = meaning(&path, &self.source_roots);
        let targets = self.targets.iter().filter(|target| meaning.is_of(target));
        let names: Vec<String> = targets.map(|target| target.name.clone()).collect();
        if names.is_empty() {
            Err(Error::CannotMeasure(self.no_target(word, &meaning)))
        } else {
            Ok(names)
        }
    }

    /// Why a path stands for no target, and what to do.
    fn no_target(&self, word: &str, meaning: &Meaning) -> String {
        let module = match meaning {
            Meaning::Module(module) => module,
            Meaning::Below(package) => {
                return format!("no module in {word} is a target, neither {package} nor one below it");
            }
            Meaning::Everything => return format!("no module in {word} is a target"),
            Meaning::Nothing => {
                let roots = self.source_roots.iter().map(|root| root.display().to_string());
                let roots = roots.collect::<Vec<_>>().join(", ");
                return format!("{word} is no module of the project: it is not below a source root ({roots})");
            }
        };
        let loaders = self.recorded_loaders(module);
        if loaders.is_empty() {
            let way = format!("give it a table `[modules.\"{module}\"]`, or a layer a pattern that it matches");
            return format!("{word} is {module}, which is no target; to make it one, {way}");
        }
        let names = first_names(loaders.iter().map(String::as_str));
        format!("{word} is {module}, which is no target; in the baseline it is loaded by {names}")
    }

    /// The targets that load a module in the baseline. One that cannot be read says nothing here.
    fn recorded_loaders(&self, module: &str) -> Vec<String> {
        let baseline = store::baseline::read(&self.baseline_path).ok().flatten();
        let entry = baseline.as_ref().and_then(|baseline| baseline.entry(&self.key));
        let recorded = entry.into_iter().flat_map(|entry| &entry.targets);
        let loaders = recorded.filter(|(_, recorded)| recorded.closure.contains_key(module));
        loaders.map(|(target, _)| target.clone()).collect()
    }
}

impl Meaning {
    /// True where it is a module of the target, which is one module.
    fn is_of(&self, target: &Target) -> bool {
        target.kind == TargetKind::Module
            && match self {
                Self::Module(module) => target.name == *module,
                Self::Below(package) => is_at_or_below(&target.name, package),
                Self::Everything => true,
                Self::Nothing => false,
            }
    }
}

/// True for what is written as a path, and for a file or a folder that is there.
fn is_path(word: &str) -> bool {
    word.contains('/') || word.ends_with(".py") || Path::new(word).exists()
}

/// What an absolute path is to a Python that looks for modules in these folders.
fn meaning(path: &Path, source_roots: &[PathBuf]) -> Meaning {
    let is_folder = path.is_dir();
    if is_folder && source_roots.iter().any(|root| root.starts_with(path)) {
        return Meaning::Everything;
    }
    let below = source_roots.iter().filter_map(|root| path.strip_prefix(root).ok());
    let Some(inside) = below.min_by_key(|inside| inside.components().count()) else {
        return Meaning::Nothing;
    };
    let parts = inside.components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let mut parts: Vec<&str> = parts.collect();
    if is_folder {
        return Meaning::Below(parts.join("."));
    }
    // An extension module has more than one dot: `_speed.cpython-313-x86_64-linux-gnu.so`.
    if let Some(last) = parts.last_mut() {
        *last = last.split('.').next().unwrap_or_default();
    }
    if parts.last() == Some(&"__init__") {
        parts.pop();
    }
    Meaning::Module(parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_module_and_a_folder_all_that_lies_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("src");
        std::fs::create_dir_all(root.join("shop/web")).expect("folders");
        let roots = [folder.path().to_path_buf(), root.clone()];
        let module = |name: &str| Meaning::Module(name.to_owned());
        for (path, expected) in [
            ("shop/cli.py", module("shop.cli")),
            ("shop/web/__init__.py", module("shop.web")),
            ("shop/_speed.cpython-313-x86_64-linux-gnu.so", module("shop._speed")),
            ("shop/web", Meaning::Below("shop.web".to_owned())),
        ] {
            assert_eq!(meaning(&root.join(path), &roots), expected, "{path}");
        }
        assert_eq!(meaning(folder.path(), &roots[1..]), Meaning::Everything);
        assert_eq!(meaning(&folder.path().join("setup.py"), &roots[1..]), Meaning::Nothing);
    }
}
