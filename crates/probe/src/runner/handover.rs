//! What a process gets from us beside its standard streams, and the pipe that it tells us something through.

use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::descriptors;

/// A descriptor for one process, which knows it by the number that it has here. The process, not this one, decides whether what
/// it starts itself has it, too.
#[derive(Debug)]
pub(crate) struct Handed(OwnedFd);

impl Handed {
    /// The same open file under a number of its own.
    pub(crate) fn new(file: impl AsFd) -> io::Result<Self> {
        descriptors::duplicate_high(file.as_fd()).map(Self)
    }

    /// A pipe out of which these bytes can be read once. They have to fit into it.
    pub(crate) fn with(bytes: &[u8]) -> io::Result<Self> {
        let (reader, mut writer) = io::pipe()?;
        descriptors::set_nonblocking(writer.as_fd())?;
        writer.write_all(bytes)?;
        Self::new(reader)
    }

    /// The number.
    pub(crate) fn number(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// How much is read at a time: what a pipe holds by default.
const PIECE: usize = 64 * 1024;

/// The reading end of a pipe, with what came through it. Whoever writes can keep nobody waiting, and fill no memory.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// `None` when all writing ends are closed, or more came than is taken.
    reader: Option<PipeReader>,
    received: Vec<u8>,
    at_most: usize,
    is_over: bool,
}

impl Inbox {
    /// An empty one that takes so many bytes, with the end that is written to.
    pub(crate) fn open(at_most: usize) -> io::Result<(Self, Handed)> {
        let (reader, writer) = io::pipe()?;
        Ok((Self::of(reader, at_most)?, Handed::new(writer)?))
    }

    /// An empty one at the end of a pipe that there is.
    pub(super) fn of(reader: PipeReader, at_most: usize) -> io::Result<Self> {
        // A process can open its end for reading, and take what `poll` has just announced.
        descriptors::set_nonblocking(reader.as_fd())?;
        Ok(Self {
            reader: Some(reader),
            received: Vec::new(),
            at_most,
            is_over: false,
        })
    }

    /// What came by now.
    pub(super) fn received(&self) -> &[u8] {
        &self.received
    }

    /// The same, which is then forgotten.
    pub(super) fn take_received(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// What there is to wait for.
    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.reader.as_ref().map(AsFd::as_fd)
    }

    /// Takes in what is there, at most one piece, and says whether there may be more.
    pub(super) fn read_piece(&mut self) -> io::Result<bool> {
        let Some(reader) = &mut self.reader else {
            return Ok(false);
        };
        let mut piece = [0; PIECE];
        let length = match reader.read(&mut piece) {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                return Ok(false);
            }
            result => result?,
        };
        if length > self.at_most - self.received.len() {
            self.is_over = true;
        } else {
            self.received.extend_from_slice(&piece[..length]);
        }
        if length == 0 || self.is_over {
            self.reader = None;
        }
        Ok(length > 0)
    }

    /// Takes in what is left, and gives all that came; `None` where that is more than was to be taken.
    pub(crate) fn finish(mut self) -> io::Result<Option<Vec<u8>>> {
        while self.read_piece()? {}
        Ok((!self.is_over).then_some(self.received))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn writer(handed: &Handed) -> File {
        File::from(handed.0.try_clone().expect("a descriptor"))
    }

    #[test]
    fn what_was_written_is_there_while_others_could_write_on() {
        let (inbox, handed) = Inbox::open(10).expect("a pipe");
        writer(&handed).write_all(b"0123456789").expect("there is room");
        assert_eq!(inbox.finish().expect("it is read"), Some(b"0123456789".to_vec()));
        drop(handed);
    }

    #[test]
    fn more_than_is_taken_is_nothing() {
        let (mut inbox, handed) = Inbox::open(10).expect("a pipe");
        writer(&handed).write_all(b"0123456789a").expect("there is room");
        while inbox.read_piece().expect("it is read") {}
        assert!(inbox.descriptor().is_none(), "whoever writes on is told");
        assert_eq!(inbox.finish().expect("it is read"), None);
    }

    #[test]
    fn handed_descriptors_have_numbers_of_their_own() {
        let (reader, _writer) = io::pipe().expect("a pipe");
        let [first, second] = [(); 2].map(|()| Handed::new(&reader).expect("a descriptor"));
        assert_ne!(first.number(), second.number());
        assert!(first.number() > 2 && second.number() > 2);
    }
}
