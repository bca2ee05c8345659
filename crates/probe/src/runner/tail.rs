//! The end of a stream of any length, in bounded memory.

/// How much of the stream's end is kept, in bytes.
const KEPT: usize = 16 * 1024;

/// Keeps the last [`KEPT`] bytes of what it is given.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// The last bytes, and before a cut up to as many again, so that a stream of small pieces is not moved at each of them.
    bytes: Vec<u8>,
}

impl Tail {
    /// Takes the next piece of the stream.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(&piece[piece.len().saturating_sub(KEPT)..]);
        if self.bytes.len() > 2 * KEPT {
            self.cut();
        }
    }

    /// The last bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.cut();
        self.bytes
    }

    fn cut(&mut self) {
        self.bytes.drain(..self.bytes.len().saturating_sub(KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Tail};

    #[test]
    fn keeps_exactly_the_end_whatever_the_size_of_the_pieces() {
        let stream: Vec<u8> = (0..100_000_u32).map(|index| (index % 251) as u8).collect();
        for size in [1, 7, KEPT - 1, KEPT, KEPT + 1, 3 * KEPT, stream.len()] {
            let mut tail = Tail::default();
            stream.chunks(size).for_each(|piece| tail.push(piece));
            assert_eq!(tail.finish(), stream[stream.len() - KEPT..], "pieces of {size}");
        }
    }

    #[test]
    fn keeps_a_short_stream_whole() {
        let mut tail = Tail::default();
        tail.push(b"so ");
        tail.push(b"short");
        assert_eq!(tail.finish(), b"so short");
    }
}
