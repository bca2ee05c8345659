//! The one gate through which text of the measured code enters any output. A module may print what it likes, raise with
//! any message and carry any name: none of it may move the cursor, forge a line of the report, become markup or be taken
//! for a command by the machine that reads the log. Renderers write a string of a `Report` only by way of this module.
//!
//! A log is read by programs too. GitHub's runner takes a line for a command when it begins with `::` after any white
//! space, and for an older kind when `##[` stands anywhere in it; others know `##vso[` and `##teamcity[`. All are broken
//! up wherever they could take effect.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The most characters of one untrusted text that a report shows.
const LONGEST: usize = 500;

/// One line of text that is safe in a terminal and in a log. What would act rather than be read (control characters, escape
/// sequences, text direction, invisible characters, line breaks) is written as a Python escape; long text is shortened.
pub fn line(text: &str) -> String {
    line_of(text, LONGEST)
}

/// A line with no more than this many characters of the text.
fn line_of(text: &str, longest: usize) -> String {
    let mut safe = String::with_capacity(text.len().min(longest));
    let mut characters = text.chars();
    for character in characters.by_ref().take(longest) {
        match character {
            '\t' => safe.push_str("    "),
            _ if acts(character) => push_escape(&mut safe, character),
            _ => safe.push(character),
        }
    }
    let left_out = characters.count();
    if left_out > 0 {
        safe.push_str(&format!(" ... ({left_out} more characters)"));
    }
    without_commands(&safe)
}

/// The lines of a text that may have several, each as [`line()`] has it.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(|one| line(one.trim_end())).collect()
}

/// A name in at most `width` columns, shortened in the middle, where names of one project differ least.
pub fn name(text: &str, width: usize) -> String {
    const GAP: &str = "...";
    let safe = line(text);
    if safe.width() <= width {
        return safe;
    }
    let room = width.saturating_sub(GAP.len());
    let tail = fitting(safe.chars().rev(), room - room / 2);
    let tail: String = tail.chars().rev().collect();
    // What the tail could not use for want of a whole wide character goes to the head.
    let head = fitting(safe.chars(), room - tail.width());
    // Cutting can move a command to the front only where the head is empty.
    without_commands(&format!("{head}{GAP}{tail}"))
}

/// Text for the flow of a Markdown document: nothing in it is markup, a mention, a reference or a link.
pub fn markdown(text: &str) -> String {
    // Entities are decoded before GitHub looks for mentions and references, so a backslash does not stop these; an
    // invisible space in between does.
    const APART: &str = "&#8203;";
    let safe = line(text);
    let mut escaped = String::with_capacity(safe.len() * 2);
    for (position, character) in safe.char_indices() {
        // GitLab's merge requests, labels, milestones, epics and snippets.
        let begins_reference = matches!(character, '!' | '~' | '%' | '&' | '$') && {
            let next = safe[position + character.len_utf8()..].chars().next();
            next.is_some_and(|next| next.is_alphanumeric() || next == '"')
        };
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // As entities: in a table `\\|` would end the cell, and GitHub looks for formulas before it looks for escapes.
            '|' => escaped.push_str("&#124;"),
            '$' => escaped.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '#' => escaped.push_str(&format!("\\#{APART}")),
            '@' => escaped.push_str(&format!("@{APART}")),
            ':' if safe[position..].starts_with("://") => escaped.push_str(&format!(":{APART}")),
            ':' if ends_with_shortcode(&safe[..position]) => escaped.push_str(&format!("{APART}:")),
            '.' if ends_with_word(&safe[..position], "www") => escaped.push_str(&format!("{APART}.")),
            '-' if ends_with_word(&safe[..position], "gh") => escaped.push_str(&format!("-{APART}")),
            '-' | '+' | '=' if safe[..position].trim().is_empty() => {
                escaped.push('\\');
                escaped.push(character);
            }
            '.' | ')' if is_list_number(&safe[..position]) => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
        if begins_reference {
            escaped.push_str(APART);
        }
    }
    escaped
}

/// Text for the flow of a Markdown document in which what stands between backticks becomes a code span; where they do not
/// come in pairs, as [`markdown`] has it. For advice, which names commands and settings.
pub fn markdown_with_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let write = |(index, part): (usize, &&str)| match (index % 2, part.is_empty()) {
        (_, true) => String::new(),
        (0, _) => markdown(part),
        _ => code_span(part),
    };
    parts.iter().enumerate().map(write).collect()
}

/// Text in a Markdown code span, whose fence is longer than any run of backticks in it. Not for a cell of a table.
pub fn code_span(text: &str) -> String {
    let safe = line(text);
    if safe.trim().is_empty() {
        return String::from("(empty)");
    }
    let fence = "`".repeat(longest_run(&safe) + 1);
    let space = if safe.starts_with('`') || safe.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{safe}{space}{fence}")
}

/// Text in a cell of a Markdown table: a code span for what looks like a name, escaped text for anything else, since a cell
/// ends at a bar even inside a code span.
pub fn code_cell(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '.' | '_' | ':' | '-' | '/');
    if !text.is_empty() && text.chars().count() <= LONGEST && text.chars().all(plain) {
        code_span(text)
    } else {
        markdown(text)
    }
}

/// Lines in a fenced Markdown code block, whose fence is longer than any run of backticks in them.
pub fn code_block<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let safe: Vec<String> = texts.into_iter().flat_map(lines).collect();
    let longest = safe.iter().map(|one| longest_run(one)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", safe.join("\n"))
}

/// Text for the flow of an HTML document, or for an attribute between quotes of either kind.
pub fn html(text: &str) -> String {
    let safe = line(text);
    let mut escaped = String::with_capacity(safe.len());
    for character in safe.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The message of a GitHub workflow command, of several lines, each of which is made safe by itself.
pub fn workflow_message<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let safe: Vec<String> = texts.into_iter().map(line).collect();
    safe.join("\n")
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a GitHub workflow command.
pub fn workflow_property(text: &str) -> String {
    as_workflow_property(&line(text))
}

/// The same of a path that can be opened: it has an end, and where it were cut it would name no file.
pub fn workflow_path(path: &str) -> String {
    as_workflow_property(&line_of(path, usize::MAX))
}

fn as_workflow_property(safe: &str) -> String {
    safe.replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

/// The message of a logging command of Azure Pipelines, of several lines, each of which is made safe by itself.
pub fn azure_message<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let safe: Vec<String> = texts.into_iter().map(line).collect();
    as_azure_message(&safe.join("\n"))
}

/// A path that can be opened as the value of a property of a logging command of Azure Pipelines: it has an end, and where it were cut it
/// would name no file.
pub fn azure_path(path: &str) -> String {
    as_azure_message(&line_of(path, usize::MAX))
        .replace(';', "%3B")
        .replace(']', "%5D")
}

fn as_azure_message(safe: &str) -> String {
    safe.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// One line of a SARIF message, whose readers make a link of brackets before a parenthesis.
pub fn sarif_text(text: &str) -> String {
    let safe = line(text).replace("](", "] (");
    // No message may be empty.
    if safe.trim().is_empty() {
        String::from("(empty)")
    } else {
        safe
    }
}

/// A path as a relative reference: what has a meaning in one, or is no letter or digit of ASCII, is encoded byte by byte.
pub fn uri_path(path: &str) -> String {
    let encode = |byte: u8| match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.bytes().map(encode).collect()
}

/// The value of an attribute of a service message of TeamCity, of several lines, each of which is made safe by itself; no more of it
/// than TeamCity keeps. What is not ASCII is written as its UTF-16 units, whatever encoding the agent reads a log in.
pub fn service_message_value<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const KEPT: usize = 4000;
    let safe: Vec<String> = texts.into_iter().map(line).collect();
    let mut escaped = String::new();
    for character in safe.join("\n").chars().take(KEPT) {
        match character {
            '\n' => escaped.push_str("|n"),
            '|' | '\'' | '[' | ']' => escaped.extend(['|', character]),
            _ if character.is_ascii() => escaped.push(character),
            _ => {
                let units = character.encode_utf16(&mut [0; 2]).to_vec();
                escaped.extend(units.iter().map(|unit| format!("|0x{unit:04x}")));
            }
        }
    }
    escaped
}

/// The value of a label in the OpenMetrics text format, without its quotes.
pub fn metric_label(text: &str) -> String {
    line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// The name of a benchmark, which github-action-benchmark puts into a code span in a cell of a Markdown table as it is.
pub fn benchmark_name(text: &str) -> String {
    line(text).replace('`', "\\x60").replace('|', "\\x7c")
}

/// True for a character that does something instead of being seen, or that an XML document cannot hold in any form.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Writes a character as a Python string literal would.
fn push_escape(text: &mut String, character: char) {
    let code = u32::from(character);
    match (character, code) {
        ('\n', _) => text.push_str("\\n"),
        ('\r', _) => text.push_str("\\r"),
        (_, 0..=0xff) => text.push_str(&format!("\\x{code:02x}")),
        (_, 0x100..=0xffff) => text.push_str(&format!("\\u{code:04x}")),
        _ => text.push_str(&format!("\\U{code:08x}")),
    }
}

/// Breaks up what a log reader could take for a command.
fn without_commands(text: &str) -> String {
    let text = without_hash_commands(text, "\\x5b");
    let indent = text.len() - text.trim_start().len();
    match text[indent..].strip_prefix("::") {
        Some(rest) => format!("{}\\x3a:{rest}", &text[..indent]),
        None => text,
    }
}

/// Replaces the bracket of `##[` and `##word[` by its escape.
pub(super) fn without_hash_commands(text: &str, bracket: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (index, part) in text.split('[').enumerate() {
        if index > 0 {
            let word = |character: char| character.is_ascii_alphanumeric();
            safe.push_str(if safe.trim_end_matches(word).ends_with("##") {
                bracket
            } else {
                "["
            });
        }
        safe.push_str(part);
    }
    safe
}

/// As many characters as fit into `width` columns.
fn fitting(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut taken = String::new();
    let mut used = 0;
    for character in characters {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        taken.push(character);
    }
    taken
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// True where a colon behind this text would end the shortcode of an emoji, such as `:tada:`.
fn ends_with_shortcode(text: &str) -> bool {
    let is_of_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-');
    let code = text.rsplit_once(':').map(|(_, code)| code.as_bytes());
    code.is_some_and(|code| !code.is_empty() && code.iter().copied().all(is_of_code))
}

/// True where `text` ends with `word`, in any case, at a word boundary.
fn ends_with_word(text: &str, word: &str) -> bool {
    let Some(start) = text.len().checked_sub(word.len()) else {
        return false;
    };
    text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
        && !text[..start].ends_with(|character: char| character.is_alphanumeric())
}

/// True where all that stands before is a number, so that a point or a bracket would make it a list.
fn is_list_number(before: &str) -> bool {
    let digits = before.trim();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_is_written_as_python_writes_it() {
        for (text, expected) in [
            ("plain text, 订单", "plain text, 订单"),
            ("\x1b[31m", "\\x1b[31m"),
            ("a\r\nb", "a\\r\\nb"),
            ("\u{9b}\x7f\0", "\\x9b\\x7f\\x00"),
            ("\u{202e}\u{200b}", "\\u202e\\u200b"),
            ("\u{e0041}", "\\U000e0041"),
            ("a\tb", "a    b"),
        ] {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn commands_to_a_log_reader_are_broken_up() {
        assert_eq!(line("::error::x"), "\\x3a:error::x");
        assert_eq!(line(" \u{a0}::error::x"), " \u{a0}\\x3a:error::x");
        assert_eq!(line("a::b"), "a::b");
        assert_eq!(line("x ###[error]y"), "x ###\\x5berror]y");
        assert_eq!(line("##vso[a] ##[b] # [c]"), "##vso\\x5ba] ##\\x5bb] # [c]");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let cut = line(&"a".repeat(LONGEST + 25));
        assert!(cut.ends_with("a ... (25 more characters)"), "{cut}");
    }

    #[test]
    fn names_are_cut_in_the_middle() {
        assert_eq!(name("shop.services.orders", 20), "shop.services.orders");
        assert_eq!(name("shop.services.orders", 13), "shop....rders");
        assert_eq!(name("订单订单订单", 9), "订单...单");
    }

    #[test]
    fn markdown_loses_its_meaning() {
        for (text, expected) in [
            ("__init__", "\\_\\_init\\_\\_"),
            ("a | b & <c>", "a &#124; b &amp; &lt;c&gt;"),
            ("\\*", "\\\\\\*"),
            ("see #1, @a and GH-7", "see \\#&#8203;1, @&#8203;a and GH-&#8203;7"),
            ("https://a www.b", "https:&#8203;//a www&#8203;.b"),
            (":tada: a:b :", ":tada&#8203;: a:b :"),
            ("- a-b", "\\- a-b"),
            ("1. a", "1\\. a"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        assert_eq!(code_span("a.b"), "`a.b`");
        assert_eq!(code_span("a``b`"), "``` a``b` ```");
        assert_eq!(code_span(""), "(empty)");
        assert_eq!(code_block(["a\nb", "````"]), "`````text\na\nb\n````\n`````\n");
        assert_eq!(markdown_with_code("run `a_b` *now*"), "run `a_b` \\*now\\*");
        assert_eq!(markdown_with_code("odd ` one"), "odd \\` one");
        assert_eq!(code_cell("shop.cli"), "`shop.cli`");
        assert_eq!(code_cell("a|b"), "a&#124;b");
    }

    #[test]
    fn html_is_text_in_an_element_and_in_an_attribute() {
        assert_eq!(html("a.b <x> &amp;"), "a.b &lt;x&gt; &amp;amp;");
        assert_eq!(html("\" onload='x'"), "&quot; onload=&#39;x&#39;");
        assert_eq!(html("\u{202e}\0\n"), "\\u202e\\x00\\n");
    }

    #[test]
    fn workflow_commands_are_escaped_as_the_runner_reads_them() {
        assert_eq!(workflow_message(["50%", "a:b,c\n::d"]), "50%25%0Aa:b,c\\n::d");
        assert_eq!(workflow_property("a:b,c%\r\n"), "a%3Ab%2Cc%25\\r\\n");
    }

    #[test]
    fn logging_commands_are_escaped_as_the_agent_reads_them() {
        assert_eq!(
            azure_message(["50%", "a;b]c\n##vso[d]"]),
            "50%AZP25%0Aa;b]c\\n##vso\\x5bd]"
        );
        assert_eq!(azure_path("a;b]c%"), "a%3Bb%5Dc%AZP25");
    }

    #[test]
    fn nothing_refers_to_what_gitlab_numbers() {
        let apart = "&#8203;";
        assert_eq!(
            markdown("!1 ~bug %\"a b\" &2 $3 100%, a & b!"),
            format!("!{apart}1 \\~{apart}bug %{apart}\"a b\" &amp;{apart}2 &#36;{apart}3 100%, a &amp; b!")
        );
    }

    #[test]
    fn sarif_has_no_links_in_its_messages_and_encoded_paths() {
        assert_eq!(
            sarif_text("see [this](https://host.example)"),
            "see [this] (https://host.example)"
        );
        assert_eq!(sarif_text(" "), "(empty)");
        assert_eq!(uri_path("src/naïve:a b%.py"), "src/na%C3%AFve%3Aa%20b%25.py");
    }

    #[test]
    fn the_value_of_a_service_message_ends_at_our_quote_alone() {
        assert_eq!(
            service_message_value(["a'] ##teamcity[x '|n", "b\r\nc"]),
            "a|'|] ##teamcity\\x5bx |'||n|nb\\r\\nc"
        );
        assert_eq!(service_message_value(["é🚀"]), "|0x00e9|0xd83d|0xde80");
        assert_eq!(
            service_message_value(std::iter::repeat_n("a", 1_000_000))
                .chars()
                .count(),
            6_000
        );
    }

    #[test]
    fn the_label_of_a_metric_ends_at_our_quote_alone() {
        assert_eq!(metric_label("a\"} 1\n# EOF\\"), "a\\\"} 1\\\\n# EOF\\\\");
    }

    #[test]
    fn a_line_has_no_character_that_xml_cannot_hold() {
        assert_eq!(line("\0\u{b}\u{fffe}\u{ffff}<&\n"), "\\x00\\x0b\\ufffe\\uffff<&\\n");
    }

    #[test]
    fn the_name_of_a_benchmark_leaves_neither_its_code_span_nor_its_cell() {
        assert_eq!(benchmark_name("a` | @all"), "a\\x60 \\x7c @all");
    }
}
