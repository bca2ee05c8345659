//! What `importgate usage` says at the end: how much it saw, and which packages were loaded for nothing.

use std::fmt::Write;

use super::untrusted;
use crate::numbers;
use crate::usage::{Run, Usage};

/// How many packages are named.
const MOST_NAMED: usize = 8;

/// The summary of fresh runs that went into the file at `path`.
pub fn render(runs: &[Run], path: &str) -> String {
    let fresh = Usage::of_runs(runs);
    let (mut loaded, mut used, mut unknown) = (0, 0, 0);
    for (_, counts) in fresh.modules() {
        loaded += 1;
        used += u64::from(counts.used > 0);
        unknown += u64::from(counts.used == 0 && counts.unknown > 0);
    }
    let mut text = format!(
        "{}: of {}, {} used after the import, and {} where it cannot be seen; added to {}\n",
        numbers::counted(runs.len() as u64, "Python run"),
        numbers::counted(loaded, "module"),
        numbers::count(used),
        numbers::count(unknown),
        untrusted::line(path),
    );
    let cut_short = runs.iter().filter(|run| !run.ended()).count() as u64;
    if cut_short > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} ended without exit handlers (a signal, os._exit, or still running): the last imports may be missing",
            numbers::counted(cut_short, "run"),
        );
    }
    let never = fresh.never_used();
    if never.is_empty() {
        return text;
    }
    text.push_str("loaded and never used:\n");
    for (package, modules) in never.iter().take(MOST_NAMED) {
        let _ = writeln!(
            text,
            "  {:<24} {}",
            untrusted::line(package),
            numbers::counted(*modules, "module")
        );
    }
    if never.len() > MOST_NAMED {
        let _ = writeln!(text, "  and {} more", never.len() - MOST_NAMED);
    }
    text.push_str("`importgate explain MODULE` shows what they cost, and which statement loads them\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_and_names_what_was_for_nothing() {
        let runs = [
            Run::parse("loaded app\nloaded big\nloaded big.a\nopaque fast\nused app\nended\n"),
            Run::parse("loaded app\n"),
        ];
        let text = render(&runs, "usage.json");
        assert_eq!(
            text,
            "2 Python runs: of 4 modules, 1 used after the import, and 1 where it cannot be seen; added to usage.json\n\
             1 run ended without exit handlers (a signal, os._exit, or still running): the last imports may be missing\n\
             loaded and never used:\n\
             \x20 big                      2 modules\n\
             `importgate explain MODULE` shows what they cost, and which statement loads them\n"
        );
    }
}
