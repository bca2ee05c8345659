//! Opens files that somebody else named: measured code, its environment, the tree of git, the command line. Any of them may name a
//! pipe that nobody writes to, a device that never ends, or gigabytes. So this is the only place that opens what it did not make itself:
//! without waiting, nothing but regular files, in pieces, up to a limit, and only until somebody asks this process to stop.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Instant;

use thiserror::Error;

use crate::runner;
use importgate_core::observed::{ContentHash, ContentHasher};

/// The most that is read of a source, a file of metadata or a file of settings: no such file that anybody writes comes near it.
pub const TEXT_BYTES: u64 = 64 << 20;

/// The most that is read of a file of data that programs write: a baseline, a report, a log.
pub const DATA_BYTES: u64 = 1 << 30;

/// How much is read at once. It lies on the stack, and a request to stop is heeded after each.
const PIECE: usize = 64 << 10;

/// Where the descriptors of this process have names.
const DESCRIPTORS: [&str; 3] = ["/dev/fd", "/dev/stdin", "/proc/self/fd"];

const FOLDER: &str = "a folder";

/// Why a file was not read.
#[derive(Debug, Error)]
pub enum FileError {
    /// It is something else.
    #[error("it is {0} and not a file")]
    NotAFile(&'static str),
    /// It has more than may be read of it.
    #[error("it has more than {} MiB, which are not read", most >> 20)]
    TooLarge {
        /// How many bytes may be read.
        most: u64,
    },
    /// Somebody wrote to it while it was read, or it is a view of the system, which says something else each time.
    #[error("it changed while it was read")]
    Changed,
    /// It took longer than it may.
    #[error("reading it took too long")]
    OutOfTime,
    /// This process was asked to stop.
    #[error("signal {signal} ended reading it")]
    Interrupted {
        /// The signal.
        signal: i32,
    },
    /// What the operating system says, which may be that nothing is there.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl FileError {
    /// True where there is nothing that anybody could read: no file of this name, or none that this user may open.
    pub fn is_absent(&self) -> bool {
        match self {
            // Whoever opens a folder to read it is told that it is no file.
            Self::NotAFile(kind) => *kind == FOLDER,
            Self::System(error) => {
                matches!(
                    error.kind(),
                    ErrorKind::NotFound
                        | ErrorKind::NotADirectory
                        | ErrorKind::PermissionDenied
                        | ErrorKind::InvalidInput
                        | ErrorKind::InvalidFilename
                ) || error.raw_os_error() == Some(libc::ELOOP)
            }
            _ => false,
        }
    }

    /// True where no file has this name.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == ErrorKind::NotFound)
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::System(error) => error,
            FileError::TooLarge { .. } => Self::new(ErrorKind::FileTooLarge, error),
            FileError::OutOfTime => Self::new(ErrorKind::TimedOut, error),
            FileError::NotAFile(_) | FileError::Changed | FileError::Interrupted { .. } => Self::other(error),
        }
    }
}

/// A regular file that is open for reading. As a [`Read`] it ends with an error where this process is asked to stop.
#[derive(Debug)]
pub struct Opened {
    file: File,
    metadata: Metadata,
    /// True for a stream, which has something to read only once somebody has written it.
    waits: bool,
}

impl Opened {
    /// What the system said of it when it was opened.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The file itself, to lock it.
    pub fn file(&self) -> &File {
        &self.file
    }

    fn piece(&mut self, buffer: &mut [u8]) -> Result<usize, FileError> {
        loop {
            if let Some(signal) = runner::interrupted() {
                return Err(FileError::Interrupted { signal });
            }
            if self.waits && !runner::wait_for_input(self.file.as_fd())? {
                continue;
            }
            match self.file.read(buffer) {
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                read => return Ok(read?),
            }
        }
    }

    /// Everything that is in it.
    fn content(mut self, most: u64) -> Result<Vec<u8>, FileError> {
        if self.metadata.len() > most {
            return Err(FileError::TooLarge { most });
        }
        let mut content = Vec::with_capacity(usize::try_from(self.metadata.len()).unwrap_or(0));
        let mut buffer = [0; PIECE];
        loop {
            let read = self.piece(&mut buffer)?;
            if read == 0 {
                return Ok(content);
            }
            if content.len() as u64 + read as u64 > most {
                return Err(FileError::TooLarge { most });
            }
            content.extend_from_slice(&buffer[..read]);
        }
    }

    /// What identifies its content, of which no more than a piece is in memory at once.
    ///
    /// # Errors
    /// [`FileError`]: also where it changed meanwhile, and where the time is over before the file is.
    pub fn content_hash(mut self, until: Option<Instant>) -> Result<ContentHash, FileError> {
        let size = self.metadata.len();
        let mut hasher = ContentHasher::default();
        let mut buffer = [0; PIECE];
        let mut seen = 0;
        loop {
            let read = self.piece(&mut buffer)?;
            if read == 0 {
                break;
            }
            seen += read as u64;
            // A file that grows as fast as it is read would have no end.
            if seen > size {
                return Err(FileError::Changed);
            }
            hasher.update(&buffer[..read]);
            if until.is_some_and(|until| until <= Instant::now()) {
                return Err(FileError::OutOfTime);
            }
        }
        let state = |metadata: &Metadata| (metadata.len(), metadata.mtime(), metadata.mtime_nsec());
        if seen == size && state(&self.file.metadata()?) == state(&self.metadata) {
            Ok(hasher.finish())
        } else {
            Err(FileError::Changed)
        }
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.piece(buffer).map_err(Into::into)
    }
}

/// Opens a regular file for reading, and waits for nobody.
///
/// # Errors
/// [`FileError::NotAFile`] for anything else that is there, [`FileError::System`] where it cannot be opened.
pub fn open(path: &Path) -> Result<Opened, FileError> {
    regular(open_any(path, 0)?)
}

/// The same for one that is no symbolic link.
///
/// # Errors
/// As [`open`]; the system's `ELOOP` for a link.
pub fn open_unless_link(path: &Path) -> Result<Opened, FileError> {
    regular(open_any(path, libc::O_NOFOLLOW)?)
}

fn regular(file: File) -> Result<Opened, FileError> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        let waits = false;
        Ok(Opened { file, metadata, waits })
    } else {
        Err(FileError::NotAFile(kind(metadata.file_type())))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is what others use in its place")]
fn open_with(path: &Path, flags: i32) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn open_any(path: &Path, flags: i32) -> Result<File, FileError> {
    // Opening a pipe would wait for whoever writes to it, and a terminal could become that of this process.
    match open_with(path, flags | libc::O_NONBLOCK | libc::O_NOCTTY) {
        // A socket cannot be opened, nor a device that is not there.
        Err(error)
            if matches!(
                error.raw_os_error(),
                Some(libc::ENXIO | libc::ENODEV | libc::EOPNOTSUPP)
            ) =>
        {
            Err(FileError::NotAFile("a socket or a device"))
        }
        opened => Ok(opened?),
    }
}

/// Opens a folder, to lock it or to have it written to disk.
///
/// # Errors
/// What the system says, also where it is no folder.
pub fn open_folder(path: &Path) -> io::Result<File> {
    open_with(path, libc::O_DIRECTORY)
}

/// Opens a folder that belongs to the user of this process, and is no link.
///
/// # Errors
/// What the system says; [`ErrorKind::PermissionDenied`] where it is somebody else's.
pub fn open_own_folder(path: &Path) -> io::Result<File> {
    let file = open_with(path, libc::O_DIRECTORY | libc::O_NOFOLLOW)?;
    if file.metadata()?.uid() == runner::own_user() {
        Ok(file)
    } else {
        Err(ErrorKind::PermissionDenied.into())
    }
}

/// Opens a file for writing without changing it, and makes it where it is missing. A link is not followed.
///
/// # Errors
/// [`FileError::NotAFile`] for anything but a regular file, [`FileError::System`] where it cannot be opened.
pub fn open_or_create(path: &Path) -> Result<File, FileError> {
    #[expect(clippy::disallowed_methods, reason = "this is what others use in its place")]
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_NOFOLLOW)
        .open(path);
    let file = opened?;
    let kind_of_file = file.metadata()?.file_type();
    if kind_of_file.is_file() {
        Ok(file)
    } else {
        Err(FileError::NotAFile(kind(kind_of_file)))
    }
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() {
        FOLDER
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// Reads a file of at most so many bytes.
///
/// # Errors
/// [`FileError`].
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    open(path)?.content(most)
}

/// Reads a file of at most [`TEXT_BYTES`] that is text in UTF-8.
///
/// # Errors
/// [`FileError`]; where it is no such text, what [`std::fs::read_to_string`] says of it.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let bytes = read(path, TEXT_BYTES)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8").into())
}

/// Reads what the kernel shows of itself and of processes, below `/proc` and `/sys`: also while this process ends, which has to look after
/// what it started.
pub(crate) fn read_system(path: &Path) -> io::Result<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "nobody but the kernel puts files there")]
    fs::read(path)
}

/// Opens it, to read it in parts.
pub(crate) fn open_system(path: &Path) -> io::Result<File> {
    #[expect(clippy::disallowed_methods, reason = "nobody but the kernel puts files there")]
    File::open(path)
}

/// The same as text.
pub(crate) fn read_system_text(path: &Path) -> io::Result<String> {
    #[expect(clippy::disallowed_methods, reason = "nobody but the kernel puts files there")]
    fs::read_to_string(path)
}

/// Reads what somebody handed over on the command line: a file, or a pipe of a shell (`<(…)`, which is a path below `/dev/fd`) or the
/// standard input (`-`), for which it waits as long as somebody may write to it.
///
/// # Errors
/// [`FileError`].
pub fn read_handed_over(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let is_descriptor = DESCRIPTORS.iter().any(|folder| path.starts_with(folder));
    let file = match path.to_str() {
        Some("-") => File::from(io::stdin().as_fd().try_clone_to_owned()?),
        _ if is_descriptor => open_any(path, 0)?,
        _ => return read(path, most),
    };
    let metadata = file.metadata()?;
    let kind_of_file = metadata.file_type();
    let waits = kind_of_file.is_fifo() || kind_of_file.is_socket() || file.is_terminal();
    if !waits && !kind_of_file.is_file() {
        return Err(FileError::NotAFile(kind(kind_of_file)));
    }
    Opened { file, metadata, waits }.content(most)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    fn hash(path: &Path, until: Option<Instant>) -> Result<ContentHash, FileError> {
        open(path)?.content_hash(until)
    }

    /// A folder with one of each kind of thing that is no file.
    fn things() -> (tempfile::TempDir, Vec<(PathBuf, &'static str)>) {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success());
        let socket = folder.path().join("socket");
        UnixListener::bind(&socket).expect("a socket");
        let link = folder.path().join("link");
        symlink("/dev/zero", &link).expect("a link");
        let things = vec![
            (folder.path().to_owned(), "a folder"),
            (pipe, "a pipe"),
            (socket, "a socket or a device"),
            (link, "a device"),
            (PathBuf::from("/dev/zero"), "a device"),
        ];
        (folder, things)
    }

    #[test]
    fn what_is_no_file_is_neither_read_nor_waited_for() {
        let (_folder, things) = things();
        for (path, expected) in things {
            let found = [
                read(&path, TEXT_BYTES).map(|_| ()),
                read_handed_over(&path, TEXT_BYTES).map(|_| ()),
                hash(&path, None).map(|_| ()),
            ];
            for found in found {
                assert!(
                    matches!(found, Err(FileError::NotAFile(kind)) if kind == expected),
                    "{}: {found:?}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_opened_is_absent_and_what_cannot_be_told_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let circle = folder.path().join("circle");
        symlink(&circle, &circle).expect("a link");
        let long = folder.path().join("x".repeat(300));
        for absent in [&circle, &long, &folder.path().join("gone"), &folder.path().to_owned()] {
            let error = hash(absent, None).expect_err("nothing to read");
            assert!(error.is_absent(), "{}: {error}", absent.display());
        }
        assert!(!hash(Path::new("/dev/zero"), None).expect_err("no file").is_absent());
    }

    #[test]
    fn no_more_is_read_than_may_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data");
        fs::write(&path, [b'x'; 200_000]).expect("a file");
        assert_eq!(read(&path, 200_000).expect("it fits").len(), 200_000);
        assert!(matches!(
            read(&path, 199_999),
            Err(FileError::TooLarge { most: 199_999 })
        ));
        // Views of the system have a size of 0, and content all the same.
        if cfg!(target_os = "linux") {
            let view = Path::new("/proc/self/maps");
            assert!(!read(view, TEXT_BYTES).expect("it is read").is_empty());
            assert!(matches!(read(view, 10), Err(FileError::TooLarge { .. })));
            assert!(matches!(hash(view, None), Err(FileError::Changed)));
        }
    }

    #[test]
    fn content_is_told_by_pieces_as_it_is_in_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data");
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let content: Vec<u8> = (0..size).map(|byte| (byte % 251) as u8).collect();
            fs::write(&path, &content).expect("a file");
            assert_eq!(hash(&path, None).expect("a hash"), ContentHash::of(&content));
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_has_no_content_that_could_be_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        for change in [
            (|file, _| File::set_len(file, 10)) as fn(&File, Option<()>) -> io::Result<()>,
            |file, _| File::set_len(file, 30_000_000),
            |mut file, _| file.write_all(b"y"),
        ] {
            fs::write(&path, vec![b'x'; 1_000_000]).expect("a file");
            let mut opened = open(&path).expect("a file");
            let mut first = [0; 0];
            opened.read_exact(&mut first).expect("nothing of it");
            std::thread::sleep(Duration::from_millis(20));
            let other = open_or_create(&path).expect("the same file");
            change(&other, None).expect("it is changed");
            assert!(matches!(opened.content_hash(None), Err(FileError::Changed)));
        }
    }

    #[test]
    fn a_file_without_an_end_is_left_at_the_time_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sparse");
        let file = File::create(&path).expect("a file");
        file.set_len(1 << 40).expect("a hole");
        let until = Instant::now() + Duration::from_millis(50);
        assert!(matches!(hash(&path, Some(until)), Err(FileError::OutOfTime)));
        assert!(matches!(read(&path, DATA_BYTES), Err(FileError::TooLarge { .. })));
    }

    #[test]
    fn a_pipe_that_is_handed_over_is_read_to_its_end() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        let written = std::thread::spawn(move || {
            for _ in 0..10 {
                writer.write_all(&[b'x'; 30_000]).expect("somebody reads");
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let content = read_handed_over(&path, TEXT_BYTES).expect("what was written");
        written.join().expect("it ended");
        assert_eq!(content.len(), 300_000);
    }
}
