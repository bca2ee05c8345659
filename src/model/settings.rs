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

impl Bytecode {
    /// The word that the baseline and the budgets file use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Cold => "cold",
        }
    }

    /// The state that a word of the baseline or of the budgets file names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Warm, Self::Cold]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
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

impl Engine {
    /// The word that the baseline and the budgets file use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Instructions => "instructions",
        }
    }

    /// The engine that a word of the baseline or of the budgets file names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Time, Self::Instructions]
            .into_iter()
            .find(|engine| engine.as_str() == word)
    }
}
