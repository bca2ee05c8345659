//! The few words that causes share: counts, times and sizes as a reader wants them, and the parts of a `Cause` that come
//! from the graph.

use super::{ImportGraph, ImportStatement};
use crate::explain::{Cause, ChainStep};
use crate::observed::{ModuleTable, Origin, Place};

/// What the causes of one target are told with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrator<'a> {
    pub(super) graph: &'a ImportGraph<'a>,
    pub(super) table: &'a ModuleTable,
    /// The project's folder; files below it are named relative to it.
    pub(super) project: &'a str,
}

impl Narrator<'_> {
    /// A cause about `module` itself: its file, and the chain that leads to it. No weight yet.
    pub(super) fn about_module(&self, module: &str) -> Cause {
        Cause {
            summary: String::new(),
            module: module.to_owned(),
            distribution: self.distribution(module),
            importer: self.graph.loading_edge(module).and_then(|edge| edge.importer.clone()),
            file: self.file(module),
            line: None,
            chain: self.graph.shortest_chain(module).unwrap_or_default(),
            time_ms: 0.0,
            memory_bytes: 0,
            modules: 1,
        }
    }

    /// A cause about an import statement that brought `module` in. The chain ends with that very statement, also where
    /// a shorter way to the module exists. No weight yet.
    pub(super) fn about_statement(&self, statement: &ImportStatement<'_>, module: &str) -> Cause {
        let place = self.place_to_change(statement);
        let mut cause = self.about_module(module);
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

    /// The line to look at for a statement. A library's function may import on behalf of the project, as a plug-in loader
    /// does: then the project's own line that called it is what decides.
    fn place_to_change(&self, statement: &ImportStatement<'_>) -> Option<Place> {
        let is_foreign = statement.importer.is_some_and(|importer| !self.is_own(importer));
        let called_by_own = self
            .graph
            .triggers_of(statement)
            .find(|trigger| self.is_own(&trigger.module));
        match called_by_own.filter(|trigger| is_foreign && trigger.line > 0) {
            Some(trigger) => Some(Place {
                file: self.file(&trigger.module)?,
                line: trigger.line,
            }),
            None => statement.place(),
        }
    }

    /// A module's file, relative to the project where it lies below it.
    pub(super) fn file(&self, module: &str) -> Option<String> {
        let file = self.graph.module(module)?.file.as_deref()?;
        let below = file.strip_prefix(self.project).and_then(|rest| rest.strip_prefix('/'));
        Some(below.filter(|_| !self.project.is_empty()).unwrap_or(file).to_owned())
    }

    /// Name and version of the distribution that a module belongs to.
    pub(super) fn distribution(&self, module: &str) -> Option<String> {
        match &self.table.get(module)?.origin {
            Origin::Distribution { name, version } => Some(format!("{name} {version}")),
            _ => None,
        }
    }

    /// The name of the distribution that a module belongs to.
    pub(super) fn distribution_name(&self, module: &str) -> Option<&str> {
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

/// Nanoseconds as milliseconds.
pub(in crate::explain) fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// ` (1,203 modules, 583 MiB)`, or less where there is less to say.
pub(super) fn extent(modules: u64, memory_bytes: i64) -> String {
    const MEBIBYTE: i64 = 1024 * 1024;
    let mut parts = Vec::new();
    if modules > 1 {
        parts.push(format!("{} modules", grouped(modules)));
    }
    if memory_bytes >= MEBIBYTE {
        parts.push(format!("{} MiB", (memory_bytes + MEBIBYTE / 2) / MEBIBYTE));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

/// `file:line` where the place of the statement is known, else the module that it stands in.
pub(super) fn whereabouts(cause: &Cause) -> String {
    match (&cause.file, cause.line, &cause.importer) {
        (Some(file), Some(line), _) => format!("{file}:{line}"),
        (_, _, Some(importer)) => importer.clone(),
        _ => "the target".to_owned(),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_read_as_a_person_would_write_them() {
        assert_eq!(extent(1203, 583 * 1024 * 1024), " (1,203 modules, 583 MiB)");
        assert_eq!(extent(1, 2 * 1024 * 1024), " (2 MiB)");
        assert_eq!(extent(1, 0), "");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
    }
}
