//! Text that is broken between its words.

use unicode_width::UnicodeWidthStr;

/// Writes safe text in lines that begin in a column and end before `width`. A word that is wider stays whole.
pub(super) fn wrapped(text: &mut String, column: usize, width: usize, content: &str) {
    let mut at = 0;
    for word in content.split(' ') {
        let columns = word.width();
        if at == 0 || at + 1 + columns > width {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(&" ".repeat(column));
            at = column;
        } else {
            text.push(' ');
            at += 1;
        }
        text.push_str(word);
        at += columns;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_no_word_is_broken() {
        let mut text = String::new();
        wrapped(&mut text, 2, 10, "one two three a.name.that.is.wide four");
        assert_eq!(text, "  one two\n  three\n  a.name.that.is.wide\n  four\n");
    }
}
