//! What is said of an interpreter whose own start has changed.

use super::Words;
use crate::checks::OtherStart;
use crate::explain::Cause;
use crate::numbers;

pub(super) fn other_start(found: &OtherStart, why: &[Cause]) -> Words {
    let mut said = Vec::new();
    if !why.is_empty() {
        let added = numbers::time_change(found.added_ms);
        said.push(format!(
            "every start of the interpreter takes longer: {added}, before any program or import begins"
        ));
    }
    if let Some(modules) = some(&found.loads) {
        said.push(format!(
            "{modules} {} loaded at each start{}",
            is(&found.loads),
            since(why)
        ));
    }
    if let Some(modules) = some(&found.leaves) {
        said.push(format!(
            "{modules} {} no longer loaded at each start",
            is(&found.leaves)
        ));
    }
    let moved = found.loads.len() + found.leaves.len();
    if let Some(targets) = compared_without(&found.targets, moved) {
        said.push(targets);
    }
    Words::saying(said.join("; "))
}

fn is(names: &[String]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}

/// `` `json` and 28 more modules``: a name that its users know comes first.
fn some(modules: &[String]) -> Option<String> {
    let is_known = |name: &&String| !name.starts_with('_') && !name.contains('.');
    let first = modules.iter().find(is_known).or(modules.first())?;
    Some(match modules.len() as u64 - 1 {
        0 => format!("`{first}`"),
        more => format!("`{first}` and {}", numbers::counted(more, "more module")),
    })
}

/// ` since `slow.pth``, where files are known to be the reason.
fn since(why: &[Cause]) -> String {
    let file = |cause: &'_ Cause| {
        let names = [Some(&cause.module), cause.importer.as_ref()];
        let name = names.into_iter().flatten().find(|name| is_start_file(name))?;
        Some(format!("`{name}`"))
    };
    let mut files: Vec<String> = why.iter().filter_map(file).collect();
    files.sort();
    files.dedup();
    if files.is_empty() {
        String::new()
    } else {
        format!(" since {}", files.join(", "))
    }
}

fn is_start_file(name: &str) -> bool {
    name.ends_with(".pth") || matches!(name, "sitecustomize" | "usercustomize")
}

/// The targets that need so many modules which moved.
fn compared_without(targets: &[String], moved: usize) -> Option<String> {
    let first = targets.first()?;
    let these = if moved == 1 { "it" } else { "them" };
    Some(match targets.len() as u64 - 1 {
        0 => format!("{first} imports {these}, and the rest of it was compared"),
        more => format!(
            "{first} and {} import {these}, and the rest of each was compared",
            numbers::counted(more, "more target")
        ),
    })
}
