//! What is measured.

use super::{Accepted, Limits};

/// What kind of thing a target is; it decides how the report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// One module imported in a fresh interpreter.
    Module,
    /// Every module of a layer, imported in one process (`max-total-time`).
    LayerTotal,
    /// A list of imports in a given order, or the interpreter's own start (`[startup.NAME]`).
    Startup,
    /// A whole command (`[commands.NAME]`).
    Command,
}

/// What a sample of a target does between the two readings of the clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workload {
    /// Imports these modules, in this order, in one fresh interpreter; without any it is that interpreter's own start.
    Imports(Vec<String>),
    /// Runs this command from start to end.
    Command(Vec<String>),
}

/// One thing that is measured: modules imported in a fresh interpreter, or a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The stable name in reports and baselines: the module's own name, `layer:NAME`, `startup:NAME` or `command:NAME`.
    pub name: String,
    /// Module, layer total, start-up sequence or command.
    pub kind: TargetKind,
    /// The layer that claims it, if one does.
    pub layer: Option<String>,
    /// Modules loaded before the clock starts.
    pub preload: Vec<String>,
    /// What is timed.
    pub workload: Workload,
    /// What it must keep within, each with the line that asked.
    pub limits: Limits,
    /// What is accepted beyond them; its limits are raised already.
    pub accepted: Vec<Accepted>,
}

impl Target {
    /// A single module with its limits.
    pub fn module(name: impl Into<String>, limits: Limits) -> Self {
        let name = name.into();
        Self {
            workload: Workload::Imports(vec![name.clone()]),
            name,
            kind: TargetKind::Module,
            layer: None,
            preload: Vec::new(),
            limits,
            accepted: Vec::new(),
        }
    }
}
