//! Commands of importgate in the text of a script, a workflow or a sentence.

use clap::Parser;
use clap::error::ErrorKind;
use importgate::cli::Cli;

/// What may stand in front of a command.
const BEFORE: [&str; 13] = [
    "-",
    "run:",
    "command:",
    "script:",
    "commands =",
    "&&",
    "||",
    "|",
    "$",
    "sh '",
    "uvx",
    "pipx run",
    "exec",
];
/// What ends one.
const BEHIND: [&str; 8] = ["&&", "||", "|", ";", "#", ">", "2>", "<"];
/// How the program is called in a clone.
const IN_A_CLONE: &str = "cargo run --release -- ";

/// The arguments of each call of importgate.
pub(super) fn calls(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ").replace(IN_A_CLONE, "importgate ");
    script.lines().flat_map(calls_in_line).collect()
}

fn calls_in_line(line: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for (at, name) in line.match_indices("importgate ") {
        let folder_and_before = &line[..at];
        let before = match folder_and_before.rsplit_once([' ', '\'', '`']) {
            // A program that is called by its path.
            Some((_, path)) if path.ends_with('/') => folder_and_before.trim_end_matches(path),
            None if folder_and_before.ends_with('/') => "",
            _ => folder_and_before,
        };
        let before = before.trim();
        if before.is_empty() || BEFORE.iter().any(|word| before.ends_with(word)) {
            calls.push(words(&line[at + name.len()..]));
        }
    }
    calls
}

/// The words of a command up to its end, without their quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for character in command.chars().chain([' ']) {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ') => {
                let Some(word) = word.take() else { continue };
                if BEHIND.contains(&word.as_str()) {
                    return words;
                }
                words.push(word);
            }
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    // A quote that stays open is that of the language around the command.
    let last = word.as_deref().unwrap_or_default().trim_end();
    words.extend((!last.is_empty()).then(|| last.to_owned()));
    words
}

/// Why the program would not take these arguments; `MODULE` and the like stand for something.
pub(super) fn refusal(arguments: &[String]) -> Option<String> {
    let error = Cli::try_parse_from(std::iter::once("importgate").chain(arguments.iter().map(String::as_str))).err()?;
    let is_placeholder = |word: &String| word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase);
    let is_understood = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        // A command that is only named lacks what it is given.
        ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            arguments.len() == 1
        }
        ErrorKind::InvalidValue => arguments.iter().any(is_placeholder),
        _ => false,
    };
    (!is_understood).then(|| error.to_string())
}

#[test]
fn calls_are_found_where_they_are_commands() {
    let script = "pip install importgate\n- run: importgate check --format json=a.json > b\nstatus=0 && uvx importgate check \\\n  --quiet || true\n\
                  sh '.tools/bin/importgate check \"a b\"'\ncargo run --release -- record   # importgate is built\n";
    let found: Vec<String> = calls(script).iter().map(|call| call.join(",")).collect();
    assert_eq!(
        found,
        ["check,--format,json=a.json", "check,--quiet", "check,a b", "record"]
    );
}

#[test]
fn what_the_program_does_not_know_is_refused() {
    let refused = |line: &str| refusal(&words(line)).is_some();
    assert!(!refused("check --against origin/main") && !refused("explain") && !refused("completions SHELL"));
    assert!(refused("chekc") && refused("check --against-head main") && refused("explain --why"));
}
