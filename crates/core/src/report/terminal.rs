//! The report for a person at a terminal or in a log: the verdict in one line, then a paragraph for each cause, then a table of what
//! does not pass or changed. Plain ASCII apart from names, so that it reads the same in every locale; colour only underlines what
//! words say.

mod benchmarks;
mod legs;
mod paragraph;

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use super::facts::{self, TargetResult};
use super::layers::{Layer, layers};
use super::paragraphs::{Paragraph, paragraphs};
use super::prose::Prose;
use super::table::{Align, Cell, Fit, Row, Table, paint};
use super::{cells, loosened, summary, untrusted};
use crate::checks::{Code, Severity, TargetStatus, Verdict};
use crate::numbers;
use crate::report::{Report, TargetReport};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CAUTION: Style = AnsiColor::Yellow.on_default();
const CALM: Style = AnsiColor::Blue.on_default();
const FAINT: Style = Style::new().dimmed();
/// Names of the measured code.
pub(super) const CODE: Style = AnsiColor::Cyan.on_default();
pub(super) const STRONG: Style = Style::new().bold();

/// Columns that a narrow terminal can do without, the first to go first. The JSON has them all.
const EXPENDABLE: [&str; 3] = ["samples", "modules", "memory"];
const EXPENDABLE_PERCENTILES: [&str; 4] = ["blocked", "before", "peak", "p99"];
/// The column of the change in percent; the one in milliseconds follows.
const CHANGE: usize = 4;
/// How many targets that do not pass have a row without `verbose`.
const ROWS: usize = 30;
/// How many paragraphs of warnings, and how many of notes, with the same code are shown without `verbose`.
const REMARKS: usize = 5;
/// A report of more lines than this says its verdict again at its end: the beginning is out of sight.
const SCREEN: usize = 40;

/// Whether styles are written. The caller prints through a stream that strips them where they do not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// No style at all.
    #[default]
    Plain,
    /// ANSI styles.
    Ansi,
}

/// How the report is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Columns of the terminal: tables fit into it, and sentences are broken to fit.
    pub width: usize,
    /// True where no name is cut for want of columns: a log has no columns of its own, and nobody can widen it afterwards.
    pub whole_names: bool,
    /// Adds the table of percentiles, and shows every cause, step and detail line.
    pub verbose: bool,
    /// Whether styles are written.
    pub colour: Colour,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 100,
            whole_names: false,
            verbose: false,
            colour: Colour::Plain,
        }
    }
}

impl Options {
    /// How tables are made to fit.
    pub(super) fn fit(&self) -> Fit {
        Fit {
            width: self.width,
            whole_names: self.whole_names,
        }
    }
}

pub(super) use legs::render_legs;

/// The report as text.
pub fn render(report: &Report, options: &Options) -> String {
    Page { report, options }.render()
}

/// The word for a verdict, and how it is painted.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Pass => ("PASS", GOOD.bold()),
        Verdict::Fail => ("FAIL", BAD),
        Verdict::Inconclusive => ("INCONCLUSIVE", CAUTION.bold()),
    }
}

/// The word for what a run comes to, and how it is painted.
pub(super) fn outcome(report: &Report) -> (&'static str, Style) {
    match report.run.interrupted {
        Some(_) => ("INTERRUPTED", CAUTION.bold()),
        None => verdict(report.verdict),
    }
}

fn is_coloured(options: &Options) -> bool {
    options.colour == Colour::Ansi
}

struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
}

impl Page<'_> {
    fn render(&self) -> String {
        let conclusion = self.prose(&self.conclusion(Prose::default()), (0, 2));
        let mut parts = vec![self.head() + &conclusion + &self.not_asked()];
        let own = paragraphs(self.report).into_iter();
        parts.extend(told(own.map(|paragraph| (paragraph, self.report, None)), self.options));
        parts.push(loosened([self.report], self.options));
        parts.extend(self.figures());
        joined(parts, &conclusion)
    }

    /// What follows the paragraphs: the tables, and what is said of all targets together.
    fn figures(&self) -> Vec<String> {
        let mut parts = vec![
            self.table(&self.results(), &EXPENDABLE),
            self.benchmarks(),
            summary::brief(self.report, self.options),
        ];
        if self.options.verbose {
            parts.push(self.table(&self.percentiles(), &EXPENDABLE_PERCENTILES));
            parts.push(summary::tables(self.report, self.options));
            parts.push(self.division());
        }
        parts
    }

    fn prose(&self, prose: &Prose, indents: (usize, usize)) -> String {
        prose.render(indents, self.options.width, is_coloured(self.options))
    }

    fn table(&self, table: &Table, expendable: &[&str]) -> String {
        table
            .clone()
            .fitted(self.options.fit(), expendable)
            .render(self.options.width)
    }

    fn head(&self) -> String {
        let environment = &self.report.environment;
        let mut lines = vec![
            format!(
                "importgate {}, {}, {}",
                self.report.importgate,
                self.report.budgets,
                facts::python(environment)
            ),
            facts::compared_with(self.report),
        ];
        lines.extend(facts::speed(self.report, self.options.verbose));
        lines
            .iter()
            .map(|line| self.prose(&Prose::of(FAINT, &untrusted::line(line)), (0, 2)))
            .collect()
    }

    /// The verdict in one line, behind what is said already.
    fn conclusion(&self, said: Prose) -> Prose {
        let (word, style) = outcome(self.report);
        let reason = format!(": {}; ", facts::reason(self.report));
        said.styled(style, word)
            .plain(&reason)
            .styled(FAINT, &facts::cost(self.report))
    }

    /// What nobody asked for, below the verdict; empty where all was asked for.
    fn not_asked(&self) -> String {
        facts::not_asked(self.report).map_or_else(String::new, |line| self.prose(&Prose::of(CAUTION, &line), (0, 2)))
    }

    /// What does not pass or changed, and a line for the rest of each layer; with `verbose`, every target.
    fn results(&self) -> Table {
        let headers = [
            "",
            "module",
            "time",
            "limit",
            "",
            "change",
            "memory",
            "modules",
            "samples",
            "instructions",
        ];
        let mut headers = headers.map(|header| (header, Align::Right)).to_vec();
        if facts::is_counted(self.report) {
            // A count has no change in milliseconds to stand above.
            headers.swap(CHANGE, CHANGE + 1);
        }
        let most = if self.options.verbose { usize::MAX } else { ROWS };
        self.by_layer(headers, most, |target| vec![self.result(target)])
    }

    fn result(&self, target: &TargetReport) -> Row {
        let names = self.names(target);
        if target.status == TargetStatus::Failed {
            return Row::Open(
                names,
                paint(is_coloured(self.options), BAD, &facts::codes_of(target, self.report)),
            );
        }
        let over = [Code::OverTime, Code::OverTotalTime];
        let slower = [Code::Regression, Code::Slowdown];
        let heavier = [Code::OverMemory, Code::MemoryRegression];
        let larger = [Code::OverModules, Code::OverNewModules];
        let asked: [&[Code]; 7] = [&over, &[], &slower, &slower, &heavier, &larger, &[]];
        let numbers = cells::result(target).into_iter().zip(asked);
        let numbers = numbers.map(|(text, codes)| Cell::styled(text, self.blame(target, codes)));
        let instructions = Cell::styled(cells::instructions(target), self.blame(target, &slower));
        Row::Cells(names.into_iter().chain(numbers).chain([instructions]).collect())
    }

    /// How a number is painted that findings with these codes are about.
    fn blame(&self, target: &TargetReport, codes: &[Code]) -> Style {
        let about = facts::findings_of(target, self.report).filter(|finding| codes.contains(&finding.code));
        match about.map(|finding| finding.severity).max() {
            Some(Severity::Error) => BAD,
            Some(Severity::Warning) => CAUTION,
            Some(Severity::Note) | None => Style::new(),
        }
    }

    fn percentiles(&self) -> Table {
        let headers = ["", "module"].into_iter().chain(cells::PERCENTILE_HEADINGS);
        let headers = headers.map(|header| (header, Align::Right)).collect();
        self.by_layer(headers, usize::MAX, |target| {
            let rows = cells::percentiles(target).into_iter().enumerate();
            rows.map(|(index, numbers)| {
                let names = if index == 0 {
                    self.names(target)
                } else {
                    vec![Cell::default(); 2]
                };
                Row::Cells(names.into_iter().chain(numbers.map(Cell::new)).collect())
            })
            .collect()
        })
    }

    /// The first two cells of a target's row.
    fn names(&self, target: &TargetReport) -> Vec<Cell> {
        let result = TargetResult::of(target, self.report);
        let style = match result {
            TargetResult::Pass => GOOD,
            TargetResult::Warning | TargetResult::Unsure => CAUTION,
            TargetResult::Fail => BAD,
        };
        vec![
            Cell::styled(result.word(), style),
            Cell::new(untrusted::line(&target.module)),
        ]
    }

    /// A table with the targets of a layer together, in the order in which the layers first occur.
    fn by_layer(
        &self,
        headers: Vec<(&'static str, Align)>,
        most: usize,
        rows: impl Fn(&TargetReport) -> Vec<Row>,
    ) -> Table {
        let layers = layers(self.report, most);
        let is_grouped = layers.iter().any(|layer| layer.name.is_some());
        let mut table = Table {
            headers,
            rows: Vec::new(),
            indent: if is_grouped { 2 } else { 0 },
            colour: is_coloured(self.options),
        };
        table.headers[0].1 = Align::Left;
        table.headers[1].1 = Align::Left;
        let mut folded = Vec::new();
        for layer in &layers {
            let of_layer: Vec<Row> = layer.rows.iter().flat_map(|target| rows(target)).collect();
            if of_layer.is_empty() {
                folded.extend(rest(layer, is_grouped, 0));
                continue;
            }
            let name = layer.name.map_or_else(|| String::from("(no layer)"), untrusted::line);
            table.rows.extend(is_grouped.then_some(Row::Heading(name)));
            table.rows.extend(of_layer);
            table.rows.extend(rest(layer, false, table.indent));
        }
        // Below the rows, which stay below their headers.
        table.rows.extend(folded);
        table
    }

    /// How the time of the run divides.
    fn division(&self) -> String {
        let run = &self.report.run;
        let set_up = super::wording::set_up(run.looks_set_up.as_deref(), run.set_up.as_ref());
        let line = |line: String| self.prose(&Prose::of(FAINT, &untrusted::line(&line)), (0, 2));
        facts::division(self.report)
            .into_iter()
            .chain(set_up)
            .map(line)
            .collect()
    }
}

/// Parts with an empty line between them, and the verdict again where its first line is out of sight at the end.
fn joined(mut parts: Vec<String>, conclusion: &str) -> String {
    parts.retain(|part| !part.is_empty());
    let text = parts.join("\n");
    if text.lines().count() > SCREEN {
        text + "\n" + conclusion
    } else {
        text
    }
}

/// What these reports accept beyond limits, each in a sentence with its place below it; empty where they accept nothing.
fn loosened<'a>(reports: impl IntoIterator<Item = &'a Report>, options: &Options) -> String {
    let all = loosened::of_all(reports);
    if all.is_empty() {
        return String::new();
    }
    let render = |prose: &Prose, indents| prose.render(indents, options.width, is_coloured(options));
    let most = if options.verbose { usize::MAX } else { ROWS };
    let mut text = render(
        &Prose::of(STRONG, loosened::TITLE).plain(&format!(" ({}):", loosened::counted(&all))),
        (0, 2),
    );
    for one in all.iter().take(most) {
        let style = if one.is_by_change() { CAUTION } else { Style::new() };
        let said = Prose::of(CODE, &untrusted::line(&loosened::subject(one)))
            .plain(": ")
            .styled(style, &untrusted::line(&loosened::sentence(one)));
        text.push_str(&render(&said, (2, 6)));
        if let Some(place) = loosened::place(one) {
            text.push_str(&render(&Prose::of(FAINT, &untrusted::line(&place)), (6, 8)));
        }
    }
    let left_out = all.len().saturating_sub(most);
    if left_out > 0 {
        let more = format!("{} more (--verbose shows them)", numbers::count(left_out as u64));
        text.push_str(&render(&Prose::of(FAINT, &more), (2, 4)));
    }
    text
}

/// Paragraphs of these reports, each with the legs that have it where there are several. Every error is told; of warnings and notes
/// with one code the first ones, since fifty of a kind would bury what matters.
fn told<'a>(
    paragraphs: impl Iterator<Item = (Paragraph<'a>, &'a Report, Option<String>)>,
    options: &Options,
) -> Vec<String> {
    let most = if options.verbose { usize::MAX } else { REMARKS };
    let mut parts = Vec::new();
    let mut seen: BTreeMap<(Severity, Vec<Code>), usize> = BTreeMap::new();
    for (paragraph, report, legs) in paragraphs {
        let number = seen.entry((paragraph.severity, paragraph.codes.clone())).or_default();
        *number += 1;
        if paragraph.severity == Severity::Error || *number <= most {
            parts.push(paragraph::render(&paragraph, report, legs.as_deref(), options));
        }
    }
    for ((severity, codes), number) in seen.into_iter().rev() {
        let left_out = number.saturating_sub(most);
        if severity < Severity::Error && left_out > 0 {
            let (title, style) = paragraph::title(severity, &codes);
            let more = format!(
                ": {} more like these (--verbose shows them)",
                numbers::count(left_out as u64)
            );
            let prose = Prose::of(style, &title).plain(&more);
            parts.push(prose.render((0, 4), options.width, is_coloured(options)));
        }
    }
    parts
}

/// The line of those of a layer that have no row, with the layer's name where it has no heading.
fn rest(layer: &Layer<'_>, is_named: bool, indent: usize) -> Option<Row> {
    let rest = untrusted::line(layer.rest.as_ref()?);
    let name = layer.name.map_or_else(|| String::from("no layer"), untrusted::line);
    let name = if is_named { name + ": " } else { String::new() };
    let prose = Prose::of(STRONG, &name).plain(&rest);
    Some(Row::Sentence(prose, (indent, indent + 2)))
}
