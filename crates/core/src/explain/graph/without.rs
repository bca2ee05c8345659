//! What hangs on a module or a package entirely: what would not be loaded if nothing imported it.

use super::ImportGraph;
use crate::observed::LoadedModule;

impl<'a> ImportGraph<'a> {
    /// The modules that are loaded for the sake of those that `is_cut`, and these themselves, in the order in which they were loaded.
    pub(in crate::explain) fn without(&self, is_cut: impl Fn(&str) -> bool) -> Vec<&'a LoadedModule> {
        let nodes = self.names.iter().enumerate().skip(1);
        let cut: Vec<usize> = nodes.filter(|(_, name)| is_cut(name)).map(|(node, _)| node).collect();
        self.fallen(&self.reached_without(&cut)).collect()
    }

    /// True where a module imports it, and not only the run itself.
    pub(in crate::explain) fn is_imported_by_a_module(&self, module: &str) -> bool {
        let Some(node) = self.index.get(module) else {
            return false;
        };
        let mut executions = self.executions.iter();
        executions.any(|execution| execution.statement.importer.is_some() && execution.imported.contains(node))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    fn names(modules: &[&LoadedModule]) -> Vec<String> {
        modules.iter().map(|module| module.name.clone()).collect()
    }

    #[test]
    fn what_another_module_imports_too_stays() {
        let observation = Sketch::new("app")
            .loads("app", 1, "heavy", 1)
            .loads("heavy", 1, "only", 1)
            .loads("heavy", 2, "shared", 1)
            .loads("app", 2, "other", 1)
            .also("other", 1, "shared")
            .build();
        let graph = ImportGraph::new(&observation);
        assert_eq!(names(&graph.without(|name| name == "heavy")), ["heavy", "only"]);
        assert_eq!(
            names(&graph.without(|name| name == "heavy" || name == "other")).len(),
            4
        );
        assert!(graph.is_imported_by_a_module("shared") && !graph.is_imported_by_a_module("app"));
        assert!(!graph.is_imported_by_a_module("nothing"));
    }
}
