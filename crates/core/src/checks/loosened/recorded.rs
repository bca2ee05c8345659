//! What a change does to the baseline: entries recorded again with larger numbers, entries that are gone, anchors moved, and limits let go
//! that had tightened by themselves. Each is what a later check is held against.

use std::cell::OnceCell;

use super::{ByChange, Loosening, LooseningKind, add};
use crate::baseline::{AnchorNumbers, Baseline, Entry, EntryLines, Ratchet, Recorded};
use crate::budgets::{Amount, BudgetLine};
use crate::observed::EnvironmentKey;

/// The baseline of one environment, before and now.
#[derive(Debug, Clone, Copy)]
pub struct TwoBaselines<'a> {
    /// As it was.
    pub before: &'a Baseline,
    /// As it is; `None` where the file is gone.
    pub now: Option<&'a Baseline>,
    /// The environment.
    pub key: &'a EnvironmentKey,
    /// The file, as citations name it.
    pub file: &'a str,
}

/// What is less strict now than it was before, of targets with these names. What was not there before loosens nothing.
pub fn by_baseline<'t>(both: TwoBaselines<'_>, targets: impl IntoIterator<Item = &'t str>) -> Vec<Loosening> {
    let mut loosened = Vec::new();
    let Some(old) = both.before.entry(both.key) else {
        return loosened;
    };
    let now = both.now.and_then(|now| now.entry(both.key));
    let places = Places {
        both,
        lines: OnceCell::new(),
    };
    for target in targets {
        let Some(before) = old.targets.get(target) else {
            continue;
        };
        match now.and_then(|entry| Some((entry, entry.targets.get(target)?))) {
            Some(now) => of_target((target, &places), (old, before), now)
                .into_iter()
                .for_each(|one| add(&mut loosened, one)),
            None => add(&mut loosened, one(LooseningKind::EntryRemoved, target)),
        }
    }
    loosened
}

/// Where targets and their limits stand; the text is laid out once something has to be cited.
struct Places<'a> {
    both: TwoBaselines<'a>,
    lines: OnceCell<EntryLines>,
}

impl Places<'_> {
    fn cite(&self, line: impl Fn(&EntryLines) -> Option<usize>, text: String) -> BudgetLine {
        let lines = self.lines.get_or_init(|| {
            let now = self.both.now;
            now.map(|now| now.lines_of(self.both.key)).unwrap_or_default()
        });
        BudgetLine {
            file: self.both.file.to_owned(),
            line: line(lines),
            text,
        }
    }

    fn of_target(&self, target: &str) -> BudgetLine {
        self.cite(|lines| lines.of_target(target), target.to_owned())
    }

    fn of_limit(&self, target: &str, key: &str) -> BudgetLine {
        self.cite(|lines| lines.of_limit(target, key), format!("{target}.ratchet.{key}"))
    }
}

fn one(kind: LooseningKind, target: &str) -> Loosening {
    Loosening {
        by_change: Some(ByChange::Added),
        target: target.to_owned(),
        targets: 1,
        ..Loosening::of_kind(kind)
    }
}

type Held<'a> = (&'a Entry, &'a Recorded);

fn of_target((target, places): (&str, &Places<'_>), before: Held<'_>, now: Held<'_>) -> Vec<Loosening> {
    let mut found = Vec::new();
    let grown = now.1.grown_since(now.0, (before.1, before.0));
    if !grown.is_empty() {
        let (from, to): (Vec<String>, Vec<String>) = grown.into_iter().unzip();
        found.push(Loosening {
            from: Some(from.join(", ")),
            to: Some(to.join(", ")),
            line: Some(places.of_target(target)),
            ..one(LooseningKind::RecordedAgain, target)
        });
    }
    let reason = || now.1.anchor.as_ref().and_then(|anchor| anchor.reason.clone());
    let [was, is] = [before, now].map(|(entry, recorded)| recorded.anchored_at(entry));
    let is_moved = was != is;
    if is_moved && !is_tighter(&was, &is) {
        let shown = |anchor: &AnchorNumbers| match (anchor.time_ms(), anchor.instructions) {
            (Some(ms), _) => Some(Amount::Time(ms).shown()),
            (None, instructions) => instructions.map(|count| Amount::Count(count).shown()),
        };
        found.push(Loosening {
            from: shown(&was),
            to: shown(&is),
            reason: reason(),
            line: Some(places.of_target(target)),
            ..one(LooseningKind::AnchorMoved, target)
        });
    }
    let limits = let_go(before.1.ratchet.as_ref(), now.1.ratchet.as_ref());
    let of_limit = |LetGo { key, from, to }| {
        let kind = match to {
            Some(_) => LooseningKind::LimitRaised,
            None => LooseningKind::LimitRemoved,
        };
        Loosening {
            key: Some(format!("ratchet.{key}")),
            from: Some(from),
            line: to.as_ref().map(|_| places.of_limit(target, key)),
            to,
            reason: reason().filter(|_| is_moved),
            ..one(kind, target)
        }
    };
    found.extend(limits.into_iter().map(of_limit));
    found
}

/// True for an anchor that drift is held to more strictly than before: one of the same conditions, with no larger numbers.
fn is_tighter(was: &AnchorNumbers, is: &AnchorNumbers) -> bool {
    let conditions = |anchor: &AnchorNumbers| {
        (
            anchor.interpreter.clone(),
            anchor.processor.clone(),
            anchor.bytecode,
            anchor.engine,
        )
    };
    let is_no_more = match (was.time_ms(), is.time_ms()) {
        (Some(was), Some(is)) => is <= was,
        (was, is) => was.is_some() == is.is_some(),
    };
    conditions(was) == conditions(is) && is_no_more && is.instructions <= was.instructions
}

/// A limit that had tightened by itself, and does so no longer.
struct LetGo {
    key: &'static str,
    from: String,
    /// `None` where it is gone.
    to: Option<String>,
}

fn let_go(before: Option<&Ratchet>, now: Option<&Ratchet>) -> Vec<LetGo> {
    let nothing = Ratchet::default();
    let (before, now) = (before.unwrap_or(&nothing), now.unwrap_or(&nothing));
    let gone = before.forbid.difference(&now.forbid).map(|name| LetGo {
        key: "forbid",
        from: name.clone(),
        to: None,
    });
    let numbers = [
        of_number("max_modules", before.max_modules, now.max_modules, Amount::Count),
        of_number("max_time_ms", before.max_time_ms(), now.max_time_ms(), Amount::Time),
    ];
    numbers.into_iter().flatten().chain(gone).collect()
}

fn of_number<T: Copy + PartialOrd>(
    key: &'static str,
    was: Option<T>,
    is: Option<T>,
    amount: fn(T) -> Amount,
) -> Option<LetGo> {
    let was = was?;
    let is_looser = is.is_none_or(|is| is > was);
    is_looser.then(|| LetGo {
        key,
        from: amount(was).shown(),
        to: is.map(|is| amount(is).shown()),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::baseline::{Anchor, RecordedSpeed, StoredSample};

    const TARGETS: [&str; 3] = ["shop.api", "shop.cli", "shop.new"];

    fn key() -> EnvironmentKey {
        EnvironmentKey("cpython-3.13-linux-x86_64".to_owned())
    }

    /// A target that takes so many milliseconds.
    fn recorded(milliseconds: u64) -> Recorded {
        let sample = |round| StoredSample {
            round,
            cpu_ns: milliseconds * 1_000_000,
            calibration_ns: 100_000,
            reference_ns: 80_000_000,
            memory_bytes: 1 << 20,
            ..StoredSample::default()
        };
        Recorded {
            samples: (0..8).map(sample).collect(),
            speed: Some(RecordedSpeed {
                machine_ns: 100_000,
                calibration_ns: 100_000,
                reference_ns: 80_000_000,
            }),
            ..Recorded::default()
        }
    }

    fn baseline(targets: &[(&str, Recorded)]) -> Baseline {
        let targets = targets
            .iter()
            .map(|(name, recorded)| ((*name).to_owned(), recorded.clone()));
        let entry = Entry {
            targets: targets.collect(),
            ..Entry::default()
        };
        Baseline {
            environments: BTreeMap::from([(key(), entry)]),
        }
    }

    fn told(before: &Baseline, now: Option<&Baseline>) -> Vec<String> {
        let both = TwoBaselines {
            before,
            now,
            key: &key(),
            file: "b.json",
        };
        let said = |one: &Loosening| {
            let shown = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
            let key = one.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
            format!(
                "{:?}{key} {} x{}: {} -> {}",
                one.kind,
                one.target,
                one.targets,
                shown(&one.from),
                shown(&one.to)
            )
        };
        by_baseline(both, TARGETS).iter().map(said).collect()
    }

    #[test]
    fn only_larger_numbers_are_a_loosening_and_what_is_new_is_none() {
        let before = baseline(&[("shop.api", recorded(20)), ("shop.cli", recorded(20))]);
        let now = |ms| {
            baseline(&[
                ("shop.api", recorded(20)),
                ("shop.cli", recorded(ms).replacing(&recorded(20), &Entry::default())),
                ("shop.new", recorded(9)),
            ])
        };
        assert_eq!(
            told(&before, Some(&now(24))),
            ["RecordedAgain shop.cli x1: 20.0 ms -> 24.0 ms"]
        );
        assert_eq!(told(&before, Some(&now(20))), [""; 0]);
        assert_eq!(told(&before, Some(&now(15))), [""; 0]);
        assert_eq!(told(&Baseline::default(), Some(&now(20))), [""; 0]);
    }

    #[test]
    fn it_says_where_the_entry_stands() {
        let before = baseline(&[("shop.cli", recorded(20))]);
        let now = baseline(&[("shop.cli", recorded(24))]);
        let both = TwoBaselines {
            before: &before,
            now: Some(&now),
            key: &key(),
            file: "b.json",
        };
        let cited = by_baseline(both, TARGETS)[0].line.clone().expect("a line");
        let text = now.render();
        let line = text
            .lines()
            .nth(cited.line.expect("a number") - 1)
            .expect("such a line");
        assert!(line.contains("\"shop.cli\": {"), "{line}");
    }

    #[test]
    fn targets_that_are_gone_are_one_loosening_and_so_is_a_whole_file() {
        let before = baseline(&[
            ("shop.api", recorded(20)),
            ("shop.cli", recorded(20)),
            ("shop.old", recorded(1)),
        ]);
        assert_eq!(
            told(&before, Some(&baseline(&[]))),
            ["EntryRemoved shop.api x2: - -> -"]
        );
        assert_eq!(told(&before, None), ["EntryRemoved shop.api x2: - -> -"]);
    }

    #[test]
    fn an_anchor_that_a_recording_takes_along_was_not_moved() {
        let entry = Entry::default();
        let first = Recorded {
            anchor: Some(Anchor::default()),
            ..recorded(20)
        };
        let before = baseline(&[("shop.cli", first.clone())]);
        let second = recorded(20).replacing(&first, &entry);
        assert_eq!(told(&before, Some(&baseline(&[("shop.cli", second.clone())]))), [""; 0]);
        let old = baseline(&[("shop.cli", recorded(20))]);
        assert_eq!(
            told(&old, Some(&baseline(&[("shop.cli", second)]))),
            [""; 0],
            "that of an older version"
        );
        let third = recorded(30).replacing(&first, &entry);
        let moved = Recorded {
            anchor: Some(Anchor::default()),
            ..third.clone()
        };
        let now = baseline(&[("shop.cli", moved)]);
        let anchored = baseline(&[("shop.cli", third)]);
        assert_eq!(told(&anchored, Some(&now)), ["AnchorMoved shop.cli x1: 20 ms -> 30 ms"]);
        assert_eq!(told(&now, Some(&anchored)), [""; 0], "back is stricter");
    }

    #[test]
    fn limits_that_are_let_go_are_told_and_tighter_ones_are_not() {
        let with = |ratchet: Option<Ratchet>| {
            let target = Recorded {
                ratchet,
                ..recorded(20)
            };
            baseline(&[("shop.cli", target)])
        };
        let limits = |modules, forbid: &[&str], us| Ratchet {
            max_modules: Some(modules),
            forbid: forbid.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
            max_time_us: Some(us),
        };
        let before = with(Some(limits(12, &["pandas"], 12_500)));
        assert_eq!(
            told(&before, Some(&with(None))),
            [
                "LimitRemoved ratchet.max_modules shop.cli x1: 12 -> -",
                "LimitRemoved ratchet.max_time_ms shop.cli x1: 12.5 ms -> -",
                "LimitRemoved ratchet.forbid shop.cli x1: pandas -> -"
            ]
        );
        let raised = with(Some(limits(14, &["pandas", "torch"], 12_000)));
        assert_eq!(
            told(&before, Some(&raised)),
            ["LimitRaised ratchet.max_modules shop.cli x1: 12 -> 14"]
        );
        assert_eq!(told(&with(None), Some(&before)), [""; 0]);
    }
}
