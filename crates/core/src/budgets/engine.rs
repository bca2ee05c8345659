//! Two settings of the measurement that budgets and baseline share: numbers taken under different ones are not comparable.

/// In which state the bytecode cache was (`measure.bytecode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bytecode {
    /// Compiled by an earlier import.
    #[default]
    Warm,
    /// Compiled from source by every sample.
    Cold,
}

/// What decides (`measure.engine`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Times.
    #[default]
    Time,
    /// Instruction counts.
    Instructions,
}
