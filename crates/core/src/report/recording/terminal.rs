//! What a recording changes in the baseline, by layer: whoever commits it wants to know which part of the project became slower, and
//! not to read a line for each of its targets. With `verbose`, there is a line for each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anstyle::Style;

use super::super::prose::Prose;
use super::super::terminal::{Colour, Options};
use super::super::untrusted;
use crate::baseline::{BaselineChanges, TargetChange, TargetSummary};
use crate::budgets::Target;
use crate::numbers;
use crate::observed::DistributionChange;

/// How many targets of a layer are named, and how many differences in what they load.
const NAMED: usize = 3;
/// How many distributions are named.
const DISTRIBUTIONS: usize = 8;
/// How far the lines below a layer are indented.
const BELOW: (usize, usize) = (6, 8);

/// The changes as text, with the layers in the order in which `targets` first have them. It is empty where nothing changes.
pub fn render(changes: &BaselineChanges, targets: &[Target], options: &Options) -> String {
    if options.verbose {
        return untrusted::lines(&changes.to_string())
            .iter()
            .map(|line| format!("  {line}\n"))
            .collect();
    }
    let mut page = Page {
        options,
        text: String::new(),
    };
    for difference in &changes.conditions {
        page.line(
            (2, 4),
            Prose::default().plain(&untrusted::line(&format!("! {difference}"))),
        );
    }
    for layer in layers(changes, targets) {
        page.layer(&layer);
    }
    page.distributions(&changes.distributions);
    page.text
}

/// What changes in one layer.
#[derive(Debug, Default)]
struct Layer<'a> {
    /// `None` for targets without a layer, and for those that no budget asks for any more.
    name: Option<&'a str>,
    added: Vec<&'a TargetSummary>,
    changed: Vec<&'a TargetChange>,
    removed: Vec<&'a TargetSummary>,
}

fn layers<'a>(changes: &'a BaselineChanges, targets: &'a [Target]) -> Vec<Layer<'a>> {
    let layer_of: BTreeMap<&str, Option<&str>> = targets
        .iter()
        .map(|target| (target.name.as_str(), target.layer.as_deref()))
        .collect();
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for name in targets.iter().map(|target| target.layer.as_deref()).chain([None]) {
        if layers.iter().all(|layer| layer.name != name) {
            layers.push(Layer {
                name,
                ..Layer::default()
            });
        }
    }
    let position = |layers: &[Layer<'_>], target: &str| {
        let name = layer_of.get(target).copied().flatten();
        layers.iter().position(|layer| layer.name == name).unwrap_or_default()
    };
    for added in &changes.added {
        let position = position(&layers, &added.name);
        layers[position].added.push(added);
    }
    for changed in changes.kept.iter().filter(|change| change.moved) {
        let position = position(&layers, &changed.after.name);
        layers[position].changed.push(changed);
    }
    for removed in &changes.removed {
        let position = position(&layers, &removed.name);
        layers[position].removed.push(removed);
    }
    layers.retain(|layer| !(layer.added.is_empty() && layer.changed.is_empty() && layer.removed.is_empty()));
    layers
}

struct Page<'a> {
    options: &'a Options,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, indents: (usize, usize), prose: Prose) {
        let colour = self.options.colour == Colour::Ansi;
        self.text.push_str(&prose.render(indents, self.options.width, colour));
    }

    /// `services: 12 new, slowest shop.services.orders 4.10 ms; 2 changed: a 3.20 → 4.10 ms, b 5.00 → 4.00 ms`.
    fn layer(&mut self, layer: &Layer<'_>) {
        let said = [added(&layer.added), changed(&layer.changed), removed(&layer.removed)];
        let said: Vec<String> = said.into_iter().flatten().map(|text| untrusted::line(&text)).collect();
        let name = layer.name.map(|name| format!("{}: ", untrusted::line(name)));
        let line = Prose::of(Style::new().bold(), &name.unwrap_or_default());
        self.line((2, 4), line.plain(&said.join("; ")));
        let differences = differences(&layer.changed);
        for (text, number) in differences.iter().take(NAMED) {
            let targets = numbers::counted(*number as u64, "target");
            let targets = if layer.changed.len() > 1 {
                format!(" ({targets})")
            } else {
                String::new()
            };
            self.line(
                BELOW,
                Prose::default().plain(&untrusted::line(&format!("{text}{targets}"))),
            );
        }
        let left_out = differences.len().saturating_sub(NAMED);
        if left_out > 0 {
            let what = numbers::counted(left_out as u64, "more difference");
            self.line(
                BELOW,
                Prose::default().plain(&format!("{what} in what they load (--verbose shows them)")),
            );
        }
    }

    fn distributions(&mut self, changes: &[DistributionChange]) {
        if changes.is_empty() {
            return;
        }
        let named = changes.iter().take(DISTRIBUTIONS).map(version_change);
        let left_out = changes.len().saturating_sub(DISTRIBUTIONS);
        let more = (left_out > 0).then(|| format!("{left_out} more (--verbose shows them)"));
        let all: Vec<String> = named.chain(more).collect();
        let line = Prose::default().plain(&format!("installed: {}", all.join(", ")));
        self.line((2, 4), line);
    }
}

fn added(added: &[&TargetSummary]) -> Option<String> {
    let timed = |summary: &&&TargetSummary| summary.time_ms.is_some();
    let time = |summary: &TargetSummary| summary.time_ms.unwrap_or_default();
    let slowest = added
        .iter()
        .filter(timed)
        .max_by(|one, other| time(one).total_cmp(&time(other)));
    let slowest = slowest.map(|summary| {
        let word = if added.len() > 1 { ", slowest " } else { ": " };
        format!("{word}{} {}", summary.name, numbers::time(time(summary)))
    });
    let number = numbers::count(added.len() as u64);
    (!added.is_empty()).then(|| format!("{number} new{}", slowest.unwrap_or_default()))
}

/// How many changed, and the first of those whose time changed most.
fn changed(changed: &[&TargetChange]) -> Option<String> {
    let size = |change: &TargetChange| match (change.before.time_ms, change.after.time_ms) {
        (Some(before), Some(after)) => (after - before).abs(),
        _ => 0.0,
    };
    let mut by_size = changed.to_vec();
    by_size.sort_by(|one, other| size(other).total_cmp(&size(one)));
    let named: Vec<String> = by_size.iter().take(NAMED).map(|change| figures(change)).collect();
    let left_out = changed.len().saturating_sub(NAMED);
    let more = if left_out > 0 {
        format!(" and {} more", numbers::count(left_out as u64))
    } else {
        String::new()
    };
    let number = numbers::count(changed.len() as u64);
    (!changed.is_empty()).then(|| format!("{number} changed: {}{more}", named.join(", ")))
}

/// `shop.services.orders 3.20 → 4.10 ms (5 → 7 modules)`: what is written otherwise than before.
fn figures(TargetChange { before, after, .. }: &TargetChange) -> String {
    let modules = |summary: &TargetSummary| numbers::counted(summary.modules as u64, "module");
    let pairs = [
        (before.time_ms.map(numbers::time), after.time_ms.map(numbers::time)),
        (
            before.memory_bytes.map(numbers::bytes),
            after.memory_bytes.map(numbers::bytes),
        ),
        (
            before.instructions.map(|count| numbers::counted(count, "instruction")),
            after.instructions.map(|count| numbers::counted(count, "instruction")),
        ),
        (Some(modules(before)), Some(modules(after))),
    ];
    let differ = pairs.into_iter().filter_map(|pair| match pair {
        (Some(before), Some(after)) => (before != after).then(|| numbers::beside(&before, "→", &after)),
        _ => None,
    });
    let differ: Vec<String> = differ.collect();
    match differ.split_first() {
        Some((first, [])) => format!("{} {first}", after.name),
        Some((first, others)) => format!("{} {first} ({})", after.name, others.join(", ")),
        None => format!(
            "{} {}",
            after.name,
            after.time_ms.map(numbers::time).unwrap_or_default()
        ),
    }
}

fn removed(removed: &[&TargetSummary]) -> Option<String> {
    let names = numbers::first_names(removed.iter().map(|summary| summary.name.as_str()));
    let number = numbers::count(removed.len() as u64);
    (!removed.is_empty()).then(|| format!("{number} gone: {names}"))
}

/// What is different in what the targets of a layer load, and in how many of them; what most of them share first.
pub(super) fn differences(changed: &[&TargetChange]) -> Vec<(String, usize)> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for origin in changed.iter().flat_map(|change| &change.closure) {
        *numbers.entry(origin.to_string()).or_default() += 1;
    }
    let mut differences: Vec<(String, usize)> = numbers.into_iter().collect();
    differences.sort_by_key(|(_, number)| Reverse(*number));
    differences
}

/// `rich 13.7.1 → 15.0.0`, `click 8.2 (new)`, `six 1.16 (gone)`.
fn version_change(change: &DistributionChange) -> String {
    let name = &change.name;
    let text = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{name} {before} → {after}"),
        (None, Some(version)) => format!("{name} {version} (new)"),
        (Some(version), None) => format!("{name} {version} (gone)"),
        (None, None) => name.clone(),
    };
    untrusted::line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::OriginChange;
    use crate::budgets::Limits;

    fn summary(name: &str, time_ms: f64) -> TargetSummary {
        TargetSummary {
            name: name.to_owned(),
            time_ms: Some(time_ms),
            memory_bytes: Some(10 << 20),
            instructions: None,
            modules: 5,
        }
    }

    fn change(name: &str, before_ms: f64, after_ms: f64) -> TargetChange {
        let after = TargetSummary {
            modules: 50,
            ..summary(name, after_ms)
        };
        let rich = OriginChange {
            origin: "rich".to_owned(),
            before: None,
            after: Some("15.0.0".to_owned()),
            added: vec!["rich".to_owned(), "rich.box".to_owned(), "rich.table".to_owned()],
            removed: Vec::new(),
            changed: Vec::new(),
        };
        TargetChange {
            before: summary(name, before_ms),
            after,
            closure: vec![rich],
            moved: true,
        }
    }

    fn targets() -> Vec<Target> {
        let target = |(name, layer): (&str, Option<&str>)| Target {
            layer: layer.map(str::to_owned),
            ..Target::module(name, Limits::default())
        };
        let all = [
            ("a.new", Some("cli")),
            ("a.other", Some("cli")),
            ("b.one", Some("core")),
            ("b.two", Some("core")),
            ("b.three", Some("core")),
            ("b.four", Some("core")),
            ("c", None),
        ];
        all.map(target).into()
    }

    fn changes() -> BaselineChanges {
        let distribution = |name: &str, before: Option<&str>, after: Option<&str>| DistributionChange {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        BaselineChanges {
            conditions: Vec::new(),
            distributions: vec![
                distribution("rich", None, Some("15.0.0")),
                distribution("six", Some("1.15"), Some("1.16")),
            ],
            added: vec![summary("a.new", 3.0), summary("a.other", 4.0), summary("c", 1.0)],
            removed: vec![summary("gone", 1.0)],
            kept: vec![
                change("b.one", 3.2, 4.1),
                change("b.two", 100.0, 130.0),
                change("b.three", 900.0, 1200.0),
                TargetChange {
                    closure: Vec::new(),
                    ..change("b.four", 1.0, 1.1)
                },
                TargetChange {
                    moved: false,
                    ..change("c", 1.0, 1.0)
                },
            ],
        }
    }

    fn rendered(options: Options) -> String {
        render(&changes(), &targets(), &options)
    }

    #[test]
    fn changes_are_told_by_layer() {
        let options = Options {
            width: 120,
            ..Options::default()
        };
        assert_eq!(
            rendered(options),
            "  cli: 2 new, slowest a.other 4.00 ms
  core: 4 changed: b.three 900 ms → 1.20 s (5 → 50 modules), b.two 100 → 130 ms (5 → 50 modules), b.one 3.20 → 4.10 ms
    (5 → 50 modules) and 1 more
      new: rich 15.0.0: +3 modules (3 targets)
  1 new: c 1.00 ms; 1 gone: gone
  installed: rich 15.0.0 (new), six 1.15 → 1.16
"
        );
    }

    #[test]
    fn it_fits_into_the_terminal() {
        for width in [60, 80] {
            let text = rendered(Options {
                width,
                ..Options::default()
            });
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
    }

    #[test]
    fn all_targets_are_listed_where_all_is_wanted() {
        let text = rendered(Options {
            verbose: true,
            ..Options::default()
        });
        for expected in [
            "  + a.new: ",
            "  - b.one: ",
            "  + b.one: ",
            "  - gone: ",
            "  b.two loads:",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn where_nothing_changes_nothing_is_said() {
        assert_eq!(render(&BaselineChanges::default(), &targets(), &Options::default()), "");
    }

    #[test]
    fn what_a_name_holds_does_not_act() {
        let changes = BaselineChanges {
            added: vec![summary("c\u{1b}[2J", 1.0)],
            ..BaselineChanges::default()
        };
        let text = render(&changes, &targets(), &Options::default());
        assert!(text.contains("c\\x1b[2J") && !text.contains('\u{1b}'), "{text}");
    }
}
