//! The modules that exist, typed by hand, for tests of what asks for them.

use std::collections::BTreeSet;

use super::ModuleIndex;

/// An index of these modules and of the packages above them.
#[derive(Debug)]
pub(crate) struct Listed(BTreeSet<String>);

impl Listed {
    pub(crate) fn of(names: &[impl AsRef<str>]) -> Self {
        let mut all = BTreeSet::new();
        for name in names {
            let mut name = name.as_ref();
            loop {
                all.insert(name.to_owned());
                match name.rsplit_once('.') {
                    Some((parent, _)) => name = parent,
                    None => break,
                }
            }
        }
        Self(all)
    }
}

impl ModuleIndex for Listed {
    fn exists(&self, module: &str) -> bool {
        self.0.contains(module)
    }

    fn children(&self, package: &str) -> Vec<String> {
        let parent = |name: &str| {
            name.rsplit_once('.')
                .map_or(String::new(), |(parent, _)| parent.to_owned())
        };
        self.0.iter().filter(|name| parent(name) == package).cloned().collect()
    }
}
