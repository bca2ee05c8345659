//! Which sample to take next, what the samples of a target are asked, when to stop, and what all of it may spend of the error
//! budget.

pub mod alpha;
pub mod ceiling;
pub mod fixed;
mod judge;
mod memory;
pub mod plan;
mod question;
pub mod sequential;
#[cfg(test)]
mod simulation;
mod variation;

pub use alpha::ErrorBudget;
pub use judge::SequentialJudge;
pub use memory::MemoryRuling;
pub use question::{Answers, OtherSide, Question, Rules, Ruling, ShownOn, decide_fixed, tests_of};
pub use sequential::Decision;
