//! Who measured: the interpreter and the machine.

use std::cmp::Ordering;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ChosenBy;

/// What the interpreter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// The path it was started by.
    pub executable: PathBuf,
    /// `sys.implementation.name`, such as `cpython` or `pypy`.
    pub implementation: String,
    /// The full version, such as `3.13.0`.
    pub version: String,
    /// The version without its patch level, such as `3.13`.
    pub minor: String,
    /// What tells two builds of one version apart: `sys.version` with the compiler.
    pub build: String,
    /// `sys.platform`.
    pub platform: String,
    /// `os.uname().machine`, such as `x86_64`.
    pub architecture: String,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// `sys.base_prefix`.
    pub base_prefix: PathBuf,
    /// `sys.path` of a bare interpreter, without the entry of the script.
    pub path: Vec<PathBuf>,
    /// The folders of the standard library.
    pub standard_library: Vec<PathBuf>,
    /// Names of built-in modules.
    pub builtin_modules: Vec<String>,
    /// `sys.implementation.cache_tag`, such as `cpython-313`.
    pub cache_tag: Option<String>,
    /// What it was found by, where somebody looked for it.
    #[serde(default, skip_deserializing)]
    pub chosen_by: Option<ChosenBy>,
}

impl Interpreter {
    /// The key under which a baseline keeps this interpreter's numbers.
    pub fn key(&self) -> EnvironmentKey {
        EnvironmentKey(format!(
            "{}-{}-{}-{}",
            self.implementation, self.minor, self.platform, self.architecture
        ))
    }
}

/// Implementation, minor version, platform and architecture: one entry of a baseline, such as `cpython-3.13-linux-x86_64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct EnvironmentKey(pub String);

impl EnvironmentKey {
    /// Orders as people do: 3.9 comes before 3.12, since runs of digits are numbers.
    pub fn by_version(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (parts(&self.0), parts(&other.0));
        ours.cmp(&theirs).then_with(|| self.cmp(other))
    }
}

/// A text as its runs of digits, as numbers, and what stands before each.
fn parts(text: &str) -> Vec<(&str, u64)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let (before, digits) = rest.split_at(word);
        let end = digits
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(digits.len());
        let (number, after) = digits.split_at(end);
        parts.push((before, number.parse().unwrap_or(u64::MAX)));
        rest = after;
    }
    parts
}

impl fmt::Display for EnvironmentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The machine's fingerprint, as far as it moves times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Machine {
    /// The processor's model name.
    pub processor: String,
    /// Logical processors that this process may use.
    pub cores: u32,
    /// Kernel name and release.
    pub kernel: String,
    /// The processor share that a container allows, such as `1.50`; `None` where there is no limit.
    pub container_cpus: Option<String>,
    /// The memory that a container allows, in bytes; `None` where there is no limit.
    pub container_memory_bytes: Option<u64>,
}

/// Interpreter and machine together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The project's interpreter.
    pub interpreter: Interpreter,
    /// The machine it ran on.
    pub machine: Machine,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers() {
        let ordered = [
            "",
            "cpython-3.9-linux-x86_64",
            "cpython-3.12-linux-aarch64",
            "cpython-3.12-linux-x86_64",
            "cpython-3.14-linux-x86_64",
            "cpython-3.14t-linux-x86_64",
            "pypy-3.11-linux-x86_64",
        ];
        let mut keys = ordered.map(|key| EnvironmentKey(key.to_owned()));
        keys.reverse();
        keys.sort_by(EnvironmentKey::by_version);
        assert_eq!(keys.map(|key| key.0), ordered);
    }
}
