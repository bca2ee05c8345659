//! What shards handed on, as it comes: files, folders of files, and zip files as CI services pack artifacts into.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rawzip::{CompressionMethod, ZipArchive};

use crate::error::Error;
use importgate_core::compare::Handed;

/// The most that a file of a zip file may unpack to: a report of ten thousand targets is a tenth of it.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Reads everything below these paths that a shard may have written, each with the name that messages call it by. In a folder or a
/// zip file there may be other JSON too, which is passed over; a file that is named has to be what is looked for.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<(String, Handed)>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            read_folder(path, &mut found)?;
        } else {
            read_file(path, &mut found)?;
        }
        if found.len() == before {
            return Err(unusable(
                &shown(path),
                "nothing in it is a report or a recording of importgate",
            ));
        }
    }
    Ok(found)
}

/// The files of a folder and of those below it, by name. Folders behind symbolic links are left alone: they may lead back here.
fn read_folder(folder: &Path, found: &mut Vec<(String, Handed)>) -> Result<(), Error> {
    let unreadable = |error| cannot_read(&shown(folder), &error);
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut entries: Vec<fs::DirEntry> = entries.collect::<Result<_, _>>().map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension {
            _ if is_folder => read_folder(&path, found)?,
            Some("json" | "zip") if path.is_file() => read_file(&path, found)?,
            _ => {}
        }
    }
    Ok(())
}

fn read_file(path: &Path, found: &mut Vec<(String, Handed)>) -> Result<(), Error> {
    let name = shown(path);
    let bytes = fs::read(path).map_err(|error| cannot_read(&name, &error))?;
    if bytes.starts_with(b"PK") {
        return read_zip(&name, &bytes, found);
    }
    add(name, &bytes, found)
}

fn read_zip(name: &str, bytes: &[u8], found: &mut Vec<(String, Handed)>) -> Result<(), Error> {
    let damaged = |error: rawzip::Error| unusable(name, &format!("this zip file cannot be read: {error}"));
    let archive = ZipArchive::from_slice(bytes).map_err(damaged)?;
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        let path = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if entry.is_dir() || !path.ends_with(".json") {
            continue;
        }
        let packed = archive.get_entry(entry.wayfinder()).map_err(damaged)?;
        let name = format!("{name}: {path}");
        let mut unpacked = Vec::new();
        let read = match entry.compression_method() {
            CompressionMethod::STORE => packed
                .verifying_reader(packed.data())
                .take(MOST_BYTES)
                .read_to_end(&mut unpacked),
            CompressionMethod::DEFLATE => packed
                .verifying_reader(flate2::bufread::DeflateDecoder::new(packed.data()))
                .take(MOST_BYTES)
                .read_to_end(&mut unpacked),
            _ => return Err(unusable(&name, "it is packed in a way that importgate does not know")),
        };
        read.map_err(|error| cannot_read(&name, &error))?;
        add(name, &unpacked, found)?;
    }
    Ok(())
}

fn add(name: String, bytes: &[u8], found: &mut Vec<(String, Handed)>) -> Result<(), Error> {
    match Handed::parse(bytes) {
        Ok(handed) => found.extend(handed.map(|handed| (name, handed))),
        Err(error) => return Err(unusable(&name, &error.to_string())),
    }
    Ok(())
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
