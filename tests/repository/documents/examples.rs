//! What the documents show can be used as it stands: commands, budgets files and workflows.

use std::collections::BTreeSet;

use importgate_core::budgets::{self, FileKind};
use importgate_core::checks::Code;
use saphyr::{LoadableYamlNode, Yaml};

use super::{Block, Page, shell};
use crate::action::Action;

/// Languages whose blocks are no commands: what was printed, and what has its own test.
const NO_COMMANDS: [&str; 4] = ["text", "json", "toml", "python"];

#[test]
fn every_command_is_one_that_the_program_takes() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for page in Page::all() {
        let blocks = page.blocks().into_iter();
        let scripts = blocks.filter(|block| !NO_COMMANDS.contains(&block.language.as_str()));
        let scripts = scripts.map(|block| typed(&block)).chain(page.quoted());
        for arguments in scripts.flat_map(|script| shell::calls(&script)) {
            seen += 1;
            wrong
                .extend(shell::refusal(&arguments).map(|why| format!("{}: {}\n{why}", page.name, arguments.join(" "))));
        }
    }
    assert!(seen > 100, "only {seen} commands were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What somebody types: of a session, the lines behind a prompt.
fn typed(block: &Block) -> String {
    let lines = block.code.lines();
    let is_typed = |line: &&str| block.language != "console" || line.starts_with("$ ");
    lines.filter(is_typed).map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_budgets_file_is_valid() {
    let mut wrong = Vec::new();
    for page in Page::all() {
        let is_written_here = |block: &&Block| block.language == "toml" && !block.code.starts_with("--8<--");
        for block in page.blocks().iter().filter(is_written_here) {
            // An excerpt may name nothing to measure.
            let (kind, target) = if block.code.contains("[tool.importgate") {
                (FileKind::Pyproject, "[tool.importgate.modules.excerpt]\n")
            } else {
                (FileKind::Standalone, "[modules.excerpt]\n")
            };
            let read = budgets::parse(&format!("{}\n{target}", block.code), "budgets.toml", kind);
            wrong.extend(read.err().map(|mistakes| format!("{}:\n{mistakes}", page.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_workflow_is_yaml_and_gives_the_action_inputs_that_it_has() {
    let action = Action::load();
    let mut steps = 0;
    for page in Page::all() {
        for block in page.blocks().iter().filter(|block| block.language == "yaml") {
            let documents = Yaml::load_from_str(&block.code);
            let documents = documents.unwrap_or_else(|error| panic!("{}: {error}\n{}", page.name, block.code));
            assert_eq!(documents.len(), 1, "{}:\n{}", page.name, block.code);
            for input in documents.iter().flat_map(inputs_of_the_action) {
                steps += 1;
                assert!(
                    action.inputs.contains_key(&input),
                    "{}: `{input}` is no input",
                    page.name
                );
            }
        }
    }
    assert!(steps > 0, "no page uses the action");
}

/// The names of what is handed to the action, wherever it is a step.
fn inputs_of_the_action(yaml: &Yaml<'_>) -> Vec<String> {
    if let Some(sequence) = yaml.as_sequence() {
        return sequence.iter().flat_map(inputs_of_the_action).collect();
    }
    let uses = yaml.as_mapping_get("uses").and_then(Yaml::as_str).unwrap_or_default();
    if uses.starts_with("importgate/importgate@") {
        let inputs = yaml.as_mapping_get("with").and_then(Yaml::as_mapping);
        let names = inputs.into_iter().flatten().filter_map(|(name, _)| name.as_str());
        return names.map(str::to_owned).collect();
    }
    let values = yaml.as_mapping().into_iter().flatten().map(|(_, value)| value);
    values.flat_map(inputs_of_the_action).collect()
}

/// What stands in the brackets behind the severity of a finding.
fn printed_codes(text: &str) -> BTreeSet<String> {
    let behind = ["error[", "warning[", "note["]
        .iter()
        .flat_map(|word| text.split(word).skip(1));
    let lists = behind.filter_map(|rest| rest.split_once(']')).map(|(codes, _)| codes);
    lists.flat_map(|codes| codes.split(", ")).map(str::to_owned).collect()
}

#[test]
fn every_code_of_a_finding_is_one_that_the_program_prints() {
    for page in Page::all() {
        for code in printed_codes(&page.text) {
            let known = serde_json::from_value::<Code>(code.clone().into());
            assert!(known.is_ok(), "{}: {code}", page.name);
        }
    }
}

#[test]
fn a_page_of_a_finding_shows_that_finding() {
    let findings = Page::all()
        .into_iter()
        .filter(|page| page.name.starts_with("docs/findings/"));
    for page in findings {
        let code = page.name.trim_start_matches("docs/findings/").trim_end_matches(".md");
        let first = page.blocks().into_iter().find(|block| block.language == "text");
        let shown = first.map_or_else(BTreeSet::new, |block| printed_codes(&block.code));
        assert!(code == "index" || shown.contains(code), "{}: {shown:?}", page.name);
    }
}
