//! The layers that the folders of a project suggest: one for each large sub-package, and one for the rest, in patterns that a person
//! would write. `acme.web.**` inside of `acme.**` is the more specific of the two and has its modules.

use std::collections::BTreeMap;

use super::modules::Modules;

/// A sub-package with fewer modules has no layer of its own.
const FEWEST: usize = 5;
/// More layers than this say nothing to anybody.
const MOST: usize = 10;

/// A layer that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPlan {
    /// Its name.
    pub name: String,
    /// The patterns of its modules.
    pub patterns: Vec<String>,
    /// The modules that these are.
    pub modules: Vec<String>,
}

/// A package that becomes a layer.
struct Part {
    package: String,
    name: String,
    /// The package of the project that it is, or lies in.
    top: String,
}

/// Which modules of a package are measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many levels below it; all where there is no number.
    pub levels: Option<usize>,
    /// The name of modules directly in it that are measured however few levels are.
    pub also: Option<&'static str>,
}

impl Extent {
    fn holds(self, module: &str, package: &str) -> bool {
        let level = level(module, package);
        self.levels.is_none_or(|levels| level <= levels) || level == 1 && self.names(module)
    }

    /// True for a module of the name of which all are measured.
    pub(super) fn names(self, module: &str) -> bool {
        self.also.is_some_and(|name| module.rsplit('.').next() == Some(name))
    }
}

/// The layers of these packages, with the modules of each that `extent` holds.
pub fn layers(modules: &Modules, packages: &[String], extent: Extent) -> Vec<LayerPlan> {
    let mut parts: Vec<Part> = packages
        .iter()
        .map(|package| part(package, package, packages))
        .collect();
    let mut inner: Vec<(usize, Part)> = Vec::new();
    for top in packages {
        for package in sub_packages(modules, top) {
            let size = within(modules, &package, top, extent).count();
            inner.push((size, part(&package, top, packages)));
        }
    }
    inner.retain(|(size, _)| *size >= FEWEST);
    inner.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.package.cmp(&b.package)));
    inner.truncate(MOST.saturating_sub(parts.len()));
    parts.extend(inner.into_iter().map(|(_, part)| part));
    parts.sort_by(|a, b| a.package.cmp(&b.package));
    let owners = owners(modules, &parts, extent);
    let plans = parts.iter().map(|part| plan(part, modules, &owners, extent));
    plans.filter(|plan| !plan.modules.is_empty()).collect()
}

fn part(package: &str, top: &str, packages: &[String]) -> Part {
    let short = package.strip_prefix(top).and_then(|rest| rest.strip_prefix('.'));
    let is_free = |name: &&str| packages.len() == 1 && *name != top;
    let name = short.filter(is_free).unwrap_or(package);
    Part {
        package: package.to_owned(),
        name: name.replace('.', "-"),
        top: top.to_owned(),
    }
}

/// The packages directly below one.
fn sub_packages(modules: &Modules, top: &str) -> Vec<String> {
    let is_direct = |name: &&str| level(name, top) == 1;
    let names = modules.names_below(top).filter(is_direct);
    let packages = names.filter(|name| modules.kept.get(*name) == Some(&true));
    packages.map(str::to_owned).collect()
}

/// How many levels a module is below a package that it is in.
fn level(module: &str, package: &str) -> usize {
    module[package.len()..].matches('.').count()
}

fn within<'a>(modules: &'a Modules, package: &'a str, top: &'a str, extent: Extent) -> impl Iterator<Item = &'a str> {
    let names = modules.names_below(package);
    names.filter(move |name| extent.holds(name, top))
}

/// Each module with the package whose layer has it: the innermost.
fn owners<'a>(modules: &'a Modules, parts: &'a [Part], extent: Extent) -> BTreeMap<&'a str, &'a str> {
    let mut owners = BTreeMap::new();
    // A package comes before those in it.
    for part in parts {
        let inside = within(modules, &part.package, &part.top, extent);
        owners.extend(inside.map(|name| (name, part.package.as_str())));
    }
    owners
}

fn plan(part: &Part, modules: &Modules, owners: &BTreeMap<&str, &str>, extent: Extent) -> LayerPlan {
    let own = owners.iter().filter(|(_, owner)| **owner == part.package);
    let mut patterns = vec![part.package.clone()];
    let has_more = modules.kept.get(&part.package) == Some(&true);
    match extent
        .levels
        .map(|levels| levels.saturating_sub(level(&part.package, &part.top)))
    {
        None if has_more => patterns.push(format!("{}.**", part.package)),
        Some(levels) if has_more => {
            let near = Extent {
                levels: Some(levels),
                also: None,
            };
            let deepest = within(modules, &part.package, &part.package, near)
                .map(|name| level(name, &part.package))
                .max();
            let below = 1..=deepest.unwrap_or(0);
            patterns.extend(below.map(|level| format!("{}{}", part.package, ".*".repeat(level))));
            let beside = own.clone().map(|(name, _)| *name);
            patterns.extend(
                beside
                    .filter(|name| !near.holds(name, &part.package))
                    .map(str::to_owned),
            );
        }
        _ => {}
    }
    LayerPlan {
        name: part.name.clone(),
        patterns,
        modules: own.map(|(name, _)| (*name).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::modules::modules_below;
    use super::*;
    use crate::observed::Listed;

    fn planned(names: &[&str], packages: &[&str], levels: Option<usize>) -> Vec<String> {
        planned_with(names, packages, Extent { levels, also: None })
    }

    fn planned_with(names: &[&str], packages: &[&str], extent: Extent) -> Vec<String> {
        let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
        let modules = modules_below(&packages, &Listed::of(names));
        let plans = layers(&modules, &packages, extent).into_iter();
        plans
            .map(|plan| format!("{}: {} ({})", plan.name, plan.patterns.join(" "), plan.modules.len()))
            .collect()
    }

    const SHOP: [&str; 11] = [
        "shop.cli",
        "shop.web.a",
        "shop.web.b",
        "shop.web.c",
        "shop.web.d.e",
        "shop.web.d.f",
        "shop.small.a",
        "shop.data.a",
        "shop.data.b",
        "shop.data.c",
        "shop.data.d",
    ];

    #[test]
    fn a_large_sub_package_is_a_layer_and_the_rest_is_one() {
        assert_eq!(
            planned(&SHOP, &["shop"], None),
            [
                "shop: shop shop.** (4)",
                "data: shop.data shop.data.** (5)",
                "web: shop.web shop.web.** (7)"
            ]
        );
    }

    #[test]
    fn modules_deeper_than_asked_are_left_alone() {
        assert_eq!(
            planned(&SHOP, &["shop"], Some(2)),
            [
                "shop: shop shop.* shop.*.* (4)",
                "data: shop.data shop.data.* (5)",
                "web: shop.web shop.web.* (5)"
            ]
        );
        assert_eq!(planned(&SHOP, &["shop"], Some(1)), ["shop: shop shop.* (5)"]);
        assert_eq!(planned(&SHOP, &["shop"], Some(0)), ["shop: shop (1)"]);
    }

    #[test]
    fn a_module_of_a_certain_name_is_there_however_few_levels_are() {
        let names = [
            "orders.urls",
            "orders.api.urls",
            "orders.views",
            "shop.settings",
            "urls",
        ];
        let extent = Extent {
            levels: Some(0),
            also: Some("urls"),
        };
        assert_eq!(
            planned_with(&names, &["orders", "shop", "urls"], extent),
            ["orders: orders orders.urls (2)", "shop: shop (1)", "urls: urls (1)"]
        );
    }

    #[test]
    fn layers_of_several_packages_are_told_apart() {
        let names = ["a.x", "b.x.1", "b.x.2", "b.x.3", "b.x.4", "c"];
        assert_eq!(
            planned(&names, &["a", "b", "c"], None),
            ["a: a a.** (2)", "b: b b.** (1)", "b-x: b.x b.x.** (5)", "c: c (1)"]
        );
        let below = ["ns.web.shop.1", "ns.web.shop.2", "ns.web.shop.3", "ns.web.shop.4"];
        assert_eq!(
            planned(&below, &["ns.web"], None),
            ["ns-web: ns.web ns.web.** (1)", "shop: ns.web.shop ns.web.shop.** (5)"]
        );
    }

    #[test]
    fn there_are_no_more_layers_than_say_something() {
        let names: Vec<String> = (0..40)
            .flat_map(|package| (0..5).map(move |module| format!("big.p{package}.m{module}")))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(planned(&names, &["big"], None).len(), MOST);
    }
}
