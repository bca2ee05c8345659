//! Which sample to take next, what the samples of a target are asked, and when to stop.

pub mod plan;
mod question;

pub use question::{Answers, Question, Ruling, Yardstick, decide_fixed};
