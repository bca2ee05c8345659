//! The modules of the packages that were found, and those of them that are left out: tests, migrations and what others wrote are no
//! part of what a program imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::{ModuleIndex, is_at_or_below};

/// Names of modules that no program imports, or that the project did not write, wherever they stand in a package; and of folders of data,
/// which editable installations tell as packages.
const LEFT_OUT: &[&str] = &[
    "_vendor",
    "_vendored",
    "conftest",
    "locale",
    "migrations",
    "project_template",
    "static",
    "templates",
    "test",
    "tests",
    "third_party",
    "vendor",
    "vendored",
];

/// More modules than this are not looked for.
const MOST: usize = 20_000;

/// What is below the packages of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Modules {
    /// The modules to measure, each with whether it has others below it.
    pub kept: BTreeMap<String, bool>,
    /// Those that are left out.
    pub left_out: BTreeSet<String>,
}

impl Modules {
    /// Those at or below `package`.
    pub(super) fn names_below<'a>(&'a self, package: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self.kept.range(package.to_owned()..).map(|(name, _)| name.as_str());
        // Names that only begin alike stand between a package and what is below it.
        let begins_alike = from.take_while(move |name| name.starts_with(package));
        begins_alike.filter(move |name| is_at_or_below(name, package))
    }

    /// Everything that is there, left out or not.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let kept = self.kept.keys().map(String::as_str);
        kept.chain(self.left_out.iter().map(String::as_str))
    }

    /// Patterns for all that is left out, few where the same name is left out in many places.
    pub(super) fn exclusions(&self) -> BTreeSet<String> {
        let mut patterns = BTreeSet::new();
        for name in &self.left_out {
            let (parent, last) = name.rsplit_once('.').unwrap_or(("", name));
            if self.left_out.contains(parent) {
                continue;
            }
            let pattern = match parent.split_once('.') {
                Some((top, _)) if LEFT_OUT.contains(&last) => format!("{top}.**.{last}"),
                _ => name.clone(),
            };
            patterns.insert(format!("{pattern}.**"));
            patterns.insert(pattern);
        }
        patterns
    }
}

/// Every module at or below these packages.
pub fn modules_below(packages: &[String], index: &dyn ModuleIndex) -> Modules {
    let mut modules = Modules::default();
    let mut open: Vec<String> = packages.to_vec();
    while let Some(name) = open.pop() {
        if modules.kept.len() + modules.left_out.len() == MOST {
            break;
        }
        let children = index.children(&name);
        let has_more = !children.is_empty();
        open.extend(children);
        let is_inside = name
            .rsplit_once('.')
            .is_some_and(|(parent, _)| modules.left_out.contains(parent));
        if is_inside || !packages.contains(&name) && is_left_out(&name) {
            modules.left_out.insert(name);
        } else {
            modules.kept.insert(name, has_more);
        }
    }
    modules
}

fn is_left_out(module: &str) -> bool {
    let name = module.rsplit('.').next().unwrap_or(module);
    LEFT_OUT.contains(&name) || name.starts_with("test_") || name.ends_with("_test") || name.ends_with("_tests")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Listed;

    #[test]
    fn tests_and_migrations_are_left_out_wherever_they_stand() {
        let index = Listed::of(&[
            "acme.web.views",
            "acme.web.tests.test_views",
            "acme.web.migrations.m1",
            "acme.tests.test_a",
            "acme.test_b",
            "acmeother.x",
        ]);
        let modules = modules_below(&["acme".to_owned()], &index);
        assert_eq!(
            modules.kept.keys().collect::<Vec<_>>(),
            ["acme", "acme.web", "acme.web.views"]
        );
        let patterns: Vec<String> = modules.exclusions().into_iter().collect();
        assert_eq!(
            patterns,
            [
                "acme.**.migrations",
                "acme.**.migrations.**",
                "acme.**.tests",
                "acme.**.tests.**",
                "acme.test_b",
                "acme.test_b.**",
                "acme.tests",
                "acme.tests.**"
            ]
        );
        assert_eq!(modules.names_below("acme.web").count(), 2);
    }

    #[test]
    fn a_package_that_is_measured_may_be_called_as_it_likes() {
        let modules = modules_below(&["tests".to_owned()], &Listed::of(&["tests.a"]));
        assert_eq!(modules.kept.len(), 2);
    }
}
