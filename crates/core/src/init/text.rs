//! The text of a first budgets file, with the reasons in comments.

use std::fmt::Write;

use super::ceilings::Ceilings;
use super::django::Django;
use super::layers::LayerPlan;
use super::proposal::Proposal;
use super::round;
use crate::budgets::FileKind;
use crate::budgets::units::format_time;
use crate::numbers;
use crate::report::untrusted;

/// Where the JSON Schema of the file is read by editors.
const SCHEMA: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/schemas/budgets.schema.json");
/// A list that is longer goes over several lines.
const WIDTH: usize = 100;
/// An import is stopped after this long where nobody says otherwise: a ceiling as high would never be exceeded.
const USUAL_TIMEOUT_MS: f64 = 10_000.0;
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

    /// Some items of a list, with what they have in common.
    fn items(&mut self, comment: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.line(&format!("    # {comment}"));
        for item in items {
            self.line(&format!("    {},", self::quoted(item)));
        }
    }
}

fn head(text: &mut Text, proposal: &Proposal) {
    let Some(measured_by) = &proposal.measured_by else {
        return;
    };
    let policy = &proposal.policy;
    let times = match policy.max_time_ms {
        Some(limit) => format!(
            "Of times {} was asked for{}; numbers of modules have",
            format_time(limit),
            if policy.accept_current {
                ", and what takes longer today has a table of its own: it may become no worse"
            } else {
                ""
            }
        ),
        None => format!(
            "Ceilings leave room to spare: {} times what the slowest module of a layer took, and",
            policy.room()
        ),
    };
    text.comment(&format!(
        "Import-time budgets, proposed by `importgate init` from what was measured with {measured_by}. {times} {} times as many \
         modules as the largest of them loads, rounded up. Tighten them as you like. A module that becomes slower below its ceiling \
         is caught once `importgate record` has stored a baseline.",
        policy.room_of_modules()
    ));
    if let Some(levels) = proposal.outline.extent.levels {
        let all = proposal.outline.modules.kept.len() as u64;
        text.comment(&format!(
            "Of {}, {} are measured, so that a check stays quick: {}.",
            numbers::counted(all, "module"),
            numbers::count(proposal.modules() as u64),
            measured(levels, proposal.outline.extent.also)
        ));
    }
    if !proposal.left_out.is_empty() {
        let name = |(module, time_ms): (&String, &f64)| format!("{module} ({})", numbers::time(*time_ms));
        let names: Vec<String> = proposal.left_out.iter().map(name).collect();
        text.comment(&format!(
            "Not measured, since a check would take too long with all of them: {}. To have one measured, add it to the `modules` of \
             its layer.",
            names.join(", ")
        ));
    }
}

/// Which modules those are that are measured.
fn measured(levels: usize, also: Option<&str>) -> String {
    let near = match levels {
        0 => "the packages themselves".to_owned(),
        levels => format!(
            "those down to {} below a package",
            numbers::counted(levels as u64, "level")
        ),
    };
    match also {
        Some(name) => format!("{near}, and the `{name}` in them, which load the views"),
        None => near,
    }
}

fn project(text: &mut Text, proposal: &Proposal) {
    text.line("");
    text.table("project");
    text.list("source-roots", &proposal.outline.discovery.source_roots);
    if let Some(Django { settings, .. }) = &proposal.outline.discovery.django {
        text.line(&format!("env = {{ DJANGO_SETTINGS_MODULE = {} }}", quoted(settings)));
        text.text("setup", "django:setup");
    }
    if let Some(reason) = &proposal.outline.without_django {
        text.comment(&format!(
            "Django is not set up, since that fails here: {}. Once it works, `importgate init --force` measures what needs it.",
            shortened(reason)
        ));
    }
    let patterns = &proposal.patterns;
    if !patterns.excludes_nothing() {
        text.line("exclude = [");
        text.items("tests, data, and what others wrote", &patterns.no_part);
        for (reason, names) in &patterns.failing {
            text.items(&shortened(reason), names);
        }
        text.items("left out", &patterns.others);
        text.line("]");
    }
    let slowest = proposal.highest_ceiling_ms();
    if slowest >= USUAL_TIMEOUT_MS {
        text.line("");
        text.table("measure");
        text.text("timeout", &format_time(round::time_ms(slowest * 1.5)));
    }
}

fn layer_table(text: &mut Text, layer: &LayerPlan, proposal: &Proposal) {
    let ceilings = proposal.ceilings.get(&layer.name);
    text.line("");
    if let Some(Ceilings { slowest, package, .. }) = ceilings {
        let modules = numbers::counted(layer.modules.len() as u64, "module");
        let (name, time_ms) = slowest;
        text.comment(&format!(
            "{modules}, the slowest {name} with {}",
            numbers::time(*time_ms)
        ));
        if let Some((package, time_ms)) = package {
            text.comment(&format!(
                "Each loads {package} first, which takes {} by itself. With `preload = [{}]` they pay for what they add to it, and \
                 {package} wants a ceiling of its own.",
                numbers::time(*time_ms),
                quoted(package)
            ));
        }
    }
    text.table(&format!("layers.{}", key(&layer.name)));
    let patterns = proposal.patterns.layers.get(&layer.name);
    text.list("modules", patterns.map_or(&[], Vec::as_slice));
    let Some(ceilings) = ceilings else { return };
    text.text("max-time", &format_time(ceilings.max_time_ms));
    text.line(&format!("max-modules = {}", ceilings.max_modules));
    if !proposal.forbid.is_empty() {
        text.list("forbid", &proposal.forbid);
    }
}

/// Modules that take far longer than the rest of their layer, or than it may.
fn apart(text: &mut Text, proposal: &Proposal) {
    for (module, figures) in proposal.ceilings.values().flat_map(|ceilings| &ceilings.apart) {
        let (time_ms, modules) = proposal.policy.of_module(figures);
        let why = match proposal.policy.max_time_ms {
            Some(limit) => format!("over {} today, and no worse than that", format_time(limit)),
            None => "far slower than the rest of its layer".to_owned(),
        };
        text.line("");
        text.comment(&format!("{why}: {}", numbers::time(figures.time_ms)));
        text.table(&format!("modules.{}", quoted(module)));
        text.text("max-time", &format_time(time_ms));
        text.line(&format!("max-modules = {modules}"));
    }
}

fn commands(text: &mut Text, proposal: &Proposal) {
    let is_draft = proposal.measured_by.is_none();
    for command in &proposal.outline.commands {
        let time_ms = proposal.commands.get(&command.name);
        if time_ms.is_none() && !is_draft {
            continue;
        }
        text.line("");
        if let Some(time_ms) = time_ms {
            let about = command.about.map_or(String::new(), |about| format!("{about}: "));
            text.comment(&format!("{about}a whole run took {}", numbers::time(*time_ms)));
        }
        text.table(&format!("commands.{}", key(&command.name)));
        text.list("run", &command.run);
        if let Some(time_ms) = time_ms {
            text.text("max-time", &format_time(proposal.policy.of_command_ms(*time_ms)));
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
