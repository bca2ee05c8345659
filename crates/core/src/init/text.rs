//! The text of a first budgets file, with the reasons in comments.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::ceilings::Ceilings;
use super::layers::LayerPlan;
use super::proposal::Proposal;
use crate::budgets::FileKind;
use crate::budgets::units::format_time;
use crate::numbers;
use crate::report::untrusted;

/// Where the JSON Schema of the file is read by editors.
const SCHEMA: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/schemas/budgets.schema.json");
/// A list that is longer goes over several lines.
const WIDTH: usize = 100;
/// How much of a reason is shown.
const REASON: usize = 120;

/// Writes the file, or the tables of a pyproject.toml.
pub(super) fn render(proposal: &Proposal, kind: FileKind) -> String {
    let mut text = Text {
        out: String::new(),
        prefix: match kind {
            FileKind::Standalone => "",
            FileKind::Pyproject => "tool.importgate.",
        },
    };
    if kind == FileKind::Standalone {
        text.line(&format!("#:schema {SCHEMA}"));
    }
    head(&mut text, proposal);
    project(&mut text, proposal);
    for layer in &proposal.outline.layers {
        layer_table(&mut text, layer, proposal);
    }
    apart(&mut text, proposal);
    commands(&mut text, proposal);
    text.out
}

/// A text that grows.
struct Text {
    out: String,
    /// What stands before the name of each table.
    prefix: &'static str,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn comment(&mut self, text: &str) {
        for line in wrapped(text, WIDTH) {
            self.line(&format!("# {line}"));
        }
    }

    fn table(&mut self, name: &str) {
        let header = format!("[{}{name}]", self.prefix);
        self.line(&header);
    }

    fn text(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.out, "{key} = {}", quoted(value));
    }

    fn list(&mut self, key: &str, values: &[String]) {
        let quoted: Vec<String> = values.iter().map(|value| self::quoted(value)).collect();
        let line = format!("{key} = [{}]", quoted.join(", "));
        if line.chars().count() <= WIDTH {
            self.line(&line);
            return;
        }
        self.line(&format!("{key} = ["));
        for value in quoted {
            self.line(&format!("    {value},"));
        }
        self.line("]");
    }
}

fn head(text: &mut Text, proposal: &Proposal) {
    let Some(measured_by) = &proposal.measured_by else {
        return;
    };
    let room = &proposal.room;
    text.comment(&format!(
        "Import-time budgets, proposed by `importgate init` from what was measured with {measured_by}. Ceilings leave room to spare: \
         {} times what the slowest module of a layer took, and {} times as many modules as the largest of them loads, rounded up. \
         Tighten them as you like. A module that becomes slower below its ceiling is caught once `importgate record` has stored \
         a baseline.",
        room.time, room.modules
    ));
    if let Some(depth) = proposal.outline.depth {
        let all = proposal.outline.modules.kept.len() as u64;
        text.comment(&format!(
            "Of {}, {} are measured: those down to {} below a package, so that a check stays quick.",
            numbers::counted(all, "module"),
            numbers::count(proposal.modules() as u64),
            numbers::counted(depth as u64, "level")
        ));
    }
    failing(text, proposal);
}

/// The modules that are left out since they cannot be imported alone, those of one reason together.
fn failing(text: &mut Text, proposal: &Proposal) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, reason) in proposal.failing() {
        by_reason.entry(reason).or_default().push(name);
    }
    for (reason, names) in by_reason {
        let names = numbers::first_names(names.into_iter());
        text.comment(&format!("Left out: {names}: {}", shortened(reason)));
    }
}

fn project(text: &mut Text, proposal: &Proposal) {
    text.line("");
    text.table("project");
    text.list("source-roots", &proposal.outline.discovery.source_roots);
}

fn layer_table(text: &mut Text, layer: &LayerPlan, proposal: &Proposal) {
    let ceilings = proposal.ceilings.get(&layer.name);
    text.line("");
    if let Some(Ceilings { slowest, .. }) = ceilings {
        let modules = numbers::counted(layer.modules.len() as u64, "module");
        let (name, time_ms) = slowest;
        text.comment(&format!(
            "{modules}, the slowest {name} with {}",
            numbers::time(*time_ms)
        ));
    }
    text.table(&format!("layers.{}", key(&layer.name)));
    text.list("modules", &proposal.patterns(layer));
    let Some(ceilings) = ceilings else { return };
    text.text("max-time", &format_time(ceilings.max_time_ms));
    text.line(&format!("max-modules = {}", ceilings.max_modules));
    if !proposal.forbid.is_empty() {
        text.list("forbid", &proposal.forbid);
    }
}

/// Modules that take far longer than the rest of their layer.
fn apart(text: &mut Text, proposal: &Proposal) {
    for (module, figures) in proposal.ceilings.values().flat_map(|ceilings| &ceilings.apart) {
        let (time_ms, modules) = proposal.ceiling_of(figures);
        text.line("");
        text.comment(&format!(
            "far slower than the rest of its layer: {}",
            numbers::time(figures.time_ms)
        ));
        text.table(&format!("modules.{}", quoted(module)));
        text.text("max-time", &format_time(time_ms));
        text.line(&format!("max-modules = {modules}"));
    }
}

fn commands(text: &mut Text, proposal: &Proposal) {
    let is_draft = proposal.measured_by.is_none();
    for command in &proposal.outline.commands {
        let time_ms = proposal.commands.get(&command.program);
        if time_ms.is_none() && !is_draft {
            continue;
        }
        text.line("");
        if let Some(time_ms) = time_ms {
            text.comment(&format!("a whole run took {}", numbers::time(*time_ms)));
        }
        text.table(&format!("commands.{}", key(&command.program)));
        text.list("run", &[command.program.clone(), "--help".to_owned()]);
        if let Some(time_ms) = time_ms {
            text.text("max-time", &format_time(proposal.command_ceiling_ms(*time_ms)));
        }
    }
}

/// What stands in the header of a table.
fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if name.chars().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A reason that fits into a comment.
fn shortened(reason: &str) -> String {
    let line = untrusted::line(reason);
    if line.chars().count() <= REASON {
        return line;
    }
    line.chars().take(REASON).chain("...".chars()).collect()
}

/// A basic string of TOML.
fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
