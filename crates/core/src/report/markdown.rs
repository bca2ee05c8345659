//! The report for a job summary or a comment on a pull request. Both have a size limit, and a page that is refused tells
//! nobody anything: whole blocks and rows are left out until it fits, the least important ones first, and it says how many.

mod benchmarks;
mod paragraph;

use self::paragraph::Text;
use super::across::across;
use super::facts::{self, TargetResult};
use super::layers::layers;
use super::paragraphs::{Paragraph, paragraphs};
use super::{cells, loosened, summary, untrusted};
use crate::checks::{Severity, TargetStatus, Verdict};
use crate::numbers;
use crate::report::{Report, TargetReport};

/// The most that GitHub takes as a job summary, in bytes.
pub const SUMMARY_BYTES: usize = 1024 * 1024;
/// The most that GitHub takes as a comment: 65,536 characters. As a number of bytes it is on the safe side.
pub const COMMENT_BYTES: usize = 65_536;

/// Room kept for saying what was left out.
const NOTES_BYTES: usize = 512;
/// What may be said of what is accepted, in bytes: it is always there, so that nobody loosens a limit unseen.
const LOOSENED_BYTES: usize = 4_096;
/// How many targets have a row that nobody has to unfold.
const ROWS: usize = 10;

const TABLE_HEAD: &str = "\
| | module | time | limit | change | | memory | modules | samples |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
";
const COUNTED_TABLE_HEAD: &str = "\
| | module | time | limit | change | | memory | modules | samples | instructions |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
";
const PERCENTILES_HEAD: &str = "\
| module | | p50 | p95 | p99 | before | blocked | peak | spread | decided by |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
";

/// The report as GitHub's Markdown, in at most `most_bytes` bytes. Headline, closing line and notes are always there and take
/// up to twelve kilobytes of it.
pub fn render(report: &Report, most_bytes: usize) -> String {
    let mut page = Page::new(report, "importgate");
    page.fill(most_bytes);
    page.text()
}

/// The same for a page that has a title of its own.
pub(super) fn render_below_title(report: &Report, most_bytes: usize) -> String {
    below_title(Page::new(report, ""), report, most_bytes)
}

/// The tables of one of several environments, for a page that has a title of its own.
pub(super) fn render_leg_below_title(report: &Report, most_bytes: usize) -> String {
    below_title(Page::of_leg(report), report, most_bytes)
}

fn below_title(page: Page, report: &Report, most_bytes: usize) -> String {
    let mut page = Page {
        head: format!("\n{}\n", outcome(report)),
        ..page
    };
    page.fill(most_bytes);
    page.text()
}

/// What several environments say, in at most `most_bytes` bytes: each paragraph once, with the legs that have it.
pub(super) fn render_shared(legs: &[Report], most_bytes: usize) -> String {
    let pieces = across(legs).into_iter().flat_map(|shared| {
        let seen_in = shared.seen_in(legs.len());
        of_paragraph(&shared.paragraph, shared.report, Some(&seen_in))
    });
    let mut page = Page {
        head: String::new(),
        summary: loosened::markdown(legs, LOOSENED_BYTES),
        foot: String::new(),
        table_head: "",
        pieces: pieces.collect(),
    };
    page.fill(most_bytes);
    page.text()
}

/// The tables of one of them, under the name of its environment.
pub(super) fn render_leg(report: &Report, most_bytes: usize) -> String {
    let mut page = Page::of_leg(report);
    page.fill(most_bytes);
    page.text()
}

/// The sign and the word for a verdict.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("✅", "pass"),
        Verdict::Fail => ("❌", "fail"),
        Verdict::Inconclusive => ("❔", "inconclusive"),
    }
}

/// What came of what is named.
pub(super) fn title(name: &str, came_to: Verdict) -> String {
    let (sign, word) = verdict(came_to);
    format!("{sign} {}: {word}", untrusted::markdown(name))
}

/// The parts of the page in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Paragraph,
    /// The row of a target that does not pass or changed.
    Row,
    /// The row of any other.
    OtherRow,
    /// The row of a benchmark of another tool.
    Benchmark,
    Percentiles,
}

/// A piece that is shown whole or not at all.
struct Piece {
    part: Part,
    rank: Rank,
    text: String,
    kept: bool,
    /// Set for what belongs to another piece and goes unmentioned when it is left out.
    appendix: bool,
}

impl Piece {
    fn new(part: Part, rank: Rank, text: String) -> Self {
        Self {
            part,
            rank,
            text,
            kept: false,
            appendix: false,
        }
    }
}

/// How long a piece is kept when there is not room for all: the first ones longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Error,
    ErrorExplanation,
    /// The row of a target that did not simply pass.
    MarkedRow,
    ErrorDetails,
    Warning,
    WarningExplanation,
    Note,
    NoteExplanation,
    PassingRow,
    RemarkDetails,
    MarkedPercentiles,
    PassingPercentiles,
}

impl Rank {
    /// The ranks of a paragraph's headline, explanation and details.
    fn of_paragraph(severity: Severity) -> [Self; 3] {
        match severity {
            Severity::Error => [Self::Error, Self::ErrorExplanation, Self::ErrorDetails],
            Severity::Warning => [Self::Warning, Self::WarningExplanation, Self::RemarkDetails],
            Severity::Note => [Self::Note, Self::NoteExplanation, Self::RemarkDetails],
        }
    }

    /// The ranks of a target's row and of its percentiles.
    fn of_target(marked_as: TargetResult) -> [Self; 2] {
        match marked_as {
            TargetResult::Pass => [Self::PassingRow, Self::PassingPercentiles],
            TargetResult::Warning | TargetResult::Unsure | TargetResult::Fail => {
                [Self::MarkedRow, Self::MarkedPercentiles]
            }
        }
    }
}

/// A paragraph in pieces, with the legs of a matrix that have it.
fn of_paragraph(paragraph: &Paragraph<'_>, report: &Report, legs: Option<&str>) -> Vec<Piece> {
    let [first, second, third] = Rank::of_paragraph(paragraph.severity);
    let text = Text::of(paragraph, report, legs);
    let appendices = [(second, text.explanation), (third, text.details)];
    let appendices = appendices.into_iter().filter(|(_, text)| !text.is_empty());
    let appendices = appendices.map(|(rank, text)| Piece {
        appendix: true,
        ..Piece::new(Part::Paragraph, rank, text)
    });
    let headline = Piece::new(Part::Paragraph, first, text.headline);
    [headline].into_iter().chain(appendices).collect()
}

struct Page {
    head: String,
    summary: String,
    foot: String,
    table_head: &'static str,
    pieces: Vec<Piece>,
}

impl Page {
    fn new(report: &Report, name: &str) -> Self {
        let paragraphs = paragraphs(report).into_iter();
        let pieces = paragraphs.flat_map(|paragraph| of_paragraph(&paragraph, report, None));
        let page = Self::of(report, name, pieces.collect());
        let loosened = loosened::markdown([report], LOOSENED_BYTES);
        Self {
            summary: loosened + &page.summary,
            ..page
        }
    }

    /// The page without what another page says of several.
    fn of_leg(report: &Report) -> Self {
        Self::of(report, &report.environment.key.to_string(), Vec::new())
    }

    /// With these pieces in front of the tables.
    fn of(report: &Report, name: &str, mut pieces: Vec<Piece>) -> Self {
        let layers = layers(report, ROWS);
        let rows: Vec<&TargetReport> = layers.iter().flat_map(|layer| &layer.rows).copied().collect();
        for target in &report.targets {
            let marked_as = TargetResult::of(target, report);
            let [row, extra] = Rank::of_target(marked_as);
            let is_row = rows.iter().any(|row| std::ptr::eq(*row, target));
            let part = if is_row { Part::Row } else { Part::OtherRow };
            pieces.push(Piece::new(part, row, result(target, marked_as, report)));
            pieces.extend(percentiles(target).map(|text| Piece::new(Part::Percentiles, extra, text)));
        }
        pieces.extend(benchmarks::pieces(report));
        Self {
            head: head(report, name),
            summary: summary::markdown(report),
            foot: foot(report),
            table_head: if facts::is_counted(report) {
                COUNTED_TABLE_HEAD
            } else {
                TABLE_HEAD
            },
            pieces,
        }
    }

    /// Keeps pieces by rank for as long as there is room. A rank in which one did not fit may still hold a shorter one.
    fn fill(&mut self, most_bytes: usize) {
        let tables = 2 * self.table_head.len() + PERCENTILES_HEAD.len() + benchmarks::HEAD.len();
        let frame = self.head.len() + self.summary.len() + self.foot.len() + tables + NOTES_BYTES;
        let mut room = most_bytes.saturating_sub(frame);
        let mut by_rank: Vec<usize> = (0..self.pieces.len()).collect();
        by_rank.sort_by_key(|index| self.pieces[*index].rank);
        for index in by_rank {
            // What belongs to a piece that is left out has nothing to stand below.
            let orphan = self.pieces[index].appendix
                && !self.pieces[..index]
                    .iter()
                    .rev()
                    .find(|piece| !piece.appendix)
                    .is_some_and(|piece| piece.kept);
            let piece = &mut self.pieces[index];
            if !orphan && piece.text.len() <= room {
                room -= piece.text.len();
                piece.kept = true;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = self.head.clone();
        text.push_str(&self.part(Part::Paragraph));
        self.note(&mut text, Part::Paragraph, "paragraph");
        let rows = self.part(Part::Row);
        if !rows.is_empty() {
            text.push_str(&format!("\n{}{rows}", self.table_head));
        }
        self.note(&mut text, Part::Row, "target");
        let measured_elsewhere = self.part(Part::Benchmark);
        if !measured_elsewhere.is_empty() {
            text.push_str(&format!("\n{}{measured_elsewhere}", benchmarks::HEAD));
        }
        self.note(&mut text, Part::Benchmark, "benchmark");
        text.push_str(&self.summary);
        let others = self.part(Part::OtherRow);
        if !others.is_empty() {
            let number = numbers::count(self.number_of(Part::OtherRow));
            text.push_str(&folded(
                &format!("{number} more targets"),
                &format!("{}{others}", self.table_head),
            ));
        }
        self.note(&mut text, Part::OtherRow, "target");
        let percentiles = self.part(Part::Percentiles);
        if !percentiles.is_empty() {
            text.push_str(&folded(
                "Percentiles and memory",
                &format!("{PERCENTILES_HEAD}{percentiles}"),
            ));
        }
        text.push_str(&self.foot);
        text
    }

    /// How many pieces of a part are kept.
    fn number_of(&self, part: Part) -> u64 {
        self.pieces
            .iter()
            .filter(|piece| piece.part == part && piece.kept)
            .count() as u64
    }

    fn part(&self, part: Part) -> String {
        self.pieces
            .iter()
            .filter(|piece| piece.part == part && piece.kept)
            .map(|piece| piece.text.as_str())
            .collect()
    }

    /// Says how many pieces of a part are left out.
    fn note(&self, text: &mut String, part: Part, noun: &str) {
        let missing = |piece: &&Piece| piece.part == part && !piece.kept && !piece.appendix;
        let left_out = self.pieces.iter().filter(missing).count() as u64;
        if left_out > 0 {
            let what = numbers::counted(left_out, noun);
            text.push_str(&format!(
                "\n_{what} left out for want of room: the JSON report has everything._\n"
            ));
        }
    }
}

/// How many rows of a table are left out, where some are.
pub(super) fn rows_left_out(left_out: u64) -> String {
    if left_out == 0 {
        return String::new();
    }
    let rows = numbers::counted(left_out, "row");
    format!("\n_{rows} left out for want of room: the JSON has everything._\n")
}

fn head(report: &Report, name: &str) -> String {
    format!("## {}\n\n{}\n", title(name, report.verdict), outcome(report))
}

/// What the run came to, what it cost, and what nobody asked for.
fn outcome(report: &Report) -> String {
    let not_asked = facts::not_asked(report).map_or_else(String::new, |line| format!("\n\n{line}."));
    format!("{}; {}.{not_asked}", facts::reason(report), facts::cost(report))
}

fn foot(report: &Report) -> String {
    let environment = &report.environment;
    let line = format!(
        "importgate {}, {}, {}; {}; {}",
        report.importgate,
        report.budgets,
        facts::python(environment),
        environment.key,
        facts::compared_with(report)
    );
    let line = [Some(line), facts::speed(report, false)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ");
    format!("\n<sub>{}</sub>\n", untrusted::markdown(&line))
}

/// What a reader opens to see it.
pub(super) fn folded(title: &str, content: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n{content}\n</details>\n")
}

/// The sign for how a row stands.
fn sign(marked_as: TargetResult) -> &'static str {
    match marked_as {
        TargetResult::Pass => "✅",
        TargetResult::Warning => "⚠️",
        TargetResult::Unsure => "❔",
        TargetResult::Fail => "❌",
    }
}

fn result(target: &TargetReport, marked_as: TargetResult, report: &Report) -> String {
    let sign = sign(marked_as);
    let name = untrusted::code_cell(&target.module);
    if target.status == TargetStatus::Failed {
        return format!(
            "| {sign} | {name} | {} | | | | | | |\n",
            facts::codes_of(target, report)
        );
    }
    let mut cells = cells::result(target).to_vec();
    if facts::is_counted(report) {
        cells.push(cells::instructions(target));
    }
    format!("| {sign} | {name} | {} |\n", cells.join(" | "))
}

/// The rows of a target in the table of percentiles.
fn percentiles(target: &TargetReport) -> Option<String> {
    let rows = cells::percentiles(target)
        .into_iter()
        .enumerate()
        .map(|(index, numbers)| {
            let name = if index == 0 {
                untrusted::code_cell(&target.module)
            } else {
                String::new()
            };
            format!("| {name} | {} |\n", numbers.join(" | "))
        });
    Some(rows.collect::<String>()).filter(|text| !text.is_empty())
}
