//! Calls and times by function for a person: how many calls there are, the functions that take most, and the way to each.

use std::fmt::Write;

use super::wrap::wrapped;
use super::{place_for_people, without_site};
use crate::explain::{Explanation, ProfileTable, ProfiledCaller, ProfiledFunction, WayStep};
use crate::numbers;
use crate::report::untrusted;

/// The widest line, where what is quoted leaves a choice.
const WIDTH: usize = 80;
/// The column in which what is said of a function begins.
const COLUMN: usize = 12;
/// How many functions are listed.
const MOST: usize = 15;
/// How many are, however little they take.
const FEWEST: usize = 5;
/// Where shares alone are known, a function that takes a smaller one is not listed.
const SMALLEST_LISTED: f64 = 0.01;
/// A function that takes a smaller share has no way shown.
const SMALLEST_SHARE: f64 = 0.03;
/// The steps of a way that are shown; of a longer one the middle is left out.
const MOST_STEPS: usize = 8;

/// Writes the section.
pub(in crate::report) fn write(text: &mut String, explanation: &Explanation, profile: &ProfileTable, smallest_ms: f64) {
    heading(text, explanation, profile);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:>11} {:>9} {:>6} {:>12}",
        "calls", "own", "share", "with callees"
    );
    let listed = |(position, row): &(usize, &ProfiledFunction)| {
        *position < FEWEST
            || row
                .own_ms
                .map_or(row.own_share >= SMALLEST_LISTED, |own_ms| own_ms >= smallest_ms)
    };
    let rows: Vec<&ProfiledFunction> = profile
        .rows
        .iter()
        .enumerate()
        .filter(listed)
        .map(|(_, row)| row)
        .take(MOST)
        .collect();
    for row in &rows {
        function(text, row);
    }
    called_most(text, profile, &rows);
}

fn heading(text: &mut String, explanation: &Explanation, profile: &ProfileTable) {
    let mut total = format!(
        "{} in {}",
        calls(profile.calls),
        numbers::counted(profile.functions, "function")
    );
    if profile.primitive_calls < profile.calls {
        let again = profile.calls - profile.primitive_calls;
        let _ = write!(total, ", {} of them by recursion", numbers::count(again));
    }
    wrapped(text, 0, WIDTH, &format!("{total}."));
    let scaled = if profile.rows.iter().any(|row| row.own_ms.is_some()) {
        format!("scaled to the {} above", numbers::time(explanation.time_ms))
    } else {
        "waits included".to_owned()
    };
    let meaning = format!(
        "Counts are those of one run under a profiler, which took {}. Times are its shares, {scaled}: what is called often looks \
         heavier than it is.",
        numbers::time(profile.profiled_ms),
    );
    wrapped(text, 0, WIDTH, &meaning);
    if profile.threads > 0 {
        let threads = numbers::counted(profile.threads, "further thread");
        let what = if profile.sees_threads {
            "its calls are among these, and counts and times may be off"
        } else {
            "what it calls is not among these"
        };
        wrapped(
            text,
            0,
            WIDTH,
            &format!("{threads} ran meanwhile: {}.", plural(what, profile.threads)),
        );
    }
    if profile.interrupted {
        let gap = "The code profiles itself: what it called meanwhile is not among these, so there are more calls.";
        wrapped(text, 0, WIDTH, gap);
    }
    text.push('\n');
}

fn plural(what: &str, count: u64) -> String {
    if count == 1 {
        return what.to_owned();
    }
    what.replace("its calls", "their calls")
        .replace("it calls", "they call")
}

/// `22.9 million calls`, `1,234 calls`.
fn calls(count: u64) -> String {
    if count < 1_000_000 {
        return numbers::counted(count, "call");
    }
    format!("{:.1} million calls", count as f64 / 1e6)
}

fn function(text: &mut String, row: &ProfiledFunction) {
    let figures = format!(
        "{:>11} {:>9} {:>6} {:>12}  ",
        numbers::count(row.calls),
        row.own_ms.map_or_else(String::new, numbers::time),
        numbers::percent(100.0 * row.own_share),
        row.cumulative_ms
            .map_or_else(|| numbers::percent(100.0 * row.cumulative_share), numbers::time),
    );
    let name = untrusted::line(&row.name);
    if figures.len() + name.chars().count() <= WIDTH {
        let _ = writeln!(text, "{figures}{name}");
    } else {
        let _ = writeln!(text, "{}", figures.trim_end());
        wrapped(text, COLUMN, WIDTH, &name);
    }
    wrapped(text, COLUMN, WIDTH, &about(row));
    if let Some(way) = way(row).filter(|_| row.cumulative_share >= SMALLEST_SHARE) {
        wrapped(text, COLUMN, WIDTH, &way);
    }
}

/// Where it stands, how often it calls itself, and who calls it.
fn about(row: &ProfiledFunction) -> String {
    let place = row.place.as_ref().map_or("built in".to_owned(), place_for_people);
    let mut about = untrusted::line(&place);
    if row.primitive_calls < row.calls {
        let _ = write!(
            about,
            ", {} not by recursion",
            numbers::counted(row.primitive_calls, "call")
        );
    }
    if row.way.is_empty() {
        about.push_str(&called_by(row));
    }
    about
}

/// The caller for which it takes longest, but for itself, and how many of the calls are from there.
fn called_by(row: &ProfiledFunction) -> String {
    let is_other = |caller: &&ProfiledCaller| (&caller.name, &caller.place) != (&row.name, &row.place);
    let Some(caller) = row.callers.iter().find(is_other) else {
        return String::new();
    };
    let own: u64 = row
        .callers
        .iter()
        .filter(|caller| !is_other(caller))
        .map(|caller| caller.calls)
        .sum();
    let share = 100.0 * caller.calls as f64 / row.calls.saturating_sub(own).max(1) as f64;
    let name = untrusted::line(&caller.name);
    if share > 99.5 {
        format!(", called by {name}")
    } else {
        format!(", {} of its calls by {name}", numbers::percent(share))
    }
}

/// The way to a function: the project's line, and the calls from there.
fn way(row: &ProfiledFunction) -> Option<String> {
    let first = row
        .asked_by
        .as_ref()
        .and_then(|asked_by| row.way.iter().position(|step| step.place == *asked_by));
    let steps = &row.way[first.unwrap_or(0)..];
    if steps.is_empty() {
        return None;
    }
    let shown = if steps.len() <= MOST_STEPS {
        join(steps)
    } else {
        let (head, tail) = (&steps[..MOST_STEPS / 2], &steps[steps.len() - MOST_STEPS / 2..]);
        let left_out = steps.len() - head.len() - tail.len();
        format!("{} -> ({left_out} more) -> {}", join(head), join(tail))
    };
    let by = if row.way_share < 0.5 { "among others by" } else { "by" };
    Some(format!("{by} {shown}"))
}

fn join(steps: &[WayStep]) -> String {
    let step = |step: &WayStep| {
        let place = place_for_people(&step.place);
        if step.is_body {
            untrusted::line(&place)
        } else {
            format!("{}:{}", untrusted::line(without_site(&step.name)), step.place.line)
        }
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" -> ")
}

/// Functions that are called more often than any that is listed.
fn called_most(text: &mut String, profile: &ProfileTable, listed: &[&ProfiledFunction]) {
    let most = listed.iter().map(|row| row.calls).max().unwrap_or_default();
    let mut others: Vec<&ProfiledFunction> = profile.rows.iter().filter(|row| row.calls > most).collect();
    others.sort_by_key(|row| std::cmp::Reverse(row.calls));
    let named = others.iter().take(3);
    let named: Vec<String> = named
        .map(|row| format!("{} {}", untrusted::line(&row.name), numbers::count(row.calls)))
        .collect();
    if !named.is_empty() {
        wrapped(
            text,
            0,
            WIDTH,
            &format!("called more often than these: {}", named.join(", ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::terminal::tests::sample;
    use super::*;
    use crate::observed::Place;

    fn row(name: &str, calls: u64, own_share: f64) -> ProfiledFunction {
        ProfiledFunction {
            name: name.to_owned(),
            place: None,
            calls,
            primitive_calls: calls,
            own_share,
            own_ms: Some(111.0 * own_share),
            cumulative_share: own_share,
            cumulative_ms: Some(111.0 * own_share),
            busiest_line: None,
            callers: Vec::new(),
            way: Vec::new(),
            way_share: 0.0,
            asked_by: None,
        }
    }

    fn step(name: &str, file: &str, line: u32, is_body: bool) -> WayStep {
        WayStep {
            name: name.to_owned(),
            place: Place {
                file: file.to_owned(),
                line,
            },
            is_body,
        }
    }

    fn rendered(profile: &ProfileTable) -> String {
        let mut text = String::new();
        write(&mut text, &sample(), profile, 1.0);
        text
    }

    fn table() -> ProfileTable {
        let mut abs = row("builtins.abs", 22_900_000, 0.6);
        abs.callers = vec![ProfiledCaller {
            name: "heavy.tables.build".to_owned(),
            place: None,
            calls: 22_900_000,
        }];
        let mut build = row("heavy.tables.build", 3, 0.4);
        build.primitive_calls = 1;
        build.way = vec![
            step("app", "src/app.py", 3, true),
            step("heavy", "/v/site-packages/heavy/__init__.py", 1, true),
            step("heavy.tables.setup", "/v/site-packages/heavy/tables.py", 40, false),
        ];
        build.way_share = 1.0;
        build.asked_by = Some(build.way[0].place.clone());
        build.place = Some(Place {
            file: "/v/site-packages/heavy/tables.py".to_owned(),
            line: 12,
        });
        ProfileTable {
            calls: 22_900_003,
            primitive_calls: 22_900_001,
            functions: 412,
            profiled_ms: 5_000.0,
            threads: 0,
            sees_threads: true,
            interrupted: false,
            rows: vec![abs, build, row("\u{1b}[2J", 30_000_000, 0.0)],
        }
    }

    #[test]
    fn calls_are_counted_and_the_way_begins_at_the_projects_line() {
        let text = rendered(&table());
        assert!(
            text.starts_with("22.9 million calls in 412 functions, 2 of them by recursion.\n"),
            "{text}"
        );
        assert!(
            text.contains(" 22,900,000   66.6 ms  60.0%      66.6 ms  builtins.abs\n"),
            "{text}"
        );
        assert!(text.contains("built in, called by heavy.tables.build\n"), "{text}");
        assert!(text.contains("heavy/tables.py:12, 1 call not by recursion\n"), "{text}");
        assert!(
            text.contains("by src/app.py:3 -> heavy/__init__.py:1 -> heavy.tables.setup:40\n"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn where_no_time_fits_shares_are_shown_alone() {
        let mut profile = table();
        for row in &mut profile.rows {
            (row.own_ms, row.cumulative_ms) = (None, None);
        }
        let text = rendered(&profile);
        assert!(
            text.contains(" 22,900,000            60.0%        60.0%  builtins.abs\n"),
            "{text}"
        );
        assert!(!text.contains("scaled"), "{text}");
    }

    #[test]
    fn what_is_not_seen_is_said() {
        let mut profile = table();
        profile.interrupted = true;
        profile.threads = 2;
        let text = rendered(&profile).replace('\n', " ");
        assert!(
            text.contains("2 further threads ran meanwhile: their calls are among these"),
            "{text}"
        );
        assert!(text.contains("The code profiles itself"), "{text}");
        profile.sees_threads = false;
        let text = rendered(&profile).replace('\n', " ");
        assert!(text.contains("what they call is not among these"), "{text}");
    }
}
