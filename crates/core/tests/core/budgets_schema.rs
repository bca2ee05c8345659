//! The JSON Schema of the budgets file accepts what the program accepts, and refuses what the program refuses for its shape: held on every
//! budgets text that stands in a test of the repository, and on files made at random.
#![expect(
    clippy::disallowed_methods,
    reason = "core reads no file, and its tests read those of the repository"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use boon::{Compiler, SchemaIndex, Schemas};
use importgate_core::budgets;
use importgate_core::budgets::FileKind;
use proptest::prelude::*;
use serde_json::Value as Json;

/// What the program refuses for more than the shape of a value, by its message.
const BEYOND_SHAPE: [&str; 6] = [
    // A pattern knows no amounts.
    "is out of range for",
    // To JSON Schema 3.0 is a whole number.
    "takes a whole number, not a bare number",
    // What two keys say together.
    "more than the",
    "is above `lazy-above`",
    "can never be exceeded",
    // A text with characters that no text of a file needs.
    "is empty",
];

/// What the program refuses and the schema lets pass where there is more than ASCII in it: names have no class of Unicode to match.
const BEYOND_ASCII: [&str; 4] = [
    "is not the name of one module",
    "is not a module name or pattern",
    "cannot name a table",
    "mixes a wildcard",
];

struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema: Json = serde_json::from_str(&budgets::schema()).expect("JSON");
        let mut compiler = Compiler::new();
        compiler.add_resource("budgets.json", schema).expect("a schema");
        let mut schemas = Schemas::new();
        let index = compiler.compile("budgets.json", &mut schemas).expect("a valid schema");
        Validator { schemas, index }
    })
}

/// What the schema says against a document.
fn refused(document: &Json) -> Option<String> {
    let Validator { schemas, index } = validator();
    schemas.validate(document, *index).err().map(|error| error.to_string())
}

/// Holds the schema against the program. What is no TOML has no shape, and is passed over.
fn agree(text: &str) -> Result<(), String> {
    let Ok(document) = toml::from_str::<Json>(text) else {
        return Ok(());
    };
    match (
        budgets::parse(text, "budgets.toml", FileKind::Standalone),
        refused(&document),
    ) {
        (Ok(_), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(_), Some(refusal)) => Err(format!("the schema alone refuses it: {refusal}\n{text}")),
        (Err(mistakes), None) => {
            let beyond = |message: &str| {
                let by_name = !text.is_ascii() && BEYOND_ASCII.iter().any(|part| message.contains(part));
                by_name || BEYOND_SHAPE.iter().any(|part| message.contains(part))
            };
            let first = mistakes.iter().find(|mistake| !beyond(&mistake.message));
            first.map_or(Ok(()), |mistake| {
                Err(format!("the schema lets it pass: {mistake}\n{text}"))
            })
        }
    }
}

/// Every file below a folder with one of these endings.
fn files_below(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, endings, found);
        } else if path
            .extension()
            .is_some_and(|ending| endings.iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
}

/// The texts of a test's source that are budgets: its raw strings, and the lines between quotes of others.
fn budgets_in(source: &str) -> Vec<String> {
    let raw = source.split("r#\"").skip(1).filter_map(|rest| rest.split("\"#").next());
    let plain = source.split('"').filter(|text| text.contains("\\n"));
    let plain = plain.map(|text| text.replace("\\n", "\n"));
    let is_budgets = |text: &String| {
        let tables = [
            "layers", "modules", "startup", "commands", "gate", "measure", "project", "classes",
        ];
        text.lines()
            .any(|line| tables.iter().any(|table| line.starts_with(&format!("[{table}"))))
    };
    raw.map(str::to_owned).chain(plain).filter(is_budgets).collect()
}

#[test]
fn every_budgets_text_of_the_tests_is_judged_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = Vec::new();
    for folder in ["tests", "crates/core/tests", "crates/core/src/flows/tests"] {
        files_below(&root.join(folder), &["rs"], &mut sources);
    }
    let texts: Vec<String> = sources
        .iter()
        .flat_map(|source| budgets_in(&fs::read_to_string(source).expect("text")))
        .collect();
    let accepted = texts
        .iter()
        .filter(|text| budgets::parse(text, "budgets.toml", FileKind::Standalone).is_ok());
    let accepted = accepted.count();
    assert!(
        accepted > 50 && texts.len() - accepted > 20,
        "{accepted} of {}",
        texts.len()
    );
    let disagreements: Vec<String> = texts.iter().filter_map(|text| agree(text).err()).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
}

#[test]
fn the_files_to_copy_from_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![
        root.join("budgets.example.toml"),
        root.join("crates/core/src/budgets/reference.toml"),
    ];
    for entry in fs::read_dir(root.join("examples")).expect("a folder").flatten() {
        files.extend(Some(entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "toml")));
    }
    assert!(files.len() > 2);
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        let document: Json = toml::from_str(&text).expect("TOML");
        assert_eq!(refused(&document), None, "{}", file.display());
    }
}

#[test]
fn examples_and_defaults_are_valid_where_they_stand() {
    let schema: Json = serde_json::from_str(&budgets::schema()).expect("JSON");
    let mut seen = 0;
    for (name, section) in schema["properties"].as_object().expect("tables") {
        let (table, key) = match section.get("additionalProperties") {
            Some(Json::Object(_)) => (&section["additionalProperties"], format!("{name}.\"shop.cli\"")),
            _ => (section, name.clone()),
        };
        for (property, known) in table["properties"].as_object().expect("keys") {
            for text in ["title", "description"] {
                assert!(
                    known[text].as_str().is_some_and(|text| !text.is_empty()),
                    "{name}.{property} has no {text}"
                );
            }
            let examples = known["examples"].as_array().expect("a list");
            assert!(!examples.is_empty(), "{name}.{property} has no example");
            for value in examples.iter().chain(known.get("default")) {
                let others = beside(name, property);
                let text = format!("[{key}]\n{property} = {}\n{others}", as_toml(value));
                let mistakes = budgets::parse(&text, "budgets.toml", FileKind::Standalone);
                assert!(
                    mistakes.is_ok(),
                    "{text}\n{}",
                    mistakes.err().map(|m| m.to_string()).unwrap_or_default()
                );
                assert_eq!(agree(&text), Ok(()));
                seen += 1;
            }
        }
    }
    assert!(seen > 60);
}

/// What else a file needs so that one key of a table is no mistake.
fn beside(table: &str, key: &str) -> String {
    let needed: &[(&str, &str)] = match table {
        "layers" => &[("modules", "[\"shop\"]"), ("benchmarks", "[\"db.*\"]")],
        "commands" => &[("run", "[\"shop\"]")],
        "startup" => &[("imports", "[\"shop\"]")],
        "improvement" => &[("since", "\"old.json\""), ("time", "\"1%\"")],
        "checkpoints" => &[("targets", "[\"shop\"]")],
        _ => &[],
    };
    let needed = needed.iter().filter(|(name, _)| *name != key);
    let lines: String = needed.map(|(name, value)| format!("{name} = {value}\n")).collect();
    let measured = ["layers", "modules", "startup", "commands"].contains(&table);
    if measured {
        lines
    } else {
        format!("{lines}[modules.shop]\nmax-modules = 9\n")
    }
}

fn as_toml(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let members: Vec<String> = members.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// A value, right for some keys and wrong for others.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "\"10ms\"",
            "\"1.5 s\"",
            "\" 2min \"",
            "\"10\"",
            "\"10 ms.\"",
            "\"5%\"",
            "\"0.5%\"",
            "\"10MiB\"",
            "\"64mb\"",
            "\"\"",
            "\" \"",
            "\"warn\"",
            "\"fail\"",
            "\"time\"",
            "\"files\"",
            "\"shop\"",
            "\"layer:a\"",
            "true",
            "1.5",
            "0x10",
            "[]",
            "[\"shop\"]",
            "[\"shop\", \"shop\"]",
            "[\"shop.*\", \"shop.**.cli\"]",
            "[\"*\"]",
            "[\"a-b\"]",
            "[\"checkpoint:1\"]",
            "[\"network\"]",
            "[\"netwrok\"]",
            "[1]",
            "[[]]",
            "{ json = \"1ms\" }",
            "{ json = 1 }",
            "{}",
            "1979-05-27",
        ])
        .prop_map(str::to_owned),
        (0_u64..20_000).prop_map(|number| number.to_string()),
        "\"[0-9]{1,3}(\\.[0-9]{0,2})? ?(us|ms|s|min|h|B|KiB|MB|%|)\"",
    ]
}

/// Every key of every table, and some that no table has.
fn key() -> impl Strategy<Value = String> {
    let schema: Json = serde_json::from_str(&budgets::schema()).expect("JSON");
    let mut keys: Vec<String> = schema["properties"]
        .as_object()
        .expect("tables")
        .values()
        .flat_map(|section| [section, &section["additionalProperties"]])
        .filter_map(|table| table["properties"].as_object())
        .flat_map(|properties| properties.keys().cloned())
        .collect();
    keys.push("max-tme".to_owned());
    prop::sample::select(keys)
}

fn table() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "project",
        "gate",
        "measure",
        "classes",
        "improvement",
        "layers.a",
        "layers.\"a b\"",
        "modules.shop",
        "modules.\"shop.cli\"",
        "modules.\"a-b\"",
        "startup.s",
        "commands.c",
        "checkpoints.1A",
        "layers",
        "layer.a",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn files_made_at_random_are_judged_alike(
        tables in prop::collection::vec((table(), prop::collection::vec((key(), value()), 0..4)), 1..4),
    ) {
        let mut text = "[modules.always]\nmax-modules = 9\n".to_owned();
        for (table, lines) in tables {
            text.push_str(&format!("[{table}]\n"));
            for (key, value) in lines {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        prop_assert_eq!(agree(&text), Ok(()));
    }

    #[test]
    fn one_right_or_wrong_line_is_judged_alike(table in table(), key in key(), value in value()) {
        let section = table.split('.').next().unwrap_or_default().to_owned();
        let others = beside(&section, &key);
        let text = format!("[{table}]\n{key} = {value}\n{others}");
        prop_assert_eq!(agree(&text), Ok(()));
    }
}
