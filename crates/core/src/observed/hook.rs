//! What measured code puts in the way of all that comes after it.

use serde::Deserialize;

use super::Place;

/// In whose way something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookKind {
    /// A finder in `sys.meta_path`.
    Finder,
    /// A hook in `sys.path_hooks`.
    PathHook,
    /// Another `builtins.__import__`.
    Import,
    /// A trace function.
    Trace,
    /// A profile function.
    Profile,
    /// An audit hook.
    Audit,
    /// Callbacks of `sys.monitoring`.
    Monitoring,
}

/// A hook that an import installed, and that was still in place when it had ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HookSeen {
    /// What it is.
    pub kind: HookKind,
    /// The module whose body was running.
    pub module: String,
    /// The line that installed it, where that can be told.
    pub place: Option<Place>,
    /// The line of the module's body that led to that one.
    pub body: Option<Place>,
}
