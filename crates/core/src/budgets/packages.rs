//! Which top-level packages a budgets file is about.

use std::collections::BTreeSet;

use super::Budgets;

impl Budgets {
    /// The top-level packages of everything that the file has imported by name or by pattern.
    pub fn packages(&self) -> BTreeSet<String> {
        let layers = self.sections.layers.iter().flat_map(|layer| &layer.patterns);
        let patterns = layers.map(|pattern| pattern.value.literal_prefix());
        let modules = self.sections.modules.iter().map(|module| module.named.name.clone());
        let startups = self.sections.startups.iter().flat_map(|startup| &startup.imports);
        let imports = startups.map(|import| import.value.clone());
        let names = patterns.chain(modules).chain(imports);
        let first = |name: String| name.split('.').next().map(str::to_owned);
        names.filter_map(first).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::budgets::{FileKind, parse};

    #[test]
    fn every_table_that_imports_names_packages() {
        let text = r#"
            [layers.web]
            modules = ["shop.web.*", "tools"]
            [modules."shop.cli"]
            [startup.worker]
            imports = ["celery.app"]
            [commands.help]
            run = ["other", "--help"]
        "#;
        let budgets = parse(text, "budgets.toml", FileKind::Standalone).expect("valid");
        assert_eq!(Vec::from_iter(budgets.packages()), ["celery", "shop", "tools"]);
    }
}
