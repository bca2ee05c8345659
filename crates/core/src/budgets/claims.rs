//! Which layer has which module. A module that is excluded has none; of several patterns that match it the most specific wins,
//! and two layers that claim it alike are a mistake.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Resolver;
use super::sections::{Layer, LocatedPattern};

/// The layer and the pattern that chose a module.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) layer: &'a Layer,
    pattern: &'a LocatedPattern,
}

impl Claim<'_> {
    /// True where the other is of another layer, and no less specific.
    fn contends_with(&self, other: &Self) -> bool {
        let alike = self.pattern.value.specificity() == other.pattern.value.specificity();
        alike && self.layer.named != other.layer.named
    }
}

/// A pattern with the modules that it matches.
type Matched<'a> = (Claim<'a>, BTreeSet<String>);

impl<'a> Resolver<'a> {
    /// Which layer has which module; reports patterns without a match, what excludes nothing, and modules that two layers claim alike.
    pub(super) fn claims(&self) -> BTreeMap<String, Claim<'a>> {
        let matched = self.matched();
        let everywhere = self.excluded(&self.budgets.project.exclude, matched.iter(), "no layer has a module");
        let mut contenders: BTreeMap<String, Vec<Claim<'a>>> = BTreeMap::new();
        for layer in &self.budgets.sections.layers {
            let own = || matched.iter().filter(|(claim, _)| claim.layer.named == layer.named);
            let nothing = format!("`{}` has no module", layer.named.name);
            let excluded = self.excluded(&layer.exclude, own(), &nothing);
            for (claim, modules) in own() {
                let mut left = modules
                    .difference(&excluded)
                    .filter(|module| !everywhere.contains(*module))
                    .peekable();
                if left.peek().is_none() && !modules.is_empty() {
                    let message = format!("everything that \"{}\" matches is excluded", claim.pattern.value);
                    self.mistakes.report(&claim.pattern.span, &message, None);
                }
                for module in left {
                    contenders.entry(module.clone()).or_default().push(*claim);
                }
            }
        }
        self.check_excluded_tables(&everywhere);
        self.settle(contenders)
    }

    /// What each pattern of each layer matches, in the order of the file.
    fn matched(&self) -> Vec<Matched<'a>> {
        let layers = self.budgets.sections.layers.iter();
        let claims = layers.flat_map(|layer| layer.patterns.iter().map(move |pattern| Claim { layer, pattern }));
        let matched = claims.map(|claim| {
            let modules = claim.pattern.value.expand(self.index);
            if modules.is_empty() {
                self.report_no_match(claim.pattern);
            }
            (claim, modules)
        });
        matched.collect()
    }

    /// The modules that are excluded from these. What excludes none of them is a mistake.
    fn excluded<'m>(
        &self,
        patterns: &[LocatedPattern],
        from: impl Iterator<Item = &'m Matched<'a>>,
        nothing: &str,
    ) -> BTreeSet<String>
    where
        'a: 'm,
    {
        let mut excluded = BTreeSet::new();
        if patterns.is_empty() {
            return excluded;
        }
        let known: BTreeSet<&String> = from.flat_map(|(_, modules)| modules).collect();
        for pattern in patterns {
            let modules = pattern.value.expand(self.index);
            if modules.is_empty() {
                self.report_no_match(pattern);
            } else if modules.iter().all(|module| !known.contains(module)) {
                let message = format!("\"{}\" excludes nothing: {nothing} that it matches", pattern.value);
                self.mistakes.report(&pattern.span, &message, None);
            }
            excluded.extend(modules);
        }
        excluded
    }

    /// Reports modules that are excluded and have a table of their own.
    fn check_excluded_tables(&self, excluded: &BTreeSet<String>) {
        for own in &self.budgets.sections.modules {
            if excluded.contains(&own.named.name) {
                let message = format!(
                    "`{}` has a table, and `exclude` of `[project]` leaves it out",
                    own.named.name
                );
                self.mistakes.report(&own.named.span, &message, None);
            }
        }
    }

    /// The most specific claim of each module.
    fn settle(&self, contenders: BTreeMap<String, Vec<Claim<'a>>>) -> BTreeMap<String, Claim<'a>> {
        let mut overlaps: BTreeMap<(usize, usize), Overlap<'a>> = BTreeMap::new();
        let mut claims = BTreeMap::new();
        for (module, mut contenders) in contenders {
            // The sort is stable: of those that are alike the first of the file comes first.
            contenders.sort_by_key(|claim| Reverse(claim.pattern.value.specificity()));
            let Some(first) = contenders.first().copied() else {
                continue;
            };
            for other in contenders.iter().filter(|other| first.contends_with(other)) {
                let places = (other.pattern.span.start, first.pattern.span.start);
                let overlap = overlaps.entry(places).or_insert_with(|| Overlap {
                    first,
                    other: *other,
                    modules: Vec::new(),
                });
                overlap.modules.push(module.clone());
            }
            claims.insert(module, first);
        }
        for overlap in overlaps.values() {
            self.report_overlap(overlap);
        }
        claims
    }

    fn report_no_match(&self, pattern: &LocatedPattern) {
        let prefix = pattern.value.literal_prefix();
        let (message, help) = if pattern.value.is_literal() {
            (format!("there is no module `{prefix}`"), self.near_help(&prefix))
        } else if !self.index.exists(&prefix) {
            (
                format!("\"{}\" matches no module: there is no `{prefix}`", pattern.value),
                self.near_help(&prefix),
            )
        } else if self.index.children(&prefix).is_empty() {
            let help = format!("`{prefix}` has nothing below it; write \"{prefix}\" for the module itself");
            (format!("\"{}\" matches no module", pattern.value), Some(help))
        } else {
            (format!("\"{}\" matches no module", pattern.value), None)
        };
        self.mistakes.report(&pattern.span, &message, help);
    }

    /// One mistake for each pair of patterns, however many modules both have.
    fn report_overlap(&self, overlap: &Overlap<'a>) {
        let Overlap { first, other, modules } = overlap;
        let more = match modules.len() {
            1 => "is".to_owned(),
            2 => "and 1 more module are".to_owned(),
            many => format!("and {} more modules are", many - 1),
        };
        let message = format!(
            "`{}` {more} in two layers: `{}` {} and `{}` here",
            modules[0],
            first.layer.named.name,
            first.pattern.line.spot(),
            other.layer.named.name
        );
        let help = "a module has one layer, and neither pattern is more specific: narrow one of them".to_owned();
        self.mistakes.report(&other.pattern.span, &message, Some(help));
    }
}

/// Two patterns of two layers that claim the same modules alike.
struct Overlap<'a> {
    first: Claim<'a>,
    other: Claim<'a>,
    modules: Vec<String>,
}
