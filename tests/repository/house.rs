//! The house rules that neither the compiler nor clippy checks: files say why they exist, and the exit codes of the
//! documents are the program's.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(current) = pending.pop() {
        for entry in fs::read_dir(&current).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_open_with_why_they_exist() {
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests"] {
        for (extension, opening) in [("rs", "//!"), ("py", "\"\"\"")] {
            for path in files_below(&root().join(folder), extension) {
                // What these are is in two lines that the test of theirs reads; some are no text.
                if path.starts_with(root().join("tests/hostile/modules")) {
                    continue;
                }
                let text = fs::read_to_string(&path).expect("a readable file");
                if !text.starts_with(opening) {
                    found.push(format!("{} does not open with {opening}", path.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The constants of `src/exit.rs` with their doc comments, as rows of a table.
fn exit_codes_of_the_program() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/exit.rs")).expect("src/exit.rs");
    let mut meaning = Vec::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("///") {
            meaning.push(words.trim());
        } else if line.starts_with("pub const ") {
            let code = line.rsplit("= ").next().expect("a value").trim_end_matches(';');
            rows.push(format!("| {code} | {} |", meaning.join(" ")));
            meaning.clear();
        }
    }
    rows
}

#[test]
fn the_commands_page_lists_the_exit_codes_of_the_program() {
    let page = fs::read_to_string(root().join("docs/commands.md")).expect("docs/commands.md");
    let table: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| exit code |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(!table.is_empty(), "docs/commands.md has no table of exit codes");
    assert_eq!(table, exit_codes_of_the_program());
}

/// Folders that the documents leave out in front of a path.
const UNDERSTOOD: [&str; 8] = [
    "",
    "src",
    "crates/core/src",
    "crates/core/src/budgets",
    "crates/core/src/budgets/keys",
    "crates/core/src/report/comment",
    "crates/probe/src",
    "crates/probe/src/python",
];

#[test]
fn the_documents_name_files_that_are_there() {
    let mut named = 0;
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(document)).expect(document);
        let quoted = text.split('`').skip(1).step_by(2);
        let is_path = |word: &&str| {
            let source = [".rs", ".py", ".md", ".toml"]
                .iter()
                .any(|ending| word.ends_with(ending));
            let made_by_a_command = word.starts_with("target/");
            (source || word.contains('/')) && !made_by_a_command && !word.contains([' ', '*', '<', '$'])
        };
        for path in quoted.filter(is_path) {
            named += 1;
            if !UNDERSTOOD.iter().any(|folder| root().join(folder).join(path).exists()) {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(named > 40, "only {named} paths were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
