//! The report for a person at a terminal or in a log: a table by layer, then what is wrong and why, then one line with the
//! verdict. Plain ASCII apart from names, so that it reads the same in every locale; colour only underlines what words say.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::cells;
use super::facts::{self, TargetResult};
use super::table::{Align, Cell, Row, Table, paint};
use super::{order, summary, untrusted};
use crate::checks::{Code, Severity, TargetStatus, Verdict};
use crate::numbers;
use crate::report::{Cause, Finding, Report, TargetReport};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CAUTION: Style = AnsiColor::Yellow.on_default();
const CALM: Style = AnsiColor::Blue.on_default();
pub(super) const STRONG: Style = Style::new().bold();

/// Columns that a narrow terminal can do without, the first to go first. The JSON has them all.
const EXPENDABLE: [&str; 3] = ["samples", "modules", "memory"];
/// The column of the change in percent; the one in milliseconds follows.
const CHANGE: usize = 4;
/// How many causes, steps of a chain and detail lines are shown without `verbose`.
const CAUSES: usize = 3;
const STEPS: usize = 8;
/// How many warnings, and how many notes, with the same code are shown without `verbose`.
const REMARKS: usize = 5;
/// Where the sentence of a cause begins; what belongs to it stands below.
const BELOW_CAUSE: usize = 12;
const DETAILS: usize = 20;

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
    /// Columns of the terminal. Tables fit into it; sentences are left to the terminal to wrap.
    pub width: usize,
    /// Adds the table of percentiles, and shows every cause, step and detail line.
    pub verbose: bool,
    /// Whether styles are written.
    pub colour: Colour,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 100,
            verbose: false,
            colour: Colour::Plain,
        }
    }
}

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

struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
}

impl Page<'_> {
    fn render(&self) -> String {
        let mut parts = vec![
            self.head(),
            self.results().fitted(self.options.width, &EXPENDABLE).render(),
        ];
        if self.options.verbose {
            parts.push(self.percentiles().fitted(self.options.width, &EXPENDABLE).render());
            parts.push(summary::tables(self.report, self.options));
        }
        parts.extend(self.findings());
        parts.push(summary::brief(self.report, self.options));
        parts.push(self.conclusion());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    fn paint(&self, style: Style, text: &str) -> String {
        paint(self.options.colour == Colour::Ansi, style, text)
    }

    fn head(&self) -> String {
        let environment = &self.report.environment;
        let mut lines = vec![
            format!(
                "importgate {}, {}, Python {} ({})",
                self.report.importgate, self.report.budgets, environment.python_version, environment.key
            ),
            facts::compared_with(self.report),
        ];
        lines.extend(facts::speed(self.report, self.options.verbose));
        lines
            .into_iter()
            .map(|line| format!("{}\n", self.paint(Style::new().dimmed(), &untrusted::line(&line))))
            .collect()
    }

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
        self.by_layer(headers, |target| vec![self.result(target)])
    }

    fn result(&self, target: &TargetReport) -> Row {
        let names = self.names(target);
        if target.status == TargetStatus::Failed {
            return Row::Open(names, self.paint(BAD, &facts::codes_of(target, self.report)));
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
        let headers = [
            "",
            "module",
            "",
            "p50",
            "p95",
            "p99",
            "before",
            "blocked",
            "peak",
            "spread",
            "decided by",
        ];
        let headers = headers.map(|header| (header, Align::Right)).to_vec();
        self.by_layer(headers, |target| {
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
    fn by_layer(&self, headers: Vec<(&'static str, Align)>, rows: impl Fn(&TargetReport) -> Vec<Row>) -> Table {
        let mut layers: Vec<Option<&str>> = Vec::new();
        for target in &self.report.targets {
            if !layers.contains(&target.layer.as_deref()) {
                layers.push(target.layer.as_deref());
            }
        }
        let grouped = layers.iter().any(Option::is_some);
        let colour = self.options.colour == Colour::Ansi;
        let mut table = Table {
            headers,
            rows: Vec::new(),
            indent: if grouped { 2 } else { 0 },
            colour,
        };
        table.headers[0].1 = Align::Left;
        table.headers[1].1 = Align::Left;
        for layer in &layers {
            let of_layer = self
                .report
                .targets
                .iter()
                .filter(|target| target.layer.as_deref() == *layer);
            let rows: Vec<Row> = of_layer.flat_map(&rows).collect();
            if grouped && !rows.is_empty() {
                let heading = layer.map_or_else(|| String::from("(no layer)"), untrusted::line);
                table.rows.push(Row::Heading(heading));
            }
            table.rows.extend(rows);
        }
        table
    }

    /// Every error; of warnings and notes with one code the first ones, since fifty of a kind would bury what matters.
    fn findings(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut seen: BTreeMap<(Severity, Code), usize> = BTreeMap::new();
        for finding in order::findings(self.report) {
            let number = seen.entry((finding.severity, finding.code)).or_default();
            *number += 1;
            if finding.severity == Severity::Error || *number <= self.most(REMARKS) {
                parts.push(self.finding(finding));
            }
        }
        for ((severity, code), number) in seen.into_iter().rev() {
            let left_out = number.saturating_sub(self.most(REMARKS)) as u64;
            if severity < Severity::Error && left_out > 0 {
                let title = self.title(severity, code);
                parts.push(format!(
                    "{title}: {} more like these (--verbose shows them)\n",
                    numbers::count(left_out)
                ));
            }
        }
        parts
    }

    fn title(&self, severity: Severity, code: Code) -> String {
        let (word, style) = match severity {
            Severity::Error => ("error", BAD),
            Severity::Warning => ("warning", CAUTION.bold()),
            Severity::Note => ("note", CALM.bold()),
        };
        self.paint(style, &format!("{word}[{code}]"))
    }

    fn finding(&self, finding: &Finding) -> String {
        let title = self.title(finding.severity, finding.code);
        let message = self.paint(STRONG, &untrusted::line(&facts::message(finding)));
        let mut text = format!("{title}: {message}\n");
        if let Some(budget) = &finding.budget {
            let place = untrusted::line(&format!("{}:{}", budget.file, budget.line));
            text.push_str(&format!(
                "  {} {place}  {}\n",
                self.mark("-->"),
                untrusted::line(&budget.text)
            ));
        }
        if let Some(place) = &finding.place {
            text.push_str(&format!(
                "  {} {}\n",
                self.mark(" at"),
                untrusted::line(&place.to_string())
            ));
        }
        for detail in facts::details(finding, self.most(DETAILS)) {
            text.push_str(format!("   {} {}", self.mark("|"), untrusted::line(&detail)).trim_end());
            text.push('\n');
        }
        text.push_str(&self.causes(finding));
        if let Some(help) = facts::help(finding, self.report) {
            let help = untrusted::line(help);
            text.push_str(&format!(
                "   {} {} {help}\n",
                self.mark("="),
                self.paint(GOOD.bold(), "help:")
            ));
        }
        text
    }

    fn causes(&self, finding: &Finding) -> String {
        let shown = self.report.causes_of(finding).take(self.most(CAUSES));
        let mut text: String = shown.map(|cause| self.cause(cause, finding)).collect();
        let left_out = finding.causes.len().saturating_sub(self.most(CAUSES)) as u64;
        if left_out > 0 {
            let rest = numbers::counted(left_out, "smaller cause");
            text.push_str(&format!("   {} and {rest} (--verbose shows them)\n", self.mark("=")));
        }
        for line in facts::after_causes(finding) {
            text.push_str(&format!("   {} {}\n", self.mark("="), untrusted::line(line)));
        }
        text
    }

    fn cause(&self, cause: &Cause, finding: &Finding) -> String {
        let sentence = untrusted::line(&facts::cause(cause));
        let mut text = format!("   {} {} {sentence}\n", self.mark("="), self.paint(STRONG, "cause:"));
        let below = " ".repeat(BELOW_CAUSE);
        let Some(target) = cause.in_target(&finding.target) else {
            return text;
        };
        let cost = facts::cost_in(cause, target);
        if !cost.is_empty() {
            text.push_str(&format!("{below}{cost}\n"));
        }
        let steps: Vec<(String, String)> = facts::chain(&cause.chain_in(target), self.most(STEPS))
            .into_iter()
            .map(|(step, place)| (untrusted::line(&step), untrusted::line(&place)))
            .collect();
        let widest = steps.iter().map(|(step, _)| step.width()).max().unwrap_or(0);
        for (step, place) in steps {
            let padding = " ".repeat(widest - step.width());
            text.push_str(format!("{below}{step}{padding}  {place}").trim_end());
            text.push('\n');
        }
        text
    }

    fn conclusion(&self) -> String {
        let (word, style) = match self.report.run.interrupted {
            Some(_) => ("INTERRUPTED", CAUTION.bold()),
            None => verdict(self.report.verdict),
        };
        let division = facts::division(self.report).filter(|_| self.options.verbose);
        format!(
            "{}{}: {}; {}\n",
            division.map_or_else(String::new, |line| line + "\n"),
            self.paint(style, word),
            facts::reason(self.report),
            facts::cost(self.report)
        )
    }

    fn mark(&self, mark: &str) -> String {
        self.paint(CALM.bold(), mark)
    }

    fn most(&self, usual: usize) -> usize {
        if self.options.verbose { usize::MAX } else { usual }
    }
}
