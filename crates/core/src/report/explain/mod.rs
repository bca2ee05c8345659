//! `importgate explain` in every format: each a pure function of an [`Explanation`](crate::explain::Explanation), or of an
//! [`ImportLog`](crate::explain::importtime::ImportLog) where a log was read.

mod branches;
pub(super) mod imports;
pub mod json;
pub mod log_json;
pub mod log_terminal;
pub mod markdown;
mod profile_json;
pub(super) mod profile_terminal;
pub mod terminal;
mod wrap;

use crate::explain::HeavyLine;
use crate::numbers;
use crate::observed::Place;

/// A place as it is shown to people: without the folder that packages are installed in.
pub(super) fn place_for_people(place: &Place) -> String {
    without_site(&place.to_string()).to_owned()
}

/// What a line takes of the body that it is in.
pub(super) fn share_of_body(line: &HeavyLine) -> String {
    let calls = line.calls.as_ref();
    let calls = calls.map_or_else(String::new, |name| format!("calls `{name}`: "));
    format!(
        "{calls}{:.0}% of the {} that the body of `{}` takes itself",
        line.share * 100.0,
        numbers::time(line.body_ms),
        line.module
    )
}

/// A path or a place without the folder that packages are installed in, or that of the standard library.
pub(super) fn without_site(path: &str) -> &str {
    let folders = ["/site-packages/", "/dist-packages/"];
    let installed = folders.iter().find_map(|folder| path.rsplit_once(folder));
    let standard = || path.rsplit_once("/lib/python3.")?.1.split_once('/');
    installed.or_else(standard).map_or(path, |(_, rest)| rest)
}
