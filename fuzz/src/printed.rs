//! What may stand in a text that people read; written down apart from the code that is held against it.

/// Fails where a terminal, or the reader of a log, would take something of a text for more than text.
pub(crate) fn assert_inert(text: &str) {
    let acting = text.chars().find(|character| match u32::from(*character) {
        0x0a => false,
        0x00..=0x1f | 0x7f..=0x9f => true,
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff | 0xad | 0x61c | 0xe0000..=0xe007f => true,
        _ => false,
    });
    assert_eq!(acting, None, "in {text:?}");
}
