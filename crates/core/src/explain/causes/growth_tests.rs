//! Planted changes, each with the cause that has to come first.

use std::collections::BTreeMap;

use super::{Cause, CauseKind, Compiled, Evidence, VersionChange, causes_of_change};
use crate::explain::graph::sketch::{Sketch, table};
use crate::observed::{
    BytecodeChange, BytecodeObstacle, BytecodeState, ClosureChange, DistributionChange, ModuleTable, Observation,
    OwnTime, Place, Sample, Stretch,
};
use crate::stats::MachineSpeed;
use crate::stats::growth::{Earlier, Growth};

/// What a target was before: `shop` and its parts, each with its own time in milliseconds.
pub(super) fn before(own: &[(&str, u64)]) -> BTreeMap<String, u64> {
    own.iter()
        .map(|(module, milliseconds)| ((*module).to_owned(), milliseconds * 1_000_000))
        .collect()
}

pub(super) fn change(added: &[&str], changed: &[&str]) -> ClosureChange {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    ClosureChange {
        added: owned(added),
        changed: owned(changed),
        ..ClosureChange::default()
    }
}

/// What is known of these, and nothing else.
pub(super) fn evidence<'a>(
    observation: &'a Observation,
    change: &'a ClosureChange,
    table: &'a ModuleTable,
    own_before_ns: &'a BTreeMap<String, u64>,
) -> Evidence<'a> {
    Evidence {
        observation,
        change,
        table,
        own_before_ns,
        own_now_ns: None,
        growth: None,
        of_targets: &[],
        comparison: None,
        blocked_before_ns: 0,
        project: "",
    }
}

fn causes(observation: &Observation, change: &ClosureChange, own_before_ns: &BTreeMap<String, u64>) -> Vec<Cause> {
    let table = table(observation, &["shop"], &[("torch", "2.1"), ("lib", "2.0")]);
    causes_of_change(&evidence(observation, change, &table, own_before_ns)).0
}

/// What each cause brings in, the line that does, and what that takes.
pub(super) fn weighed(causes: &[Cause]) -> Vec<(&str, Option<u32>, f64)> {
    causes
        .iter()
        .map(|cause| (cause.module.as_str(), cause.line, cause.weight.time_ms))
        .collect()
}

/// The module that other statements lead to beside the cause's own, where that is another, and these statements.
fn led_to_by_others(cause: &Cause) -> (Option<&str>, Vec<String>) {
    match &cause.kind {
        CauseKind::NewModules { others, shared, .. } => {
            (shared.as_deref(), others.iter().map(ToString::to_string).collect())
        }
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn a_new_module_with_all_that_it_brings_in_is_one_cause() {
    let observation = Sketch::new("shop")
        .loads("shop", 2, "shop.models", 4)
        .loads("shop.models", 14, "torch", 100)
        .loads("torch", 1, "torch.nn", 150)
        .loads("torch.nn", 1, "numpy", 50)
        .also("torch", 2, "numpy")
        .build();
    let added = change(&["torch", "torch.nn", "numpy"], &["shop.models"]);
    let causes = causes(&observation, &added, &before(&[("shop", 1), ("shop.models", 4)]));
    assert_eq!(causes.len(), 1);
    assert_eq!(
        causes[0].kind,
        CauseKind::NewModules {
            upgrade: None,
            beside: Vec::new(),
            others: Vec::new(),
            shared: None,
        }
    );
    assert_eq!(causes[0].file.as_deref(), Some("shop/models.py"));
    assert_eq!(
        (causes[0].importer.as_deref(), causes[0].line),
        (Some("shop.models"), Some(14))
    );
    assert_eq!((causes[0].weight.time_ms, causes[0].weight.modules), (300.0, 3));
    assert_eq!(causes[0].chain.len(), 2);
}

#[test]
fn a_new_module_that_new_ones_share_is_no_cause_of_its_own_and_both_statements_lead_to_it() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "left", 10)
        .loads("left", 1, "shared", 90)
        .loads("shop", 2, "right", 20)
        .also("right", 1, "shared")
        .build();
    let causes = causes(
        &observation,
        &change(&["left", "right", "shared"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    let found: Vec<_> = causes
        .iter()
        .map(|cause| (cause.module.as_str(), cause.weight.time_ms))
        .collect();
    assert_eq!(found, [("left", 100.0), ("right", 20.0)]);
    assert_eq!(causes[0].line, Some(1));
    let expected = (Some("shared"), vec!["shop.py:2".to_owned()]);
    assert_eq!(led_to_by_others(&causes[0]), expected);
}

#[test]
fn two_new_parts_of_the_project_that_share_one_were_both_asked_for() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "shop.x", 1)
        .loads("shop.x", 1, "shop.core", 90)
        .loads("shop", 2, "shop.y", 1)
        .also("shop.y", 1, "shop.core")
        .build();
    let added = change(&["shop.x", "shop.core", "shop.y"], &["shop"]);
    let causes = causes(&observation, &added, &before(&[("shop", 1)]));
    assert_eq!((causes[0].module.as_str(), causes[0].line), ("shop.x", Some(1)));
    let expected = (Some("shop.core"), vec!["shop.py:2".to_owned()]);
    assert_eq!(led_to_by_others(&causes[0]), expected);
}

#[test]
fn what_an_old_function_imports_for_a_new_line_is_the_lines_doing() {
    let observation = |other| {
        Sketch::new("shop")
            .loads("shop", 1, "shop.lazy", 1)
            .loads("shop.lazy", 4, "shop.small", 1)
            .called_from("shop", 3)
            .loads("shop.lazy", 4, "shop.big", 90)
            .called_from("shop", other)
            .build()
    };
    let place = |changed: &[&str]| {
        let before = before(&[("shop", 1), ("shop.lazy", 1), ("shop.small", 1)]);
        let causes = causes(&observation(4), &change(&["shop.big"], changed), &before);
        causes[0].place().expect("a line").to_string()
    };
    assert_eq!(place(&["shop"]), "shop.py:4");
    assert_eq!(place(&["shop.lazy"]), "shop/lazy.py:4");
}

#[test]
fn what_a_changed_module_waits_longer_than_when_it_was_looked_at_is_its_wait_too() {
    let waits = |module: &str, milliseconds: u64| Stretch {
        module: module.to_owned(),
        place: Some(Place {
            file: format!("{module}.py"),
            line: 3,
        }),
        body: None,
        ns: milliseconds * 1_000_000,
    };
    let observation = Sketch::new("shop")
        .loads("shop", 1, "client", 1)
        .with(|observation| observation.blocked = vec![waits("client", 60), waits("shop", 50)])
        .build();
    let table = table(&observation, &["shop"], &[]);
    let (change, own_before_ns) = (change(&[], &["shop"]), before(&[("shop", 1), ("client", 1)]));
    let (causes, _) = causes_of_change(&Evidence {
        blocked_before_ns: 45_000_000,
        ..evidence(&observation, &change, &table, &own_before_ns)
    });
    let waits: Vec<_> = causes
        .iter()
        .map(|cause| (cause.module.as_str(), cause.weight.time_ms.round()))
        .collect();
    assert_eq!(waits, [("shop", 65.0)]);
}

#[test]
fn what_a_module_asked_for_that_failed_is_asked_for_by_whoever_tried_it() {
    let observation = Sketch::new("shop")
        .loads("shop", 3, "left", 10)
        .also("left", 2, "left.windows")
        .also("left.windows", 10, "ctypes")
        .loads("left", 7, "ctypes", 90)
        .also("left", 30, "ctypes")
        .called_from("shop", 9)
        .build();
    let causes = causes(
        &observation,
        &change(&["left", "ctypes"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    assert_eq!(weighed(&causes), [("left", Some(3), 100.0)]);
}

#[test]
fn what_a_new_module_calls_in_an_old_one_is_not_asked_for_by_the_old_one() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "left", 10)
        .loads("left", 1, "typing", 90)
        .loads("shop", 2, "right", 20)
        .also("right", 1, "typing")
        .also("abc", 106, "typing")
        .called_from("right", 3)
        .build();
    let causes = causes(
        &observation,
        &change(&["left", "right", "typing"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    let found: Vec<_> = causes.iter().map(|cause| (cause.module.as_str(), cause.line)).collect();
    assert_eq!(found, [("left", Some(1)), ("right", Some(2))]);
}

#[test]
fn what_an_old_function_imports_for_two_new_modules_is_brought_in_with_the_first() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "array", 50)
        .loads("shop", 2, "frame", 100)
        .loads("array", 720, "array.masked", 6)
        .called_from("frame", 18)
        .loads("shop", 3, "plot", 10)
        .also("array", 720, "array.masked")
        .called_from("plot", 4)
        .build();
    let causes = causes(
        &observation,
        &change(&["frame", "plot", "array.masked"], &["shop"]),
        &before(&[("shop", 1), ("array", 50)]),
    );
    assert_eq!(weighed(&causes), [("frame", Some(2), 106.0), ("plot", Some(3), 10.0)]);
}

#[test]
fn a_package_and_its_part_from_one_statement_are_one_cause() {
    let observation = Sketch::new("shop")
        .loads("shop", 5, "torch", 30)
        .loads("shop", 5, "torch.nn", 70)
        .build();
    let causes = causes(
        &observation,
        &change(&["torch", "torch.nn"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    assert_eq!(causes.len(), 1);
    assert_eq!((causes[0].module.as_str(), causes[0].weight.time_ms), ("torch", 100.0));
}

#[test]
fn a_statement_that_asks_for_a_part_which_the_package_loads_itself_is_one_cause() {
    let observation = Sketch::new("shop")
        .loads("shop", 5, "torch", 1)
        .loads("torch", 1, "torch.nn", 90)
        .also("shop", 5, "torch.nn")
        .build();
    let causes = causes(
        &observation,
        &change(&["torch", "torch.nn"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    assert_eq!(weighed(&causes), [("torch", Some(5), 91.0)]);
}

#[test]
fn a_package_that_costs_nothing_does_not_lend_its_name_to_what_is_heavy_in_it() {
    let observation = Sketch::new("shop")
        .loads("shop", 5, "importlib", 1)
        .loads("shop", 5, "importlib.metadata", 40)
        .build();
    let causes = causes(
        &observation,
        &change(&["importlib", "importlib.metadata"], &["shop"]),
        &before(&[("shop", 1)]),
    );
    assert_eq!(causes[0].module, "importlib.metadata");
    assert_eq!((causes.len(), causes[0].weight.modules), (1, 2));
}

#[test]
fn a_heavier_body_is_named_on_the_scale_of_the_baseline() {
    // This machine is half as fast as the one before: what did not change takes twice as long.
    let observation = Sketch::new("shop")
        .loads("shop", 1, "shop.tables", 60)
        .loads("shop", 2, "lib", 80)
        .build();
    let own = before(&[("shop", 1), ("shop.tables", 10), ("lib", 40)]);
    let causes = causes(&observation, &change(&[], &["shop.tables"]), &own);
    assert_eq!(causes.len(), 1);
    assert_eq!(
        (causes[0].module.as_str(), causes[0].weight.time_ms),
        ("shop.tables", 20.0)
    );
    assert_eq!(causes[0].file.as_deref(), Some("shop/tables.py"));
}

#[test]
fn an_upgrade_gathers_its_modules_and_names_what_it_newly_imports_apart() {
    let observation = Sketch::new("shop")
        .loads("shop", 2, "lib", 30)
        .loads("lib", 3, "lib.fresh", 25)
        .loads("lib", 4, "sqlite3", 40)
        .loads("shop", 9, "json", 50)
        .build();
    let mut upgraded = change(&["lib.fresh", "sqlite3"], &["lib"]);
    upgraded.distributions.push(DistributionChange {
        name: "lib".to_owned(),
        before: Some("1.0".to_owned()),
        after: Some("2.0".to_owned()),
    });
    let causes = causes(
        &observation,
        &upgraded,
        &before(&[("shop", 1), ("lib", 20), ("json", 50)]),
    );
    let versions = VersionChange {
        distribution: "lib".to_owned(),
        before: "1.0".to_owned(),
        now: "2.0".to_owned(),
    };
    let found: Vec<_> = causes
        .iter()
        .map(|cause| {
            (
                &cause.kind,
                cause.module.as_str(),
                cause.weight.time_ms,
                cause.weight.modules,
            )
        })
        .collect();
    let apart = CauseKind::NewModules {
        upgrade: Some(versions.clone()),
        beside: Vec::new(),
        others: Vec::new(),
        shared: None,
    };
    let upgrade = CauseKind::Upgrade(versions);
    assert_eq!(found, [(&apart, "sqlite3", 40.0, 1), (&upgrade, "lib.fresh", 35.0, 2)]);
}

#[test]
fn a_sleep_is_named_with_its_line_and_a_module_without_bytecode_as_such() {
    let observation = Sketch::new("shop")
        .loads("shop", 2, "shop.slow", 1)
        .loads("shop", 3, "lib", 40)
        .loads("shop", 4, "json", 100)
        .with(|observation| {
            let place = |file: &str, line| {
                let file = file.to_owned();
                Some(Place { file, line })
            };
            observation.blocked.push(Stretch {
                module: "shop.slow".to_owned(),
                place: place("shop/http.py", 90),
                body: place("shop/slow.py", 7),
                ns: 60_000_000,
            });
            observation.modules[2].bytecode = BytecodeState::Stale;
            observation.modules[2].obstacle = Some(BytecodeObstacle::Folder);
        })
        .build();
    let own = before(&[("shop", 1), ("shop.slow", 1), ("lib", 5), ("json", 100)]);
    let causes = causes(&observation, &change(&[], &["shop.slow"]), &own);
    assert_eq!(weighed(&causes), [("shop.slow", Some(7), 60.0), ("lib", None, 35.0)]);
    assert_eq!(
        (&causes[0].kind, &causes[1].kind),
        (
            &CauseKind::Blocked,
            &CauseKind::CompiledAtStart(Compiled {
                state: BytecodeState::Stale,
                obstacle: Some(BytecodeObstacle::Folder),
            })
        )
    );
}

/// The causes where `shop.edited`, which took 2 ms before, has no bytecode any more and takes 14 ms, so many of them to be compiled.
fn causes_of_an_edit_without_bytecode(compile_ms: u64) -> Vec<(CauseKind, f64)> {
    let observation = Sketch::new("shop")
        .loads("shop", 2, "shop.edited", 14)
        .loads("shop", 4, "json", 100)
        .with(|observation| {
            observation.modules[1].bytecode = BytecodeState::Stale;
            observation.modules[1].obstacle = Some(BytecodeObstacle::Setting);
            observation.modules[1].compile_ns = compile_ms * 1_000_000;
        })
        .build();
    let change = ClosureChange {
        bytecode: vec![BytecodeChange {
            module: "shop.edited".to_owned(),
            before: BytecodeState::Fresh,
            after: BytecodeState::Stale,
        }],
        ..change(&[], &["shop.edited"])
    };
    let own = before(&[("shop", 1), ("shop.edited", 2), ("json", 100)]);
    let causes = causes(&observation, &change, &own).into_iter();
    causes.map(|cause| (cause.kind, cause.weight.time_ms)).collect()
}

#[test]
fn an_edit_whose_bytecode_is_not_written_is_told_from_compiling_it() {
    let compiled = CauseKind::CompiledAtStart(Compiled {
        state: BytecodeState::Stale,
        obstacle: Some(BytecodeObstacle::Setting),
    });
    let found = causes_of_an_edit_without_bytecode(4);
    assert_eq!(found, [(CauseKind::ChangedModule, 8.0), (compiled.clone(), 4.0)]);
    // What is left beside compiling may be noise of the one import that tells the two apart.
    for compile_ms in [11, 13, 0] {
        let found = causes_of_an_edit_without_bytecode(compile_ms);
        assert_eq!(found, [(compiled.clone(), 12.0)], "{compile_ms} ms to compile");
    }
}

#[test]
fn one_noisy_import_does_not_accuse_what_is_the_same_to_the_byte() {
    let observation = Sketch::new("shop")
        .loads("shop", 2, "lib", 80)
        .loads("shop", 3, "json", 100)
        .build();
    let own = before(&[("shop", 1), ("lib", 5), ("json", 100)]);
    assert_eq!(causes(&observation, &change(&[], &[]), &own), []);
}

#[test]
fn a_second_statement_that_leads_to_what_is_new_is_named_beside_the_first() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "shop.cli", 1)
        .loads("shop.cli", 4, "torch", 100)
        .loads("shop", 2, "shop.api", 1)
        .also("shop.api", 7, "torch")
        .build();
    let added = change(&["torch"], &["shop.cli", "shop.api"]);
    let own = before(&[("shop", 1), ("shop.cli", 1), ("shop.api", 1)]);
    let causes = causes(&observation, &added, &own);
    let others = vec![Place {
        file: "shop/api.py".to_owned(),
        line: 7,
    }];
    assert_eq!(
        causes[0].kind,
        CauseKind::NewModules {
            upgrade: None,
            beside: Vec::new(),
            others,
            shared: None,
        }
    );
    assert_eq!(
        (causes[0].file.as_deref(), causes[0].line),
        (Some("shop/cli.py"), Some(4))
    );
}

#[test]
fn a_namespace_package_is_not_named_for_what_its_portions_cost() {
    let observation = Sketch::new("shop")
        .loads_namespace("shop", 2, "ns")
        .loads("shop", 2, "ns.storage", 100)
        .loads("shop", 3, "ns.queue", 50)
        .build();
    let added = change(&["ns", "ns.storage", "ns.queue"], &["shop"]);
    let causes = causes(&observation, &added, &before(&[("shop", 1)]));
    let named: Vec<_> = causes.iter().map(|cause| (cause.module.as_str(), cause.line)).collect();
    assert_eq!(named, [("ns.storage", Some(2)), ("ns.queue", Some(3))]);
    assert_eq!(
        causes[0].chain.last().map(|step| step.imported.as_str()),
        Some("ns.storage")
    );
}

#[test]
fn a_library_that_imports_on_behalf_of_the_project_is_not_the_place_to_look() {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "registry", 1)
        .loads("registry", 193, "torch", 100)
        .called_from("shop", 8)
        .build();
    let causes = causes(
        &observation,
        &change(&["torch"], &["shop"]),
        &before(&[("shop", 1), ("registry", 1)]),
    );
    assert_eq!((causes[0].file.as_deref(), causes[0].line), (Some("shop.py"), Some(8)));
    assert_eq!(causes[0].importer.as_deref(), Some("registry"));
}

/// Samples in which modules take so many milliseconds each.
pub(super) fn samples(own: &[(&str, u64)]) -> Vec<Sample> {
    let own = own.iter().map(|&(module, milliseconds)| OwnTime {
        module: module.into(),
        cpu_ns: milliseconds * 1_000_000,
    });
    let sample = Sample {
        own: own.collect(),
        ..Sample::default()
    };
    vec![sample; 8]
}

/// What is named of `_ssl`, which takes four milliseconds longer, beside `_hashlib`, which takes so much less.
fn named_of_extensions(less_ms: u64) -> Vec<String> {
    let extension = |observation: &mut Observation| {
        let module = observation.modules.last_mut().expect("it was loaded");
        module.file = Some(format!("{}.cpython-312-x86_64-linux-gnu.so", module.name));
    };
    let observation = Sketch::new("shop")
        .loads("shop", 1, "_ssl", 6)
        .with(extension)
        .loads("shop", 2, "_hashlib", 6 - less_ms)
        .with(extension)
        .build();
    let own = [("shop", 40), ("_ssl", 6), ("_hashlib", 6 - less_ms)];
    let own_before_ns = before(&[("shop", 40), ("_ssl", 2), ("_hashlib", 6)]);
    let causes = grown(&observation, &own_before_ns, &ClosureChange::default(), &samples(&own));
    causes.into_iter().map(|cause| cause.module).collect()
}

#[test]
fn a_library_that_another_extension_module_loads_first_now_is_nobodys_growth() {
    assert_eq!(named_of_extensions(0), ["_ssl"]);
    assert_eq!(named_of_extensions(4), [""; 0]);
}

/// What samples say of what took so long before.
pub(super) fn growth(own_before_ns: &BTreeMap<String, u64>, change: &ClosureChange, samples: &[Sample]) -> Growth {
    let earlier = Earlier {
        own_ns: own_before_ns,
        samples: &vec![Sample::default(); 20],
        machine: &MachineSpeed::default(),
    };
    Growth::of(earlier, change, samples)
}

/// The causes that samples bear out.
fn grown(
    observation: &Observation,
    own_before_ns: &BTreeMap<String, u64>,
    change: &ClosureChange,
    samples: &[Sample],
) -> Vec<Cause> {
    let table = table(observation, &["shop"], &[]);
    let (causes, _) = causes_of_change(&Evidence {
        growth: Some(&growth(own_before_ns, change, samples)),
        ..evidence(observation, change, &table, own_before_ns)
    });
    causes
}

fn borne_out(changed: &[&str]) -> Vec<Cause> {
    let observation = Sketch::new("shop")
        .loads("shop", 1, "shop.steady", 12)
        .loads("shop", 2, "shop.grown", 20)
        .also("shop.grown", 1, "shop.steady")
        .build();
    let own_before_ns = before(&[("shop", 20), ("shop.steady", 10), ("shop.grown", 10)]);
    let now = samples(&[("shop", 20), ("shop.steady", 10), ("shop.grown", 20)]);
    grown(&observation, &own_before_ns, &change(&[], changed), &now)
}

#[test]
fn a_body_is_named_where_its_samples_bear_it_out() {
    let named = |changed| -> Vec<String> { borne_out(changed).into_iter().map(|cause| cause.module).collect() };
    assert_eq!(named(&["shop.steady", "shop.grown"]), ["shop.grown"]);
    assert_eq!(named(&["shop.steady"]), ["shop.grown"], "it did not change, and grew");
    let changed = vec!["shop.steady".to_owned()];
    assert_eq!(borne_out(&["shop.steady"])[0].kind, CauseKind::SlowerModule { changed });
}
