//! What shards handed on, as it comes: files, folders of files, and zip files as CI services pack artifacts into.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::zip::{self, Limits};
use importgate_core::compare::Handed;
use importgate_core::report::Report;
use importgate_core::report::json::parse_strictly;
use importgate_probe::files;

/// What is read of a zip file: a report of ten thousand targets is a tenth of it.
const LIMITS: Limits = Limits {
    entries: 100_000,
    unpacked: 256 * 1024 * 1024,
};

/// What is done with each file that is found.
type Take<'a> = &'a mut dyn FnMut(String, &[u8]) -> Result<bool, Error>;

/// Reads everything below these paths that a shard may have written, each with the name that messages call it by. In a folder or a
/// zip file there may be other JSON too, which is passed over; a file that is named has to be what is looked for.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<(String, Handed)>, Error> {
    let mut found = Vec::new();
    each(paths, &mut |name, bytes| match Handed::parse(bytes) {
        Ok(handed) => {
            let is_ours = handed.is_some();
            found.extend(handed.map(|handed| (name, handed)));
            Ok(is_ours)
        }
        Err(error) => Err(unusable(&name, &error.to_string())),
    })?;
    Ok(found)
}

/// The same of reports alone, read as those of somebody who is not trusted: other JSON is refused.
pub(crate) fn read_strictly(paths: &[PathBuf]) -> Result<Vec<(String, Report)>, Error> {
    let mut found = Vec::new();
    each(paths, &mut |name, bytes| take_strictly(&mut found, name, bytes))?;
    Ok(found)
}

/// The same of the bytes of one file.
#[cfg(feature = "fuzzing")]
pub(crate) fn strictly_in(name: &str, bytes: &[u8]) -> Result<Vec<(String, Report)>, Error> {
    let mut found = Vec::new();
    read_bytes(name.to_owned(), bytes, &mut |name, bytes| {
        take_strictly(&mut found, name, bytes)
    })?;
    Ok(found)
}

fn take_strictly(found: &mut Vec<(String, Report)>, name: String, bytes: &[u8]) -> Result<bool, Error> {
    let reports = parse_strictly(bytes).map_err(|error| unusable(&name, &error.to_string()))?;
    found.extend(reports.into_iter().map(|report| (name.clone(), report)));
    Ok(true)
}

/// Hands on each JSON file below these paths. Each path has to have one that is taken.
fn each(paths: &[PathBuf], take: Take<'_>) -> Result<(), Error> {
    for path in paths {
        let is_some = if path.is_dir() {
            read_folder(path, take)?
        } else {
            read_file(path, take)?
        };
        if !is_some {
            return Err(unusable(
                &shown(path),
                "nothing in it is a report or a recording of importgate",
            ));
        }
    }
    Ok(())
}

/// The files of a folder and of those below it, by name. Folders behind symbolic links are left alone: they may lead back here.
fn read_folder(folder: &Path, take: Take<'_>) -> Result<bool, Error> {
    let unreadable = |error| cannot_read(&shown(folder), &error);
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut entries: Vec<fs::DirEntry> = entries.collect::<Result<_, _>>().map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut is_some = false;
    for entry in entries {
        let path = entry.path();
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        let extension = path.extension().and_then(|extension| extension.to_str());
        is_some |= match extension {
            _ if is_folder => read_folder(&path, take)?,
            Some("json" | "zip") if path.is_file() => read_file(&path, take)?,
            _ => false,
        };
    }
    Ok(is_some)
}

fn read_file(path: &Path, take: Take<'_>) -> Result<bool, Error> {
    let name = shown(path);
    let bytes = files::read(path, files::DATA_BYTES).map_err(|error| cannot_read(&name, &error.into()))?;
    read_bytes(name, &bytes, take)
}

fn read_bytes(name: String, bytes: &[u8], take: Take<'_>) -> Result<bool, Error> {
    if bytes.starts_with(b"PK") {
        return read_zip(&name, bytes, take);
    }
    take(name, bytes)
}

fn read_zip(name: &str, bytes: &[u8], take: Take<'_>) -> Result<bool, Error> {
    let entries = zip::read(bytes, LIMITS, |path| path.ends_with(".json"));
    let mut is_some = false;
    for (path, unpacked) in entries.map_err(|error| unusable(name, &error.to_string()))? {
        is_some |= take(format!("{name}: {path}"), &unpacked)?;
    }
    Ok(is_some)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn cannot_read(name: &str, error: &std::io::Error) -> Error {
    unusable(name, &format!("cannot read it: {error}"))
}

fn unusable(name: &str, why: &str) -> Error {
    Error::CannotMeasure(format!("{name}: {why}"))
}
