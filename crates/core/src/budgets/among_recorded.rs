//! What a word of the command line means among names that were recorded, where no interpreter is there to say which modules exist:
//! `compare` reads two files and starts nothing. The names themselves take the place of the modules, so that what is excluded, and
//! which of two layers has a module, is decided by the same rules as in a check.

use std::collections::{BTreeMap, BTreeSet};

use super::Budgets;
use super::diagnostic::Mistakes;
use super::resolve::Resolver;
use super::select::{members, names};
use crate::observed::ModuleIndex;

impl Budgets {
    /// The recorded names that a word means: a name, a pattern, or a group of these budgets. What a group has and nobody recorded
    /// is left out. So are the mistakes that a check would report: modules come and go between two recordings.
    pub fn meant_among(&self, recorded: &BTreeSet<String>, word: &str) -> Vec<String> {
        let mistakes = Mistakes::new(&self.source);
        let index = RecordedModules::of(recorded);
        let resolver = Resolver {
            budgets: self,
            index: &index,
            mistakes: &mistakes,
        };
        let targets = resolver.targets();
        let groups = self.groups(&targets);
        let of_groups = members(word, &targets, &groups).filter(|name| recorded.contains(*name));
        let named = recorded.iter().map(String::as_str).filter(|name| names(word, name));
        let meant: BTreeSet<&str> = of_groups.chain(named).collect();
        meant.into_iter().map(str::to_owned).collect()
    }
}

/// The modules that were recorded, and the packages above them, by the package that they are in.
struct RecordedModules<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> RecordedModules<'a> {
    fn of(recorded: &'a BTreeSet<String>) -> Self {
        let mut by_package: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        // `layer:NAME` and its like are targets, and no modules.
        for name in recorded.iter().filter(|name| !name.contains(':')) {
            let mut name = name.as_str();
            loop {
                let package = package_of(name);
                let is_new = by_package.entry(package).or_default().insert(name);
                if !is_new || package.is_empty() {
                    break;
                }
                name = package;
            }
        }
        Self(by_package)
    }
}

impl ModuleIndex for RecordedModules<'_> {
    fn exists(&self, module: &str) -> bool {
        (self.0.get(package_of(module))).is_some_and(|modules| modules.contains(module))
    }

    fn children(&self, package: &str) -> Vec<String> {
        let modules = self.0.get(package).into_iter().flatten();
        modules.map(|module| (*module).to_owned()).collect()
    }
}

fn package_of(module: &str) -> &str {
    module.rsplit_once('.').map_or("", |(package, _)| package)
}
