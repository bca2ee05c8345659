//! What a run accepts beyond its limits, in lines of their own: what the change under test loosens comes first, and each line says
//! where it stands.

use std::cmp::Reverse;

use super::untrusted;
use crate::checks::{ByChange, Loosening, LooseningKind};
use crate::numbers;
use crate::report::Report;

/// The heading of the lines.
pub(super) const TITLE: &str = "Loosened";

/// What all these reports have, each once, what the change did first.
pub(super) fn of_all<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Vec<&'a Loosening> {
    let mut all: Vec<&Loosening> = Vec::new();
    for loosening in reports.into_iter().flat_map(|report| &report.loosened) {
        if !all.contains(&loosening) {
            all.push(loosening);
        }
    }
    all.sort_by_key(|loosening| Reverse(loosening.by_change.is_some()));
    all
}

/// How many there are, and how many of them are new: `3, 1 of them by this change`.
pub(super) fn counted(all: &[&Loosening]) -> String {
    let by_change = all.iter().filter(|loosening| loosening.by_change.is_some()).count() as u64;
    let number = numbers::count(all.len() as u64);
    match by_change {
        0 => number,
        _ if by_change == all.len() as u64 => format!("{number} by this change"),
        _ => format!("{number}, {} of them by this change", numbers::count(by_change)),
    }
}

/// What one of them says: what holds in the place of what, who says so and why. Untrusted.
pub(super) fn sentence(loosening: &Loosening) -> String {
    let mut text = what(loosening);
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
pub(super) fn subject(loosening: &Loosening) -> String {
    match loosening.targets {
        0 => "all targets".to_owned(),
        1 => loosening.target.clone(),
        targets => format!("{} and {} more", loosening.target, numbers::count(targets - 1)),
    }
}

/// Where it stands.
pub(super) fn place(loosening: &Loosening) -> Option<String> {
    loosening.line.as_ref().map(|line| line.place())
}

/// The section in Markdown, in no more than so many bytes; empty where there is nothing to say.
pub(super) fn markdown<'a>(reports: impl IntoIterator<Item = &'a Report>, most_bytes: usize) -> String {
    let all = of_all(reports);
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n**{TITLE}** ({}):\n\n", counted(&all));
    for (index, loosening) in all.iter().enumerate() {
        let new = if loosening.by_change.is_some() { "🆕 " } else { "" };
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
            ..fixture::loosening()
        };
        report.loosened.extend((0..200).map(one));
        let text = markdown(std::iter::once(&report), 1_000);
        assert!(
            text.len() < 1_100 && text.ends_with(" more, which the JSON report has\n"),
            "{text}"
        );
        assert_eq!(of_all([&report, &report]).len(), 203);
    }
}
