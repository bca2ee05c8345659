//! Budgets, as a file of their own and in pyproject.toml. What stands behind a NUL in the input are `--config KEY=VALUE`, a line each.

use importgate_core::budgets::{FileKind, Override, Written};
use importgate_core::observed::ModuleIndex;

use crate::printed::assert_inert;

/// What patterns are held against.
const MODULES: [&str; 6] = [
    "json",
    "shop",
    "shop.cli",
    "shop.services",
    "shop.services.orders",
    "größe",
];

/// A budgets file of its own.
pub fn standalone(data: &[u8]) {
    check(data, FileKind::Standalone, "budgets.toml");
}

/// A pyproject.toml.
pub fn pyproject(data: &[u8]) {
    check(data, FileKind::Pyproject, "pyproject.toml");
}

fn check(data: &[u8], kind: FileKind, file_name: &str) {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (text, beside) = input.split_once('\0').unwrap_or((input, ""));
    let overrides: Vec<Override> = beside.lines().filter_map(|line| line.parse().ok()).collect();
    let written = Written {
        text,
        file_name,
        kind,
        overrides: &overrides,
    };
    let budgets = match written.parse() {
        Ok(budgets) => budgets,
        Err(mistakes) => {
            assert!(mistakes.iter().next().is_some(), "refused without a reason");
            assert_inert(&mistakes.to_string());
            let _ = written.valid_part();
            return;
        }
    };
    // Without mistakes, the ways to read it come to the same.
    assert_eq!(written.settings().expect("no mistake"), budgets);
    assert_eq!(written.valid_part().expect("no mistake"), budgets);
    match budgets.resolve(&Modules) {
        Ok(targets) => {
            let mut names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), targets.len(), "a target is there twice");
        }
        Err(mistakes) => assert_inert(&mistakes.to_string()),
    }
}

struct Modules;

impl ModuleIndex for Modules {
    fn exists(&self, module: &str) -> bool {
        MODULES.contains(&module)
    }

    fn children(&self, package: &str) -> Vec<String> {
        let parent = |module: &str| {
            module
                .rsplit_once('.')
                .map_or(String::new(), |(parent, _)| parent.to_owned())
        };
        let below = MODULES.iter().filter(|module| parent(module) == package);
        below.map(|module| (*module).to_owned()).collect()
    }
}
