//! `importgate comment` against a forge that exists in memory: what it asks for, what it makes, and what it refuses. A test looks at what
//! the forge has afterwards.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod action;
mod fake;
mod faults;
mod forks;
mod github;
mod job;
mod others;
mod reports;
mod server;
