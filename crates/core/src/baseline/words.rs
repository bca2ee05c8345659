//! The words that stand in the file for settings that are a choice. They are part of the stored format, whatever the
//! budgets file may come to call them.

use crate::budgets::{Bytecode, Engine};

/// The word for a state of the bytecode cache.
pub(super) fn bytecode(state: Bytecode) -> &'static str {
    match state {
        Bytecode::Warm => "warm",
        Bytecode::Cold => "cold",
    }
}

/// The state of the bytecode cache that a word stands for.
pub(super) fn bytecode_of(word: &str) -> Option<Bytecode> {
    [Bytecode::Warm, Bytecode::Cold]
        .into_iter()
        .find(|state| bytecode(*state) == word)
}

/// The word for an engine.
pub(super) fn engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Time => "time",
        Engine::Instructions => "instructions",
    }
}

/// The engine that a word stands for.
pub(super) fn engine_of(word: &str) -> Option<Engine> {
    [Engine::Time, Engine::Instructions]
        .into_iter()
        .find(|choice| engine(*choice) == word)
}
