//! From a whole budgets file to the targets: which modules are measured, in which order, and within which limits.

use importgate_core::budgets;
use importgate_core::budgets::{Budgets, FileKind};
use importgate_core::budgets::{Bytecode, Engine};
use importgate_core::budgets::{Inconclusive, Target, TargetKind, Workload};
use importgate_core::observed::Effect;

use crate::budgets_support::ListedModules;

const MODULES: [&str; 8] = [
    "shop",
    "shop.cli",
    "shop.core",
    "shop.database",
    "shop.database.models",
    "shop.database.models.order",
    "shop.services",
    "shop.services.cart",
];

const EVERYTHING: &str = r#"
[project]
python = ".venv/bin/python"
source-roots = ["src"]
baseline = "ci/baseline.json"

[gate]
max-regression = "8%"
noise-floor = "1ms"
inconclusive = "fail"

[measure]
timeout = "20s"
min-samples = 8
max-samples = 40
bytecode = "cold"
engine = "instructions"
seed = 7
time-limit = "5min"

[classes]
module-level-below = "5ms"
lazy-above = "80ms"
usage-above = "90%"
heavy = "300ms"

[commands.help]
run = ["shop", "--help"]
max-time = "200ms"

[layers.services]
modules = ["shop.services.*"]
max-time = "10ms"
max-memory = "10MiB"
preload = ["shop.core"]

[modules."shop.cli"]
max-time = "120ms"
max-regression = "5%"

[layers.database]
modules = ["shop.database", "shop.database.**"]
max-time = "50ms"
max-total-time = "200ms"
max-modules = 100
max-new-modules = 0
max-variation = "10%"
forbid = ["torch", "pandas"]
forbid-effects = ["network", "write"]
warnings = "fail"
cycles = "warn"

[modules."shop.database.models"]
max-time = "90ms"
forbid = []

[startup.web]
imports = ["shop.services.cart", "shop.core"]
orders = 5
max-time = "300ms"
"#;

fn parsed(text: &str) -> Budgets {
    budgets::parse(text, "budgets.toml", FileKind::Standalone).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn resolved(text: &str) -> Vec<Target> {
    let index = ListedModules::from_iter(MODULES);
    parsed(text)
        .resolve(&index)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn target(name: &str) -> Target {
    let found = resolved(EVERYTHING).into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("there is no target {name}"))
}

#[test]
fn targets_come_in_the_order_of_the_file() {
    let names: Vec<String> = resolved(EVERYTHING).into_iter().map(|target| target.name).collect();
    let expected = [
        "command:help",
        "shop.services.cart",
        "shop.cli",
        "shop.database",
        "shop.database.models",
        "shop.database.models.order",
        "layer:database",
        "startup:web",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_limit_cites_the_line_that_set_it() {
    let line = target("shop.services.cart")
        .limits
        .max_time_ms
        .and_then(|limit| limit.line)
        .expect("a cited line");
    assert_eq!(line.place(), "budgets.toml:33");
    assert_eq!(line.text, "layers.services.max-time = \"10ms\"");
    let line = target("shop.cli").limits.max_regression.line.expect("a cited line");
    assert_eq!(line.text, "modules.\"shop.cli\".max-regression = \"5%\"");
    let line = target("shop.database").limits.forbid[1]
        .line
        .clone()
        .expect("a cited line");
    assert_eq!(line.text, "layers.database.forbid = [\"pandas\"]");
}

#[test]
fn the_modules_of_a_layer_have_its_limits() {
    let services = target("shop.services.cart");
    assert_eq!(services.layer.as_deref(), Some("services"));
    assert_eq!(services.preload, ["shop.core"]);
    assert_eq!(
        services.limits.max_memory_bytes.map(|limit| limit.value),
        Some(10 << 20)
    );
    let limits = target("shop.database").limits;
    assert_eq!(limits.max_modules.map(|limit| limit.value), Some(100));
    assert_eq!(limits.max_new_modules.map(|limit| limit.value), Some(0));
    assert_eq!(limits.max_variation.map(|limit| limit.value), Some(0.1));
    assert_eq!(limits.fail_on_warnings.map(|limit| limit.value), Some(true));
    assert_eq!(limits.fail_on_cycles.map(|limit| limit.value), Some(false));
    let effects: Vec<Effect> = limits.forbid_effects.into_iter().map(|effect| effect.value).collect();
    assert_eq!(effects, [Effect::Network, Effect::Write]);
}

#[test]
fn what_no_table_sets_comes_from_the_gate() {
    let limits = target("shop.services.cart").limits;
    assert_eq!((limits.max_regression.value, limits.noise_floor_ms.value), (0.08, 1.0));
    assert_eq!(
        limits.max_regression.line.map(|line| line.text).as_deref(),
        Some("gate.max-regression = \"8%\"")
    );
    let limits = resolved("[modules.\"shop.cli\"]\n").remove(0).limits;
    assert_eq!((limits.max_regression.value, limits.max_regression.line), (0.1, None));
}

#[test]
fn a_modules_own_table_wins_key_by_key() {
    let models = target("shop.database.models");
    assert_eq!(models.layer.as_deref(), Some("database"));
    assert_eq!(models.limits.max_time_ms.map(|limit| limit.value), Some(90.0));
    assert_eq!(
        models.limits.max_modules.map(|limit| limit.value),
        Some(100),
        "the layer's, as the table is silent"
    );
    assert!(
        models.limits.forbid.is_empty(),
        "an empty list takes back what the layer forbids"
    );
}

#[test]
fn the_total_of_a_layer_imports_all_its_modules_in_one_process() {
    let total = target("layer:database");
    assert_eq!(
        (total.kind, total.layer.as_deref()),
        (TargetKind::LayerTotal, Some("database"))
    );
    let modules = ["shop.database", "shop.database.models", "shop.database.models.order"];
    assert_eq!(total.workload, Workload::Imports(modules.map(str::to_owned).to_vec()));
    assert_eq!(total.limits.max_time_ms.map(|limit| limit.value), Some(200.0));
    assert_eq!(
        total.limits.max_modules, None,
        "the other ceilings are those of one module"
    );
}

#[test]
fn start_ups_keep_their_order_and_commands_their_arguments() {
    let startup = target("startup:web");
    assert_eq!(startup.kind, TargetKind::Startup);
    let imports = ["shop.services.cart", "shop.core"].map(str::to_owned).to_vec();
    assert_eq!(startup.workload, Workload::Imports(imports));
    let command = target("command:help");
    assert_eq!(command.kind, TargetKind::Command);
    assert_eq!(
        command.workload,
        Workload::Command(vec!["shop".to_owned(), "--help".to_owned()])
    );
    let budgets = parsed(EVERYTHING);
    assert_eq!(budgets.orders("startup:web").map(|orders| orders.value), Some(5));
    assert_eq!(budgets.orders("startup:other"), None);
    assert_eq!(budgets.orders("shop.cli"), None);
}

#[test]
fn the_settings_of_the_run_are_read() {
    let budgets = parsed(EVERYTHING);
    assert_eq!(budgets.file_name(), "budgets.toml");
    assert_eq!(
        budgets.project.python.map(|python| python.value).as_deref(),
        Some(".venv/bin/python")
    );
    assert_eq!(
        budgets
            .project
            .source_roots
            .map(|roots| roots[0].value.clone())
            .as_deref(),
        Some("src")
    );
    assert_eq!(
        budgets.project.baseline.map(|baseline| baseline.value).as_deref(),
        Some("ci/baseline.json")
    );
    assert_eq!(budgets.gate.inconclusive.value, Inconclusive::Fail);
    let measure = budgets.measure;
    assert_eq!((measure.timeout_ms.value, measure.samples), (20_000.0, None));
    assert_eq!((measure.min_samples.value, measure.max_samples.value), (8, 40));
    assert_eq!(
        (measure.bytecode.value, measure.engine.value),
        (Bytecode::Cold, Engine::Instructions)
    );
    assert_eq!(measure.seed.map(|seed| seed.value), Some(7));
    assert_eq!(measure.time_limit_ms.map(|limit| limit.value), Some(300_000.0));
    let classes = budgets.classes;
    assert_eq!(
        (classes.module_level_below_ms.value, classes.lazy_above_ms.value),
        (5.0, 80.0)
    );
    assert_eq!((classes.usage_above.value, classes.heavy_ms.value), (0.9, 300.0));
}

#[test]
fn a_default_bound_of_samples_gives_way_to_the_written_one() {
    let few = parsed("[measure]\nmax-samples = 3\n[modules.shop]\n").measure;
    assert_eq!((few.min_samples.value, few.max_samples.value), (3, 3));
    let many = parsed("[measure]\nmin-samples = 100\n[modules.shop]\n").measure;
    assert_eq!((many.min_samples.value, many.max_samples.value), (100, 100));
}

#[test]
fn pyproject_holds_the_same_grammar_below_its_prefix() {
    let text =
        "[project]\nname = \"shop\"\n\n[tool.importgate.layers.core]\nmodules = [\"shop.core\"]\nmax-time = \"2ms\"\n";
    let budgets = budgets::parse(text, "pyproject.toml", FileKind::Pyproject).unwrap_or_else(|e| panic!("{e}"));
    let targets = budgets
        .resolve(&ListedModules::from_iter(MODULES))
        .unwrap_or_else(|e| panic!("{e}"));
    let line = targets[0]
        .limits
        .max_time_ms
        .clone()
        .and_then(|limit| limit.line)
        .expect("a cited line");
    assert_eq!(line.place(), "pyproject.toml:6");
    assert_eq!(line.text, "tool.importgate.layers.core.max-time = \"2ms\"");
}

#[test]
fn two_patterns_of_one_layer_may_meet() {
    let targets = resolved("[layers.all]\nmodules = [\"shop.*\", \"shop.cli\", \"shop.**\"]\n");
    assert_eq!(targets.len(), MODULES.len() - 1);
}

/// The layer of each module that has one.
fn layers(text: &str) -> Vec<(String, String)> {
    let targets = resolved(text).into_iter();
    targets
        .filter_map(|target| Some((target.name, target.layer?)))
        .collect()
}

fn pair(module: &str, layer: &str) -> (String, String) {
    (module.to_owned(), layer.to_owned())
}

#[test]
fn the_more_specific_pattern_wins_wherever_it_stands() {
    let all = "[layers.rest]\nmodules = [\"shop\", \"shop.**\"]\n";
    let one = "[layers.one]\nmodules = [\"shop.database.*\"]\n";
    let name = "[layers.name]\nmodules = [\"shop.services.cart\", \"shop.cli\"]\n";
    let expected = |layer_of: &[(&str, &str)]| -> Vec<(String, String)> {
        layer_of.iter().map(|(module, layer)| pair(module, layer)).collect()
    };
    let rest = [
        ("shop", "rest"),
        ("shop.core", "rest"),
        ("shop.database", "rest"),
        ("shop.database.models.order", "rest"),
        ("shop.services", "rest"),
    ];
    let of_one = [("shop.database.models", "one")];
    let of_name = [("shop.cli", "name"), ("shop.services.cart", "name")];
    let last = [&rest[..], &of_one, &of_name].concat();
    assert_eq!(layers(&format!("{all}{one}{name}")), expected(&last));
    let first = [&of_name[..], &of_one, &rest].concat();
    assert_eq!(layers(&format!("{name}{one}{all}")), expected(&first));
    // Of two that name as much, the one that stands for fewer.
    let direct = "[layers.direct]\nmodules = [\"shop.*\"]\n[layers.below]\nmodules = [\"shop.**\"]\n";
    let direct = layers(direct);
    assert!(direct.contains(&pair("shop.core", "direct")) && direct.contains(&pair("shop.database.models", "below")));
}

#[test]
fn a_layer_that_others_leave_nothing_has_no_target() {
    let targets =
        layers("[layers.cart]\nmodules = [\"shop.services.cart\"]\n[layers.rest]\nmodules = [\"shop.services.*\"]\n");
    assert_eq!(targets, [pair("shop.services.cart", "cart")]);
}

#[test]
fn what_is_excluded_is_no_target() {
    let project = "[project]\nexclude = [\"shop.database.**\", \"shop.cli\"]\n[layers.all]\nmodules = [\"shop.**\"]\n";
    let names = |text: &str| -> Vec<String> { layers(text).into_iter().map(|(module, _)| module).collect() };
    assert_eq!(
        names(project),
        ["shop.core", "shop.database", "shop.services", "shop.services.cart"]
    );
    let layer = "[layers.all]\nmodules = [\"shop.**\"]\nexclude = [\"shop.database.**\"]\n\
                 [layers.models]\nmodules = [\"shop.database.models\"]\n";
    assert!(
        layers(layer).contains(&pair("shop.database.models", "models")),
        "another layer may have it"
    );
    assert!(!names(layer).contains(&"shop.database.models.order".to_owned()));
}

#[test]
fn inline_tables_and_dotted_keys_are_the_same_grammar() {
    let targets =
        resolved("layers.core = { modules = [\"shop.core\"], max-time = \"2ms\" }\ngate.max-regression = \"5%\"\n");
    assert_eq!(
        targets[0].limits.max_time_ms.as_ref().map(|limit| limit.value),
        Some(2.0)
    );
    assert_eq!(targets[0].limits.max_regression.value, 0.05);
}

#[test]
fn the_reference_that_the_documentation_shows_is_valid_and_tells_the_defaults() {
    let reference = include_str!("../../src/budgets/reference.toml");
    let excluded = ["shop.services.legacy", "shop.services.vendored"];
    let modules = ListedModules::from_iter(MODULES.into_iter().chain(excluded));
    let targets = parsed(reference).resolve(&modules).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        targets.len(),
        5,
        "a module, the total of its layer, two start-ups and a command"
    );
    let (written, defaults) = (parsed(reference), parsed("[modules.shop]\n"));
    let gate = |budgets: &Budgets| (budgets.gate.max_regression.value, budgets.gate.noise_floor_ms.value);
    assert_eq!(gate(&written), gate(&defaults));
    let measure = |budgets: &Budgets| {
        let measure = &budgets.measure;
        (
            measure.timeout_ms.value,
            measure.min_samples.value,
            measure.max_samples.value,
            measure.bytecode.value,
        )
    };
    assert_eq!(measure(&written), measure(&defaults));
    let classes = |budgets: &Budgets| {
        let classes = &budgets.classes;
        [
            &classes.module_level_below_ms,
            &classes.lazy_above_ms,
            &classes.usage_above,
            &classes.heavy_ms,
        ]
        .map(|c| c.value)
    };
    assert_eq!(classes(&written), classes(&defaults));
}

#[test]
fn every_key_of_the_grammar_stands_in_the_reference() {
    let reference = include_str!("../../src/budgets/reference.toml");
    // Asking for a key that does not exist makes each table list what it accepts.
    let tables = [
        "project",
        "gate",
        "measure",
        "classes",
        "layers.a",
        "modules.a",
        "startup.a",
        "commands.a",
        "checkpoints.a",
        "improvement",
    ];
    let text: String = tables.iter().map(|table| format!("[{table}]\n\"???\" = 1\n")).collect();
    let mistakes = budgets::parse(&text, "budgets.toml", FileKind::Standalone).expect_err("unknown keys");
    let lists: Vec<&str> = mistakes
        .iter()
        .filter_map(|m| m.help.as_deref()?.strip_prefix("accepted here: "))
        .collect();
    assert_eq!(lists.len(), tables.len());
    for key in lists.iter().flat_map(|list| list.split(", ")) {
        assert!(
            reference.contains(key.trim_matches('`')),
            "{key} is not in the reference"
        );
    }
}
