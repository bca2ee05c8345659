//! The classification for a job summary or a comment on a pull request.

use super::super::markdown::rows_left_out;
use super::super::untrusted;
use super::{Options, Rows, assumption_cells, cells, class, failures, headline, origin, reason, rule, warnings};
use crate::explain::Classification;

const TABLE_HEAD: &str = "\
| import | time | own | memory | modules | used | class | why | of | imported at |
| --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- | --- |
";
const ASSUMED_HEAD: &str = "\
| import | assumed | measured | beside that |
| --- | ---: | ---: | ---: |
";
/// Room kept for what follows the table.
const CLOSING_BYTES: usize = 1024;

/// The classification as GitHub's Markdown. Rows are left out, and counted, where the page would go beyond `most_bytes`.
pub fn render(classification: &Classification, options: &Options, most_bytes: usize) -> String {
    let mut text = format!(
        "## importgate: where imports belong\n\n{}\n",
        untrusted::markdown(&headline(classification))
    );
    let mut lines = warnings(classification);
    lines.extend(failures(classification));
    text.extend(lines.iter().map(|line| format!("\n⚠️ {}\n", untrusted::markdown(line))));
    if !classification.assumed.is_empty() {
        text.push_str(&format!("\n{ASSUMED_HEAD}"));
        text.extend(classification.assumed.iter().map(|assumption| {
            let name = untrusted::code_cell(&assumption.module);
            format!("| {name} | {} |\n", assumption_cells(assumption).join(" | "))
        }));
    }
    let rows = Rows::of(classification, options);
    let mut left_out = 0_u64;
    text.push_str(&format!("\n{TABLE_HEAD}"));
    for row in &rows.shown {
        let place = row
            .imported_at
            .as_ref()
            .map(|place| untrusted::code_cell(&place.to_string()));
        let line = format!(
            "| {}{} | {} | {} | {} | {} | {} |\n",
            if row.is_heavy { "⚠️ " } else { "" },
            untrusted::code_cell(&row.name),
            cells(row).join(" | "),
            class(row),
            reason(row),
            untrusted::markdown(&origin(row)),
            place.unwrap_or_default(),
        );
        if text.len() + line.len() + CLOSING_BYTES <= most_bytes {
            text.push_str(&line);
        } else {
            left_out += 1;
        }
    }
    text.push_str(&rows_left_out(left_out));
    text.extend(rows.rest(options).map(|line| format!("\n{line}\n")));
    text + &format!("\n<sub>{}</sub>\n", untrusted::markdown(&rule(classification)))
}
