//! A trend for its readers: a table of the targets with sparklines, and the steps by commit, the newest first. Every form says the same
//! in the same words.

mod commits;
mod csv;
pub mod json;
mod markdown;
pub(super) mod sparkline;
mod summary;
mod terminal;
#[cfg(test)]
mod tests;
pub(super) mod words;

pub(super) use commits::{Commit, commits};
pub use csv::render as csv;
pub use markdown::render as markdown;
pub(super) use summary::{Course, Summary};
pub use terminal::render as terminal;

use super::html::Page;
use crate::trend::Trend;

/// The page of a trend.
pub fn page(trend: &Trend) -> Page<'_> {
    Page::Trend(trend)
}
