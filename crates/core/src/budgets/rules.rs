//! The keys that layers, modules, start-up sequences and commands share, and how the narrower table wins over the wider.

use super::names;
use super::settings::{Gate, NOISE_FLOORS_MS, SHARES};
use super::table::Table;
use super::value::{Located, Value};
use crate::budgets::{Cited, Limits};
use crate::observed::Effect;

/// What a ceiling of time accepts: a microsecond to an hour.
pub(super) const TIMES_MS: std::ops::RangeInclusive<f64> = 0.001..=3_600_000.0;
/// What a ceiling of memory accepts: a byte to a tebibyte.
const MEMORY: std::ops::RangeInclusive<u64> = 1..=1 << 40;
/// The most modules that a ceiling accepts.
const MOST_MODULES: u64 = 1_000_000;

/// What one table asks of its targets. Every key is optional, so that tables can be laid over each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rules {
    pub(super) max_time_ms: Option<Located<f64>>,
    max_memory_bytes: Option<Located<u64>>,
    max_modules: Option<Located<u64>>,
    max_new_modules: Option<Located<u64>>,
    max_regression: Option<Located<f64>>,
    noise_floor_ms: Option<Located<f64>>,
    max_variation: Option<Located<f64>>,
    pub(super) preload: Option<Vec<Located<String>>>,
    pub(super) forbid: Option<Vec<Located<String>>>,
    forbid_effects: Option<Vec<Located<Effect>>>,
    fail_on_warnings: Option<Located<bool>>,
    fail_on_cycles: Option<Located<bool>>,
}

impl Rules {
    /// The ceilings that hold for whatever can be timed, a command too.
    pub(super) fn read_ceilings(table: &mut Table<'_>) -> Self {
        Self {
            max_time_ms: table.take("max-time").and_then(|value| value.time_ms(&TIMES_MS)),
            max_memory_bytes: table.take("max-memory").and_then(|value| value.memory_bytes(&MEMORY)),
            max_regression: table.take("max-regression").and_then(|value| value.share(&SHARES)),
            noise_floor_ms: table
                .take("noise-floor")
                .and_then(|value| value.time_ms(&NOISE_FLOORS_MS)),
            max_variation: table.take("max-variation").and_then(|value| value.share(&SHARES)),
            ..Self::default()
        }
    }

    /// The ceilings, and the rules about what an import loads and does.
    pub(super) fn read_all(table: &mut Table<'_>) -> Self {
        let failing = [("fail", true), ("warn", false)];
        let ceilings = Self::read_ceilings(table);
        Self {
            // The target itself is a module, so a ceiling of none would always fail.
            max_modules: table
                .take("max-modules")
                .and_then(|value| value.count(&(1..=MOST_MODULES))),
            max_new_modules: table
                .take("max-new-modules")
                .and_then(|value| value.count(&(0..=MOST_MODULES))),
            preload: table.take("preload").and_then(|value| module_names(&value)),
            forbid: table.take("forbid").and_then(|value| module_names(&value)),
            forbid_effects: table.take("forbid-effects").and_then(|value| effects(&value)),
            fail_on_warnings: table.take("warnings").and_then(|value| value.choice(&failing)),
            fail_on_cycles: table.take("cycles").and_then(|value| value.choice(&failing)),
            ..ceilings
        }
    }

    /// These rules, completed key by key with those of a wider table.
    pub(super) fn over(&self, wider: &Self) -> Self {
        let (own, wider) = (self.clone(), wider.clone());
        Self {
            max_time_ms: own.max_time_ms.or(wider.max_time_ms),
            max_memory_bytes: own.max_memory_bytes.or(wider.max_memory_bytes),
            max_modules: own.max_modules.or(wider.max_modules),
            max_new_modules: own.max_new_modules.or(wider.max_new_modules),
            max_regression: own.max_regression.or(wider.max_regression),
            noise_floor_ms: own.noise_floor_ms.or(wider.noise_floor_ms),
            max_variation: own.max_variation.or(wider.max_variation),
            preload: own.preload.or(wider.preload),
            forbid: own.forbid.or(wider.forbid),
            forbid_effects: own.forbid_effects.or(wider.forbid_effects),
            fail_on_warnings: own.fail_on_warnings.or(wider.fail_on_warnings),
            fail_on_cycles: own.fail_on_cycles.or(wider.fail_on_cycles),
        }
    }

    /// The limits of a target that these rules apply to.
    pub(super) fn limits(&self, gate: &Gate) -> Limits {
        Limits {
            max_time_ms: self.max_time_ms.as_ref().map(Located::cited),
            max_memory_bytes: self.max_memory_bytes.as_ref().map(Located::cited),
            max_modules: self.max_modules.as_ref().map(Located::cited),
            max_new_modules: self.max_new_modules.as_ref().map(Located::cited),
            max_variation: self.max_variation.as_ref().map(Located::cited),
            forbid: cited_list(self.forbid.as_deref()),
            forbid_effects: cited_list(self.forbid_effects.as_deref()),
            fail_on_warnings: self.fail_on_warnings.as_ref().map(Located::cited),
            fail_on_cycles: self.fail_on_cycles.as_ref().map(Located::cited),
            ..self.comparison(gate)
        }
    }

    /// The limits of a layer as a whole: its total, and how it is compared. The other ceilings are those of a module.
    pub(super) fn total_limits(&self, total: &Located<f64>, gate: &Gate) -> Limits {
        Limits {
            max_time_ms: Some(total.cited()),
            ..self.comparison(gate)
        }
    }

    /// Nothing but how a target is compared with the baseline, which `[gate]` sets where these rules do not.
    fn comparison(&self, gate: &Gate) -> Limits {
        let or_gate = |own: Option<&Located<f64>>, gate: &Cited<f64>| own.map_or_else(|| gate.clone(), Located::cited);
        Limits {
            max_regression: or_gate(self.max_regression.as_ref(), &gate.max_regression),
            noise_floor_ms: or_gate(self.noise_floor_ms.as_ref(), &gate.noise_floor_ms),
            ..Limits::default()
        }
    }

    /// The names of the modules to load before the clock starts.
    pub(super) fn preload_names(&self) -> Vec<String> {
        self.preload
            .iter()
            .flatten()
            .map(|module| module.value.clone())
            .collect()
    }
}

fn cited_list<T: Clone>(list: Option<&[Located<T>]>) -> Vec<Cited<T>> {
    list.unwrap_or_default().iter().map(Located::cited).collect()
}

/// A list of module names; an empty one is allowed, since it takes back what a layer asks.
pub(super) fn module_names(value: &Value<'_>) -> Option<Vec<Located<String>>> {
    let mut listed = value.texts(true)?;
    listed.retain(|name| is_module_name(name, value));
    Some(listed)
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

fn effects(value: &Value<'_>) -> Option<Vec<Located<Effect>>> {
    let choices = [
        ("network", Effect::Network),
        ("subprocess", Effect::Subprocess),
        ("thread", Effect::Thread),
        ("write", Effect::Write),
    ];
    value.choices(&choices)
}
