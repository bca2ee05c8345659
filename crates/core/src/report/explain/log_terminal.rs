//! A log of `python -X importtime` for a person: the total, the tree, what each package takes and the way to it, the costliest
//! bodies, and what such a log cannot tell.

use std::fmt::Write;

use super::branches::{Branches, Shown, Stem};
use super::terminal::Options;
use super::wrap::wrapped;
use crate::explain::Group;
use crate::explain::importtime::{Doubt, DoubtKind, ImportLog, LoggedModule, LoggedProcess};
use crate::numbers;
use crate::report::{untrusted, wording};

/// The widest line, where what is quoted leaves a choice.
const WIDTH: usize = 80;
/// How many packages and bodies are listed.
const MOST: usize = 12;
/// A package or a body that takes a smaller share has no way shown.
const SMALLEST_SHARE: f64 = 0.02;
/// The steps of a way that are shown; of a longer one the middle is left out.
const MOST_STEPS: usize = 9;

/// The log as text; with `why`, the way to that module alone, as positions in the tree.
pub fn render(log: &ImportLog, why: Option<&[usize]>, options: &Options) -> String {
    let mut text = String::new();
    heading(&mut text, log);
    if let Some(way) = why {
        steps(&mut text, log, way);
        return text;
    }
    tree(&mut text, log, options);
    packages(&mut text, log, options);
    bodies(&mut text, log, options);
    repeated(&mut text, log);
    doubts(&mut text, &log.doubts);
    limits(&mut text, log);
    text
}

fn heading(text: &mut String, log: &ImportLog) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}: {} in {} (a log of `python -X importtime`)",
        untrusted::line(&log.name),
        numbers::time(log.time_ms),
        numbers::counted(log.tree.len() as u64, "module"),
    );
    if let [process] = &log.processes[..] {
        if process.start_ms > 0.0 {
            let start = numbers::time(process.start_ms);
            let _ = writeln!(text, "  {start} of it is the interpreter's own start, up to `site`");
        }
    } else {
        let _ = writeln!(
            text,
            "  of {} processes, which may have run side by side:",
            log.processes.len()
        );
        for process in costliest(&log.processes) {
            let _ = writeln!(
                text,
                "  {:>9} {:>7}  from line {} on{}",
                numbers::time(process.time_ms),
                numbers::count(process.modules as u64),
                process.line,
                last_import(log, process)
            );
        }
    }
    text.push('\n');
}

fn costliest(processes: &[LoggedProcess]) -> Vec<&LoggedProcess> {
    let mut sorted: Vec<&LoggedProcess> = processes.iter().collect();
    sorted.sort_by(|left, right| right.time_ms.total_cmp(&left.time_ms));
    sorted.truncate(MOST);
    sorted
}

/// What tells a process from the others: the costliest of what it imported at the top.
fn last_import(log: &ImportLog, process: &LoggedProcess) -> String {
    let modules = &log.tree[process.first..process.first + process.modules];
    let tops = modules.iter().filter(|module| module.parent.is_none());
    let costliest = tops.max_by(|left, right| left.cumulative_ms.total_cmp(&right.cumulative_ms));
    costliest.map_or_else(String::new, |top| {
        format!(", most of it {}", untrusted::line(&top.module))
    })
}

/// The way to a module, a line for each step.
fn steps(text: &mut String, log: &ImportLog, way: &[usize]) {
    let Some(&last) = way.last() else { return };
    let _ = writeln!(text, "the way to {}:", untrusted::line(&log.tree[last].module));
    for (depth, &position) in way.iter().enumerate() {
        let module = &log.tree[position];
        let _ = writeln!(
            text,
            "{:>9} {:>9}  {}{}",
            numbers::time(module.cumulative_ms),
            numbers::time(module.own_ms),
            "  ".repeat(depth),
            untrusted::line(&module.module)
        );
    }
    let _ = writeln!(
        text,
        "\nThe log has no lines of files, and of importers only the first."
    );
}

fn tree(text: &mut String, log: &ImportLog, options: &Options) {
    if log.doubts.iter().any(|doubt| doubt.kind == DoubtKind::Sorted) {
        return;
    }
    let stems = log.tree.iter().map(|node| Stem {
        module: &node.module,
        group: &node.group,
        parent: node.parent,
        own_ms: node.own_ms,
        missing_ms: node.missing_ms,
        own_memory_bytes: 0,
    });
    let _ = writeln!(text, "{:>9} {:>9} {:>7}", "total", "own", "modules");
    for Shown { branch, depth } in Branches::of(stems, options.modules).shown(options.smallest_ms, options.depth) {
        let _ = writeln!(
            text,
            "{:>9} {:>9} {:>7}  {}{}",
            numbers::time(branch.cumulative_ms),
            numbers::time(branch.own_ms),
            numbers::count(branch.modules),
            "  ".repeat(depth),
            untrusted::line(&branch.name()),
        );
    }
    text.push('\n');
}

fn packages(text: &mut String, log: &ImportLog, options: &Options) {
    let _ = writeln!(text, "by package, with the way to its costliest import:");
    let listed = log.groups.iter().filter(|group| group.own_ms >= options.smallest_ms);
    for group in listed.take(MOST) {
        let _ = writeln!(
            text,
            "{:>9} {:>6} {:>7}  {}",
            numbers::time(group.own_ms),
            share(log, group.own_ms),
            numbers::count(group.modules as u64),
            untrusted::line(wording::group(&group.group).trim_end()),
        );
        if group.group != Group::StandardLibrary {
            way_to(text, log, group.entry, group.own_ms);
        }
    }
    text.push('\n');
}

fn bodies(text: &mut String, log: &ImportLog, options: &Options) {
    let bodies = log.heaviest_bodies(options.smallest_ms, MOST);
    if bodies.is_empty() {
        return;
    }
    let _ = writeln!(text, "the costliest bodies, without what they import:");
    for position in bodies {
        let LoggedModule { module, own_ms, .. } = &log.tree[position];
        let _ = writeln!(
            text,
            "{:>9} {:>6}          {}",
            numbers::time(*own_ms),
            share(log, *own_ms),
            untrusted::line(module),
        );
        way_to(text, log, position, *own_ms);
    }
    text.push('\n');
}

/// The share of the whole.
fn share(log: &ImportLog, ms: f64) -> String {
    numbers::percent(100.0 * ms / log.time_ms.max(f64::MIN_POSITIVE))
}

/// The way to a module of the tree, where it is worth a line.
fn way_to(text: &mut String, log: &ImportLog, position: usize, ms: f64) {
    let chain = log.chain(position);
    if chain.len() < 2 || ms < SMALLEST_SHARE * log.time_ms {
        return;
    }
    let name = |&position: &usize| untrusted::line(&log.tree[position].module);
    let way = if chain.len() <= MOST_STEPS {
        chain.iter().map(name).collect::<Vec<_>>().join(" -> ")
    } else {
        let (first, last) = (&chain[..MOST_STEPS / 2], &chain[chain.len() - MOST_STEPS / 2..]);
        let left_out = chain.len() - first.len() - last.len();
        let join = |steps: &[usize]| steps.iter().map(name).collect::<Vec<_>>().join(" -> ");
        format!("{} -> ({left_out} more) -> {}", join(first), join(last))
    };
    wrapped(text, 11, WIDTH, &way);
}

fn repeated(text: &mut String, log: &ImportLog) {
    if !log.tells_repeated {
        return;
    }
    let again: usize = log.repeated.iter().map(|one| one.times).sum();
    let most = log.repeated.iter().take(5);
    let most: Vec<String> = most
        .map(|one| format!("{} {}", untrusted::line(&one.module), one.times))
        .collect();
    let sentence = format!(
        "{} of what was loaded already, most often of {}. Who asked is not told.",
        numbers::counted(again as u64, "further import"),
        most.join(", ")
    );
    wrapped(text, 0, WIDTH, &sentence);
    text.push('\n');
}

fn doubts(text: &mut String, doubts: &[Doubt]) {
    if doubts.is_empty() {
        return;
    }
    let _ = writeln!(text, "what is lost of this log:");
    for doubt in doubts {
        item(text, &sentence(doubt));
    }
    text.push('\n');
}

/// What a doubt means, for a person.
pub(super) fn sentence(doubt: &Doubt) -> String {
    let modules = || numbers::counted(doubt.count as u64, "module");
    match doubt.kind {
        DoubtKind::IndentationLost => {
            "the indentation is gone: who imported whom is told by which times add up".to_owned()
        }
        DoubtKind::Sorted => {
            "the rows were sorted, so who imported whom is lost; times are those of bodies alone".to_owned()
        }
        DoubtKind::Contradicting => format!(
            "{} took longer than what seems to import them, so their importer is not known: rows are missing, or threads \
             imported side by side",
            modules()
        ),
        DoubtKind::Threads => format!(
            "{} with own times below zero: threads imported side by side, and times and tree are wrong around there",
            modules()
        ),
        DoubtKind::RowsMissing => format!(
            "{} of imports that have no row, below {}: the log was cut or filtered, or threads imported side by side",
            numbers::time(doubt.time_ms),
            modules()
        ),
        DoubtKind::CutOff => format!(
            "{} whose importer has no row: the log is cut, or the process left while importing",
            modules()
        ),
        DoubtKind::Unreadable => format!(
            "{} like a row of the log, but cannot be read",
            if doubt.count == 1 {
                "1 line begins".to_owned()
            } else {
                format!("{} lines begin", doubt.count)
            }
        ),
    }
}

/// What no log of this kind tells.
pub(super) fn limits_of(log: &ImportLog) -> Vec<&'static str> {
    let importers = if log.tells_repeated {
        "who imports a module beside the first: that one is billed for what others need as well, and to take its import out may \
         save nothing"
    } else {
        "whether others import a module, too: the first is billed for what all need, and to take its import out may save nothing"
    };
    vec![
        importers,
        "the line of an import, and which lines of a body take its time",
        "modules that `importlib.import_module` loads: they have no row, and count as the body of whoever called it",
        "memory, what is used, and which modules are the project's own",
        "chance: it is one run on the wall clock, waits included, and the log itself costs some percent",
    ]
}

fn limits(text: &mut String, log: &ImportLog) {
    let _ = writeln!(
        text,
        "what no such log shows (`importgate explain MODULE` measures it):"
    );
    for limit in limits_of(log) {
        item(text, limit);
    }
}

fn item(text: &mut String, content: &str) {
    let start = text.len();
    wrapped(text, 4, WIDTH, content);
    text.replace_range(start + 2..start + 3, "-");
}
