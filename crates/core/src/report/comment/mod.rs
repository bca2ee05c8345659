//! The comment on a pull request: one for a gate, whatever the number of jobs, brought up to date by every run. Everything about it that
//! can be decided without asking a service is decided here: what it says, whether there should be one, which pull request it belongs to,
//! and what has to be done to what stands there already.
//!
//! A body has three parts. The first line is the marker, by which later runs know the comment as theirs. The top, a headline and a table
//! of the legs, is written anew whenever a job adds its leg. The rest is what the report of a job says, and stays as it is until a leg
//! with something worse to say replaces it, or another run does.

mod body;
mod marker;
mod news;
mod plan;
mod pull_request;
#[cfg(test)]
mod tests;

pub use body::{Dialect, Draft, Origin};
pub use marker::{Marker, Run};
pub use news::{News, Policy};
pub use plan::{Comment, Plan, Step, plan};
pub use pull_request::{Candidate, Measured, Stop, the_one};
