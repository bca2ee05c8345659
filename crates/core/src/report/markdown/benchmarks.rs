//! The rows of benchmarks of other tools.

use super::{Part, Piece, Rank, sign};
use crate::report::Report;
use crate::report::untrusted;

/// The head of their table: the titles are those of the cells.
pub(super) const HEAD: &str = "\
| | benchmark | p50 | p95 | p99 | mean | limit | change | samples | measured by |
| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |
";

/// One piece a benchmark.
pub(super) fn pieces(report: &Report) -> impl Iterator<Item = Piece> {
    report.benchmarks.iter().map(|benchmark| {
        let marked_as = benchmark.result(report);
        let [rank, _] = Rank::of_target(marked_as);
        let cells = benchmark.cells().join(" | ");
        let name = untrusted::code_cell(&benchmark.name);
        Piece::new(
            Part::Benchmark,
            rank,
            format!("| {} | {name} | {cells} |\n", sign(marked_as)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::HEAD;
    use crate::report::benchmarks::HEADINGS;

    #[test]
    fn the_head_has_a_title_for_each_cell() {
        let titles: Vec<&str> = HEAD
            .lines()
            .next()
            .unwrap_or_default()
            .split('|')
            .map(str::trim)
            .collect();
        assert_eq!(titles[3..titles.len() - 1], HEADINGS);
    }
}
