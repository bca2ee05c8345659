//! Observations of real imports by the `python3` on PATH: what they see, and what the graph makes of it.

mod edits;
mod effects;
mod imports;
mod lines;
mod planted;
mod shared_set_up;
