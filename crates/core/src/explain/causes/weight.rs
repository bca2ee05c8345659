//! Why a target is over its ceiling when there is nothing to compare with: the import statements whose cut would save most, and
//! the bodies that take most themselves.

use super::attribution::Attribution;
use super::{Cause, CauseKind};
use crate::explain::graph::{Heavy, ImportGraph, ImportStatement, PackageAbove, Resource};
use crate::explain::{Root, Weight, milliseconds};
use crate::observed::{ModuleTable, Observation};

/// The heaviest import statements and bodies of a target, in the order of what cutting them would save.
///
/// Only code that the reader can change is named: the project's own, or the target's own package where the target is
/// installed. Of nested statements the innermost that still accounts for most of the weight is named; what is named inside
/// another is marked as its part.
pub fn causes_of_weight(
    observation: &Observation,
    table: &ModuleTable,
    project: &str,
    resource: Resource,
) -> Vec<Cause> {
    let graph = ImportGraph::new(observation);
    let attribution = Attribution {
        graph: &graph,
        table,
        changed: &[],
        project,
    };
    let heaviest = graph.heaviest(resource, |module| attribution.is_own(module));
    let mut causes: Vec<Cause> = Vec::with_capacity(heaviest.len());
    for heavy in &heaviest {
        let part_of = heavy.part_of.and_then(|whole| causes.get(whole)).map(Root::of);
        let cause = cause_of(&attribution, &heavy.what);
        causes.push(Cause { part_of, ..cause });
    }
    causes
}

fn cause_of(attribution: &Attribution<'_>, heavy: &Heavy<'_>) -> Cause {
    match heavy {
        Heavy::Body(module) => {
            let weight = Weight {
                time_ms: milliseconds(module.time_ns()),
                memory_bytes: module.own_memory_bytes,
                modules: 1,
            };
            attribution.module(CauseKind::HeavyBody, &module.name, weight)
        }
        Heavy::Package(PackageAbove { name, modules }) => {
            attribution.module(CauseKind::HeavyPackage, name, Weight::of_modules(modules))
        }
        Heavy::Statement(statement) => {
            let saving = attribution.graph.saving(statement);
            let module = attribution
                .graph
                .named_by(statement, &saving.modules)
                .unwrap_or_default();
            let weight = Weight {
                time_ms: milliseconds(saving.time_ns),
                memory_bytes: saving.memory_bytes,
                modules: saving.modules.len() as i64,
            };
            let beside = attribution.graph.asked_beside(module, statement, &saving.modules);
            let kind = CauseKind::HeavyStatement { beside };
            let cause = attribution.statement(kind, statement, module, weight);
            // It is weighed by what falls away with it.
            Cause {
                falls_away: true,
                before_ms: 0.0,
                ..cause
            }
        }
        Heavy::Together(set) => {
            let others = set.statements[1..].iter().filter_map(ImportStatement::place);
            let kind = CauseKind::HeavyTogether {
                others: others.collect(),
            };
            let weight = Weight::of_modules(&set.modules);
            let cause = attribution.statement(kind, &set.statements[0], set.module, weight);
            Cause {
                falls_away: true,
                before_ms: 0.0,
                ..cause
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Distribution;
    use crate::explain::graph::sketch::{Sketch, table};
    use crate::observed::Place;

    #[test]
    fn the_innermost_own_statement_that_accounts_for_the_weight_is_named() {
        let observation = Sketch::new("shop")
            .loads("shop", 3, "shop.database", 1)
            .loads("shop.database", 14, "torch", 200)
            .loads("torch", 5, "torch.core", 100)
            .loads("shop", 4, "shop.tables", 20)
            .build();
        let table = table(&observation, &["shop"], &[("torch", "2.1")]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time);
        let named: Vec<_> = causes
            .iter()
            .map(|cause| (&cause.kind, cause.module.as_str(), cause.file.as_deref(), cause.line))
            .collect();
        let expected = [
            (
                &CauseKind::HeavyStatement { beside: Vec::new() },
                "torch",
                Some("shop/database.py"),
                Some(14),
            ),
            (&CauseKind::HeavyBody, "shop.tables", Some("shop/tables.py"), None),
        ];
        assert_eq!(named, expected);
        let torch = Distribution {
            name: "torch".to_owned(),
            version: "2.1".to_owned(),
        };
        assert_eq!(causes[0].distribution, Some(torch));
        let weight = Weight {
            time_ms: 300.0,
            memory_bytes: 300 * 1024,
            modules: 2,
        };
        assert_eq!(causes[0].weight, weight);
        let chain: Vec<_> = causes[0].chain.iter().map(|step| step.imported.as_str()).collect();
        assert_eq!(chain, ["shop.database", "torch"]);
    }

    #[test]
    fn of_modules_that_are_loaded_a_body_that_takes_long_is_one() {
        let observation = Sketch::new("shop")
            .loads("shop", 3, "shop.tables", 500)
            .loads("shop", 4, "json", 1)
            .loads("json", 5, "json.decoder", 1)
            .loads("json", 6, "json.encoder", 1)
            .build();
        let table = table(&observation, &["shop"], &[]);
        let named = |resource| -> Vec<String> {
            let causes = causes_of_weight(&observation, &table, "", resource).into_iter();
            causes.map(|cause| cause.module).collect()
        };
        assert_eq!(named(Resource::Time), ["shop.tables"]);
        assert_eq!(named(Resource::Modules)[0], "json");
    }

    #[test]
    fn a_statement_that_brings_in_another_package_is_named_with_its_parts() {
        let observation = |library: u64| {
            Sketch::new("shop")
                .loads("shop", 2, "tensor", 1)
                .loads("tensor", 7, "tensor.tables", 100)
                .loads("tensor", 8, "tensor.cluster", 60)
                .loads("tensor.cluster", 3, "torch", library)
                .build()
        };
        let first = |library| {
            let observation = observation(library);
            let table = table(&observation, &["shop", "tensor"], &[("torch", "2.1")]);
            let causes = causes_of_weight(&observation, &table, "", Resource::Time);
            (causes[0].module.clone(), causes[0].line, causes.len() > 1)
        };
        assert_eq!(first(10), ("tensor".to_owned(), Some(2), true));
        assert_eq!(first(900), ("torch".to_owned(), Some(3), true));
    }

    #[test]
    fn a_namespace_package_is_not_named_for_what_its_portion_costs() {
        let observation = Sketch::new("shop")
            .loads_namespace("shop", 2, "ns")
            .loads("shop", 2, "ns.storage", 100)
            .build();
        let table = table(&observation, &["shop"], &[]);
        assert_eq!(
            causes_of_weight(&observation, &table, "", Resource::Time)[0].module,
            "ns.storage"
        );
    }

    #[test]
    fn a_package_that_others_import_too_does_not_lend_its_name() {
        let observation = Sketch::new("shop")
            .loads("shop", 1, "plot", 20)
            .also("shop", 2, "plot")
            .loads("shop", 2, "plot.figures", 100)
            .build();
        let table = table(&observation, &["shop"], &[("plot", "3.1")]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time);
        assert_eq!((causes[0].module.as_str(), causes[0].line), ("plot.figures", Some(2)));
    }

    #[test]
    fn what_is_used_in_the_next_line_is_named_with_the_statement_that_brings_it_in() {
        let observation = Sketch::new("shop")
            .loads("shop", 1, "torch", 100)
            .loads("torch", 5, "torch.engine", 100)
            .loads("torch.engine", 40, "torch.dialect", 30)
            .called_from("shop", 3)
            .also("torch.dialect", 1, "torch.engine")
            .build();
        let table = table(&observation, &["shop"], &[("torch", "2.1")]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time);
        let named: Vec<_> = causes.iter().map(|cause| (cause.module.as_str(), cause.line)).collect();
        assert_eq!(named, [("torch", Some(1))]);
        assert_eq!((causes[0].weight.time_ms, causes[0].weight.modules), (230.0, 3));
    }

    #[test]
    fn statements_that_save_only_together_are_one_cause() {
        let observation = Sketch::new("shop")
            .loads("shop", 1, "shop.cli", 1)
            .loads("shop.cli", 1, "torch", 200)
            .loads("shop", 2, "shop.api", 1)
            .also("shop.api", 7, "torch")
            .build();
        let table = table(&observation, &["shop"], &[("torch", "2.1")]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time);
        let place = |file: &str, line| Place {
            file: file.to_owned(),
            line,
        };
        let others = vec![place("shop/cli.py", 1)];
        assert_eq!(causes.len(), 1);
        assert_eq!(causes[0].kind, CauseKind::HeavyTogether { others });
        assert_eq!(
            (causes[0].module.as_str(), causes[0].place()),
            ("torch", Some(place("shop/api.py", 7)))
        );
        assert_eq!((causes[0].weight.time_ms, causes[0].chain.len()), (200.0, 2));
    }

    /// Imports of a package whose files all need the same small module, and a part of the package that needs it, too.
    fn imports_that_share_a_little(milliseconds: &[u64]) -> Vec<(String, Option<u32>)> {
        let mut sketch = Sketch::new("shop");
        for (line, cost) in (1..).zip(milliseconds) {
            let heavy = format!("heavy{line}");
            sketch = sketch.loads("shop", line, &heavy, *cost);
            sketch = match line {
                1 => sketch.loads(&heavy, 1, "common", 6),
                _ => sketch.also(&heavy, 1, "common"),
            };
        }
        let sketch = sketch.loads("shop", 9, "shop.part", 1);
        let observation = sketch.also("shop.part", 4, "common").build();
        let table = table(&observation, &["shop"], &[]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time).into_iter();
        causes.map(|cause| (cause.module, cause.line)).collect()
    }

    #[test]
    fn what_shares_a_little_with_others_is_named_by_itself() {
        let named = |module: &str, line| (module.to_owned(), Some(line));
        assert_eq!(imports_that_share_a_little(&[70]), [named("heavy1", 1)]);
        assert_eq!(
            imports_that_share_a_little(&[30, 17, 10]),
            [named("heavy1", 1), named("heavy2", 2), named("heavy3", 3)]
        );
    }

    /// What is named for `shop.web`, whose package imports so much in so many lines: kind, module and time.
    fn named_below_a_package(milliseconds: &[u64]) -> Vec<(CauseKind, String, f64)> {
        let package = Sketch::new("shop");
        let sketch = (1..).zip(milliseconds).fold(package, |sketch, (line, cost)| {
            sketch.loads("shop", line, &format!("library{line}"), *cost)
        });
        let observation = sketch.asks("shop.web").loads("shop.web", 1, "web", 5).build();
        let table = table(&observation, &["shop"], &[]);
        let causes = causes_of_weight(&observation, &table, "", Resource::Time).into_iter();
        let named = causes.map(|cause| (cause.kind, cause.module, cause.weight.time_ms));
        named.take(1).collect()
    }

    #[test]
    fn a_package_that_imports_a_little_of_everything_is_named_and_not_its_lines() {
        let of_package = (CauseKind::HeavyPackage, "shop".to_owned(), 55.0);
        // What many lines take each hardly anything for is nobody's fault but the package's; below a 50th none is worth a line.
        assert_eq!(named_below_a_package(&[1; 54]), [of_package]);
        let of_line = (
            CauseKind::HeavyStatement { beside: Vec::new() },
            "library1".to_owned(),
            40.0,
        );
        assert_eq!(named_below_a_package(&[40, 3]), [of_line]);
    }

    #[test]
    fn memory_orders_by_memory() {
        let observation = Sketch::new("shop")
            .loads("shop", 1, "slow", 200)
            .loads("shop", 2, "large", 5)
            .with(|observation| observation.modules[2].own_memory_bytes = 64 << 20)
            .build();
        let table = table(&observation, &["shop"], &[]);
        let first = |resource| causes_of_weight(&observation, &table, "", resource)[0].module.clone();
        assert_eq!(
            (first(Resource::Time).as_str(), first(Resource::Memory).as_str()),
            ("slow", "large")
        );
    }
}
