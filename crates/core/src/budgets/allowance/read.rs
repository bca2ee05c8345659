//! From the text of files to allowances. Every mistake is told at its place, as those of the budgets file are: a file that is misread
//! would accept something that nobody has accepted.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use super::{Allowance, Amount, AmountKind, OF_BENCHMARK, OF_CAUSE};
use crate::budgets::Statistic;
use crate::budgets::diagnostic::{Diagnostics, Mistakes, Source};
use crate::budgets::keys::declared::{HOUR_MS, MEMORY};
use crate::budgets::names;
use crate::budgets::table::Table;
use crate::budgets::value::{Located, Value};
use crate::checks::{Code, can_be_allowed_of_causes};
use crate::observed::Effect;

/// The keys of a file, in the order in which they are written.
const KEYS: [&str; 9] = [
    "target", "cause", "rule", "key", "from", "to", "reason", "owner", "until",
];
/// Nothing can be waived by a number that no import reaches.
const COUNTS: RangeInclusive<u64> = 0..=1_000_000_000_000_000;
/// A spread above tenfold would allow everything.
const SHARES: RangeInclusive<f64> = 0.0..=10.0;
/// What a reason, or a name, may have, in characters.
const LONGEST_TEXT: usize = 1_000;

/// A file of an allowance, as it is.
#[derive(Debug, Clone, Copy)]
pub struct AllowanceFile<'a> {
    /// Its text.
    pub text: &'a str,
    /// What diagnostics and citations call it.
    pub name: &'a str,
}

/// Reads all the files of a folder.
///
/// # Errors
/// With every mistake of every file; and where two files raise the limit of one target's rule.
pub fn read(files: &[AllowanceFile<'_>]) -> Result<Vec<Allowance>, Diagnostics> {
    let mut allowances: Vec<Allowance> = Vec::with_capacity(files.len());
    let mut mistakes: Option<Diagnostics> = None;
    let mut known: BTreeMap<(String, Code, Option<String>), String> = BTreeMap::new();
    for file in files {
        let read = read_one(*file, |key| known.get(key).map(String::as_str));
        match read {
            Ok(allowance) => {
                known.insert(key_of(&allowance), file.name.to_owned());
                allowances.push(allowance);
            }
            Err(more) => {
                mistakes = Some(match mistakes {
                    Some(mistakes) => mistakes.beside(more),
                    None => more,
                });
            }
        }
    }
    mistakes.map_or(Ok(allowances), Err)
}

/// What only one file may speak of: of what is accepted by name, each name; of a benchmark, each key.
type Key = (String, Code, Option<String>);

fn key_of(allowance: &Allowance) -> Key {
    let name = match &allowance.to {
        Amount::Name(name) => Some(name.clone()),
        _ => allowance.key.map(|key| key.key().to_owned()),
    };
    (allowance.target.clone(), allowance.rule, name)
}

fn read_one<'k>(file: AllowanceFile<'_>, known: impl Fn(&Key) -> Option<&'k str>) -> Result<Allowance, Diagnostics> {
    let source = Source::with_overrides(file.name, file.text, &[]);
    let mistakes = Mistakes::new(&source);
    let document = crate::budgets::tree(file.text, &mistakes);
    let mut table = Table::new(&mistakes, String::new(), 0..0, &document, KEYS.to_vec());
    let allowance = parts(&mut table, &mistakes);
    table.finish_with(|name, _| Some(accepted(name)));
    if let Some((allowance, place)) = &allowance
        && let Some(other) = known(&key_of(allowance))
    {
        let message = format!(
            "`{}` has an allowance of {} already, in {other}",
            allowance.target, allowance.rule
        );
        mistakes.report(place, &message, Some("keep one of the two files".to_owned()));
    }
    match allowance {
        Some((allowance, _)) => mistakes.unless_any(allowance),
        None => Err(mistakes.into_diagnostics()),
    }
}

fn accepted(name: &str) -> String {
    match names::nearest(name, KEYS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("accepted: {}", KEYS.map(|key| format!("`{key}`")).join(", ")),
    }
}

/// The allowance, and the place of its target; `None` where something of it is missing or is wrong, which is reported then.
fn parts(table: &mut Table<'_>, mistakes: &Mistakes<'_>) -> Option<(Allowance, Range<usize>)> {
    let values = KEYS.map(|key| table.take(key));
    let [target, cause, rule, key, from, to, reason, owner, until] = &values;
    let subject = match cause {
        Some(cause) => of_cause(cause, target.as_ref()),
        None => required(table, target, "target", "\"shop.cli\"").and_then(short_text),
    };
    let is_of_benchmark = (subject.as_ref()).is_some_and(|subject| subject.value.starts_with(OF_BENCHMARK));
    let amount_of = |rule: Code| match is_of_benchmark {
        true => AmountKind::of_benchmark(rule),
        false => AmountKind::of(rule),
    };
    let rule = required(table, rule, "rule", "\"over-time\"").and_then(|value| rule_of(value, amount_of, mistakes));
    let reason = required(table, reason, "reason", "\"why it is accepted\"").and_then(short_text);
    let owner = owner.as_ref().map(|owner| short_text(owner));
    let until = until.as_ref().map(Value::date);
    let to = required(table, to, "to", "\"14ms\"");
    let kind = amount_of(rule?)?;
    let key = match (
        key,
        is_of_benchmark && matches!(rule, Some(Code::OverTime | Code::OutOfBounds)),
    ) {
        (Some(key), false) => {
            key.refuse("means nothing here: of the limits of a benchmark it names one");
            return None;
        }
        (None, false) => None,
        (key, true) => Some(statistic(required(table, key, "key", "\"p95\"")?, mistakes)?),
    };
    if let (Some(cause), Some(rule)) = (cause, rule)
        && !can_be_allowed_of_causes(rule)
    {
        cause.refuse(&format!(
            "means nothing here: no finding of {rule} says what a cause adds to it"
        ));
        return None;
    }
    let from = match (from, kind.is_name()) {
        (Some(from), true) => {
            from.refuse("means nothing here: what is named in `to` is accepted, or it is not");
            return None;
        }
        (None, true) => None,
        (from, false) => Some(amount(required(table, from, "from", "\"10ms\"")?, kind, mistakes)?.value),
    };
    let to = amount(to?, kind, mistakes)?;
    if let Some(from) = &from {
        let direction = match (is_of_benchmark, key) {
            (true, Some(Statistic::AtLeast)) => Direction::Less,
            (true, None) if rule == Some(Code::Regression) => Direction::Either,
            _ => Direction::More,
        };
        is_raised(from, &to, direction, mistakes)?;
    }
    // A mistake in what may be missing is one, too.
    let (owner, until) = (
        owner.map_or(Some(None), |owner| owner.map(Some))?,
        until.map_or(Some(None), |until| until.map(Some))?,
    );
    let target = subject?;
    let allowance = Allowance {
        target: target.value,
        rule: rule?,
        key,
        from,
        to: to.value,
        reason: reason?.value,
        owner: owner.map(|owner| owner.value),
        until: until.as_ref().map(|until| until.value),
        line: to.line,
        until_line: until.map(|until| until.line),
    };
    Some((allowance, target.span))
}

/// What is accepted of a cause is accepted of no target by its name.
fn of_cause(cause: &Value<'_>, target: Option<&Value<'_>>) -> Option<Located<String>> {
    if let Some(target) = target {
        target.refuse("stands beside `cause`, and it is one or the other");
        return None;
    }
    let name = short_text(cause)?;
    Some(name.with(format!("{OF_CAUSE}{}", name.value)))
}

/// The value of a key that has to be there.
fn required<'v, 'a>(
    table: &Table<'a>,
    value: &'v Option<Value<'a>>,
    key: &str,
    example: &str,
) -> Option<&'v Value<'a>> {
    if value.is_none() {
        table.report_absence(
            &format!("the allowance has no `{key}`"),
            &format!("add `{key} = {example}`"),
        );
    }
    value.as_ref()
}

fn short_text(value: &Value<'_>) -> Option<Located<String>> {
    let text = value.text()?;
    if text.value.chars().count() > LONGEST_TEXT {
        value.refuse(&format!("has more than {LONGEST_TEXT} characters"));
        return None;
    }
    Some(text)
}

/// Which limit of a benchmark is meant.
fn statistic(value: &Value<'_>, mistakes: &Mistakes<'_>) -> Option<Statistic> {
    let text = value.text()?;
    let statistic = Statistic::named(&text.value);
    if statistic.is_none() {
        let message = format!("no limit of a benchmark is called \"{}\"", text.value);
        let keys = Statistic::ALL.map(Statistic::key).join(", ");
        mistakes.report(&text.span, &message, Some(format!("accepted: {keys}")));
    }
    statistic
}

fn rule_of(value: &Value<'_>, amount_of: impl Fn(Code) -> Option<AmountKind>, mistakes: &Mistakes<'_>) -> Option<Code> {
    let text = value.text()?;
    let rules = || Code::ALL.into_iter().filter(|code| amount_of(*code).is_some());
    let message = match Code::named(&text.value) {
        Some(code) if amount_of(code).is_some() => return Some(code),
        Some(code) => format!("`{code}` has no limit that could be raised"),
        None => format!("there is no rule \"{}\"", text.value),
    };
    let near = names::nearest(&text.value, rules().map(Code::as_str));
    let help = near.filter(|near| *near != text.value).map_or_else(
        || {
            let names: Vec<&str> = rules().map(Code::as_str).collect();
            format!("accepted: {}", names.join(", "))
        },
        |near| format!("did you mean \"{near}\"?"),
    );
    mistakes.report(&text.span, &message, Some(help));
    None
}

fn amount(value: &Value<'_>, kind: AmountKind, mistakes: &Mistakes<'_>) -> Option<Located<Amount>> {
    let time = || {
        let time = value.time_ms(&(0.0..=HOUR_MS))?;
        Some(time.with(Amount::Time(time.value)))
    };
    let count = || {
        let count = value.count(&COUNTS)?;
        Some(count.with(Amount::Count(count.value)))
    };
    match kind {
        AmountKind::TimeOrCount if value.is_integer() => count(),
        AmountKind::Time | AmountKind::TimeOrCount => time(),
        AmountKind::Count => count(),
        AmountKind::Memory => {
            let memory = value.memory_bytes(&(0..=*MEMORY.end()))?;
            Some(memory.with(Amount::Memory(memory.value)))
        }
        AmountKind::Share => {
            let share = value.share(&SHARES)?;
            Some(share.with(Amount::Share(share.value)))
        }
        AmountKind::Quantity => {
            let quantity = value.quantity()?;
            Some(quantity.with(Amount::Quantity(quantity.value)))
        }
        AmountKind::Module => {
            let name = value.text()?;
            if names::is_module_name(&name.value) {
                return Some(name.with(Amount::Name(name.value.clone())));
            }
            let message = format!("\"{}\" is not the name of one module", name.value);
            mistakes.report(&name.span, &message, None);
            None
        }
        AmountKind::Effect => {
            let name = value.text()?;
            if Effect::named(&name.value).is_some() {
                return Some(name.with(Amount::Name(name.value.clone())));
            }
            let message = format!("there is no effect \"{}\"", name.value);
            let words: Vec<&str> = Effect::ALL.into_iter().map(Effect::as_str).collect();
            mistakes.report(&name.span, &message, Some(format!("accepted: {}", words.join(", "))));
            None
        }
    }
}

/// Where `to` lies beside `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    More,
    /// Of what has to be as much at least.
    Less,
    /// Of a benchmark that is worse than it was: its file says which way that is.
    Either,
}

/// What is accepted is more than what held: the other way around somebody has mixed them up.
fn is_raised(from: &Amount, to: &Located<Amount>, direction: Direction, mistakes: &Mistakes<'_>) -> Option<()> {
    let is_one_kind = match (from, &to.value) {
        (Amount::Quantity(from), Amount::Quantity(to)) => from.unit == to.unit,
        (from, to) => std::mem::discriminant(from) == std::mem::discriminant(to),
    };
    let (is_more, is_less) = (to.value.is_more_than(from), from.is_more_than(&to.value));
    let (is_right, side, kind) = match direction {
        Direction::More => (is_more, "above", "higher"),
        Direction::Less => (is_less, "below", "lower"),
        Direction::Either => (is_more || is_less, "another than", "other"),
    };
    if is_one_kind && is_right {
        return Some(());
    }
    let message = format!("`to` is not {side} `from`, which is {}", from.shown());
    let help = format!("`from` is what held, and `to` the {kind} limit that holds instead");
    mistakes.report(&to.span, &message, Some(help));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        "target = \"shop.cli\"\nrule = \"over-time\"\nfrom = \"10ms\"\nto = \"14ms\"\nreason = \"tax\"\n";

    fn refused(text: &str) -> String {
        let file = AllowanceFile { text, name: "a.toml" };
        read(&[file]).expect_err("a mistake").to_string()
    }

    #[test]
    fn every_mistake_has_its_place_and_a_way_out() {
        for (from, to, message, help, place) in [
            ("rule", "rul", "unknown key `rul`", "did you mean `rule`?", "a.toml:2:1"),
            (
                "over-time",
                "over-tim",
                "there is no rule \"over-tim\"",
                "did you mean \"over-time\"?",
                "a.toml:2:8",
            ),
            (
                "over-time",
                "hang",
                "`hang` has no limit that could be raised",
                "accepted: over-time",
                "a.toml:2:8",
            ),
            (
                "\"14ms\"",
                "14",
                "`to` takes a time with its unit",
                "write \"14ms\"",
                "a.toml:4:6",
            ),
            (
                "14ms",
                "8ms",
                "`to` is not above `from`, which is 10 ms",
                "the higher limit",
                "a.toml:4:6",
            ),
            (
                "reason = \"tax\"",
                "",
                "the allowance has no `reason`",
                "add `reason =",
                "a.toml:1:1",
            ),
            ("\"tax\"", "\" \"", "`reason` is empty", "", "a.toml:5:10"),
            (
                "\"tax\"",
                "\"tax\"\nuntil = \"2027-03-31\"",
                "`until` takes a date",
                "write 2027-03-31",
                "a.toml:6:9",
            ),
            (
                "\"tax\"",
                "\"tax\"\nuntil = 2027-03-31T10:00:00",
                "`until` takes a date",
                "without a time",
                "a.toml:6:9",
            ),
            (
                "\"tax\"",
                "\"tax\"\nuntil = 2027-02-30",
                "this is not TOML",
                "",
                "a.toml:6:",
            ),
            (
                "\"tax\"",
                "\"tax\"\nowner = 7",
                "`owner` takes a string",
                "write \"7\"",
                "a.toml:6:9",
            ),
            (
                "\"tax\"",
                "\"tax\"\nreason = \"b\"",
                "`reason` is defined twice",
                "line 5",
                "a.toml:6:1",
            ),
        ] {
            let text = WHOLE.replacen(from, to, 1);
            let refused = refused(&text);
            for part in [message, help, place] {
                assert!(refused.contains(part), "{part}: {refused}");
            }
        }
        assert!(refused("").contains("the allowance has no `target`"));
    }

    #[test]
    fn an_allowance_of_a_benchmark_names_one_of_its_limits() {
        const OF_P95: &str = "target = \"benchmark:db.query\"\nrule = \"over-time\"\nkey = \"p95\"\nfrom = \"50ms\"\nto = \"60ms\"\nreason = \"tax\"\n";
        let file = |text| AllowanceFile { text, name: "a.toml" };
        let allowance = read(&[file(OF_P95)]).expect("an allowance").remove(0);
        assert_eq!(
            (allowance.benchmark(), allowance.key),
            (Some("db.query"), Some(Statistic::P95))
        );
        assert_eq!(allowance.to.shown(), "60.0 ms");
        for (from, to, parts) in [
            (
                "key = \"p95\"\n",
                "",
                ["the allowance has no `key`", "add `key = \"p95\"`"],
            ),
            (
                "\"p95\"",
                "\"p90\"",
                ["no limit of a benchmark is called \"p90\"", "accepted: p50, p95"],
            ),
            (
                "over-time",
                "over-memory",
                [
                    "`over-memory` has no limit that could be raised",
                    "accepted: over-time, ",
                ],
            ),
            (
                "benchmark:db.query",
                "shop.cli",
                ["`key` means nothing here", "a.toml:3:"],
            ),
            (
                "60ms",
                "40ms",
                ["`to` is not above `from`, which is 50.0 ms", "a.toml:5:"],
            ),
            ("\"60ms\"", "\"60/s\"", ["`to` is not above `from`", "a.toml:5:"]),
            ("over-time", "regression", ["`key` means nothing here", "a.toml:3:"]),
        ] {
            let said = refused(&OF_P95.replacen(from, to, 1));
            assert!(parts.iter().all(|part| said.contains(part)), "{to}: {said}");
        }
        let minimum = OF_P95
            .replace("over-time", "out-of-bounds")
            .replace("p95", "min")
            .replace("60ms", "40ms");
        read(&[file(&minimum)]).expect("a lower minimum");
        assert!(refused(&minimum.replace("40ms", "60ms")).contains("`to` is not below `from`"));
        let of_p50 = OF_P95.replace("p95", "p50");
        assert_eq!(read(&[file(OF_P95), file(&of_p50)]).expect("two limits").len(), 2);
        assert!(read(&[file(OF_P95), file(OF_P95)]).is_err());
    }

    #[test]
    fn two_files_may_not_speak_of_one_limit() {
        let file = |name| AllowanceFile { text: WHOLE, name };
        let refused = read(&[file("a.toml"), file("b.toml")]).expect_err("twice").to_string();
        assert!(
            refused.contains("b.toml:1:10") && refused.contains("already, in a.toml"),
            "{refused}"
        );
        let other = WHOLE.replace("shop.cli", "shop.web");
        let files = [
            file("a.toml"),
            AllowanceFile {
                text: &other,
                name: "b.toml",
            },
        ];
        assert_eq!(read(&files).expect("two").len(), 2);
    }

    #[test]
    fn mistakes_of_all_files_are_told_at_once() {
        let file = |name| AllowanceFile { text: "x = 1\n", name };
        let refused = read(&[file("a.toml"), file("b.toml")]).expect_err("both").to_string();
        assert!(
            refused.contains("a.toml:1:1") && refused.contains("b.toml:1:1"),
            "{refused}"
        );
    }

    #[test]
    fn what_has_no_amount_is_accepted_by_its_name() {
        let text = "target = \"shop\"\nrule = \"forbidden\"\nto = \"torch\"\nreason = \"models\"\n";
        let file = AllowanceFile { text, name: "a.toml" };
        let allowance = read(&[file]).expect("an allowance").remove(0);
        assert_eq!((allowance.from, allowance.to), (None, Amount::Name("torch".to_owned())));
        assert!(refused(&text.replace("torch", "torch.*")).contains("is not the name of one module"));
        let effect = text
            .replace("forbidden", "forbidden-effect")
            .replace("torch", "netwerk");
        assert!(refused(&effect).contains("accepted: "), "{}", refused(&effect));
        assert!(refused(&format!("{text}from = \"1ms\"\n")).contains("`from` means nothing here"));
    }
}
