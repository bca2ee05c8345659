//! Hashes as short text: 64 bits are eleven letters in the alphabet of base64 for names of files. A closure has a thousand of them,
//! and hexadecimal digits would be a quarter of the file.

use crate::observed::ContentHash;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS: u32 = 6;
/// How many letters a hash has.
pub(super) const LENGTH: usize = 11;

/// The text of a hash.
pub(super) fn written(hash: ContentHash) -> String {
    // The last letter has two bits more than are left.
    let bits = u128::from(hash.0) << (LENGTH as u32 * BITS - u64::BITS);
    let letters = (0..LENGTH as u32).rev();
    let letter = |place: u32| char::from(ALPHABET[(bits >> (place * BITS)) as usize & (ALPHABET.len() - 1)]);
    letters.map(letter).collect()
}

/// The hash that a text stands for; `None` where it is none.
pub(super) fn read(text: &str) -> Option<ContentHash> {
    if text.len() != LENGTH {
        return None;
    }
    let surplus = LENGTH as u32 * BITS - u64::BITS;
    let mut bits = 0_u128;
    for letter in text.bytes() {
        bits = bits << BITS | u128::from(value(letter)?);
    }
    let hash = (bits >> surplus) as u64;
    (u128::from(hash) << surplus == bits).then_some(ContentHash(hash))
}

fn value(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_has_one_text() {
        for hash in [0, 1, 0x3f, 0x40, 0x1234_5678_9abc_def0, u64::MAX].map(ContentHash) {
            let text = written(hash);
            assert_eq!((text.len(), read(&text)), (LENGTH, Some(hash)), "{text}");
        }
        assert_eq!(written(ContentHash(1)), "AAAAAAAAAAE");
        for text in [
            "",
            "-",
            "AAAAAAAAAAB",
            "AAAAAAAAAA",
            "AAAAAAAAAAEE",
            "AAAAAAAAAA=",
            "AAAAAAAAAé",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
