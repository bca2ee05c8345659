//! What it would save to cut an import statement: never its cumulative time, because whatever is imported from
//! elsewhere too stays, and is then paid for there.

use rustc_hash::FxHashSet;

use super::{ImportGraph, ImportStatement, ROOT};
use crate::observed::{LoadedModule, Place};

/// What falls away with an import statement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Saving<'a> {
    /// CPU and blocked time of the modules that fall away, in nanoseconds.
    pub time_ns: u64,
    /// Resident memory that their bodies added, in bytes.
    pub memory_bytes: i64,
    /// The modules that nothing would import any more, in the order in which they were loaded.
    pub modules: Vec<&'a LoadedModule>,
    /// Where else the modules that the statement names are imported: what keeps them loaded all the same.
    pub also_imported_by: Vec<OtherImporter>,
}

/// Another import of a module, which keeps it loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherImporter {
    /// The module that stays.
    pub module: String,
    /// The module that imports it; `None` for the probe's own import of the target.
    pub importer: Option<String>,
    /// Where.
    pub place: Option<Place>,
}

/// What a module's own body adds to the resident set, in bytes; what it frees counts as nothing.
pub(super) fn memory_of(module: &LoadedModule) -> u64 {
    module.own_memory_bytes.max(0).unsigned_abs()
}

impl<'a> ImportGraph<'a> {
    /// What would fall away if this statement were removed or made lazy and never used.
    pub fn saving(&self, statement: &ImportStatement<'_>) -> Saving<'a> {
        let cut = self.nodes_of(statement);
        // What a module-level line makes functions import goes with that line, and hangs below it in the graph already.
        let kept = self.reached_without(cut);
        let mut saving = Saving::default();
        for module in self.fallen(&kept) {
            saving.time_ns += module.time_ns();
            saving.memory_bytes += module.own_memory_bytes;
            saving.modules.push(module);
        }
        saving.also_imported_by = self.other_importers(cut, &kept);
        saving
    }

    /// The module-level line that makes a statement inside a function run; `None` where that runs by itself.
    pub fn called_at(&self, statement: &ImportStatement<'_>) -> Option<Place> {
        let trigger = self.triggers_of(statement).next()?;
        let file = self.module(&trigger.module).and_then(|module| module.file.clone());
        Some(Place {
            file: file.unwrap_or_else(|| trigger.module.clone()),
            line: trigger.line,
        })
    }

    /// The statements in modules that `is_wanted` whose cut would save at least `time_ns`, the one that saves most first.
    pub fn statements_worth(&self, time_ns: u64, is_wanted: impl Fn(&str) -> bool) -> Vec<ImportStatement<'a>> {
        let mut weights = self.weights(is_wanted, LoadedModule::time_ns);
        weights.retain(|(_, saved_ns)| *saved_ns >= time_ns);
        weights.sort_by_key(|(_, saved_ns)| std::cmp::Reverse(*saved_ns));
        weights.into_iter().map(|(statement, _)| statement).collect()
    }

    /// Every statement in a module that `is_wanted`, with what its cut would save by the `cost` of each module, but for those that
    /// certainly save nothing.
    pub(super) fn weights(
        &self,
        is_wanted: impl Fn(&str) -> bool,
        cost: fn(&LoadedModule) -> u64,
    ) -> Vec<(ImportStatement<'a>, u64)> {
        let statements = self.by_statement.iter().filter(|(statement, nodes)| {
            statement.importer.is_some_and(&is_wanted) && self.may_have_loaded(statement, nodes)
        });
        let weight = |(statement, nodes): &(ImportStatement<'a>, Vec<usize>)| {
            let kept = self.reached_without(nodes);
            (*statement, self.fallen(&kept).map(cost).sum())
        };
        statements.map(weight).collect()
    }

    /// False where all that a statement asks for was loaded by others: it came another way, and stays without the statement.
    fn may_have_loaded(&self, statement: &ImportStatement<'_>, nodes: &[usize]) -> bool {
        let executions = nodes.iter().map(|node| &self.executions[node - self.names.len()]);
        executions
            .flat_map(|execution| &execution.imported)
            .any(|&module| self.loading[module].is_none_or(|edge| ImportStatement::of(edge) == *statement))
    }

    /// The modules that the root reaches, but not in `kept`.
    pub(super) fn fallen(&self, kept: &[bool]) -> impl Iterator<Item = &'a LoadedModule> {
        let nodes = self.loaded.iter().enumerate();
        nodes
            .filter(|(node, _)| self.reached[*node] && !kept[*node])
            .filter_map(|(_, module)| *module)
    }

    fn other_importers(&self, cut: &[usize], kept: &[bool]) -> Vec<OtherImporter> {
        let modules = self.names.len();
        let mut others: Vec<OtherImporter> = Vec::new();
        for &node in cut {
            for &stays in self.executions[node - modules]
                .imported
                .iter()
                .filter(|&&module| kept[module])
            {
                for (position, execution) in self.executions.iter().enumerate() {
                    if kept[modules + position] && execution.imported.contains(&stays) {
                        let other = OtherImporter {
                            module: self.names[stays].to_owned(),
                            importer: execution.statement.importer.map(str::to_owned),
                            place: execution.statement.place(),
                        };
                        if !others.contains(&other) {
                            others.push(other);
                        }
                    }
                }
            }
        }
        others
    }

    /// The names of the modules that are not loaded without these statements.
    pub(in crate::explain) fn fallen_without<'s>(
        &self,
        statements: impl Iterator<Item = &'s ImportStatement<'s>>,
    ) -> FxHashSet<&'a str> {
        let cut: Vec<usize> = statements
            .flat_map(|statement| self.nodes_of(statement))
            .copied()
            .collect();
        let kept = self.reached_without(&cut);
        self.fallen(&kept).map(|module| module.name.as_str()).collect()
    }

    /// What the import still reaches where these nodes are cut.
    pub(super) fn reached_without(&self, cut: &[usize]) -> Vec<bool> {
        self.reached(ROOT, cut)
    }

    /// What an import that begins with this node reaches.
    pub(super) fn reached_from(&self, node: usize) -> Vec<bool> {
        self.reached(node, &[])
    }

    fn reached(&self, from: usize, cut: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.successors.len()];
        let mut stack = vec![from];
        while let Some(node) = stack.pop() {
            if !cut.contains(&node) && !std::mem::replace(&mut reached[node], true) {
                let next = self.successors[node].iter().copied();
                stack.extend(next.filter(|&next| self.can_run(next, &reached)));
            }
        }
        reached
    }

    /// False for a statement that lacks the caller of its function, or a module whose function is called on the way.
    fn can_run(&self, node: usize, reached: &[bool]) -> bool {
        let execution = node
            .checked_sub(self.names.len())
            .map(|position| &self.executions[position]);
        execution.is_none_or(|execution| {
            reached[execution.source] && execution.functions.iter().all(|&module| reached[module])
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sketch::Sketch;
    use super::*;

    fn statement(importer: &'static str, file: &'static str, line: u32) -> ImportStatement<'static> {
        ImportStatement {
            importer: Some(importer),
            file: Some(file),
            line,
        }
    }

    fn names<'a>(saving: &Saving<'a>) -> Vec<&'a str> {
        saving.modules.iter().map(|module| module.name.as_str()).collect()
    }

    #[test]
    fn what_is_shared_stays() {
        let observation = Sketch::new("app")
            .loads("app", 1, "torch", 300)
            .loads("torch", 1, "torch.nn", 40)
            .loads("torch", 2, "json", 10)
            .also("app", 2, "json")
            .build();
        let graph = ImportGraph::new(&observation);
        let saving = graph.saving(&statement("app", "app.py", 1));
        assert_eq!(names(&saving), ["torch", "torch.nn"]);
        assert_eq!((saving.time_ns, saving.memory_bytes), (340_000_000, 340 * 1024));
        assert_eq!(saving.also_imported_by, []);
    }

    #[test]
    fn a_second_importer_leaves_nothing_to_save_and_is_named() {
        let observation = Sketch::new("app")
            .loads("app", 1, "torch", 300)
            .loads("app", 2, "helper", 1)
            .also("helper", 7, "torch.nn")
            .build();
        let graph = ImportGraph::new(&observation);
        let saving = graph.saving(&statement("app", "app.py", 1));
        assert_eq!(saving.time_ns, 0);
        assert_eq!(saving.also_imported_by.len(), 1);
        assert_eq!(
            saving.also_imported_by[0].place,
            Some(Place {
                file: "helper.py".to_owned(),
                line: 7
            })
        );
    }

    #[test]
    fn a_child_keeps_its_package_loaded() {
        let observation = Sketch::new("app")
            .loads("app", 1, "lib", 5)
            .loads("app", 2, "lib.part", 3)
            .build();
        let graph = ImportGraph::new(&observation);
        assert_eq!(names(&graph.saving(&statement("app", "app.py", 1))), [""; 0]);
        assert_eq!(names(&graph.saving(&statement("app", "app.py", 2))), ["lib.part"]);
    }

    #[test]
    fn what_a_failed_module_imported_falls_with_whoever_tried_it() {
        let observation = Sketch::new("app")
            .loads("app", 1, "lib", 5)
            .also("lib", 2, "lib.optional")
            .also("lib.optional", 1, "lib")
            .loads("lib.optional", 2, "helper", 3)
            .build();
        let graph = ImportGraph::new(&observation);
        let saving = graph.saving(&statement("app", "app.py", 1));
        assert_eq!(names(&saving), ["lib", "helper"]);
    }

    #[test]
    fn what_a_package_imports_while_it_is_used_is_no_second_road_to_it() {
        let observation = Sketch::new("app")
            .loads("app", 1, "lib", 5)
            .loads("lib", 2, "lib.engine", 20)
            .loads("lib.engine", 40, "lib.dialect", 3)
            .called_from("app", 3)
            .also("lib.dialect", 1, "lib.engine")
            .loads("lib.dialect", 2, "driver", 7)
            .build();
        let graph = ImportGraph::new(&observation);
        let saving = graph.saving(&statement("app", "app.py", 1));
        assert_eq!(names(&saving), ["lib", "lib.engine", "lib.dialect", "driver"]);
        assert_eq!(saving.also_imported_by, []);
    }

    #[test]
    fn what_a_library_that_stays_imports_for_one_that_goes_goes_with_it() {
        let observation = Sketch::new("app")
            .loads("app", 1, "plot", 5)
            .loads("plot", 2, "plot.registry", 1)
            .loads("app", 2, "plot.figures", 50)
            .loads("plot.registry", 9, "plot.backend", 80)
            .called_from("app", 4)
            .through("plot.figures")
            .build();
        let graph = ImportGraph::new(&observation);
        let saving = graph.saving(&statement("app", "app.py", 2));
        assert_eq!(names(&saving), ["plot.figures", "plot.backend"]);
    }

    #[test]
    fn what_a_function_of_a_module_that_stays_imports_goes_with_the_caller() {
        let observation = Sketch::new("app")
            .loads("app", 1, "registry", 1)
            .loads("app", 2, "app.plugins", 1)
            .loads("registry", 9, "plugin", 80)
            .called_from("app.plugins", 5)
            .build();
        let graph = ImportGraph::new(&observation);
        assert_eq!(
            names(&graph.saving(&statement("app", "app.py", 2))),
            ["app.plugins", "plugin"]
        );
        assert_eq!(
            names(&graph.saving(&statement("app", "app.py", 1))),
            ["registry", "plugin"]
        );
    }

    #[test]
    fn an_attribute_that_imports_when_touched_goes_with_the_line_that_touched_it() {
        let observation = Sketch::new("app")
            .loads("app", 1, "lib", 5)
            .loads("lib", 20, "lib.heavy", 80)
            .called_from("app", 4)
            .also("app", 4, "lib")
            .build();
        let graph = ImportGraph::new(&observation);
        assert_eq!(names(&graph.saving(&statement("app", "app.py", 4))), ["lib.heavy"]);
        assert_eq!(names(&graph.saving(&statement("lib", "lib.py", 20))), ["lib.heavy"]);
    }

    proptest! {
        #[test]
        fn what_loaded_nothing_saves_nothing(
            imports in prop::collection::vec((0usize..8, 0usize..8, 1u32..4, 0u64..5, prop::option::of(0usize..8)), 0..30)
        ) {
            let mut sketch = Sketch::new("m0");
            let mut loaded = vec![0];
            for (from, to, line, cost, caller) in imports {
                if !loaded.contains(&from) || caller.is_some_and(|caller| !loaded.contains(&caller)) {
                    continue;
                }
                let (name, imported) = (format!("m{from}"), format!("m{to}"));
                sketch = if loaded.contains(&to) {
                    sketch.also(&name, line, &imported)
                } else {
                    loaded.push(to);
                    sketch.loads(&name, line, &imported, cost)
                };
                if let Some(caller) = caller {
                    sketch = sketch.called_from(&format!("m{caller}"), line + 10);
                }
            }
            let observation = sketch.build();
            let graph = ImportGraph::new(&observation);
            let weights = graph.weights(|_| true, LoadedModule::time_ns);
            for statement in graph.statements().into_iter().filter(|statement| statement.importer.is_some()) {
                let weighed = weights.iter().find(|(weighed, _)| *weighed == statement);
                prop_assert_eq!(weighed.map_or(0, |(_, saved_ns)| *saved_ns), graph.saving(&statement).time_ns);
            }
        }
    }
}
