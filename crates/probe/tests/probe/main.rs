//! The probe on real interpreters, processes and machines: the tests that a matrix of Pythons runs.

mod collections;
mod edits;
mod hostile;
mod instructions;
mod machine;
mod observe;
mod pace;
mod removal;
mod runner;
mod support;
