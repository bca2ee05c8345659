//! Which sample to take next, what the samples of a target are asked, when to stop, and what all of it may spend of the error
//! budget.

pub mod alpha;
mod answers;
pub mod ceiling;
pub mod fixed;
mod judge;
mod memory;
mod other_side;
pub mod plan;
mod pool;
mod question;
mod recording;
mod regression;
pub mod sequential;
#[cfg(test)]
mod simulation;
mod variation;

pub use alpha::{Alpha, ErrorBudget};
pub use answers::{Answers, Ruling, decide_fixed};
pub use judge::SequentialJudge;
pub use memory::MemoryRuling;
pub use other_side::{OtherSide, most_tests_of, tests_of};
pub use pool::{Pooled, warn_alike};
pub use question::{Question, Rules, ShownOn};
pub use recording::{Earlier, RECORDED_AT_MOST, RecordingJudge, RecordingQuestion};
pub use sequential::Decision;
