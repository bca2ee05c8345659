//! One paragraph of the report at a terminal: what happened and what it costs, the line with a caret, who pays, the way there, which
//! budget line asked, and what to do.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::super::affected::{self, Said};
use super::super::paragraphs::Paragraph;
use super::super::prose::Prose;
use super::super::snippet::{Snippet, Styles};
use super::super::table::paint;
use super::super::{facts, untrusted};
use super::{BAD, CALM, CAUTION, CODE, FAINT, GOOD, Options, STRONG, is_coloured};
use crate::checks::{Code, Severity};
use crate::numbers;
use crate::report::{Cause, Report};

/// How many targets, parts, budget lines, steps of a chain and detail lines are shown without `verbose`.
const TARGETS: usize = 2;
const PARTS: usize = 1;
const BUDGETS: usize = 3;
const STEPS: usize = 6;
const DETAILS: usize = 12;
/// How many sentences about targets.
const SENTENCES: usize = 5;

/// Where the lines of a paragraph begin, and where they go on.
const BELOW: (usize, usize) = (2, 4);
/// Between a chain and its places.
const GAP: usize = 5;

/// The title in front of a paragraph: `error[regression, forbidden]`.
pub(super) fn title(severity: Severity, codes: &[Code]) -> (String, Style) {
    let (word, style) = match severity {
        Severity::Error => ("error", BAD),
        Severity::Warning => ("warning", CAUTION.bold()),
        Severity::Note => ("note", CALM.bold()),
    };
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    (format!("{word}[{}]", codes.join(", ")), style)
}

/// A paragraph as lines, each ended, with the legs of a matrix that have it.
pub(super) fn render(paragraph: &Paragraph<'_>, report: &Report, legs: Option<&str>, options: &Options) -> String {
    let mut page = Page {
        options,
        text: String::new(),
    };
    let most = page.most(TARGETS);
    let mut said = affected::affected(paragraph, report, most);
    match paragraph.cause {
        Some(cause) => {
            page.headline(paragraph, &headline(cause));
            page.source(cause, paragraph.severity);
            if paragraph.is_beside {
                said.clear();
                let payers = affected::payers(paragraph, most);
                payers.into_iter().for_each(|payers| page.say(&payers));
            }
        }
        None if said.len() == 1 => {
            page.headline(paragraph, &said[0].sentence);
            said[0].sentence.clear();
        }
        None => page.headline(paragraph, &numbers::counted(paragraph.targets().len() as u64, "target")),
    }
    let shown = page.most(SENTENCES);
    for one in said.iter().take(shown) {
        page.said(one, paragraph.cause);
    }
    let left_out = said.len().saturating_sub(shown);
    page.left_out(
        left_out,
        &format!("{} more like these", numbers::count(left_out as u64)),
    );
    page.parts(paragraph);
    for line in paragraph.rest().into_iter().chain(paragraph.installed()) {
        page.say(line);
    }
    if let Some(cause) = paragraph.cause {
        page.chain(cause);
    }
    if !paragraph.is_beside {
        page.budgets(paragraph);
    }
    if let Some(legs) = legs {
        page.say(legs);
    }
    page.help(paragraph);
    page.text
}

/// What happened, and what it costs.
fn headline(cause: &Cause) -> String {
    let cost = facts::usual_cost(cause);
    let sentence = facts::cause(cause);
    if cost.is_empty() {
        sentence
    } else {
        format!("{sentence}: {cost}")
    }
}

struct Page<'a> {
    options: &'a Options,
    text: String,
}

impl Page<'_> {
    fn most(&self, usual: usize) -> usize {
        if self.options.verbose { usize::MAX } else { usual }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        paint(is_coloured(self.options), style, text)
    }

    fn write(&mut self, prose: &Prose, indents: (usize, usize)) {
        let text = prose.render(indents, self.options.width, is_coloured(self.options));
        self.text.push_str(&text);
    }

    /// A line below the headline.
    fn say(&mut self, text: &str) {
        self.write(
            &Prose::default().with_code(Style::new(), CODE, &untrusted::line(text)),
            BELOW,
        );
    }

    fn left_out(&mut self, number: usize, what: &str) {
        if number > 0 {
            let them = if number == 1 { "it" } else { "them" };
            self.say(&format!("and {what} (--verbose shows {them})"));
        }
    }

    fn headline(&mut self, paragraph: &Paragraph<'_>, sentence: &str) {
        let (title, style) = if paragraph.is_beside {
            (String::from("also"), CALM.bold())
        } else {
            title(paragraph.severity, &paragraph.codes)
        };
        let prose =
            Prose::of(style, &title)
                .styled(STRONG, ": ")
                .with_code(STRONG, CODE.bold(), &untrusted::line(sentence));
        self.write(&prose, (0, 4));
    }

    /// The line of the file with a caret, where it is at hand.
    fn source(&mut self, cause: &Cause, severity: Severity) {
        let (Some(source), Some(line)) = (&cause.source, cause.line) else {
            return;
        };
        let caret = match severity {
            Severity::Error => BAD,
            Severity::Warning => CAUTION.bold(),
            Severity::Note => CALM.bold(),
        };
        let styles = Styles {
            margin: CALM.bold(),
            caret,
        };
        let label = cause.label.as_deref().unwrap_or_default();
        let colour = is_coloured(self.options);
        let text = Snippet::of(source, line, self.options.width).render(label, styles, colour);
        self.text.push_str(&text);
    }

    fn said(&mut self, said: &Said<'_>, cause: Option<&Cause>) {
        match &said.targets {
            Some(targets) if said.sentence.is_empty() => self.say(targets),
            None if said.sentence.is_empty() => {}
            _ => self.say(&said.in_one()),
        }
        let place = said.place().map(ToString::to_string);
        let of_cause = cause.and_then(facts::cause_place);
        if let Some(place) = place.filter(|place| of_cause.as_ref() != Some(place)) {
            self.write(&Prose::of(FAINT, &format!("at {}", untrusted::line(&place))), BELOW);
        }
        for detail in said.details(self.most(DETAILS)) {
            self.detail(&detail);
        }
    }

    /// A line of a stack or of what was printed, which keeps its indentation.
    fn detail(&mut self, detail: &str) {
        let detail = untrusted::line(detail);
        let text = detail.trim_start();
        let indent = 4 + detail.len() - text.len();
        let lines = Prose::default()
            .plain(text)
            .render((indent, indent + 4), self.options.width, false);
        if text.is_empty() {
            self.text.push_str(&format!("  {}\n", self.paint(CALM.bold(), "|")));
        }
        for line in lines.lines() {
            // The margin takes the first columns of the indentation.
            let rest = line.strip_prefix("   ").unwrap_or(line);
            self.text
                .push_str(&format!("  {}{rest}\n", self.paint(CALM.bold(), "|")));
        }
    }

    /// What the cause includes, and what is small beside it.
    fn parts(&mut self, paragraph: &Paragraph<'_>) {
        let parts = paragraph.parts.iter().map(|part| ("of it", *part));
        let lesser = paragraph.lesser.iter().map(|lesser| ("also", *lesser));
        let all: Vec<(&str, &Cause)> = parts.chain(lesser).collect();
        let shown = self.most(PARTS);
        for (word, cause) in all.iter().take(shown) {
            self.say(&format!("{word}: {}", headline(cause)));
        }
        let left_out = all.len().saturating_sub(shown);
        self.left_out(left_out, &numbers::counted(left_out as u64, "smaller cause"));
    }

    /// The way from the target that pays most, where it has more than the step that the headline names.
    fn chain(&mut self, cause: &Cause) {
        if cause.chain.len() < 2 {
            return;
        }
        let (names, places) = facts::way(cause, self.most(STEPS));
        let (names, places) = (untrusted::line(&names), untrusted::line(&places));
        let in_one_line = BELOW.0 + names.width() + GAP + places.width() <= self.options.width;
        let blank = " ".repeat(GAP);
        if in_one_line {
            let places = self.paint(FAINT, &places);
            let line = format!("  {names}{}{places}", if places.is_empty() { "" } else { &blank });
            self.text.push_str(&format!("{line}\n"));
        } else {
            self.write(&Prose::default().plain(&names), BELOW);
            self.write(&Prose::of(FAINT, &places), (BELOW.1, BELOW.1));
        }
    }

    fn budgets(&mut self, paragraph: &Paragraph<'_>) {
        let budgets = paragraph.budgets();
        let shown = budgets.len().min(self.most(BUDGETS));
        let mut prose = Prose::default();
        for (index, budget) in budgets[..shown].iter().enumerate() {
            let comma = if index + 1 < shown { ", " } else { "" };
            let place = format!("{} ", budget.place());
            prose = prose
                .styled(FAINT, &untrusted::line(&place))
                .plain(&untrusted::line(&budget.text))
                .plain(comma);
        }
        if shown < budgets.len() {
            prose = prose.plain(&format!(" and {} more", budgets.len() - shown));
        }
        self.write(&prose, BELOW);
    }

    fn help(&mut self, paragraph: &Paragraph<'_>) {
        if let Some(help) = paragraph.help() {
            let prose = Prose::of(CALM.bold(), "=")
                .plain(" ")
                .styled(GOOD.bold(), "help:")
                .plain(" ")
                .with_code(Style::new(), CODE, &untrusted::line(&help));
            self.write(&prose, (2, 10));
        }
    }
}
