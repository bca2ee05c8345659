//! From the bytes of a file to lines of text, whatever a terminal, a CI service or a shell put around them.

/// The text of a file: UTF-8, or UTF-16 as some shells write what they redirect. What is neither is replaced.
pub fn decode(bytes: &[u8]) -> String {
    let pairs = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => pairs(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => pairs(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The lines, each without what would act on a terminal. A carriage return ends a line as a line feed does: a progress bar may
/// stand before a row.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    text.split(['\n', '\r']).map(without_escapes).collect()
}

/// A line without escape sequences (ECMA-48: control sequences, operating system commands, two-character escapes).
fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let opening = match character {
            '\u{1b}' => characters.next(),
            '\u{9b}' => Some('['),
            // What keeps a browser from joining spaces.
            '\u{a0}' => {
                plain.push(' ');
                continue;
            }
            other => {
                plain.push(other);
                continue;
            }
        };
        match opening {
            Some('[') => while characters.next().is_some_and(|next| !('@'..='~').contains(&next)) {},
            Some(']') => while characters.next().is_some_and(|next| next != '\u{7}' && next != '\\') {},
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_each_encoding_that_shells_write() {
        let text = "import time: größer\n";
        let units = || text.encode_utf16();
        let little: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(units().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain(units().flat_map(u16::to_be_bytes))
            .collect();
        for bytes in [
            text.as_bytes(),
            &little,
            &big,
            &[b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        ] {
            assert_eq!(decode(bytes), text);
        }
        assert_eq!(decode(b"a\xFFb"), "a\u{FFFD}b");
    }

    #[test]
    fn colours_titles_and_carriage_returns_are_taken_out() {
        let text = "\u{1b}[31mred\u{1b}[0m\r\n\u{1b}]0;title\u{7}10%\r100%\n\u{1b}[";
        assert_eq!(lines(text), ["red", "10%", "100%", ""]);
    }
}
