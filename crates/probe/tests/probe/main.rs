//! The probe on real interpreters, processes and machines: the tests that a matrix of Pythons runs.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod collections;
mod edits;
mod hostile;
mod instructions;
mod machine;
mod observe;
mod own_process;
mod pace;
mod removal;
mod runner;
mod support;
