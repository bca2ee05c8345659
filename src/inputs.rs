//! Files of earlier runs that a subcommand is given.

use std::path::Path;

use crate::error::Error;
use importgate_core::compare::{Content, ContentError, Input};
use importgate_probe::files;

/// Reads a baseline or a report.
pub(crate) fn baseline_or_report(path: &Path) -> Result<Input, Error> {
    let (name, content) = read(path, Content::parse)?;
    Ok(Input { name, content })
}

fn read<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, ContentError>) -> Result<(String, T), Error> {
    let name = path.display().to_string();
    let bytes = files::read(path, files::DATA_BYTES)
        .map_err(|error| Error::CannotMeasure(format!("{name}: cannot read it: {error}")))?;
    let content = parse(&bytes).map_err(|error| Error::CannotMeasure(format!("{name}: {error}")))?;
    Ok((name, content))
}
