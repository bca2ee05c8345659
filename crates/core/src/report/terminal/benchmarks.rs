//! The table of benchmarks of other tools.

use super::super::benchmarks::HEADINGS;
use super::super::facts::TargetResult;
use super::super::table::{Align, Cell, Row, Table};
use super::{BAD, CAUTION, GOOD, Page, ROWS, is_coloured};
use crate::numbers;
use crate::report::BenchmarkReport;
use crate::report::prose::Prose;
use crate::report::untrusted;

/// Columns that a narrow terminal can do without, the first to go first.
const EXPENDABLE: [&str; 5] = ["measured by", "samples", "p99", "mean", "p50"];

impl Page<'_> {
    /// What does not pass has a row first; of many that pass some are only counted, unless `verbose` asks for all.
    pub(super) fn benchmarks(&self) -> String {
        let all = &self.report.benchmarks;
        if all.is_empty() {
            return String::new();
        }
        let most = if self.options.verbose { usize::MAX } else { ROWS };
        let mut shown: Vec<&BenchmarkReport> = all.iter().collect();
        if shown.len() > most {
            shown.sort_by_key(|benchmark| benchmark.result(self.report) == TargetResult::Pass);
            shown.truncate(most);
        }
        let headers = ["", "benchmark"].into_iter().chain(HEADINGS);
        let mut table = Table {
            headers: headers.map(|header| (header, Align::Right)).collect(),
            rows: shown.iter().map(|benchmark| self.benchmark(benchmark)).collect(),
            indent: 0,
            colour: is_coloured(self.options),
        };
        for left in [0, 1, 6, 9] {
            table.headers[left].1 = Align::Left;
        }
        let left_out = all.len() - shown.len();
        if left_out > 0 {
            let more = format!("{} more", numbers::counted(left_out as u64, "benchmark"));
            table.rows.push(Row::Sentence(Prose::default().plain(&more), (0, 2)));
        }
        self.table(&table, &EXPENDABLE)
    }

    fn benchmark(&self, benchmark: &BenchmarkReport) -> Row {
        let result = benchmark.result(self.report);
        let style = match result {
            TargetResult::Pass => GOOD,
            TargetResult::Warning | TargetResult::Unsure => CAUTION,
            TargetResult::Fail => BAD,
        };
        let names = [
            Cell::styled(result.word(), style),
            Cell::new(untrusted::line(&benchmark.name)),
        ];
        let numbers = benchmark.cells().map(|cell| Cell::new(untrusted::line(&cell)));
        Row::Cells(names.into_iter().chain(numbers).collect())
    }
}
