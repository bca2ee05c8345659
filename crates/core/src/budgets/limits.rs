//! What a target must keep within: every key that a rule reads, in one table, and how the narrower table of the budgets wins
//! over the wider. A key is one line here: where its value goes, its declaration in `keys::declared`, and what it is where no
//! table has it. The rule itself is a file of `checks`, which the line names.

use super::keys::declared::{counts, limits as ceilings, preload, prohibitions};
use super::names;
use super::settings::Gate;
use super::table::Table;
use super::value::{Located, Value};
use crate::budgets::Cited;
use crate::observed::Effect;

/// What a limit is before its table is known: a value, or a list of them, with the place in the file.
pub(super) trait Limit {
    type Written;
}

impl<T> Limit for Option<Cited<T>> {
    type Written = Located<T>;
}

impl<T> Limit for Cited<T> {
    type Written = Located<T>;
}

impl<T> Limit for Vec<Cited<T>> {
    type Written = Located<Vec<Located<T>>>;
}

/// The types and functions that one line for each key stands for. A key has a field in [`Limits`], is read by one of the
/// named groups, and is held against the wider tables and at last against `[gate]`.
macro_rules! limits {
    ($(
        $(#[$group_doc:meta])*
        fn $group:ident {
            $($(#[$doc:meta])* $field:ident: $limit:ty = $key:path, $absent:expr;)*
        }
    )*) => {
        /// The limits of one target. Times are milliseconds, memory is bytes, shares are fractions (0.1 is 10%).
        #[derive(Debug, Clone, PartialEq)]
        pub struct Limits {
            $($($(#[$doc])* pub $field: $limit,)*)*
        }

        /// What one table asks of its targets. Every key is optional, so that tables can be laid over each other.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub(super) struct Rules {
            $($(pub(super) $field: Option<<$limit as Limit>::Written>,)*)*
            pub(super) preload: Option<Located<Vec<Located<String>>>>,
        }

        impl Rules {
            $(
                $(#[$group_doc])*
                fn $group(&mut self, table: &mut Table<'_>) {
                    $(self.$field = table.read(&$key);)*
                }
            )*

            /// These rules, completed key by key with those of a wider table.
            pub(super) fn over(&self, wider: &Self) -> Self {
                let (own, wider) = (self.clone(), wider.clone());
                Self {
                    $($($field: own.$field.or(wider.$field),)*)*
                    preload: own.preload.or(wider.preload),
                }
            }

            /// The limits of a target that these rules apply to.
            pub(super) fn limits(&self, gate: &Gate) -> Limits {
                Limits {
                    $($($field: $absent(self.$field.as_ref(), gate),)*)*
                }
            }
        }
    };
}

limits! {
    /// The ceilings that hold for whatever can be timed, a command too.
    fn read_ceilings_into {
        /// Ceiling of the time, in milliseconds (`checks::ceiling`).
        max_time_ms: Option<Cited<f64>> = ceilings::MAX_TIME, no_limit;
        /// Ceiling of the memory that the import adds to the resident set, in bytes (`checks::memory`).
        max_memory_bytes: Option<Cited<u64>> = ceilings::MAX_MEMORY, no_limit;
        /// The share by which it may add more memory than the baseline (`checks::memory_regression`).
        max_memory_regression: Option<Cited<f64>> = ceilings::MAX_MEMORY_REGRESSION, gate_memory_regression;
        /// The share by which it may be slower than the baseline (`checks::regression`, `checks::slowdown`).
        max_regression: Cited<f64> = ceilings::MAX_REGRESSION, gate_regression;
        /// The share by which it may be slower than its anchor (`checks::drift`).
        max_drift: Option<Cited<f64>> = ceilings::MAX_DRIFT, gate_drift;
        /// A change below this many milliseconds never fails, whatever its share (`checks::regression`).
        noise_floor_ms: Cited<f64> = ceilings::NOISE_FLOOR, gate_noise_floor;
        /// Ceiling of the spread of the calibrated time, as a fraction (`checks::variation`).
        max_variation: Option<Cited<f64>> = ceilings::MAX_VARIATION, no_limit;
    }

    /// The ceilings of how many modules an import loads.
    fn read_counts_into {
        /// Ceiling of the number of modules that the import loads (`checks::modules`).
        max_modules: Option<Cited<u64>> = counts::MAX_MODULES, no_limit;
        /// How many modules more than the baseline's are allowed (`checks::modules`).
        max_new_modules: Option<Cited<u64>> = counts::MAX_NEW_MODULES, no_limit;
    }

    /// What an import must not load or do.
    fn read_prohibitions_into {
        /// Modules, with everything below them, that must not be loaded by whatever path (`checks::forbid`).
        forbid: Vec<Cited<String>> = prohibitions::FORBID, nothing;
        /// Side effects that the import must not have (`checks::effects`).
        forbid_effects: Vec<Cited<Effect>> = prohibitions::FORBID_EFFECTS, nothing;
        /// Set where a warning raised by the import fails the gate (`checks::warnings`).
        fail_on_warnings: Option<Cited<bool>> = prohibitions::WARNINGS, no_limit;
        /// Set where an import cycle met at run time fails the gate (`checks::cycles`).
        fail_on_cycles: Option<Cited<bool>> = prohibitions::CYCLES, no_limit;
    }
}

impl Default for Limits {
    fn default() -> Self {
        Rules::default().limits(&Gate::default())
    }
}

/// A key that limits nothing where no table has it.
fn no_limit<T: Clone>(written: Option<&Located<T>>, _gate: &Gate) -> Option<Cited<T>> {
    written.map(Located::cited)
}

/// A list that is empty where no table has it.
fn nothing<T: Clone>(written: Option<&Located<Vec<Located<T>>>>, _gate: &Gate) -> Vec<Cited<T>> {
    elements(written).map(Located::cited).collect()
}

/// The elements of a list, none where no table has it.
pub(super) fn elements<T>(written: Option<&Located<Vec<Located<T>>>>) -> impl Iterator<Item = &Located<T>> {
    written.into_iter().flat_map(|list| &list.value)
}

fn gate_regression(written: Option<&Located<f64>>, gate: &Gate) -> Cited<f64> {
    written.map_or_else(|| gate.max_regression.clone(), Located::cited)
}

fn gate_memory_regression(written: Option<&Located<f64>>, gate: &Gate) -> Option<Cited<f64>> {
    written
        .map(Located::cited)
        .or_else(|| gate.max_memory_regression.clone())
}

fn gate_drift(written: Option<&Located<f64>>, gate: &Gate) -> Option<Cited<f64>> {
    written.map(Located::cited).or_else(|| gate.max_drift.clone())
}

fn gate_noise_floor(written: Option<&Located<f64>>, gate: &Gate) -> Cited<f64> {
    written.map_or_else(|| gate.noise_floor_ms.clone(), Located::cited)
}

impl Rules {
    /// What a command's table asks.
    pub(super) fn of_command(table: &mut Table<'_>) -> Self {
        let mut rules = Self::default();
        rules.read_ceilings_into(table);
        rules
    }

    /// What the table of a layer, a module or a start-up sequence asks.
    pub(super) fn of_imports(table: &mut Table<'_>) -> Self {
        let mut rules = Self::of_command(table);
        rules.read_counts_into(table);
        rules.preload = table.read(&preload::PRELOAD);
        rules.read_prohibitions_into(table);
        rules
    }

    /// The limits of a layer as a whole: its total, and how it is compared. The other ceilings are those of a module.
    pub(super) fn total_limits(&self, total: &Located<f64>, gate: &Gate) -> Limits {
        let of_total = Self {
            max_time_ms: Some(total.clone()),
            max_memory_regression: self.max_memory_regression.clone(),
            max_regression: self.max_regression.clone(),
            max_drift: self.max_drift.clone(),
            noise_floor_ms: self.noise_floor_ms.clone(),
            ..Self::default()
        };
        of_total.limits(gate)
    }

    /// The names of the modules to load before the clock starts.
    pub(super) fn preload_names(&self) -> Vec<String> {
        elements(self.preload.as_ref())
            .map(|module| module.value.clone())
            .collect()
    }
}

/// True for the name of one module; reports anything else.
pub(super) fn is_module_name(name: &Located<String>, value: &Value<'_>) -> bool {
    let valid = names::is_module_name(&name.value);
    if !valid {
        value.report_at(&name.span, &not_a_module(&name.value), module_help(&name.value));
    }
    valid
}

/// What is said of a text that is no module name.
pub(super) fn not_a_module(text: &str) -> String {
    format!("\"{text}\" is not the name of one module")
}

/// What to write instead of a text that is no module name.
pub(super) fn module_help(text: &str) -> Option<String> {
    if text.contains('*') {
        return Some("patterns belong in the `modules` of a layer; here a name stands without `*`".to_owned());
    }
    names::meant_module(text).map(|meant| format!("did you mean \"{meant}\"?"))
}
