//! Which line of a module's body is to blame, where a cause is about the body itself. The closures tell which module it is,
//! own times what it costs; a look at its lines tells the rest.

use std::collections::BTreeMap;

use super::wording::milliseconds;
use crate::model::{Cause, LineSeen};

/// A line that takes a smaller share of what there is to explain explains nothing.
const SMALLEST_SHARE: f64 = 0.25;
/// The same of what the samples say it costs.
const SMALLEST_SHARE_OF_COST: f64 = 0.1;
/// A body that takes less, in nanoseconds, is not looked at more closely.
const SMALLEST_BODY_NS: u64 = 50_000;
/// A line with at most this share of a wait is not the one that waits.
const NOT_WAITING: f64 = 0.1;

/// Gives every cause about a body the line that takes most of it or, where `before` has the lines of the base, the line that
/// grew most. Lines of the two are the same where their text is.
pub fn name_lines(causes: &mut [Cause], now: &[LineSeen], before: &[LineSeen]) {
    for cause in causes {
        let of_module = |lines: &'_ [LineSeen]| -> Vec<LineSeen> {
            lines
                .iter()
                .filter(|line| line.module == cause.module)
                .cloned()
                .collect()
        };
        let now = of_module(now);
        if !now.iter().any(|line| cause.file.as_ref() == Some(&line.file)) {
            continue; // a statement elsewhere that imports the module
        }
        match cause.line {
            None => name_heaviest(cause, &now, &of_module(before)),
            Some(line) => correct_wait(cause, line, &now),
        }
    }
}

fn name_heaviest(cause: &mut Cause, now: &[LineSeen], before: &[LineSeen]) {
    let total: u64 = now.iter().map(|line| line.ns).sum();
    let Some((line, growth)) = most_grown(now, before) else {
        return;
    };
    let grown: u64 = total.saturating_sub(before.iter().map(|line| line.ns).sum());
    // One import alone and the samples need not agree to the digit, but a line that took next to nothing explains nothing.
    let to_explain = (SMALLEST_SHARE * grown as f64).max(SMALLEST_SHARE_OF_COST * cause.time_ms * 1e6);
    if total < SMALLEST_BODY_NS || (growth as f64) < to_explain {
        return;
    }
    cause.line = Some(line.line);
    cause.summary = format!(
        "{}, at `{}` ({} of {} ms)",
        cause.summary,
        place(cause, line.line),
        rounded(milliseconds(line.ns)),
        rounded(milliseconds(total)),
    );
}

/// The line that took most more than the lines with its text took before, and how much more.
fn most_grown<'a>(now: &'a [LineSeen], before: &[LineSeen]) -> Option<(&'a LineSeen, u64)> {
    let mut spent: BTreeMap<&str, u64> = BTreeMap::new();
    for line in before {
        *spent.entry(line.text.as_str()).or_default() += line.ns;
    }
    let growth = |line: &LineSeen| {
        line.ns
            .saturating_sub(spent.get(line.text.as_str()).copied().unwrap_or(0))
    };
    now.iter()
        .map(|line| (line, growth(line)))
        .max_by_key(|(line, growth)| (*growth, std::cmp::Reverse(line.line)))
}

/// The line of a wait is the last one that is known from before it. Where that line took next to no time and another one took
/// the time, the other one waited.
fn correct_wait(cause: &mut Cause, named: u32, now: &[LineSeen]) {
    let wait_ns = cause.time_ms * 1e6;
    let Some(heaviest) = now.iter().max_by_key(|line| line.ns) else {
        return;
    };
    let innocent = now
        .iter()
        .any(|line| line.line == named && (line.ns as f64) < NOT_WAITING * wait_ns);
    if innocent && heaviest.ns as f64 >= wait_ns / 2.0 {
        let (old, new) = (place(cause, named), place(cause, heaviest.line));
        cause.summary = cause.summary.replace(&old, &new);
        cause.line = Some(heaviest.line);
    }
}

fn place(cause: &Cause, line: u32) -> String {
    format!("{}:{line}", cause.file.as_deref().unwrap_or_default())
}

/// Two digits are all that one import can tell.
fn rounded(time_ms: f64) -> String {
    match time_ms {
        _ if time_ms >= 10.0 => format!("{time_ms:.0}"),
        _ if time_ms >= 1.0 => format!("{time_ms:.1}"),
        _ => format!("{time_ms:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: u32, ms: u64, text: &str) -> LineSeen {
        LineSeen {
            module: "shop.models".to_owned(),
            file: "shop/models.py".to_owned(),
            line,
            ns: ms * 1_000_000,
            text: text.to_owned(),
        }
    }

    fn cause(file: &str, line: Option<u32>, time_ms: f64) -> Cause {
        Cause {
            summary: line.map_or("it grew".to_owned(), |line| format!("waits in `{file}:{line}`")),
            module: "shop.models".to_owned(),
            distribution: None,
            importer: None,
            file: Some(file.to_owned()),
            line,
            chain: Vec::new(),
            time_ms,
            memory_bytes: 0,
            modules: 1,
        }
    }

    fn named(mut cause: Cause, now: &[LineSeen], before: &[LineSeen]) -> (Option<u32>, String) {
        name_lines(std::slice::from_mut(&mut cause), now, before);
        (cause.line, cause.summary)
    }

    #[test]
    fn the_heaviest_line_is_named_with_its_share() {
        let now = [seen(3, 6, "A = 1"), seen(14, 84, "B = 2")];
        let (line, summary) = named(cause("shop/models.py", None, 80.0), &now, &[]);
        assert_eq!(
            (line, summary.as_str()),
            (Some(14), "it grew, at `shop/models.py:14` (84 of 90 ms)")
        );
    }

    #[test]
    fn what_was_as_heavy_before_is_not_to_blame() {
        let now = [seen(3, 84, "A = 1"), seen(14, 20, "B = 2")];
        let before = [seen(2, 83, "A = 1")];
        assert_eq!(named(cause("shop/models.py", None, 20.0), &now, &before).0, Some(14));
    }

    #[test]
    fn a_statement_elsewhere_that_imports_the_module_keeps_what_it_has() {
        let now = [seen(14, 84, "B = 2")];
        assert_eq!(named(cause("shop/cli.py", None, 80.0), &now, &[]).0, None);
    }

    #[test]
    fn growth_that_no_line_explains_names_none() {
        let small = [seen(3, 1, "A = 1")];
        assert_eq!(named(cause("shop/models.py", None, 40.0), &small, &[]).0, None);
        let now: Vec<LineSeen> = (1..20).map(|line| seen(line, 1, "X")).collect();
        assert_eq!(named(cause("shop/models.py", None, 19.0), &now, &[]).0, None);
    }

    #[test]
    fn the_line_before_a_wait_is_not_the_one_that_waits() {
        let now = [seen(1, 0, "import select"), seen(9, 200, "select.select(…)")];
        let (line, summary) = named(cause("shop/models.py", Some(1), 200.0), &now, &[]);
        assert_eq!((line, summary.as_str()), (Some(9), "waits in `shop/models.py:9`"));
        // A line inside a function is no line of the body, and was seen to wait.
        assert_eq!(named(cause("shop/models.py", Some(5), 200.0), &now, &[]).0, Some(5));
    }
}
