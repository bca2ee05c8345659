//! The house rules that a compiler does not check: imports run one way, the core is pure, unsafe code stays in one room,
//! files stay short and say why they exist, and the README's exit codes are the program's.

mod imports;
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

use imports::{SourceFile, violations};

const LONGEST_FILE: usize = 400;

/// The parts that decide and describe. They are given everything, so that every decision can be tested without a machine.
const CORE: [&str; 10] = [
    "baseline",
    "budgets",
    "comparison",
    "graph",
    "model",
    "plan",
    "report",
    "stats",
    "usage",
    "verdict",
];

/// What reads a clock, a file, a process or the environment.
const IMPURE: [&[&str]; 6] = [
    &["std", "::", "env"],
    &["std", "::", "fs"],
    &["std", "::", "net"],
    &["std", "::", "process"],
    &["Instant", "::", "now"],
    &["SystemTime"],
];

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

fn sources() -> Vec<SourceFile> {
    let source = root().join("src");
    files_below(&source, "rs")
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(&source).expect("a path below src");
            SourceFile::new(relative, &fs::read_to_string(path).expect("a readable file"))
        })
        .collect()
}

#[test]
fn imports_run_one_way() {
    let found: Vec<String> = sources().iter().flat_map(violations).collect();
    assert!(found.is_empty(), "imports against the direction:\n{}", found.join("\n"));
}

#[test]
fn the_core_reads_no_clock_file_process_or_environment() {
    let mut found = Vec::new();
    for file in sources().iter().filter(|file| CORE.contains(&file.part())) {
        for window in IMPURE {
            if file.tokens.windows(window.len()).any(|tokens| tokens == window) {
                found.push(format!("src/{} uses {}", file.name, window.concat()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "the core must be given what it needs:\n{}",
        found.join("\n")
    );
}

#[test]
fn only_the_runner_is_unsafe() {
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|file| file.part() != "runner" && file.tokens.iter().any(|token| token == "unsafe"))
        .map(|file| file.name)
        .collect();
    assert!(found.is_empty(), "unsafe code outside src/runner: {found:?}");
}

#[test]
fn files_are_short_and_open_with_why_they_exist() {
    let mut found = Vec::new();
    let mut files = files_below(&root().join("src"), "rs");
    files.extend(files_below(&root().join("src"), "py"));
    files.extend(files_below(&root().join("tests"), "rs"));
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable file");
        let name = path.strip_prefix(root()).expect("a path below the crate");
        let lines = text.lines().count();
        // A test may be a long list of cases.
        if name.starts_with("src") && lines > LONGEST_FILE {
            found.push(format!(
                "{} has {lines} lines; {LONGEST_FILE} are allowed",
                name.display()
            ));
        }
        let python = path.extension().is_some_and(|extension| extension == "py");
        let opening = if python { "\"\"\"" } else { "//!" };
        if !text.starts_with(opening) {
            found.push(format!("{} does not open with {opening}", name.display()));
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
fn the_readme_lists_the_exit_codes_of_the_program() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let table: Vec<&str> = readme
        .lines()
        .skip_while(|line| !line.starts_with("| exit code |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(!table.is_empty(), "README.md has no table of exit codes");
    assert_eq!(table, exit_codes_of_the_program());
}
