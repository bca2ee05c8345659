//! Who measured: the interpreter and the machine.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
