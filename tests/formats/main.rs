//! Every output format, read by something that is none of ours: a published schema, or a parser that others rely on. `make formats`
//! installs these readers; without them each test says so and is skipped, unless `IMPORTGATE_FORMATS=required`.
//!
//! The report is the one that core makes its snapshots of, in its JSON form, and goes through `importgate merge`, so that what is read
//! is what the program writes.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod hostile;
mod junit;
mod openmetrics;
mod reader;
mod reports;
mod teamcity;
mod traces;
