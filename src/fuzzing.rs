//! The readers of what strangers and git write, for `fuzz/`: nothing else enables the feature `fuzzing`.

use crate::artifacts;
pub use crate::git::fuzzing::{contents, names_of_contents, revisions};
use importgate_core::report::Report;

/// The reports of a file that `comment` is handed; what it says where there are none.
///
/// # Errors
/// With that.
pub fn artifact(bytes: &[u8]) -> Result<Vec<Report>, String> {
    let reports = artifacts::strictly_in("artifact", bytes).map_err(|error| error.to_string())?;
    Ok(reports.into_iter().map(|(_, report)| report).collect())
}
