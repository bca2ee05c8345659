//! Which line of a module's body is to blame, where a cause is about the body itself. The closures tell which module it is,
//! own times what it costs; a look at its lines tells the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Cause, CauseKind, ChangedLines, LineChange, LineShare};
use crate::explain::bodies::{called_where_time_goes, heaviest, loop_of, takes_most};
use crate::observed::{LineSeen, Observation};

/// A line that takes a smaller share of what there is to explain explains nothing.
const SMALLEST_SHARE: f64 = 0.25;
/// The same of what the samples say it costs.
const SMALLEST_SHARE_OF_COST: f64 = 0.1;
/// New lines that take this share of the growth need nobody to share the blame with.
const MOST_OF_IT: f64 = 0.5;
/// A new line that takes less, in nanoseconds, does nothing: to define a function takes a microsecond or two.
const SMALLEST_LINE_NS: u64 = 10_000;
/// A body that takes less, in nanoseconds, is not looked at more closely.
const SMALLEST_BODY_NS: u64 = 50_000;
/// A line with at most this share of a wait is not the one that waits.
const NOT_WAITING: f64 = 0.1;

/// The lines of bodies that were looked at. Each module is looked at once, in the import of the first target that asks.
#[derive(Debug, Clone, Default)]
pub struct SeenLines {
    modules: BTreeSet<String>,
    now: Vec<LineSeen>,
    before: Vec<LineSeen>,
}

impl SeenLines {
    /// The modules whose bodies these causes are about, and which were not looked at yet.
    pub fn missing<'c>(
        &self,
        causes: impl IntoIterator<Item = &'c Cause>,
        observation: &Observation,
    ) -> BTreeSet<&'c str> {
        let causes = causes.into_iter();
        causes
            .filter(|cause| !self.modules.contains(&cause.module) && is_about_a_body(cause, observation))
            .map(|cause| cause.module.as_str())
            .collect()
    }

    /// Adds what the lines of these modules take now, and what they took in the base: nothing where there is none to look at.
    pub fn add<'m>(
        &mut self,
        modules: impl IntoIterator<Item = &'m str>,
        now: impl IntoIterator<Item = LineSeen>,
        before: impl IntoIterator<Item = LineSeen>,
    ) {
        self.modules.extend(modules.into_iter().map(str::to_owned));
        self.now.extend(now);
        self.before.extend(before);
    }

    /// True where lines of this module were seen.
    pub fn has(&self, module: &str) -> bool {
        self.now.iter().any(|line| line.module == module)
    }
}

/// The file that a cause names, where that is about a module's body and not about a statement that imports it.
fn file_of_body(cause: &Cause) -> Option<&str> {
    match cause.kind {
        CauseKind::Upgrade(_)
        | CauseKind::ChangedModule
        | CauseKind::SlowerModule { .. }
        | CauseKind::Blocked
        | CauseKind::HeavyBody => cause.file.as_deref(),
        CauseKind::NewModules { .. }
        | CauseKind::AtStart
        | CauseKind::HeavyStatement { .. }
        | CauseKind::HeavyTogether { .. }
        | CauseKind::HeavyPackage
        | CauseKind::CompiledAtStart(_)
        | CauseKind::UncheckedBytecode
        | CauseKind::Collected { .. }
        | CauseKind::Hook(_)
        | CauseKind::OtherInterpreter(_) => None,
    }
}

/// True where a cause is about a body that has lines to look at. What waits may be a function in another file.
fn is_about_a_body(cause: &Cause, observation: &Observation) -> bool {
    let Some(file) = file_of_body(cause).filter(|file| file.ends_with(".py")) else {
        return false;
    };
    let mut modules = observation.modules.iter();
    modules
        .find(|module| module.name == cause.module)
        .and_then(|module| module.file.as_deref())
        .is_some_and(|whole| Path::new(whole).ends_with(file))
}

/// Gives every cause about a body the line that takes most of it. With the lines of the base it is the line that grew most;
/// lines of the two are the same where their text is. Where the base was not looked at, but `changed` has what is new in the
/// source of a module, it is the heaviest of the lines that changed, if these explain what the body takes longer.
pub fn name_lines(causes: &mut [Cause], seen: &SeenLines, changed: Option<&BTreeMap<String, ChangedLines>>) {
    for cause in causes {
        let now = of_module(&seen.now, &cause.module);
        if !now.iter().any(|line| file_of_body(cause) == Some(&line.file)) {
            continue;
        }
        let changed = changed.and_then(|changed| changed.get(&cause.module));
        let named = match cause.line {
            Some(known) => {
                cause.line = Some(waiting(cause.weight.time_ms, known, &now, changed));
                continue;
            }
            None => changed.and_then(|changed| heaviest_changed(cause.weight.time_ms, &now, changed)),
        };
        let named =
            named.or_else(|| heaviest_grown(cause.weight.time_ms, &now, &of_module(&seen.before, &cause.module)));
        if let Some(Named {
            line,
            more,
            all_call_it,
            ns,
            change,
        }) = named
        {
            let share = ns as f64 / total(&now).max(1) as f64;
            cause.line = Some(line.line);
            cause.share = Some(LineShare {
                share,
                more,
                calls: called_where_time_goes(line, share).filter(|_| more == 0 || all_call_it),
                makes_a_class: line.makes_a_class(),
                change,
            });
        }
    }
}

/// Leaves one cause of what the same line of a body does: of a line that starts a program, what it computes for that and the wait
/// until that has ended are one thing to look at. The heavier one is told, and has both times.
pub fn join_those_of_one_line(causes: &mut Vec<Cause>) {
    let mut joined: Vec<Cause> = Vec::with_capacity(causes.len());
    for cause in causes.drain(..) {
        let is_same = |other: &&mut Cause| {
            let is_of_a_line = cause.line.is_some() && file_of_body(&cause).is_some() && file_of_body(other).is_some();
            is_of_a_line && (other.line, &other.file) == (cause.line, &cause.file)
        };
        match joined.iter_mut().find(is_same) {
            Some(heavier) => {
                heavier.weight.time_ms += cause.weight.time_ms;
                heavier.weight.memory_bytes += cause.weight.memory_bytes;
            }
            None => joined.push(cause),
        }
    }
    *causes = joined;
}

fn of_module<'l>(lines: &'l [LineSeen], module: &str) -> Vec<&'l LineSeen> {
    lines.iter().filter(|line| line.module == module).collect()
}

/// The line that is named for what a body takes.
struct Named<'l> {
    line: &'l LineSeen,
    /// How many others take it together with this one.
    more: usize,
    /// True where these others call what it calls.
    all_call_it: bool,
    /// What all of them take, in nanoseconds.
    ns: u64,
    change: Option<LineChange>,
}

/// The heaviest of the lines that changed, where together they explain the growth; `None` where they do not: what an old line
/// reads has grown, for example, and its text tells nothing of it.
///
/// A function that changed takes its time in the lines that call it, and those are what was looked at. So where the lines that are
/// new themselves explain too little, the ones that run what is new count with them; a caller is named with its own place,
/// since it may call several functions, and only it is known to have taken the time.
fn heaviest_changed<'l>(growth_ms: f64, now: &[&'l LineSeen], changed: &ChangedLines) -> Option<Named<'l>> {
    let total = total(now);
    // On a faster machine than the baseline's all of a body may take less than what it grew by there.
    let growth = (growth_ms * 1e6).min(total as f64);
    let is_new = |line: &LineSeen| changed.touch(&extent(line));
    let runs_new = |line: &LineSeen| is_new(line) || changed.touch(&line.reach);
    let explains = |lines: &[&LineSeen], share: f64| self::total(lines) as f64 >= share * growth;
    let new: Vec<&LineSeen> = now.iter().copied().filter(|line| is_new(line)).collect();
    let touched: Vec<&LineSeen> = now.iter().copied().filter(|line| runs_new(line)).collect();
    let new_do_it = explains(&new, MOST_OF_IT);
    let mut suspects = if new_do_it { new } else { touched };
    let line = heaviest(&suspects)?;
    // Of many new lines that do it together none need take much.
    let is_large = new_do_it || (line.ns as f64) >= SMALLEST_SHARE_OF_COST * growth;
    let worth = is_large && line.ns >= SMALLEST_LINE_NS;
    suspects.retain(|line| line.ns >= SMALLEST_LINE_NS);
    if total < SMALLEST_BODY_NS || !worth || !explains(&suspects, SMALLEST_SHARE) {
        return None;
    }
    let change = if is_new(line) {
        LineChange::Line
    } else {
        LineChange::WhatItRuns
    };
    let together = self::total(&suspects);
    let alone = Named {
        line,
        more: 0,
        all_call_it: true,
        ns: line.ns,
        change: Some(change),
    };
    if takes_most(line.ns, together) {
        return Some(alone);
    }
    // Where several lines do it together, one says little of what they take.
    if let Some((loop_, ns)) = loop_of(line, &suspects).filter(|(_, ns)| takes_most(*ns, together)) {
        return Some(Named {
            line: loop_,
            ns,
            ..alone
        });
    }
    suspects.retain(|other| other.ns as f64 >= SMALLEST_SHARE_OF_COST * line.ns as f64);
    Some(Named {
        line: first_of_alike(&suspects)?,
        more: suspects.len() - 1,
        all_call_it: suspects.iter().all(|other| other.calls == line.calls),
        ns: self::total(&suspects),
        ..alone
    })
}

/// The lines that a statement consists of: its first one where no more is known.
fn extent(line: &LineSeen) -> Vec<(u32, u32)> {
    if line.extent.is_empty() {
        vec![(line.line, line.line)]
    } else {
        line.extent.clone()
    }
}

fn total(lines: &[&LineSeen]) -> u64 {
    lines.iter().map(|line| line.ns).sum()
}

/// The one that is named of lines which are told together: the first that takes half of what the heaviest does, so that no noise chooses
/// among those that take alike.
fn first_of_alike<'l>(lines: &[&'l LineSeen]) -> Option<&'l LineSeen> {
    let most = heaviest(lines)?.ns;
    let alike = lines.iter().copied().filter(|line| 2 * line.ns >= most);
    alike.min_by_key(|line| line.line)
}

/// The line that grew most, or takes most where nothing is known of before, or else the loop or the lines that call one function, of
/// which it takes less than half; `None` where none explains enough.
fn heaviest_grown<'l>(cost_ms: f64, now: &[&'l LineSeen], before: &[&LineSeen]) -> Option<Named<'l>> {
    let total = total(now);
    let grown = total.saturating_sub(self::total(before));
    // One import alone and the samples need not agree to the digit, but a line that took next to nothing explains nothing.
    let to_explain = (SMALLEST_SHARE * grown as f64).max(SMALLEST_SHARE_OF_COST * cost_ms * 1e6);
    let explains = |(named, growth): &(Named<'_>, u64)| {
        // Where nothing is known of the lines of before, one that takes less than all of the body did then need not have grown,
        // unless it takes most of what there is.
        let had_room = (named.ns as f64) <= total as f64 - cost_ms * 1e6;
        let may_be_as_it_was = before.is_empty() && had_room && 2 * named.ns < total;
        !may_be_as_it_was && total >= SMALLEST_BODY_NS && *growth as f64 >= to_explain
    };
    let alone = most_grown(now, before).filter(explains);
    let together = callers_most_grown(now, before)
        .into_iter()
        .chain(loop_most_grown(now, before));
    let together = together.filter(explains).max_by_key(|(_, growth)| *growth);
    let most = |(_, growth): &(Named<'_>, u64)| together.as_ref().is_none_or(|(_, all)| takes_most(*growth, *all));
    let named = alone.filter(most).or(together);
    named.map(|(named, _)| named)
}

/// The line that took most more than the lines with its text took before, and how much more.
fn most_grown<'l>(now: &[&'l LineSeen], before: &[&LineSeen]) -> Option<(Named<'l>, u64)> {
    let mut spent: BTreeMap<&str, u64> = BTreeMap::new();
    for line in before {
        *spent.entry(line.text.as_str()).or_default() += line.ns;
    }
    let growth = |line: &LineSeen| {
        line.ns
            .saturating_sub(spent.get(line.text.as_str()).copied().unwrap_or(0))
    };
    let grown = now.iter().map(|&line| (line, growth(line)));
    let (line, growth) = grown.max_by_key(|(line, growth)| (*growth, std::cmp::Reverse(line.line)))?;
    let named = Named {
        line,
        more: 0,
        all_call_it: true,
        ns: line.ns,
        change: None,
    };
    Some((named, growth))
}

/// The lines that do nothing but call one function and took most more than such lines took before, and how much more.
fn callers_most_grown<'l>(now: &[&'l LineSeen], before: &[&LineSeen]) -> Option<(Named<'l>, u64)> {
    let mut callers: BTreeMap<&str, Vec<&LineSeen>> = BTreeMap::new();
    for line in now {
        if let Some(name) = &line.calls {
            callers.entry(name).or_default().push(line);
        }
    }
    let growth = |(name, lines): (&str, Vec<&'l LineSeen>)| {
        let calls_it = |line: &&&LineSeen| line.calls.as_deref() == Some(name);
        let then: u64 = before.iter().filter(calls_it).map(|line| line.ns).sum();
        let growth = total(&lines).saturating_sub(then);
        (lines, growth)
    };
    let (lines, growth) = callers.into_iter().map(growth).max_by_key(|(_, growth)| *growth)?;
    let named = Named {
        line: first_of_alike(&lines)?,
        more: lines.len() - 1,
        all_call_it: true,
        ns: total(&lines),
        change: None,
    };
    Some((named, growth))
}

/// The loop whose lines took most more than those of the loop that begins with the same text took before, and how much more.
fn loop_most_grown<'l>(now: &[&'l LineSeen], before: &[&LineSeen]) -> Option<(Named<'l>, u64)> {
    let is_loop = |line: &&&LineSeen| line.loop_line == Some(line.line);
    let then = |text: &str| -> u64 {
        let loops = before.iter().filter(is_loop).filter(|line| line.text == text);
        loops
            .filter_map(|line| loop_of(line, before))
            .map(|(_, spent)| spent)
            .sum()
    };
    let grown = now.iter().filter(is_loop).filter_map(|line| {
        let (line, ns) = loop_of(line, now)?;
        let named = Named {
            line,
            more: 0,
            all_call_it: true,
            ns,
            change: None,
        };
        Some((named, ns.saturating_sub(then(&line.text))))
    });
    grown.max_by_key(|(_, growth)| *growth)
}

/// The line that waits, where `known` is the last one that is known from before the wait. Where that line took next to no time
/// and another one took the time, the other one waited. Where it is an old line and a new one took as long, the new one did.
fn waiting(wait_ms: f64, known: u32, now: &[&LineSeen], changed: Option<&ChangedLines>) -> u32 {
    let wait_ns = wait_ms * 1e6;
    let took_the_time = |line: &&LineSeen| line.ns as f64 >= wait_ns / 2.0;
    let is_new = |line: &LineSeen| changed.is_some_and(|changed| changed.touch(&extent(line)));
    let new_lines: Vec<&LineSeen> = now.iter().copied().filter(|line| is_new(line)).collect();
    let new = heaviest(&new_lines).filter(took_the_time);
    // A line inside a function is no line of the body, and was seen to wait.
    let Some(line) = now.iter().find(|line| line.line == known) else {
        return known;
    };
    let waited = (line.ns as f64) >= NOT_WAITING * wait_ns;
    if waited && (new.is_none() || is_new(line)) {
        return known;
    }
    let other = new.or_else(|| heaviest(now).filter(took_the_time));
    other.map_or(known, |line| line.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Weight;
    use crate::observed::LoadedModule;

    fn seen(line: u32, ms: u64, text: &str) -> LineSeen {
        LineSeen {
            module: "shop.models".to_owned(),
            file: "shop/models.py".to_owned(),
            line,
            ns: ms * 1_000_000,
            text: text.to_owned(),
            extent: Vec::new(),
            reach: Vec::new(),
            calls: None,
            loop_line: None,
        }
    }

    /// A body that grew, or a wait in a line of it.
    fn cause(file: &str, line: Option<u32>, time_ms: f64) -> Cause {
        Cause {
            kind: line.map_or(CauseKind::ChangedModule, |_| CauseKind::Blocked),
            module: "shop.models".to_owned(),
            distribution: None,
            importer: None,
            file: Some(file.to_owned()),
            line,
            share: None,
            uses: None,
            called_at: None,
            falls_away: false,
            before_ms: 0.0,
            part_of: None,
            chain: Vec::new(),
            weight: Weight {
                time_ms,
                memory_bytes: 0,
                modules: 1,
            },
        }
    }

    fn share(line_ms: f64, body_ms: f64, change: Option<LineChange>) -> Option<LineShare> {
        let share = line_ms / body_ms;
        Some(LineShare {
            share,
            more: 0,
            calls: None,
            makes_a_class: false,
            change,
        })
    }

    fn lines(now: &[LineSeen], before: &[LineSeen]) -> SeenLines {
        let mut seen = SeenLines::default();
        seen.add(["shop.models"], now.to_vec(), before.to_vec());
        seen
    }

    fn named(mut cause: Cause, now: &[LineSeen], before: &[LineSeen]) -> (Option<u32>, Option<LineShare>) {
        name_lines(std::slice::from_mut(&mut cause), &lines(now, before), None);
        (cause.line, cause.share)
    }

    /// The same where the source of before is known.
    fn named_by_text(mut cause: Cause, now: &[LineSeen], sources: (&str, &str)) -> (Option<u32>, Option<LineShare>) {
        let changed = BTreeMap::from([(cause.module.clone(), ChangedLines::between(sources.0, sources.1))]);
        name_lines(std::slice::from_mut(&mut cause), &lines(now, &[]), Some(&changed));
        (cause.line, cause.share)
    }

    fn grew(time_ms: f64) -> Cause {
        cause("shop/models.py", None, time_ms)
    }

    #[test]
    fn the_heaviest_line_is_named_with_its_share() {
        let now = [seen(3, 6, "A = 1"), seen(14, 84, "B = 2")];
        let named = named(cause("shop/models.py", None, 80.0), &now, &[]);
        assert_eq!(named, (Some(14), share(84.0, 90.0, None)));
    }

    #[test]
    fn what_a_line_calls_is_named_where_it_takes_most_of_the_body() {
        let calls = |ms| {
            let others = [seen(3, 30, "A = 1"), seen(4, 30, "A = 2")];
            let mut heavy = seen(14, ms, "B = tables.build()");
            heavy.calls = Some("tables.build".to_owned());
            let (line, share) = named(grew(80.0), &[&others[..], &[heavy]].concat(), &[]);
            assert_eq!(line, Some(14));
            share.expect("a share").calls
        };
        assert_eq!(calls(80).as_deref(), Some("tables.build"));
        assert_eq!(calls(59).as_deref(), None);
    }

    #[test]
    fn classes_of_one_base_are_told_together_as_such() {
        let class = |line| LineSeen {
            calls: Some("Base".to_owned()),
            ..seen(line, 1, "class Shop(Base):")
        };
        let now: Vec<LineSeen> = (1..=40).map(class).collect();
        let (line, share) = named(grew(35.0), &now, &[]);
        let share = share.expect("a share");
        assert_eq!((line, share.more), (Some(1), 39));
        assert_eq!((share.calls.as_deref(), share.makes_a_class), (Some("Base"), true));
    }

    #[test]
    fn lines_that_call_one_function_are_told_together_where_none_takes_much() {
        let caller = |line, ms, name: &str| LineSeen {
            calls: Some(name.to_owned()),
            ..seen(line, ms, "@slow")
        };
        let slow = |ms| (4..14).map(move |line| caller(line, ms, "slow"));
        let others = [seen(1, 9, "A = 1"), seen(2, 9, "B = 2"), caller(3, 9, "quick")];
        let now: Vec<LineSeen> = slow(10).chain(others.clone()).collect();
        let before: Vec<LineSeen> = slow(1).chain(others).collect();
        for before in [&[][..], &before] {
            let (line, share) = named(grew(90.0), &now, before);
            let share = share.expect("a share");
            let told = (line, share.more, share.calls.as_deref());
            assert_eq!(told, (Some(4), 9, Some("slow")));
            assert!((share.share - 100.0 / 127.0).abs() < 1e-9, "{share:?}");
        }
        assert_eq!(named(grew(90.0), &now, &now).0, None);
    }

    /// Lines that take so long each, the first of which is a loop around the others.
    fn looped(first: u32, each_ms: &[u64]) -> Vec<LineSeen> {
        let in_loop = |(line, &ms): (u32, &u64)| LineSeen {
            loop_line: Some(first),
            ..seen(line, ms, if line == first { "for shop in SHOPS:" } else { "A = 1" })
        };
        (first..).zip(each_ms).map(in_loop).collect()
    }

    #[test]
    fn a_loop_is_named_where_no_line_in_it_takes_half_of_it() {
        let told = |now: &[LineSeen], before: &[LineSeen]| {
            let (line, share) = named(grew(90.0), now, before);
            (line, share.map(|share| (share.share * 100.0).round()))
        };
        let other = [seen(1, 10, "B = 2")];
        let now = |each_ms: &[u64]| [&other[..], &looped(3, each_ms)].concat();
        assert_eq!(told(&now(&[10, 40, 40]), &[]), (Some(3), Some(90.0)));
        assert_eq!(told(&now(&[10, 20, 60]), &[]), (Some(5), Some(60.0)));
        // It was there before, and took a tenth.
        let before = [&other[..], &looped(7, &[1, 4, 4])].concat();
        assert_eq!(told(&now(&[10, 40, 40]), &before), (Some(3), Some(90.0)));
        let as_ever = [&other[..], &looped(7, &[10, 40, 40])].concat();
        assert_eq!(told(&now(&[10, 40, 40]), &as_ever).0, None);
    }

    #[test]
    fn a_new_loop_is_named_and_in_an_old_one_the_new_lines() {
        let now = looped(2, &[10, 40, 40]);
        let told = |before: &str| {
            let after = "A = 1\nfor shop in SHOPS:\n    B = 2\n    C = 3\n";
            let (line, share) = named_by_text(grew(80.0), &now, (before, after));
            (line, share.map(|share| (share.more, share.change)))
        };
        let new = |more| Some((more, Some(LineChange::Line)));
        assert_eq!(told("A = 1\n"), (Some(2), new(0)));
        assert_eq!(told("A = 1\nfor shop in SHOPS:\n    pass\n"), (Some(3), new(1)));
        assert_eq!(told("A = 1\nfor shop in SHOPS:\n    B = 2\n"), (Some(4), new(0)));
    }

    #[test]
    fn of_some_lines_that_do_it_together_not_one_is_named() {
        let calls = |line, ms| LineSeen {
            calls: Some("slow".to_owned()),
            ..seen(line, ms, "A = slow(1)")
        };
        let now = [calls(1, 33), calls(2, 34), calls(3, 33), seen(4, 1, "B = 2")];
        let told = |(line, share): (Option<u32>, Option<LineShare>)| {
            let share = share.expect("a share");
            (line, share.more, share.calls)
        };
        let together = (Some(1), 2, Some("slow".to_owned()));
        assert_eq!(told(named(grew(99.0), &now, &[])), together);
        let text = "A = slow(1)\n".repeat(3) + "B = 2\n";
        assert_eq!(told(named_by_text(grew(99.0), &now, ("", &text))), together);
    }

    #[test]
    fn where_nothing_is_known_of_before_a_line_that_may_be_as_it_was_is_not_named() {
        let now = [seen(3, 39, "A = 1"), seen(4, 31, "B = 2"), seen(5, 30, "C = 3")];
        assert_eq!(named(grew(60.0), &now, &[]).0, None);
        assert_eq!(named(grew(62.0), &now, &[]).0, Some(3));
        assert_eq!(named(cause("shop/models.py", None, 100.0), &now, &[]).0, Some(3));
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
        assert_eq!(
            named(cause("shop/models.py", Some(1), 200.0), &now, &[]),
            (Some(9), None)
        );
        // A line inside a function is no line of the body, and was seen to wait.
        assert_eq!(named(cause("shop/models.py", Some(5), 200.0), &now, &[]).0, Some(5));
    }

    #[test]
    fn a_new_line_is_to_blame_where_an_old_one_is_heavier() {
        let now = [seen(1, 90, "A = a()"), seen(2, 54, "B = b()"), seen(3, 2, "C = c()")];
        let sources = ("A = a()\n", "A = a()\nB = b()\nC = c()\n");
        let new = share(54.0, 146.0, Some(LineChange::Line));
        assert_eq!(named_by_text(grew(56.0), &now, sources), (Some(2), new));
        // A machine that is four times as fast as the baseline's.
        assert_eq!(named_by_text(grew(224.0), &now, sources).0, Some(2));
    }

    #[test]
    fn new_lines_that_do_not_explain_the_growth_are_not_to_blame() {
        let now = [seen(1, 90, "A = a()"), seen(2, 4, "B = b()")];
        let sources = ("A = a()\n", "A = a()\nB = b()\n");
        let as_ever = share(90.0, 94.0, None);
        assert_eq!(named_by_text(grew(60.0), &now, sources), (Some(1), as_ever));
        // Instructions are counted where next to no time is to be seen: to define a function is no reason.
        let mut definition = seen(2, 0, "def f():");
        definition.ns = 2000;
        let now = [seen(1, 90, "A = a()"), definition];
        assert_eq!(
            named_by_text(grew(-0.1), &now, ("A = a()\n", "A = a()\ndef f():\n")).0,
            Some(1)
        );
    }

    #[test]
    fn many_new_lines_that_explain_it_together_are_told_together() {
        let many: Vec<LineSeen> = (2..42).map(|line| seen(line, 1, "X")).collect();
        let now = [vec![seen(1, 90, "A = a()")], many].concat();
        let text = format!("A = a()\n{}", "X\n".repeat(40));
        let together = LineShare {
            share: 40.0 / 130.0,
            more: 39,
            calls: None,
            makes_a_class: false,
            change: Some(LineChange::Line),
        };
        let named = named_by_text(grew(40.0), &now, ("A = a()\n", &text));
        assert_eq!(named, (Some(2), Some(together)));
    }

    #[test]
    fn a_statement_changed_where_any_of_its_lines_did() {
        let mut table = seen(2, 54, "TABLE = {");
        let now = |table: &LineSeen| [seen(1, 90, "A = a()"), table.clone()];
        let sources = (
            "A = a()\nTABLE = {\n 1: 2,\n}\n",
            "A = a()\nTABLE = {\n 1: 2,\n 3: 4,\n}\n",
        );
        assert_eq!(named_by_text(grew(50.0), &now(&table), sources).0, Some(1));
        table.extent = vec![(2, 5)];
        assert_eq!(named_by_text(grew(50.0), &now(&table), sources).0, Some(2));
    }

    #[test]
    fn the_line_that_runs_what_changed_is_named_where_no_new_one_explains_it() {
        let mut caller = seen(4, 54, "TABLE = table()");
        caller.reach = vec![(2, 3)];
        let text = "A = a()\ndef table():\n    return 1\nTABLE = table()\n";
        let sources = (text, &text.replace("return 1", "return 2")[..]);
        let now = [seen(1, 90, "A = a()"), caller.clone()];
        let caller_is_old = share(54.0, 144.0, Some(LineChange::WhatItRuns));
        assert_eq!(named_by_text(grew(50.0), &now, sources), (Some(4), caller_is_old));
        // A new line that explains most of it comes first, and one that explains a little does not.
        let longer = format!("{}B = b()\n", sources.1);
        for (new_ms, expected) in [(40, 5), (20, 4)] {
            let now = [caller.clone(), seen(5, new_ms, "B = b()")];
            let (line, _) = named_by_text(grew(50.0), &now, (text, &longer));
            assert_eq!(line, Some(expected), "{new_ms} ms");
        }
    }

    #[test]
    fn a_new_wait_is_named_where_an_old_one_is_longer() {
        let now = [seen(1, 200, "time.sleep(0.2)"), seen(2, 100, "time.sleep(0.1)")];
        let waits = |line| cause("shop/models.py", Some(line), 100.0);
        let (old, new) = ("time.sleep(0.2)\n", "time.sleep(0.2)\ntime.sleep(0.1)\n");
        assert_eq!(named_by_text(waits(1), &now, (old, new)), (Some(2), None));
        // What is new itself stays, and so does what nothing new explains.
        assert_eq!(named_by_text(waits(2), &now, (old, new)).0, Some(2));
        assert_eq!(named_by_text(waits(1), &now, (new, new)).0, Some(1));
        assert_eq!(named_by_text(waits(7), &now, (old, new)).0, Some(7));
    }

    #[test]
    fn what_one_line_computes_and_waits_for_is_one_cause() {
        let waits = |line, time_ms| cause("shop/models.py", Some(line), time_ms);
        let grew = |line, time_ms| Cause {
            line: Some(line),
            ..grew(time_ms)
        };
        let joined = |causes: &[Cause]| {
            let mut causes = causes.to_vec();
            join_those_of_one_line(&mut causes);
            causes
                .iter()
                .map(|cause| (cause.kind.clone(), cause.line, cause.weight.time_ms))
                .collect::<Vec<_>>()
        };
        let blocked = (CauseKind::Blocked, Some(3), 31.5);
        assert_eq!(joined(&[waits(3, 30.0), grew(3, 1.5)]), [blocked]);
        let changed = (CauseKind::ChangedModule, Some(3), 31.5);
        assert_eq!(joined(&[grew(3, 30.0), waits(3, 1.5)]), [changed]);
        let no_line = self::grew(2.0);
        assert_eq!(
            joined(&[waits(3, 30.0), grew(4, 1.5), no_line.clone(), no_line]).len(),
            4
        );
    }

    #[test]
    fn a_body_is_looked_at_once_and_only_where_a_cause_is_about_it() {
        let module = |name: &str, file: &str| LoadedModule {
            file: Some(file.to_owned()),
            ..LoadedModule::named(name, 1)
        };
        let observation = Observation {
            modules: vec![
                module("shop.models", "/p/shop/models.py"),
                module("shop.fast", "/p/shop/fast.so"),
            ],
            ..Observation::default()
        };
        let mut native = grew(1.0);
        (native.module, native.file) = ("shop.fast".to_owned(), Some("shop/fast.so".to_owned()));
        let mut elsewhere = cause("shop/cli.py", Some(3), 1.0);
        elsewhere.kind = CauseKind::HeavyStatement { beside: Vec::new() };
        let causes = [elsewhere, native, grew(1.0), grew(2.0)];
        let mut seen = SeenLines::default();
        let missing: Vec<&str> = seen.missing(&causes, &observation).into_iter().collect();
        assert_eq!(missing, ["shop.models"]);
        seen.add(missing, [], []);
        assert!(seen.missing(&causes, &observation).is_empty() && !seen.has("shop.models"));
    }
}
