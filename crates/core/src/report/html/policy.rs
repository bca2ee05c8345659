//! What a browser may do with the page: run its own script, use its own style sheet, and nothing else. In the one file both are known by
//! their digest, so that nothing that a measured name could smuggle in would run.

use sha2::{Digest, Sha256};

/// The policy of a page that contains style sheet and script.
pub(super) fn of_one_file(style: &str, script: &str) -> String {
    policy(&digest(script), &digest(style))
}

/// The policy of a page that has them beside it.
pub(super) fn of_folder() -> String {
    policy("'self'", "'self'")
}

fn policy(script: &str, style: &str) -> String {
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// The source expression of a text: `'sha256-…'`.
fn digest(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, index| {
            bits << 8 | u32::from(chunk.get(index).copied().unwrap_or(0))
        });
        for position in 0..4 {
            let sextet = (bits >> (18 - 6 * position)) & 63;
            text.push(match position > chunk.len() {
                true => '=',
                false => char::from(ALPHABET[sextet as usize]),
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("up", "dXA="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn a_script_is_allowed_by_its_digest() {
        // The example of the standard on content security policies.
        assert_eq!(
            digest("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
        );
    }
}
