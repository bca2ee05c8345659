//! What this program knows of Python: which modules an interpreter could import.

pub mod module_index;
