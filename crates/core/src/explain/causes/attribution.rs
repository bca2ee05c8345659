//! What a cause has from the import graph: the file and the line to look at, and the way that leads there.

use super::{Cause, CauseKind};
use crate::explain::graph::{ImportGraph, ImportStatement};
use crate::explain::{ChainStep, Distribution, Weight};
use crate::observed::{ModuleTable, Origin, Place, Trigger};

/// What causes are attributed by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribution<'a> {
    pub(super) graph: &'a ImportGraph<'a>,
    pub(super) table: &'a ModuleTable,
    /// The modules whose content is not what it was, where there is something to compare with.
    pub(super) changed: &'a [String],
    /// The project's folder; files below it are named relative to it.
    pub(super) project: &'a str,
}

impl<'a> Attribution<'a> {
    /// A cause about `module` itself: its file, and the chain that leads to it.
    pub(super) fn module(&self, kind: CauseKind, module: &str, weight: Weight) -> Cause {
        Cause {
            kind,
            module: module.to_owned(),
            distribution: Distribution::of(self.table, module),
            importer: self.graph.loading_edge(module).and_then(|edge| edge.importer.clone()),
            file: self.file(module),
            line: None,
            share: None,
            uses: None,
            called_at: None,
            falls_away: false,
            before_ms: 0.0,
            part_of: None,
            chain: self.graph.shortest_chain(module).unwrap_or_default(),
            weight,
        }
    }

    /// A cause about an import statement that brought `module` in. The chain ends with that very statement, also where
    /// a shorter way to the module exists.
    pub(super) fn statement(
        &self,
        kind: CauseKind,
        statement: &ImportStatement<'_>,
        module: &str,
        weight: Weight,
    ) -> Cause {
        let place = self.place_to_change(statement, module);
        let mut cause = self.module(kind, module, weight);
        cause.called_at = self.called_at(statement, module);
        cause.importer = statement.importer.map(str::to_owned);
        if let Some(importer) = statement.importer {
            let step = ChainStep {
                importer: importer.to_owned(),
                imported: module.to_owned(),
                place: place.clone(),
            };
            if let Some(mut chain) = self.graph.shortest_chain(importer) {
                chain.push(step);
                cause.chain = chain;
            }
        }
        (cause.file, cause.line) = match place {
            Some(place) => (Some(place.file), Some(place.line)),
            None => (statement.file.map(str::to_owned), None),
        };
        cause
    }

    /// A cause about what the interpreter's start loads: the line of the `.pth` file, or the file itself that `site` looks for.
    pub(super) fn at_start(&self, statement: &ImportStatement<'_>, module: &str, weight: Weight) -> Cause {
        let mut cause = self.statement(CauseKind::AtStart, statement, module, weight);
        if statement.importer == Some("site") {
            (cause.file, cause.line) = (self.file(module), None);
        }
        cause
    }

    /// The line to look at for a statement. A function may import on behalf of who calls it, as a plug-in loader does and a
    /// package that loads its parts when they are asked for: then the project's own line that called it is what decides, unless
    /// the function is what `changed`.
    fn place_to_change(&self, statement: &ImportStatement<'_>, module: &str) -> Option<Place> {
        let stays = |importer: &str| !self.is_own(importer) || !self.changed.iter().any(|changed| changed == importer);
        let is_asked = statement.importer.is_some_and(stays);
        let called_by_own = self
            .own_triggers(statement, module)
            .find(|trigger| statement.importer != Some(trigger.module.as_str()));
        match called_by_own.filter(|trigger| is_asked && trigger.line > 0) {
            Some(trigger) => self.place_of(trigger),
            None => statement.place(),
        }
    }

    /// The project's own line at the top level of a module that made a statement in a function run.
    fn called_at(&self, statement: &ImportStatement<'_>, module: &str) -> Option<Place> {
        let mut triggers = self.own_triggers(statement, module);
        triggers
            .find(|trigger| trigger.line > 0)
            .and_then(|trigger| self.place_of(trigger))
    }

    /// Those of the project that made a statement ask for `module` before those that made it run.
    fn own_triggers(&self, statement: &ImportStatement<'_>, module: &str) -> impl Iterator<Item = &'a Trigger> {
        let asked_for = self.graph.triggers_for(statement, module);
        let all = asked_for.chain(self.graph.triggers_of(statement));
        all.filter(|trigger| self.is_own(&trigger.module))
    }

    fn place_of(&self, trigger: &Trigger) -> Option<Place> {
        Some(Place {
            file: self.file(&trigger.module)?,
            line: trigger.line,
        })
    }

    /// A module's file, relative to the project where it lies below it.
    pub(super) fn file(&self, module: &str) -> Option<String> {
        let file = self.graph.module(module)?.file.as_deref()?;
        let below = file.strip_prefix(self.project).and_then(|rest| rest.strip_prefix('/'));
        Some(below.filter(|_| !self.project.is_empty()).unwrap_or(file).to_owned())
    }

    /// The name of the distribution that a module belongs to.
    pub(super) fn distribution_name(&self, module: &str) -> Option<&'a str> {
        match &self.table.get(module)?.origin {
            Origin::Distribution { name, .. } => Some(name),
            _ => None,
        }
    }

    /// True for a module of the project itself.
    pub(super) fn is_own(&self, module: &str) -> bool {
        self.table
            .get(module)
            .is_some_and(|record| record.origin == Origin::Own)
    }
}
