//! Whatever the measured code puts into a report, no format lets it act. Every string of a rich report is replaced by an
//! arbitrary hostile one, and each output is held against what its reader would take for more than text.

mod lengths;
mod numbers;
mod targets;

use proptest::prelude::*;
use serde_json::Value;

use super::paragraphs::paragraphs;
use super::terminal::{self, Colour, Options};
use super::traces::{Traces, chrome, speedscope};
use super::{azure, fixture, github, gitlab, html, json, markdown, published, rdjson, sarif, untrusted};
use crate::checks::Severity;
use crate::report::Report;

/// Pieces that mean something to a terminal, a log reader or Markdown.
const PIECES: [&str; 45] = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\u{9b}31m",
    "\u{90}q",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\x7f",
    "\0",
    "\x08",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{200f}",
    "\u{feff}",
    "\u{e0041}",
    "::error::x",
    "::stop-commands::t",
    "##[error]x",
    "##vso[a]",
    "##",
    "[",
    "`",
    "```",
    "~~~",
    "|",
    "\\",
    "\\|",
    "<script>",
    "</details>",
    "<!--",
    "@team/all",
    "#12",
    "GH-7",
    "https://host.example/",
    "www.host.example",
    "![x](y)",
    "**",
    "_",
    "订单",
    "$x$",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => "[ a-z.-]{0,6}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn report() -> impl Strategy<Value = Report> {
    prop::collection::vec(text(), 1..30).prop_map(|texts| {
        let mut report = fixture::report();
        report.loosened = vec![fixture::loosening()];
        let mut value = serde_json::to_value(report).expect("a report is JSON");
        let mut texts = texts.iter().cycle();
        replace(&mut value, "", &mut || texts.next().cloned().unwrap_or_default());
        serde_json::from_value(value).expect("only free text was replaced")
    })
}

/// Replaces every string but the names of variants.
fn replace(value: &mut Value, key: &str, next: &mut impl FnMut() -> String) {
    match value {
        Value::String(text)
            if ![
                "code",
                "severity",
                "verdict",
                "kind",
                "status",
                "decided_by",
                "rule",
                "by_change",
            ]
            .contains(&key) =>
        {
            *text = next()
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, next)),
        Value::Object(entries) => entries.iter_mut().for_each(|(key, value)| replace(value, key, next)),
        _ => {}
    }
}

/// The first character that acts on a terminal; written down apart from the code under test.
fn acting(text: &str) -> Option<char> {
    text.chars().find(|character| match u32::from(*character) {
        0x0a => false,
        0x00..=0x1f | 0x7f..=0x9f => true,
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff | 0xad | 0x61c | 0xe0000..=0xe007f => true,
        _ => false,
    })
}

/// The first line that a log reader would take for a command.
fn command(text: &str) -> Option<&str> {
    text.lines()
        .find(|line| line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso["))
}

/// The lines of a Markdown page outside of its code blocks; fails where a block is not closed.
fn prose(page: &str) -> Vec<&str> {
    let mut prose = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        match line
            .strip_suffix("text")
            .filter(|fence| fence.len() >= 3 && fence.bytes().all(|byte| byte == b'`'))
        {
            Some(fence) => assert!(lines.any(|line| line == fence), "a code block is left open:\n{page}"),
            None => prose.push(line),
        }
    }
    prose
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_terminal_shows_text_and_nothing_else(report in report(), width in 0_usize..160, whole_names: bool, verbose: bool) {
        let plain = terminal::render(&report, &Options { width, whole_names, verbose, colour: Colour::Plain });
        prop_assert_eq!(acting(&plain), None);
        prop_assert_eq!(command(&plain), None);
        let colour = terminal::render(&report, &Options { width, whole_names, verbose, colour: Colour::Ansi });
        // Nothing but styles is there to be stripped, and without them it is the same page.
        prop_assert_eq!(anstream::adapter::strip_str(&colour).to_string(), plain);
    }

    #[test]
    fn markdown_has_no_markup_but_ours(report in report()) {
        let page = markdown::render(&report, markdown::COMMENT_BYTES);
        prop_assert!(page.len() <= markdown::COMMENT_BYTES);
        prop_assert_eq!(acting(&page), None);
        prop_assert_eq!(command(&page), None);
        let prose = prose(&page);
        for table in prose.chunk_by(|above, below| above.starts_with('|') && below.starts_with('|')) {
            // As many columns as the heading has; no bar is escaped by a backslash, so all of them count.
            let columns = table[0].matches('|').count();
            for row in table {
                prop_assert_eq!(if columns == 0 { 0 } else { row.matches('|').count() }, columns, "{}", row);
            }
        }
        let tags = prose.iter().filter(|line| line.starts_with("</details>")).count();
        prop_assert_eq!(tags, prose.iter().filter(|line| line.starts_with("<details>")).count());
    }

    #[test]
    fn a_page_has_no_element_and_no_address_but_ours(report in report()) {
        let page = html::Page::One(&report).render();
        prop_assert_eq!(acting(&page), None);
        prop_assert_eq!(command(&page), None);
        html::tests::assert_inert(&page);
    }

    #[test]
    fn github_gets_one_command_for_each_paragraph(report in report()) {
        let commands = github::render(std::slice::from_ref(&report), &fixture::repository());
        prop_assert_eq!(acting(&commands), None);
        let asked = paragraphs(&report).iter().filter(|paragraph| paragraph.severity > Severity::Note).count();
        prop_assert_eq!(commands.lines().count(), asked);
        for command in commands.lines() {
            let rest = ["::error ", "::warning ", "::notice "].iter().find_map(|kind| command.strip_prefix(kind));
            let (properties, _) = rest.and_then(|rest| rest.split_once("::")).expect("a command with properties");
            let keys: Vec<&str> = properties.split(',').filter_map(|property| Some(property.split_once('=')?.0)).collect();
            prop_assert!(keys == ["file", "line", "title"] || keys == ["title"], "{:?}", keys);
        }
    }

    #[test]
    fn azure_gets_one_command_for_each_paragraph(report in report()) {
        let commands = azure::render(std::slice::from_ref(&report), &fixture::repository(), Some("/out/summary.md"));
        prop_assert_eq!(acting(&commands), None);
        let asked = paragraphs(&report).iter().filter(|paragraph| paragraph.severity > Severity::Note).count();
        prop_assert_eq!(commands.lines().count(), asked + 1);
        for line in commands.lines() {
            let rest = line.strip_prefix("##vso[task.").expect("a command of ours");
            prop_assert_eq!(command(rest), None);
            // The agent takes what stands before the first bracket for properties.
            let (properties, _) = rest.split_once(']').expect("an end of the properties");
            let kinds = ["logissue type=error;", "logissue type=warning;", "uploadsummary"];
            prop_assert!(kinds.iter().any(|kind| properties.starts_with(kind)), "{}", line);
            let keys: Vec<&str> = properties.split(';').filter_map(|property| Some(property.split_once('=')?.0)).collect();
            let known = ["logissue type", "sourcepath", "linenumber", "columnnumber", "code"];
            prop_assert!(keys.iter().all(|key| known.contains(key)), "{:?}", keys);
        }
    }

    #[test]
    fn what_services_read_is_valid_and_acts_on_nothing(report in report()) {
        let reports = [report.clone(), report];
        let repository = fixture::repository();
        let log = sarif::render(&reports, &repository);
        let issues = gitlab::render(&reports, &repository);
        let diagnostics = rdjson::render(&reports, &repository);
        let mut documents = Vec::new();
        for text in [&log, &issues, &diagnostics] {
            prop_assert_eq!(acting(text), None);
            prop_assert_eq!(command(text), None);
            documents.push(serde_json::from_str::<Value>(text).expect("JSON"));
        }
        prop_assert_eq!(published::SARIF.mistakes(&documents[0]), None);
        for issue in documents[1].as_array().expect("a list") {
            prop_assert_eq!(published::GITLAB.mistakes(issue), None);
        }
        prop_assert_eq!(published::RDJSON.mistakes(&documents[2]), None);
        // Neither a link nor an empty text, which GitHub refuses.
        for result in documents[0]["runs"][0]["results"].as_array().expect("a list") {
            let text = result["message"]["text"].as_str().unwrap_or_default();
            prop_assert!(!text.contains("](") && !text.trim().is_empty(), "{}", text);
        }
    }

    #[test]
    fn json_keeps_every_text_and_acts_on_no_terminal(report in report()) {
        let text = json::render(&report).expect("JSON");
        prop_assert_eq!(acting(&text), None);
        prop_assert_eq!(command(&text), None);
        let mut read = json::parse(&text).expect("a report");
        // With one name for all, each target has every finding; reading makes the verdicts theirs.
        for (target, written) in read.targets.iter_mut().zip(&report.targets) {
            target.verdict = written.verdict;
        }
        prop_assert_eq!(read, report);
    }

    #[test]
    fn profiles_keep_every_name_and_act_on_no_terminal(report in report()) {
        let traces = Traces::of_report(&report);
        let profiles: Value = serde_json::from_str(&speedscope::render(&traces)).expect("JSON");
        prop_assert_eq!(published::SPEEDSCOPE.mistakes(&profiles), None);
        for text in [speedscope::render(&traces), chrome::render(&traces)] {
            prop_assert_eq!(acting(&text), None);
            prop_assert_eq!(command(&text), None);
            let document: Value = serde_json::from_str(&text).expect("JSON");
            let spans = document["traceEvents"].as_array().or(document["shared"]["frames"].as_array()).expect("spans");
            let trees = report.pictures.iter().filter_map(|picture| picture.tree.as_ref());
            for module in trees.flat_map(|tree| &tree.modules).filter(|module| module.count == 1) {
                prop_assert!(spans.iter().any(|span| span["name"] == module.module.as_str()), "{}", module.module);
            }
        }
    }

    #[test]
    fn flowing_markdown_is_inert(text in text()) {
        let safe = untrusted::markdown(&text);
        prop_assert!(!safe.contains(['<', '>', '|', '\n', '$']), "{}", safe);
        let mut characters = safe.chars().peekable();
        let mut before = ' ';
        while let Some(character) = characters.next() {
            let rest: String = characters.clone().take(7).collect();
            match character {
                '\\' => before = characters.next().unwrap_or_default(),
                '&' => prop_assert!(rest.starts_with('#') || ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity))),
                '@' => prop_assert_eq!(rest.as_str(), "&#8203;"),
                '#' => prop_assert_eq!(before, '&', "{}", safe),
                '`' | '*' | '_' | '[' | ']' | '~' => prop_assert!(false, "{} in {}", character, safe),
                _ => {}
            }
            if character != '\\' { before = character; }
        }
        prop_assert!(!safe.contains("://"));
    }

    #[test]
    fn a_code_span_is_closed_by_its_own_fence_alone(text in text()) {
        let span = untrusted::code_span(&text);
        let fence = span.chars().take_while(|character| *character == '`').count();
        let runs: Vec<usize> = span.split(|character| character != '`').map(str::len).filter(|run| *run == fence).collect();
        prop_assert!(fence == 0 && span == "(empty)" || runs.len() == 2, "{}", span);
    }

    #[test]
    fn a_name_fits_where_it_has_to(text in text(), width in 3_usize..60) {
        let name = untrusted::name(&text, width);
        prop_assert!(unicode_width::UnicodeWidthStr::width(name.as_str()) <= width, "{}", name);
        prop_assert_eq!(command(&name), None);
    }
}
