//! What to do about the costly imports, for a person: the advice first, then the statement, what it would save, and why.

use std::fmt::Write;

use super::wrap::wrapped;
use super::{place_for_people, without_site};
use crate::explain::{AdviceKind, CostlyImport, CostlyTogether, Measured, Weight};
use crate::numbers;
use crate::report::{untrusted, wording};

/// The widest line, where what is quoted leaves a choice.
const WIDTH: usize = 100;
/// The column in which everything but the advice begins.
const INDENTATION: usize = 7;
/// The columns that a statement may take.
const STATEMENT: usize = 60;

/// Writes the section.
pub(super) fn write(text: &mut String, imports: &[CostlyImport], together: &[CostlyTogether]) {
    if imports.is_empty() && together.is_empty() {
        text.push_str("no import costs enough to be worth a change\n");
        return;
    }
    text.push_str("what to do about the costly imports:\n");
    for set in together {
        text.push('\n');
        set_of_statements(text, set);
    }
    for import in imports {
        text.push('\n');
        one(text, import);
    }
    if let Some(note) = note(imports, together) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{note}");
    }
}

/// What the times saved rest on, where none of them was measured.
pub(in crate::report) fn note(imports: &[CostlyImport], together: &[CostlyTogether]) -> Option<&'static str> {
    let mut measured = imports.iter().map(|import| import.measured);
    let mut measured_together = together.iter().map(|set| set.measured);
    let is_estimate =
        measured.all(|measured| measured.is_none()) && measured_together.all(|measured| measured.is_none());
    is_estimate.then_some("Times saved are estimated; `--verify` measures those of what nothing uses while importing.")
}

fn one(text: &mut String, import: &CostlyImport) {
    heading(
        text,
        import.advice.as_ref().map_or("", |advice| word(advice.kind)),
        import,
    );
    for sentence in of_one(import) {
        paragraph(text, &sentence);
    }
    if let Some(remedy) = remedy(import) {
        paragraph(text, &format!("-> {remedy}"));
    }
}

/// What is said of a statement, without what to write.
pub(in crate::report) fn of_one(import: &CostlyImport) -> Vec<String> {
    let mut sentences = vec![savings(import)];
    sentences.extend(import.measured.as_ref().map(describe));
    if !import.also_imported_by.is_empty() {
        let others = import.also_imported_by.iter().map(wording::other_importer);
        let others: Vec<String> = others.map(|other| without_site(&other).to_owned()).collect();
        sentences.push(format!("also imported by {}", others.join(", ")));
    }
    sentences.extend(import.advice.as_ref().map(wording::reason));
    sentences
}

/// What to write in place of a statement, where there is something.
pub(in crate::report) fn remedy(import: &CostlyImport) -> Option<String> {
    Some(wording::remedy(import.advice.as_ref()?.remedy.as_ref()?))
}

/// Statements that save only together, one below the other, and what stands in the way of each.
fn set_of_statements(text: &mut String, set: &CostlyTogether) {
    for (position, import) in set.imports.iter().enumerate() {
        let advice = set.advice.filter(|_| position == 0);
        heading(text, advice.map_or("", word), import);
    }
    for sentence in of_set(set) {
        paragraph(text, &sentence);
    }
}

/// What is said of statements that save only together.
pub(in crate::report) fn of_set(set: &CostlyTogether) -> Vec<String> {
    let mut sentences = vec![wording::together(set)];
    sentences.extend(set.measured.as_ref().map(describe));
    sentences.extend(wording::hindrances(set));
    sentences
}

pub(in crate::report) fn word(kind: AdviceKind) -> &'static str {
    match kind {
        AdviceKind::Lazy => "lazy",
        AdviceKind::Split => "split",
        AdviceKind::Keep => "keep",
    }
}

/// Where a statement stands, and what it says.
pub(in crate::report) fn statement(import: &CostlyImport) -> (String, String) {
    let place = import.place.as_ref().map_or(import.importer.clone(), place_for_people);
    let statement = import.source.clone().unwrap_or_else(|| {
        let named = import.imported.last().map_or("", String::as_str);
        format!("import {named}")
    });
    (place, statement)
}

/// The line with the statement and its place.
fn heading(text: &mut String, kind: &str, import: &CostlyImport) {
    let (place, statement) = statement(import);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{kind:<INDENTATION$}{}  {}",
        untrusted::line(&place),
        untrusted::name(&statement, STATEMENT)
    );
}

/// What making it lazy saves, and what it does not.
fn savings(import: &CostlyImport) -> String {
    let (saved, cut) = (&import.saved, &import.cut);
    let stays = import.obstacle.is_some() || saved.modules == 0;
    let is_kept = import
        .advice
        .as_ref()
        .is_some_and(|advice| advice.kind == AdviceKind::Keep);
    match () {
        () if cut.modules == 0 => "made lazy, it would save nothing".to_owned(),
        () if stays => format!("{} depend on it, and would stay if it were made lazy", weight(cut)),
        () if saved.modules < cut.modules => format!(
            "made lazy, it saves {} of {}, {}",
            numbers::time(saved.time_ms),
            numbers::time(cut.time_ms),
            size(saved)
        ),
        () if is_kept => format!("made lazy, it would save no more than {}", weight(saved)),
        () => format!("made lazy, it saves {}", weight(saved)),
    }
}

fn describe(measured: &Measured) -> String {
    format!(
        "measured: {} ± {} in {}",
        weight(&measured.saved),
        numbers::time(measured.uncertainty_ms),
        numbers::counted(measured.pairs, "pair"),
    )
}

fn weight(weight: &Weight) -> String {
    format!("{}, {}", numbers::time(weight.time_ms), size(weight))
}

fn size(weight: &Weight) -> String {
    format!(
        "{}, {}",
        numbers::bytes(weight.memory_bytes.max(0).unsigned_abs()),
        numbers::counted(weight.modules.max(0).unsigned_abs(), "module"),
    )
}

/// Text in the indented column, broken between words where it would be too wide.
fn paragraph(text: &mut String, content: &str) {
    wrapped(text, INDENTATION, WIDTH, &untrusted::line(content));
}
