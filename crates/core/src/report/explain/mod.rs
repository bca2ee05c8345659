//! `importgate explain` in every format for people and profilers: each a pure function of an [`Explanation`](crate::explain::Explanation).

mod imports;
pub mod speedscope;
pub mod terminal;
