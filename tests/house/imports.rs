//! Which part of the house may import which, and what in a source file goes against it.

use std::path::Path;

use crate::tokens::tokens;

/// Every part with the parts that it may import. A part may always import itself; `app` and `main` may import all.
const DIRECTIONS: [(&str, &[&str]); 19] = [
    ("exit", &[]),
    ("model", &[]),
    ("budgets", &["model"]),
    ("stats", &["model"]),
    ("usage", &["model"]),
    ("graph", &["model"]),
    ("plan", &["budgets", "graph", "model", "stats"]),
    ("baseline", &["budgets", "graph", "model", "stats"]),
    ("verdict", &["budgets", "graph", "model", "stats", "usage"]),
    ("comparison", &["baseline", "budgets", "model", "stats"]),
    (
        "report",
        &[
            "baseline",
            "budgets",
            "comparison",
            "graph",
            "model",
            "plan",
            "stats",
            "usage",
            "verdict",
        ],
    ),
    ("runner", &["model"]),
    ("python", &["model", "runner"]),
    // It reads and writes what `baseline` and `usage` describe.
    ("store", &["baseline", "model", "usage"]),
    ("git", &["model", "runner"]),
    ("machine", &["model"]),
    ("instructions", &["model", "runner"]),
    ("cli", &["budgets", "model"]),
    ("lib", &[]),
];

/// They bring the parts together: `error` is why a command of `app` could not do its work.
const UNRESTRICTED: [&str; 3] = ["app", "error", "main"];

/// One file of the crate.
pub(crate) struct SourceFile {
    /// Its path below `src`.
    pub(crate) name: String,
    /// Its code without comments and literals.
    pub(crate) tokens: Vec<String>,
    /// Where its module stands below the crate's root: 1 for `stats.rs`, 2 for `stats/rank.rs`.
    depth: usize,
}

impl SourceFile {
    pub(crate) fn new(path: &Path, source: &str) -> Self {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let folders = path.components().count() - 1;
        Self {
            name: path.to_string_lossy().into_owned(),
            tokens: tokens(source),
            depth: if stem == "mod" { folders } else { folders + 1 },
        }
    }

    /// The part of the house that it belongs to: its first folder, or its own name at the top level.
    pub(crate) fn part(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or(&self.name);
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// What the file imports against the direction, one line each.
pub(crate) fn violations(file: &SourceFile) -> Vec<String> {
    let part = file.part();
    if UNRESTRICTED.contains(&part) {
        return Vec::new();
    }
    let Some((_, allowed)) = DIRECTIONS.iter().find(|(name, _)| *name == part) else {
        return vec![format!(
            "src/{}: {part} has no place in tests/house/imports.rs yet",
            file.name
        )];
    };
    let mut found: Vec<String> = imported_parts(file)
        .into_iter()
        .filter(|import| import != part && !allowed.contains(&import.as_str()))
        .map(|import| format!("src/{}: {part} must not import {import}", file.name))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The parts that the paths of a file start with, whether they are spelled `crate::…` or climb there by `super::…`.
fn imported_parts(file: &SourceFile) -> Vec<String> {
    let mut parts = Vec::new();
    let mut braces = Vec::new();
    let tokens = &file.tokens;
    for at in 0..tokens.len() {
        match tokens[at].as_str() {
            "{" => braces.push(at >= 2 && tokens[at - 2] == "mod"),
            "}" => {
                braces.pop();
            }
            "crate" => parts.extend(path_heads(&tokens[at + 1..])),
            "super" if at == 0 || tokens[at - 1] != "::" => {
                let inline = braces.iter().filter(|is_module| **is_module).count();
                let climbs = tokens[at..]
                    .chunks(2)
                    .take_while(|pair| pair == &["super", "::"])
                    .count();
                if climbs >= file.depth + inline {
                    parts.extend(path_heads(&tokens[at + 2 * climbs - 1..]));
                }
            }
            _ => {}
        }
    }
    parts
}

/// The first names after a `::`: one, or those of a `{group}`.
fn path_heads(rest: &[String]) -> Vec<String> {
    if rest.first().is_none_or(|token| token != "::") {
        return Vec::new();
    }
    if rest.get(1).is_none_or(|token| token != "{") {
        return rest.get(1).cloned().into_iter().collect();
    }
    let mut depth = 0;
    let mut heads = Vec::new();
    for (at, token) in rest.iter().enumerate().skip(1) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(rest[at - 1].as_str(), "{" | ",") => heads.push(token.clone()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, source: &str) -> Vec<String> {
        violations(&SourceFile::new(Path::new(path), source))
    }

    #[test]
    fn the_direction_is_kept() {
        assert_eq!(
            found("verdict.rs", "use crate::model::Finding; use crate::stats;"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("app/check.rs", "use crate::{runner, verdict};"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_import_against_the_direction_is_found_however_it_is_spelled() {
        let expected = ["src/stats/rank.rs: stats must not import runner".to_owned()];
        for source in [
            "use crate::runner::run;",
            "use crate::{model::{Sample, Target}, runner};",
            "fn f() { crate::runner::run() }",
            "use super::super::runner;",
            "mod tests { use super::super::super::runner::run; }",
        ] {
            assert_eq!(found("stats/rank.rs", source), expected, "{source}");
        }
    }

    #[test]
    fn a_path_that_stays_inside_is_none() {
        assert_eq!(
            found("stats/mod.rs", "mod tests { use super::*; }"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("stats/rank.rs", "use super::robust; // crate::runner"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_new_part_needs_a_place() {
        assert_eq!(
            found("attic.rs", ""),
            ["src/attic.rs: attic has no place in tests/house/imports.rs yet"]
        );
    }
}
