//! What `importgate fix` proposes: for people, and for programs. The diff alone is `FixReport::diff`.

pub mod json;
pub mod terminal;
