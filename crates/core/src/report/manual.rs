//! A page of the manual as a terminal shows it. The pages are the site's own, in the little Markdown that they keep to: headings,
//! paragraphs, lists of one level, and code between fences.

use anstyle::{AnsiColor, Style};

use super::prose::Prose;
use super::terminal::{CODE, Colour, Options, STRONG};

const TITLE: Style = AnsiColor::Green.on_default().bold();
/// Lines for reading are no longer than this, however wide the terminal is.
const WIDEST: usize = 100;
/// By how much code and what goes on below an item are indented.
const CODE_INDENT: usize = 4;
const ITEM_INDENT: usize = 2;

/// What a page consists of.
enum Block {
    Heading(String),
    Paragraph(String),
    Item(String),
    Code(Vec<String>),
}

/// The page as text: paragraphs are broken to fit, code stays as it is, and of a link its text is left.
pub fn render(page: &str, options: &Options) -> String {
    let width = options.width.min(WIDEST);
    let colour = options.colour == Colour::Ansi;
    let mut text = String::new();
    let mut last_was_item = false;
    for block in blocks(page) {
        let is_item = matches!(block, Block::Item(_));
        let is_below_another = is_item && last_was_item;
        if !text.is_empty() && !is_below_another {
            text.push('\n');
        }
        last_was_item = is_item;
        match block {
            Block::Heading(words) => text += &Prose::of(TITLE, &words).render((0, 0), width, colour),
            Block::Paragraph(words) => text += &prose(&words).render((0, 0), width, colour),
            Block::Item(words) => text += &prose(&format!("- {words}")).render((0, ITEM_INDENT), width, colour),
            Block::Code(lines) => lines.iter().for_each(|line| text += &code_line(line)),
        }
    }
    text
}

fn code_line(line: &str) -> String {
    let indented = format!("{}{line}", " ".repeat(CODE_INDENT));
    format!("{}\n", indented.trim_end())
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    let mut goes_on = false;
    while let Some(line) = lines.next() {
        let words = line.trim();
        if line.starts_with("```") {
            let code = lines.by_ref().take_while(|line| !line.starts_with("```"));
            blocks.push(Block::Code(code.map(str::to_owned).collect()));
            goes_on = false;
        } else if words.is_empty() {
            goes_on = false;
        } else if line.starts_with('#') {
            blocks.push(Block::Heading(words.trim_start_matches('#').trim().to_owned()));
            goes_on = false;
        } else if let Some(item) = line.strip_prefix("- ") {
            blocks.push(Block::Item(item.trim().to_owned()));
            goes_on = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(text) | Block::Item(text)) if goes_on => *text += &format!(" {words}"),
                _ => blocks.push(Block::Paragraph(words.to_owned())),
            }
            goes_on = true;
        }
    }
    blocks
}

/// A paragraph in its styles, without the marks that make them.
fn prose(text: &str) -> Prose {
    let mut prose = Prose::default();
    let mut style = Style::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[', ']']) {
        let (plain, mark) = rest.split_at(at);
        prose = prose.styled(style, plain);
        rest = if let Some((code, behind)) = mark.strip_prefix('`').and_then(|code| code.split_once('`')) {
            prose = prose.with_code(style, CODE, &format!("`{code}`"));
            behind
        } else if let Some(behind) = mark.strip_prefix("**") {
            style = if style == STRONG { Style::new() } else { STRONG };
            behind
        } else if let Some((target, behind)) = mark.strip_prefix("](").and_then(|target| target.split_once(')')) {
            // A page of the manual has a name, which stands in the text; nobody can follow a path from here.
            if target.starts_with("http") {
                prose = prose.styled(style, &format!(" ({target})"));
            }
            behind
        } else if mark.starts_with('[') && mark.contains("](") {
            &mark[1..]
        } else {
            prose = prose.styled(style, &mark[..1]);
            &mark[1..]
        };
    }
    prose.styled(style, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str, width: usize) -> String {
        let options = Options {
            width,
            ..Options::default()
        };
        render(page, &options)
    }

    #[test]
    fn paragraphs_and_items_are_broken_to_fit() {
        let page = "# over-time\n\nThe import takes\nlonger than it may.\n\n- one thing and then\n  another one\n- two\n\nEnd.\n";
        assert_eq!(
            shown(page, 24),
            "over-time\n\nThe import takes longer\nthan it may.\n\n- one thing and then\n  another one\n- two\n\nEnd.\n"
        );
    }

    #[test]
    fn code_stays_as_it_is() {
        let page = "Say:\n\n```toml\n[layers.database]   # a comment that is longer than the line\n\nmax-time = \"50ms\"\n```\n";
        assert_eq!(
            shown(page, 24),
            "Say:\n\n    [layers.database]   # a comment that is longer than the line\n\n    max-time = \"50ms\"\n"
        );
    }

    #[test]
    fn of_a_link_the_text_is_left_and_an_address_elsewhere() {
        let page = "See [`regression`](regression.md), [there](https://example.org/a) and `list[int]` or [no link].";
        assert_eq!(
            shown(page, 100),
            "See `regression`, there (https://example.org/a) and `list[int]` or [no link].\n"
        );
    }

    #[test]
    fn stars_in_code_are_no_marks() {
        assert_eq!(
            shown("All of **`shop.**`** and *this*.", 100),
            "All of `shop.**` and *this*.\n"
        );
    }

    #[test]
    fn a_wide_terminal_gets_lines_for_reading() {
        let text = shown(&"word ".repeat(60), usize::MAX);
        assert!(text.lines().all(|line| line.len() <= WIDEST), "{text}");
    }

    #[test]
    fn colour_is_for_what_is_marked() {
        let options = Options {
            colour: Colour::Ansi,
            ..Options::default()
        };
        assert_eq!(
            render("## Do\n\nNot **this** but `that`.", &options),
            "\u{1b}[1m\u{1b}[32mDo\u{1b}[0m\n\nNot \u{1b}[1mthis\u{1b}[0m but \u{1b}[36m`that`\u{1b}[0m.\n"
        );
    }
}
