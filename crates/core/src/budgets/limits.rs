//! What a target must keep within, and the line of the budgets file that asked for it.

use serde::{Deserialize, Serialize};

use crate::observed::Effect;

/// A place in the budgets file, cited by every finding that rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BudgetLine {
    /// The budgets file, as the user named it.
    pub file: String,
    /// One-based line.
    pub line: usize,
    /// The key and its value as written, such as `layers.services.max-time = "10ms"`.
    pub text: String,
}

/// A value with the line that set it; `None` where it is a default that no line asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// The line that set it.
    pub line: Option<BudgetLine>,
}

impl<T> Cited<T> {
    /// A value that comes from no line of any file.
    pub fn default_of(value: T) -> Self {
        Self { value, line: None }
    }
}

/// What an undecided comparison does to the exit code (`gate.inconclusive`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Inconclusive {
    /// It is shown and passes.
    #[default]
    Warn,
    /// It fails the gate.
    Fail,
}

/// The limits of one target. Times are milliseconds, memory is bytes, shares are fractions (0.1 is 10%).
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Ceiling of the time, in milliseconds.
    pub max_time_ms: Option<Cited<f64>>,
    /// Ceiling of the memory that the import adds to the resident set, in bytes.
    pub max_memory_bytes: Option<Cited<u64>>,
    /// Ceiling of the number of modules that the import loads.
    pub max_modules: Option<Cited<u64>>,
    /// How many modules more than the baseline's are allowed.
    pub max_new_modules: Option<Cited<u64>>,
    /// The share by which it may be slower than the baseline.
    pub max_regression: Cited<f64>,
    /// A change below this many milliseconds never fails, whatever its share.
    pub noise_floor_ms: Cited<f64>,
    /// Ceiling of the spread of the calibrated time, as a fraction (`unstable` above it).
    pub max_variation: Option<Cited<f64>>,
    /// Modules, with everything below them, that must not be loaded by whatever path.
    pub forbid: Vec<Cited<String>>,
    /// Side effects that the import must not have.
    pub forbid_effects: Vec<Cited<Effect>>,
    /// Set where a warning raised by the import fails the gate.
    pub fail_on_warnings: Option<Cited<bool>>,
    /// Set where an import cycle met at run time fails the gate.
    pub fail_on_cycles: Option<Cited<bool>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_time_ms: None,
            max_memory_bytes: None,
            max_modules: None,
            max_new_modules: None,
            max_regression: Cited::default_of(0.10),
            noise_floor_ms: Cited::default_of(0.5),
            max_variation: None,
            forbid: Vec::new(),
            forbid_effects: Vec::new(),
            fail_on_warnings: None,
            fail_on_cycles: None,
        }
    }
}
