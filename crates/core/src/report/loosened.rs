//! What a run accepts beyond its limits, in lines of their own: what the change under test loosens comes first, and each line says
//! where it stands.

use std::cmp::Reverse;

use super::untrusted;
use crate::checks::{ByChange, Loosening, LooseningKind};
use crate::numbers;
use crate::report::Report;

/// The heading of the lines.
pub(super) const TITLE: &str = "Loosened";

/// So many of one kind and one reason are told in lines of their own; more are one line.
const TOLD_APART: usize = 3;

/// What one line says: one loosening, or many of one reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line<'a> {
    /// The first of them.
    first: &'a Loosening,
    /// The other ones, of other targets.
    others: Vec<&'a Loosening>,
}

impl Line<'_> {
    /// True where the change under test did it.
    pub(super) fn is_by_change(&self) -> bool {
        self.first.by_change.is_some()
    }
}

/// What all these reports have, each once, what the change did first, and many of one reason together.
pub(super) fn of_all<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Vec<Line<'a>> {
    let mut groups: Vec<Vec<&Loosening>> = Vec::new();
    for loosening in reports.into_iter().flat_map(|report| &report.loosened) {
        match groups.iter_mut().find(|group| is_of_one_reason(group[0], loosening)) {
            Some(group) if group.contains(&loosening) => {}
            Some(group) => group.push(loosening),
            None => groups.push(vec![loosening]),
        }
    }
    let mut all: Vec<Line<'_>> = Vec::new();
    for group in groups {
        let together = |group: &[&'a Loosening]| Line {
            first: group[0],
            others: group[1..].to_vec(),
        };
        match group.len() > TOLD_APART {
            true => all.push(together(&group)),
            false => all.extend(group.chunks(1).map(together)),
        }
    }
    all.sort_by_key(|line| Reverse(line.is_by_change()));
    all
}

/// True for the same of two targets, whatever the amounts are: allowances with one reason, and what a recording did to many.
fn is_of_one_reason(one: &Loosening, other: &Loosening) -> bool {
    let what = |one: &Loosening| {
        (
            one.kind,
            one.by_change,
            one.rule,
            one.key.clone(),
            one.reason.clone(),
            one.ended,
            one.until.clone(),
        )
    };
    one == other || one.targets == 1 && other.targets == 1 && what(one) == what(other)
}

/// How many there are, and how many of them are new: `3, 1 of them by this change`.
pub(super) fn counted(all: &[Line<'_>]) -> String {
    let number_of = |lines: &mut dyn Iterator<Item = &Line<'_>>| lines.map(|line| 1 + line.others.len() as u64).sum();
    let by_change: u64 = number_of(&mut all.iter().filter(|line| line.is_by_change()));
    let all: u64 = number_of(&mut all.iter());
    let number = numbers::count(all);
    match by_change {
        0 => number,
        _ if by_change == all => format!("{number} by this change"),
        _ => format!("{number}, {} of them by this change", numbers::count(by_change)),
    }
}

/// What one of them says: what holds in the place of what, who says so and why. Untrusted.
pub(super) fn sentence(line: &Line<'_>) -> String {
    let loosening = line.first;
    let mut text = match line.others.is_empty() {
        true => what(loosening),
        false => format!("{}, and more such", what(loosening)),
    };
    let mut until = |until: String| text.push_str(&until);
    match (&loosening.until, loosening.ended) {
        (Some(day), true) => until(format!(", which ended on {day}")),
        (Some(day), false) => until(format!(" until {day}")),
        (None, _) => {}
    }
    if let Some(reason) = &loosening.reason {
        text.push_str(&format!(": {}", on_one_line(reason)));
    }
    if let Some(owner) = &loosening.owner {
        text.push_str(&format!(" ({})", on_one_line(owner)));
    }
    text
}

fn what(loosening: &Loosening) -> String {
    let rule = loosening.rule.map(|rule| rule.to_string());
    let rule = rule.or_else(|| loosening.key.clone()).unwrap_or_default();
    let from = loosening.from.as_deref().unwrap_or_default();
    let instead = || {
        format!(
            "{rule} is now {}, and was {from}",
            loosening.to.as_deref().unwrap_or("nothing")
        )
    };
    match loosening.kind {
        LooseningKind::LimitRaised => instead(),
        LooseningKind::LimitRemoved => format!("{rule} was {from}, and is not there any more"),
        LooseningKind::RuleOff => instead(),
        LooseningKind::RecordedAgain => format!(
            "is recorded again: {from} → {}",
            loosening.to.as_deref().unwrap_or_default()
        ),
        LooseningKind::EntryRemoved => "is not in the baseline any more".to_owned(),
        LooseningKind::AnchorMoved => format!(
            "is anchored anew: {from} → {}",
            loosening.to.as_deref().unwrap_or("nothing")
        ),
        LooseningKind::TargetLeftOut => "is no target any more".to_owned(),
        LooseningKind::Allowance => {
            let to = loosening.to.as_deref().unwrap_or_default();
            let from = loosening.from.as_ref().map(|from| format!(" in place of {from}"));
            let verb = match loosening.by_change {
                Some(ByChange::Added) => "now accepts",
                Some(ByChange::Extended) => "now accepts more,",
                None => "accepts",
            };
            format!("{rule} {verb} {to}{}", from.unwrap_or_default())
        }
    }
}

/// Whom it is about: `shop.cli`, or `shop.cli and 11 more`.
pub(super) fn subject(line: &Line<'_>) -> String {
    let loosening = line.first;
    match loosening.targets + line.others.len() as u64 {
        0 => "all targets".to_owned(),
        1 => loosening.target.clone(),
        targets => format!("{} and {} more", loosening.target, numbers::count(targets - 1)),
    }
}

/// The target that it is about, where that is one.
pub(super) fn only_target<'a>(line: &Line<'a>) -> Option<&'a str> {
    let is_one = line.first.targets == 1 && line.others.is_empty();
    is_one.then_some(line.first.target.as_str())
}

/// Where it stands; of many the first.
pub(super) fn place(line: &Line<'_>) -> Option<String> {
    line.first.line.as_ref().map(|line| line.place())
}

/// The section in Markdown, in no more than so many bytes; empty where there is nothing to say.
pub(super) fn markdown<'a>(reports: impl IntoIterator<Item = &'a Report>, most_bytes: usize) -> String {
    let all = of_all(reports);
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n**{TITLE}** ({}):\n\n", counted(&all));
    for (index, loosening) in all.iter().enumerate() {
        let new = if loosening.is_by_change() { "🆕 " } else { "" };
        let place = place(loosening).map_or_else(String::new, |place| format!(" — {}", untrusted::code_span(&place)));
        let line = format!(
            "- {new}{} {}{place}\n",
            untrusted::code_span(&subject(loosening)),
            untrusted::markdown(&sentence(loosening))
        );
        if text.len() + line.len() > most_bytes {
            let left_out = numbers::count((all.len() - index) as u64);
            text.push_str(&format!("- {left_out} more, which the JSON report has\n"));
            break;
        }
        text.push_str(&line);
    }
    text
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::Page;
    use crate::report::terminal::Options;
    use crate::report::{fixture, markdown, terminal};

    fn report() -> Report {
        let mut report = fixture::passing();
        let raised = Loosening {
            kind: LooseningKind::LimitRaised,
            targets: 12,
            rule: None,
            key: Some("max-time".to_owned()),
            from: Some("10 ms".to_owned()),
            to: Some("20 ms".to_owned()),
            reason: None,
            owner: None,
            until: None,
            ..fixture::loosening()
        };
        let before = Loosening {
            by_change: None,
            ended: true,
            target: "shop.cli".to_owned(),
            ..fixture::loosening()
        };
        report.loosened = vec![before, fixture::loosening(), raised];
        report
    }

    #[test]
    fn what_the_change_did_comes_first_with_its_place_in_every_format() {
        let terminal = |width| {
            terminal::render(
                &report(),
                &Options {
                    width,
                    ..Options::default()
                },
            )
        };
        let narrow = terminal(80);
        let section = narrow
            .split("\n\n")
            .find(|part| part.starts_with(TITLE))
            .expect("the section");
        insta::assert_snapshot!(section, @r"
        Loosened (3, 2 of them by this change):
          shop.services.orders: over-time now accepts 14 ms in place of 10 ms until
              2027-03-31: the new tax tables, which every order needs (ada)
              .importgate/allow/shop.services.orders--over-time.toml:5
          shop.services.orders and 11 more: max-time is now 20 ms, and was 10 ms
              .importgate/allow/shop.services.orders--over-time.toml:5
          shop.cli: over-time accepts 14 ms in place of 10 ms, which ended on
              2027-03-31: the new tax tables, which every order needs (ada)
              .importgate/allow/shop.services.orders--over-time.toml:5
        ");
        let wide = terminal(120);
        assert!(wide.lines().all(|line| line.chars().count() <= 120), "{wide}");
        let text = markdown::render(&report(), markdown::COMMENT_BYTES);
        assert!(
            text.contains(
                "**Loosened** (3, 2 of them by this change):\n\n- 🆕 `shop.services.orders` over-time now accepts 14 ms"
            ),
            "{text}"
        );
        let page = Page::One(&report()).render();
        for part in [
            "id=\"loosened\"",
            "shop.services.orders and 11 more",
            "max-time is now 20 ms, and was 10 ms",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn many_are_shortened_and_counted_and_one_is_told_once() {
        let mut report = report();
        let one = |number: usize| Loosening {
            target: format!("shop.module_{number}"),
            reason: Some(format!("reason {number}")),
            ..fixture::loosening()
        };
        report.loosened.extend((0..200).map(one));
        let text = markdown(std::iter::once(&report), 1_000);
        assert!(
            text.len() < 1_100 && text.ends_with(" more, which the JSON report has\n"),
            "{text}"
        );
        let all = of_all([&report, &report]);
        assert_eq!(
            (all.len(), counted(&all).as_str()),
            (203, "203, 202 of them by this change")
        );
    }

    #[test]
    fn many_of_one_reason_are_one_line() {
        let mut report = fixture::passing();
        let of = |number: usize, reason: &str| Loosening {
            target: format!("shop.module_{number}"),
            to: Some(format!("{} ms", 14 + number)),
            reason: Some(reason.to_owned()),
            ..fixture::loosening()
        };
        report.loosened = (0..24).map(|number| of(number, "the new tax tables")).collect();
        report.loosened.extend((0..3).map(|number| of(number, "another")));
        let all = of_all([&report]);
        assert_eq!((all.len(), counted(&all).as_str()), (4, "27 by this change"));
        assert_eq!(subject(&all[0]), "shop.module_0 and 23 more");
        assert_eq!(
            sentence(&all[0]),
            "over-time now accepts 14 ms in place of 10 ms, and more such until 2027-03-31: the new tax tables (ada)"
        );
        let text = markdown([&report], 10_000);
        assert_eq!(text.matches("the new tax tables").count(), 1, "{text}");
    }
}
