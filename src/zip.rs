//! Zip files as CI services pack artifacts into, read in memory: nothing of one is ever written to a disk, so that no name in it can
//! choose where.

use std::io::Read;

use rawzip::{CompressionMethod, ZipArchive};

/// Why a zip file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ZipError {
    /// It is no zip file, or damaged.
    #[error("this zip file cannot be read: {0}")]
    Damaged(#[from] rawzip::Error),
    /// It has more entries than are looked at.
    #[error("this zip file has more than {most} entries")]
    TooMany {
        /// How many are looked at.
        most: usize,
    },
    /// An entry unpacks to more than is read, with those before it.
    #[error("{name} unpacks to more than {most} bytes, with what stands before it")]
    TooLarge {
        /// The entry.
        name: String,
        /// How much is read.
        most: u64,
    },
    /// An entry is a link, say.
    #[error("{name} is no regular file")]
    NotAFile {
        /// The entry.
        name: String,
    },
    /// An entry is packed in another way than services use.
    #[error("{name} is packed in a way that importgate does not know")]
    OtherMethod {
        /// The entry.
        name: String,
    },
    /// What is packed is damaged.
    #[error("{name} cannot be unpacked: {source}")]
    Unreadable {
        /// The entry.
        name: String,
        /// Why.
        source: std::io::Error,
    },
}

/// How much of a zip file is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most entries that it may have.
    pub(crate) entries: usize,
    /// The most bytes that the wanted entries may unpack to together: entries may share what is packed, so that their number adds nothing
    /// to the size of the file.
    pub(crate) unpacked: u64,
}

/// The files of a zip file whose name is wanted, each with its name, unpacked.
pub(crate) fn read(
    bytes: &[u8],
    limits: Limits,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, Vec<u8>)>, ZipError> {
    let archive = ZipArchive::from_slice(bytes)?;
    let mut entries = archive.entries();
    let (mut number, mut left, mut files) = (0, limits.unpacked, Vec::new());
    while let Some(entry) = entries.next_entry()? {
        number += 1;
        if number > limits.entries {
            return Err(ZipError::TooMany { most: limits.entries });
        }
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if entry.is_dir() || !is_wanted(&name) {
            continue;
        }
        if entry.mode().is_symlink() {
            return Err(ZipError::NotAFile { name });
        }
        let packed = archive.get_entry(entry.wayfinder())?;
        // One byte more than is allowed tells that there is more.
        let most = left + 1;
        let mut unpacked = Vec::new();
        let read = match entry.compression_method() {
            CompressionMethod::STORE => packed
                .verifying_reader(packed.data())
                .take(most)
                .read_to_end(&mut unpacked),
            CompressionMethod::DEFLATE => packed
                .verifying_reader(flate2::bufread::DeflateDecoder::new(packed.data()))
                .take(most)
                .read_to_end(&mut unpacked),
            _ => return Err(ZipError::OtherMethod { name }),
        };
        match read {
            Err(source) => return Err(ZipError::Unreadable { name, source }),
            Ok(_) if unpacked.len() as u64 > left => {
                return Err(ZipError::TooLarge {
                    name,
                    most: limits.unpacked,
                });
            }
            Ok(_) => {
                left -= unpacked.len() as u64;
                files.push((name, unpacked));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
        for (name, bytes) in files {
            let (mut entry, config) = archive.new_file(*name).start().expect("an entry");
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).expect("memory");
            let (_, descriptor) = writer.finish().expect("memory");
            entry.finish(descriptor).expect("memory");
        }
        archive.finish().expect("memory")
    }

    #[test]
    fn what_is_wanted_has_one_limit_together() {
        let limits = Limits {
            entries: 4,
            unpacked: 10,
        };
        let files = zip(&[("a.json", b"123456"), ("b.json", b"123456"), ("c", b"12345678901")]);
        let one = read(&files, limits, |name| name == "b.json").expect("six bytes");
        assert_eq!(one, [("b.json".to_owned(), b"123456".to_vec())]);
        let both = read(&files, limits, |name| name.ends_with(".json"));
        assert!(matches!(both, Err(ZipError::TooLarge { name, most: 10 }) if name == "b.json"));
        assert!(matches!(
            read(&files, limits, |name| name == "c"),
            Err(ZipError::TooLarge { .. })
        ));
    }
}
