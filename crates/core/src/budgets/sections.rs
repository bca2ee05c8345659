//! The tables that name what is measured: layers, modules, start-up sequences and commands.

use super::benchmarks::{BenchmarkRules, BenchmarkTables, NamePattern};
use super::checkpoints::Checkpoint;
use super::keys;
use super::keys::declared::{command, layer, startup};
use super::keys::{CHECKPOINTS, COMMANDS, LAYERS, MODULES, STARTUP};
use super::limits::{self, Rules};
use super::names;
use super::pattern::Pattern;
use super::table::{Named, Table};
use super::value::Located;

/// A pattern of a layer, and where it stands.
pub(super) type LocatedPattern = Located<Pattern>;

/// `[layers.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub(super) named: Named,
    pub(super) patterns: Vec<LocatedPattern>,
    /// What these patterns match and the layer is not to have.
    pub(super) exclude: Vec<LocatedPattern>,
    /// Which benchmarks it has.
    pub(super) benchmarks: Vec<Located<NamePattern>>,
    /// What these have to keep within.
    pub(super) benchmark_rules: BenchmarkRules,
    pub(super) max_total_time_ms: Option<Located<f64>>,
    pub(super) rules: Rules,
}

/// `[modules."NAME"]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OwnTable {
    pub(super) named: Named,
    pub(super) rules: Rules,
}

/// `[startup.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Startup {
    pub(super) named: Named,
    /// In their order; none where it is the start of the interpreter itself.
    pub(super) imports: Vec<Located<String>>,
    pub(super) orders: Option<Located<u64>>,
    pub(super) rules: Rules,
}

/// `[commands.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub(super) named: Named,
    pub(super) run: Vec<Located<String>>,
    pub(super) rules: Rules,
}

/// Everything that is measured, and what of it is checked together; each kind in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sections {
    pub(super) layers: Vec<Layer>,
    pub(super) modules: Vec<OwnTable>,
    pub(super) startups: Vec<Startup>,
    pub(super) commands: Vec<Command>,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) benchmarks: BenchmarkTables,
}

impl Sections {
    pub(super) fn read(root: &mut Table<'_>) -> Self {
        let layers = root
            .named_tables(&LAYERS)
            .into_iter()
            .filter_map(|(named, table)| Layer::read(named, table));
        let layers = layers.collect();
        let modules = root
            .named_tables(&MODULES)
            .into_iter()
            .filter_map(|(named, table)| OwnTable::read(named, table));
        let modules = modules.collect();
        let startups = root
            .named_tables(&STARTUP)
            .into_iter()
            .filter_map(|(named, table)| Startup::read(named, table));
        let startups = startups.collect();
        let commands = root
            .named_tables(&COMMANDS)
            .into_iter()
            .filter_map(|(named, table)| Command::read(named, table));
        let commands = commands.collect();
        let checkpoints = root
            .named_tables(&CHECKPOINTS)
            .into_iter()
            .filter_map(|(named, table)| Checkpoint::read(named, table));
        Self {
            layers,
            modules,
            startups,
            commands,
            checkpoints: checkpoints.collect(),
            benchmarks: BenchmarkTables::read(root),
        }
    }

    /// Every ceiling of time, whichever table sets it.
    pub(super) fn time_ceilings(&self) -> impl Iterator<Item = &Located<f64>> {
        let totals = self.layers.iter().filter_map(|layer| layer.max_total_time_ms.as_ref());
        let rules = self.layers.iter().map(|layer| &layer.rules);
        let rules = rules.chain(self.modules.iter().map(|module| &module.rules));
        let rules = rules.chain(self.startups.iter().map(|startup| &startup.rules));
        let rules = rules.chain(self.commands.iter().map(|command| &command.rules));
        rules.filter_map(|rules| rules.max_time_ms.as_ref()).chain(totals)
    }
}

impl Layer {
    fn read(named: Named, mut table: Table<'_>) -> Option<Self> {
        let name_fits = is_target_name(&named, &table);
        let patterns = table.read(&layer::MODULES);
        let exclude = table.read(&layer::EXCLUDE);
        let benchmarks = table.read(&layer::BENCHMARKS);
        if patterns.is_none() && benchmarks.is_none() && !table.has_any(&[layer::MODULES.name, layer::BENCHMARKS.name])
        {
            let message = format!("{} has neither `modules` nor `benchmarks`", table.name());
            table.report_absence(&message, &format!("add `modules = {}`", layer::MODULES.example()));
        }
        refuse_what_nothing_reads(&table);
        let benchmark_rules = BenchmarkRules::of_layer(&mut table);
        let max_total_time_ms = table.read(&layer::MAX_TOTAL_TIME);
        let rules = Rules::of_imports(&mut table);
        table.finish();
        let has_patterns = patterns.is_some() || benchmarks.is_some();
        (name_fits && has_patterns).then_some(Self {
            named,
            patterns: patterns.map(|patterns| patterns.value).unwrap_or_default(),
            benchmarks: benchmarks.map(|patterns| patterns.value).unwrap_or_default(),
            benchmark_rules,
            exclude: exclude.map(|patterns| patterns.value).unwrap_or_default(),
            max_total_time_ms,
            rules,
        })
    }
}

/// A limit of modules where a layer has none, or of benchmarks where it has none of these, would look as if it held.
fn refuse_what_nothing_reads(layer: &Table<'_>) {
    let has = |key: &'static str| layer.has_any(&[key]);
    match (has(layer::MODULES.name), has(layer::BENCHMARKS.name)) {
        (false, true) => layer.refuse_keys(
            &keys::of_modules_alone(),
            "it has benchmarks and no `modules`",
            Some("take it out, or add `modules`; benchmarks have p50, p95, p99, mean, min, max, max-failed, max-regression and max-drift"),
        ),
        (true, false) => layer.refuse_keys(
            &keys::of_benchmarks_alone(),
            "it has modules and no `benchmarks`",
            Some("take it out, or add `benchmarks`; a ceiling of modules is `max-time`"),
        ),
        _ => {}
    }
}

impl OwnTable {
    fn read(named: Named, mut table: Table<'_>) -> Option<Self> {
        let valid = names::is_module_name(&named.name);
        if !valid {
            table.report(
                &named.span,
                &limits::not_a_module(&named.name),
                limits::module_help(&named.name),
            );
        }
        let rules = Rules::of_imports(&mut table);
        // `[modules.shop.cli]` without quotes is a table `cli` inside `shop`.
        table.finish_with(|inner, is_table| {
            is_table.then(|| format!("a dotted name stands in quotes: `[modules.\"{}.{inner}\"]`", named.name))
        });
        valid.then_some(Self { named, rules })
    }
}

impl Startup {
    fn read(named: Named, mut table: Table<'_>) -> Option<Self> {
        let name_fits = is_target_name(&named, &table);
        let given = table.has_any(&[startup::IMPORTS.name]);
        if !given {
            table.refuse_keys(&["preload", "orders"], "there are no `imports`", None);
        }
        let imports = table.read(&startup::IMPORTS);
        let orders = table.read(&startup::ORDERS);
        let rules = Rules::of_imports(&mut table);
        table.finish();
        name_fits.then_some(Self {
            named,
            imports: if given { imports?.value } else { Vec::new() },
            orders,
            rules,
        })
    }
}

impl Command {
    fn read(named: Named, mut table: Table<'_>) -> Option<Self> {
        let name_fits = is_target_name(&named, &table);
        let run = table.read(&command::RUN);
        let rules = Rules::of_command(&mut table);
        table.finish();
        name_fits.then_some(Self {
            named,
            run: run?.value,
            rules,
        })
    }
}

/// True for a name that reports and command lines can carry without quotes; reports anything else.
pub(super) fn is_target_name(named: &Named, table: &Table<'_>) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !named.name.is_empty() && named.name.chars().all(plain);
    if !fits {
        let help = "a name has letters, digits, `-`, `_` and `.`".to_owned();
        table.report(
            &named.span,
            &format!("`{}` cannot name a table", named.name),
            Some(help),
        );
    }
    fits
}
