//! Which tables there are, and which keys each has: one list, from which unknown names are told, the schema is made, and the home
//! of a key is named that stands in the wrong table.

use serde_json::{Value as Json, json};

use super::Described;
use super::declared::{
    benchmark_limits, benchmarks, checkpoint, classes, command, counts, gate, improvement, layer, limits, measure,
    preload, prohibitions, project, severity, startup,
};

/// A table of the file, with the keys that it takes.
pub(in crate::budgets) struct Section {
    /// The key at the top level.
    pub(in crate::budgets) name: &'static str,
    /// One table, or one for each name.
    pub(in crate::budgets) tables: Tables,
    /// What the table is for.
    pub(in crate::budgets) about: &'static str,
    /// The keys, in groups that several tables share.
    pub(in crate::budgets) keys: Keys,
    /// What holds between the keys, as members of a JSON Schema.
    pub(in crate::budgets) rules: fn() -> Vec<(&'static str, Json)>,
    /// Whether its tables are something to measure.
    pub(in crate::budgets) is_measured: bool,
}

/// Keys in groups.
pub(in crate::budgets) type Keys = &'static [&'static [&'static dyn Described]];

/// How many tables a section has.
#[derive(Clone, Copy)]
pub(in crate::budgets) enum Tables {
    /// `[gate]`.
    One,
    /// `[layers.NAME]`.
    Named(Names),
    /// `[benchmarks."NAME"]`, and `[benchmarks]` itself with keys of its own.
    NamedBeside(Keys),
}

/// How tables of one section are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::budgets) enum Names {
    /// By a word that somebody chose.
    Chosen,
    /// By a module.
    Module,
}

impl Section {
    /// Every key, in its order.
    pub(in crate::budgets) fn keys(&self) -> impl Iterator<Item = &'static dyn Described> {
        self.keys.iter().flat_map(|group| group.iter().copied())
    }

    /// The names of the keys.
    pub(in crate::budgets) fn names(&self) -> Vec<&'static str> {
        self.keys().map(Described::name).collect()
    }

    /// The table's own line, with a placeholder where a name stands.
    pub(in crate::budgets) fn heading(&self) -> String {
        match self.tables {
            Tables::One => format!("[{}]", self.name),
            Tables::Named(Names::Chosen) => format!("[{}.NAME]", self.name),
            Tables::Named(Names::Module) | Tables::NamedBeside(_) => format!("[{}.\"NAME\"]", self.name),
        }
    }
}

/// Every table of the file.
pub(in crate::budgets) const FILE: &[&Section] = &[
    &PROJECT,
    &GATE,
    &MEASURE,
    &SEVERITY,
    &CLASSES,
    &IMPROVEMENT,
    &LAYERS,
    &MODULES,
    &STARTUP,
    &COMMANDS,
    &CHECKPOINTS,
    &BENCHMARKS,
];

/// Where a key belongs that stands in a table without it.
pub(in crate::budgets) fn home_of(key: &str) -> Option<String> {
    let homes = FILE
        .iter()
        .filter(|section| section.keys().any(|known| known.name() == key));
    let (named, single): (Vec<&&Section>, Vec<&&Section>) =
        homes.partition(|section| !matches!(section.tables, Tables::One));
    let listed = |sections: &[&&Section]| {
        let headings: Vec<String> = sections
            .iter()
            .map(|section| format!("`{}`", section.heading()))
            .collect();
        match headings.split_last() {
            Some((last, [])) => Some(last.clone()),
            Some((last, others)) => Some(format!("{} or {last}", others.join(", "))),
            None => None,
        }
    };
    match (listed(&single), listed(&named)) {
        (None, None) => None,
        (Some(single), None) => Some(format!("it belongs in {single}")),
        (None, Some(named)) => Some(format!("it belongs in a {named} table")),
        (Some(single), Some(named)) => Some(format!("it belongs in {single}, or in a {named} table")),
    }
}

/// What is measured with what.
pub(in crate::budgets) const PROJECT: Section = Section {
    name: "project",
    tables: Tables::One,
    about: "What is measured with what. Relative paths start at the folder of this file.",
    keys: &[project::KEYS],
    rules: Vec::new,
    is_measured: false,
};

/// What counts as a regression.
pub(in crate::budgets) const GATE: Section = Section {
    name: "gate",
    tables: Tables::One,
    about: "What counts as a regression where no layer and no module says otherwise.",
    keys: &[gate::KEYS],
    rules: Vec::new,
    is_measured: false,
};

/// How samples are taken.
pub(in crate::budgets) const MEASURE: Section = Section {
    name: "measure",
    tables: Tables::One,
    about: "How samples are taken.",
    keys: &[measure::KEYS],
    rules: || {
        let bounds = json!([{"required": ["min-samples"]}, {"required": ["max-samples"]}]);
        vec![("dependencies", json!({"samples": {"not": {"anyOf": bounds}}}))]
    },
    is_measured: false,
};

/// How much each finding matters.
pub(in crate::budgets) const SEVERITY: Section = Section {
    name: "severity",
    tables: Tables::One,
    about: "How much findings matter, by their codes: \"error\" fails, \"warn\" is shown and passes, and \"off\" is not asked for.",
    keys: &[severity::KEYS],
    rules: Vec::new,
    is_measured: false,
};

/// Where an import belongs.
pub(in crate::budgets) const CLASSES: Section = Section {
    name: "classes",
    tables: Tables::One,
    about: "Where an import belongs, by what it costs and how often it is used.",
    keys: &[classes::KEYS],
    rules: Vec::new,
    is_measured: false,
};

/// What must have become better.
pub(in crate::budgets) const IMPROVEMENT: Section = Section {
    name: "improvement",
    tables: Tables::One,
    about: "What must have become better since an earlier recording. `importgate compare` asks it, and `check` asks nothing of it.",
    keys: &[improvement::KEYS],
    rules: || {
        vec![(
            "anyOf",
            json!([{"required": ["time"]}, {"required": ["memory"]}, {"required": ["cpu"]}]),
        )]
    },
    is_measured: false,
};

/// The keys of a layer that are about its benchmarks alone.
pub(in crate::budgets) fn of_benchmarks_alone() -> Vec<&'static str> {
    benchmark_limits::KEYS.iter().map(|key| key.name()).collect()
}

/// The keys of a layer that are about its modules alone.
pub(in crate::budgets) fn of_modules_alone() -> Vec<&'static str> {
    let of_benchmarks: Vec<&str> = BENCHMARKS.names();
    let others = [layer::MODULES.name, layer::BENCHMARKS.name];
    let all = LAYERS.names().into_iter();
    all.filter(|key| !of_benchmarks.contains(key) && !others.contains(key))
        .collect()
}

/// Modules by patterns.
pub(in crate::budgets) const LAYERS: Section = Section {
    name: "layers",
    tables: Tables::Named(Names::Chosen),
    about: "Modules, chosen by patterns, and what each of them has to keep within.",
    keys: &[
        layer::KEYS,
        benchmark_limits::KEYS,
        limits::KEYS,
        counts::KEYS,
        preload::KEYS,
        prohibitions::KEYS,
    ],
    rules: || {
        let needs = |keys: Vec<&'static str>, other: &'static str| {
            keys.into_iter().map(move |key| (key.to_owned(), json!([other])))
        };
        let of_modules = needs(of_modules_alone(), layer::MODULES.name);
        let of_benchmarks = needs(of_benchmarks_alone(), layer::BENCHMARKS.name);
        vec![
            (
                "anyOf",
                json!([{"required": [layer::MODULES.name]}, {"required": [layer::BENCHMARKS.name]}]),
            ),
            ("dependencies", of_modules.chain(of_benchmarks).collect()),
        ]
    },
    is_measured: true,
};

/// Single modules.
pub(in crate::budgets) const MODULES: Section = Section {
    name: "modules",
    tables: Tables::Named(Names::Module),
    about: "What one module has to keep within. Its table wins over that of its layer, key by key.",
    keys: &[limits::KEYS, counts::KEYS, preload::KEYS, prohibitions::KEYS],
    rules: Vec::new,
    is_measured: true,
};

/// Imports in one process, or the interpreter's own start.
pub(in crate::budgets) const STARTUP: Section = Section {
    name: "startup",
    tables: Tables::Named(Names::Chosen),
    about: "A list of imports in one process. Without `imports` it is the interpreter's own start, up to the end of `site`.",
    keys: &[
        startup::KEYS,
        limits::KEYS,
        counts::KEYS,
        preload::KEYS,
        prohibitions::KEYS,
    ],
    rules: || vec![("dependencies", json!({"preload": ["imports"], "orders": ["imports"]}))],
    is_measured: true,
};

/// Whole commands.
pub(in crate::budgets) const COMMANDS: Section = Section {
    name: "commands",
    tables: Tables::Named(Names::Chosen),
    about: "A whole command, from its start to its end.",
    keys: &[command::KEYS, limits::KEYS],
    rules: Vec::new,
    is_measured: true,
};

/// Targets that are checked together.
pub(in crate::budgets) const CHECKPOINTS: Section = Section {
    name: "checkpoints",
    tables: Tables::Named(Names::Chosen),
    about: "Targets that are checked together, whatever layer they stand in: `importgate check checkpoint:NAME`.",
    keys: &[checkpoint::KEYS],
    rules: Vec::new,
    is_measured: false,
};

/// Numbers of other tools.
pub(in crate::budgets) const BENCHMARKS: Section = Section {
    name: "benchmarks",
    tables: Tables::NamedBeside(&[benchmarks::KEYS]),
    about: "What benchmarks of other tools have to keep within, by their names or patterns of them, in which `*` stands for any characters. Of \
            several tables that match a benchmark the most specific holds, key by key over that of its layer.",
    keys: &[benchmark_limits::KEYS, &[&limits::MAX_REGRESSION, &limits::MAX_DRIFT]],
    rules: Vec::new,
    is_measured: true,
};
