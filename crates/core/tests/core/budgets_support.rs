//! A module index for tests: the modules are those of a list.

use std::collections::BTreeSet;

use importgate_core::observed::ModuleIndex;

/// Modules by their full names.
#[derive(Debug)]
pub(crate) struct ListedModules(pub(crate) BTreeSet<String>);

impl<Name: Into<String>> FromIterator<Name> for ListedModules {
    fn from_iter<Names: IntoIterator<Item = Name>>(names: Names) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

impl ModuleIndex for ListedModules {
    fn exists(&self, module: &str) -> bool {
        self.0.contains(module)
    }

    fn children(&self, package: &str) -> Vec<String> {
        let parent_of = |module: &str| {
            module
                .rsplit_once('.')
                .map_or(String::new(), |(parent, _)| parent.to_owned())
        };
        self.0
            .iter()
            .filter(|module| parent_of(module) == package)
            .cloned()
            .collect()
    }
}
