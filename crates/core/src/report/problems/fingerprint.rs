//! What makes a problem the same one in the next run. A service that shows problems tells by it which are new, which are still there
//! and which are gone, so it must hold neither the number of a line, which changes with every edit above it, nor a measured value,
//! which changes with every run, nor the name of a machine.
//!
//! - With a cause, it is the rule and what the cause goes back to: the file and the text of an import statement, a module, a
//!   distribution without its version. Targets are no part of it: a line that slows one target more is the line that was there.
//! - Without one, it is the rule, the key of the budgets that asked and the targets, since nothing else tells one from another.
//! - What is still the same twice, such as two equal lines of one file, is counted in the order of the file.

use super::Problem;
use crate::checks::Code;
use crate::observed::ContentHash;
use crate::report::paragraphs::Paragraph;
use crate::report::repository::Repository;
use crate::report::{Cause, Finding};

/// What a problem is about, as text that is the same in every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity(Vec<String>);

impl Identity {
    pub(super) fn of(paragraph: &Paragraph<'_>, rule: Code, repository: &Repository) -> Self {
        let mut parts = vec![rule.as_str().to_owned()];
        match paragraph.cause {
            Some(cause) => parts.extend(of_cause(cause, repository)),
            None => parts.extend(of_findings(paragraph)),
        }
        Self(parts)
    }

    /// As 16 hexadecimal digits, with further texts and with the number of the problem among those of this identity.
    pub(super) fn hash(&self, further: &[&str], ordinal: u64) -> String {
        let ordinal = ordinal.to_string();
        let parts = self.0.iter().map(String::as_str).chain(further.iter().copied());
        // A separator that no name has: else two names in a row would be the same as one longer name.
        let text: Vec<&str> = parts.chain([ordinal.as_str()]).collect();
        ContentHash::of(text.join("\0").as_bytes()).to_string()
    }
}

/// Counts the problems that have one identity, in the order in which they stand in the repository.
pub(super) fn number(problems: &mut [Problem]) {
    let mut order: Vec<usize> = (0..problems.len()).collect();
    order.sort_by(|one, other| problems[*one].location().cmp(problems[*other].location()));
    for position in 0..order.len() {
        let (before, rest) = order.split_at(position);
        let same = |index: &&usize| problems[**index].identity == problems[rest[0]].identity;
        problems[rest[0]].ordinal = before.iter().filter(same).count() as u64 + 1;
    }
}

fn of_cause(cause: &Cause, repository: &Repository) -> Vec<String> {
    let mut id = without_lines(&cause.id);
    let Some(place) = cause.place().filter(|place| cause.id.contains(&place.to_string())) else {
        return vec![id];
    };
    // From the root: the same file has other names in other folders.
    if let Some(path) = repository.path_of(&place.file) {
        id = id.replacen(&without_lines(&place.file), &path, 1);
    }
    // The statement tells one line of a file from another. Where its text is not at hand, what it imports does.
    let statement = match &cause.source {
        Some(source) => source.text.trim().to_owned(),
        None => format!("{} {}", cause.importer.as_deref().unwrap_or_default(), cause.module),
    };
    vec![id, statement]
}

fn of_findings(paragraph: &Paragraph<'_>) -> Vec<String> {
    let key = |finding: &&Finding| Some(finding.budget.as_ref()?.text.split(" = ").next()?.to_owned());
    let mut parts: Vec<String> = paragraph.findings.iter().find_map(key).into_iter().collect();
    let mut targets = paragraph.targets();
    targets.sort_unstable();
    // What is about the whole run is told by its sentence, less the figures in it.
    if targets.is_empty() {
        let sentences = paragraph.findings.iter().map(|finding| &finding.message);
        parts.extend(sentences.map(|sentence| sentence.replace(|character: char| character.is_ascii_digit(), "")));
    }
    parts.extend(targets.into_iter().map(str::to_owned));
    parts
}

/// The text without the numbers behind colons.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(':');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        if rest.len() == part.len() {
            plain.push(':');
        }
        plain.push_str(rest);
    }
    plain
}
