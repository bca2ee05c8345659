//! The summary on a page: the lines that say something below the headline, and the table of the layers folded away.

use super::super::{Report, untrusted};
use super::terminal::remarks;
use super::{Summary, Totals};
use crate::checks::Verdict;

/// How many groups and layers are shown; a page has no room for more, and the JSON has all.
const MOST: usize = 20;

const LAYERS_HEAD: &str = "\
| layer | targets | total | share | average | without worst | worst has | memory | its share |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
";

/// What stands below the headline; empty where there is nothing to say.
pub(in crate::report) fn markdown(report: &Report) -> String {
    let summary = Summary::of(report);
    let mut lines: Vec<String> = remarks(&summary, report)
        .iter()
        .map(|line| untrusted::markdown(line))
        .collect();
    lines.extend(summary.groups.iter().take(MOST).map(|group| {
        let (sign, _) = super::super::markdown::verdict(group.verdict);
        let words = untrusted::markdown(&group.words(report));
        let words = if group.verdict == Verdict::Pass {
            words
        } else {
            format!("**{words}**")
        };
        format!("{sign} {}: {words}", untrusted::code_span(&group.name))
    }));
    let mut text = String::new();
    if !lines.is_empty() {
        text.push('\n');
        text.extend(lines.iter().map(|line| format!("- {line}\n")));
    }
    if summary.layers.len() > 1 {
        text.push_str("\n<details><summary>Totals of the layers</summary>\n\n");
        text.push_str(LAYERS_HEAD);
        text.extend(summary.layers.iter().take(MOST).map(|layer| row(layer, None)));
        text.push_str(&row(&summary.all, Some("all")));
        text.push_str("\n</details>\n");
    }
    text
}

fn row(totals: &Totals, name: Option<&str>) -> String {
    let name = match (name, totals.layer.as_deref()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(layer)) => untrusted::code_cell(layer),
        (None, None) => "(no layer)".to_owned(),
    };
    format!("| {name} | {} |\n", totals.cells().join(" | "))
}
