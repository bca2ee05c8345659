//! Holds valid budgets against the modules that exist: patterns become targets, and every name that leads nowhere is
//! reported with its line.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Budgets;
use super::claims::Claim;
use super::diagnostic::{Diagnostics, Mistakes};
use super::limits::{Rules, elements};
use super::names;
use super::sections::{Command, Layer, OwnTable, Startup};
use super::value::Located;
use crate::budgets::{Limits, Target, TargetKind, Workload};
use crate::observed::{ModuleIndex, is_at_or_below};

impl Budgets {
    /// The targets of these budgets, in the order of the file: the modules of a layer by name and then its total, a
    /// module of its own table where no layer has it, start-up sequences and commands.
    ///
    /// # Errors
    /// With every pattern that matches no module, module that two layers claim alike, name that does not exist, and rule
    /// that contradicts itself.
    pub fn resolve(&self, index: &dyn ModuleIndex) -> Result<Vec<Target>, Diagnostics> {
        let mistakes = Mistakes::new(&self.source);
        let resolver = Resolver {
            budgets: self,
            index,
            mistakes: &mistakes,
        };
        let targets = resolver.targets();
        self.check_words(&targets, &mistakes);
        mistakes.unless_any(targets)
    }
}

pub(super) struct Resolver<'a> {
    pub(super) budgets: &'a Budgets,
    pub(super) index: &'a dyn ModuleIndex,
    pub(super) mistakes: &'a Mistakes<'a>,
}

impl<'a> Resolver<'a> {
    pub(super) fn targets(&self) -> Vec<Target> {
        let sections = &self.budgets.sections;
        let claims = self.claims();
        self.check_names();
        let mut targets: Vec<(usize, Target)> = Vec::new();
        for layer in &sections.layers {
            let at = layer.named.span.start;
            targets.extend(
                self.layer_targets(layer, &claims)
                    .into_iter()
                    .map(|target| (at, target)),
            );
        }
        for own in sections
            .modules
            .iter()
            .filter(|own| !claims.contains_key(&own.named.name))
        {
            targets.push((
                own.named.span.start,
                self.module_target(&own.named.name, None, &own.rules),
            ));
        }
        for startup in &sections.startups {
            targets.push((startup.named.span.start, self.startup_target(startup)));
        }
        for command in &sections.commands {
            targets.push((command.named.span.start, self.command_target(command)));
        }
        // The sort is stable: the targets of one table keep their order.
        targets.sort_by_key(|(at, _)| *at);
        targets.into_iter().map(|(_, target)| target).collect()
    }

    /// Reports names outside the patterns that do not exist. What is forbidden need not: it may not be installed.
    fn check_names(&self) {
        let sections = &self.budgets.sections;
        for own in &sections.modules {
            self.check_exists(&own.named.name, &own.named.span);
        }
        for import in sections.startups.iter().flat_map(|startup| &startup.imports) {
            self.check_exists(&import.value, &import.span);
        }
        let rules = sections.layers.iter().map(|layer| &layer.rules);
        let rules = rules.chain(sections.modules.iter().map(|own| &own.rules));
        let rules = rules.chain(sections.startups.iter().map(|startup| &startup.rules));
        for module in rules.flat_map(|rules| elements(rules.preload.as_ref())) {
            self.check_exists(&module.value, &module.span);
        }
    }

    pub(super) fn near_help(&self, module: &str) -> Option<String> {
        names::nearest_module(module, self.index).map(|near| format!("did you mean `{near}`?"))
    }

    fn check_exists(&self, module: &str, span: &Range<usize>) {
        if !self.index.exists(module) {
            self.mistakes
                .report(span, &format!("there is no module `{module}`"), self.near_help(module));
        }
    }

    fn layer_targets(&self, layer: &Layer, claims: &BTreeMap<String, Claim<'_>>) -> Vec<Target> {
        let own_tables = &self.budgets.sections.modules;
        let modules = claims
            .iter()
            .filter(|(_, claim)| claim.layer.named == layer.named)
            .map(|(module, _)| module);
        let modules: Vec<String> = modules.cloned().collect();
        let name = &layer.named.name;
        let mut targets: Vec<Target> = modules
            .iter()
            .map(|module| {
                let own: Option<&OwnTable> = own_tables.iter().find(|own| own.named.name == *module);
                let rules = own.map_or_else(|| layer.rules.clone(), |own| own.rules.over(&layer.rules));
                self.module_target(module, Some(name), &rules)
            })
            .collect();
        if let Some(total) = &layer.max_total_time_ms
            && !modules.is_empty()
        {
            targets.push(Target {
                name: format!("layer:{name}"),
                kind: TargetKind::LayerTotal,
                layer: Some(name.clone()),
                preload: layer.rules.preload_names(),
                workload: Workload::Imports(modules),
                limits: layer.rules.total_limits(total, &self.budgets.gate),
                accepted: Vec::new(),
            });
        }
        targets
    }

    fn module_target(&self, module: &str, layer: Option<&str>, rules: &Rules) -> Target {
        self.check_rules(&[module], rules);
        let limits = rules.limits(&self.budgets.gate);
        Target {
            layer: layer.map(str::to_owned),
            preload: rules.preload_names(),
            ..Target::module(module, limits)
        }
    }

    fn startup_target(&self, startup: &Startup) -> Target {
        let imports: Vec<&str> = startup.imports.iter().map(|import| import.value.as_str()).collect();
        self.check_rules(&imports, &startup.rules);
        Target {
            name: format!("startup:{}", startup.named.name),
            kind: TargetKind::Startup,
            layer: None,
            preload: startup.rules.preload_names(),
            workload: Workload::Imports(imports.into_iter().map(str::to_owned).collect()),
            limits: startup.rules.limits(&self.budgets.gate),
            accepted: Vec::new(),
        }
    }

    fn command_target(&self, command: &Command) -> Target {
        let limits: Limits = command.rules.limits(&self.budgets.gate);
        Target {
            name: format!("command:{}", command.named.name),
            kind: TargetKind::Command,
            layer: None,
            preload: Vec::new(),
            workload: Workload::Command(command.run.iter().map(|argument| argument.value.clone()).collect()),
            limits,
            accepted: Vec::new(),
        }
    }

    /// Reports rules that no import of these modules can keep, or that leave nothing to measure.
    fn check_rules(&self, imports: &[&str], rules: &Rules) {
        for forbidden in elements(rules.forbid.as_ref()) {
            let loads = |module: &&str| is_at_or_below(module, &forbidden.value);
            if let Some(module) = imports.iter().copied().find(|module| loads(module)) {
                self.report_contradiction(forbidden, &format!("is what importing `{module}` loads"));
            } else if let Some(module) = elements(rules.preload.as_ref()).find(|module| loads(&module.value.as_str())) {
                self.report_contradiction(forbidden, &format!("is preloaded {}", module.line.spot()));
            }
        }
        for preloaded in elements(rules.preload.as_ref()) {
            // A module loads its parent packages, so it need not be named itself.
            if let Some(module) = imports.iter().find(|module| is_at_or_below(&preloaded.value, module)) {
                let message = format!(
                    "preloading `{}` loads `{module}` before its import is timed",
                    preloaded.value
                );
                let help = format!(
                    "leave it out, or give the module a table with `preload` of its own: `[modules.\"{module}\"]`"
                );
                self.mistakes.report_once(&preloaded.span, &message, Some(help));
            }
        }
    }

    fn report_contradiction(&self, forbidden: &Located<String>, why: &str) {
        let message = format!("`{}` is forbidden, and it {why}", forbidden.value);
        self.mistakes.report_once(&forbidden.span, &message, None);
    }
}
