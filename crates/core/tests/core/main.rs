//! What core decides, as its users ask it: budgets as text, and recorded streams of samples.

mod budgets_mistakes;
mod budgets_overrides;
mod budgets_properties;
mod budgets_schema;
mod budgets_support;
mod budgets_targets;
mod error_rate;
mod replay;
