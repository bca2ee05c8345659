//! The page of every key of the budgets file is made of the schema. `UPDATE_SCHEMA=1 cargo test --test repository budgets_page`
//! rewrites it.

use std::{env, fs};

use serde_json::Value;

use crate::documents::root;

const PAGE: &str = "docs/budgets-reference.md";
const OPENING: &str = "# Every key of the budgets file

What each table may have, made of `schemas/budgets.schema.json`, which an editor can read too (`importgate schema budgets`).
[The budgets file](budgets.md) says what it is for, with an example. Times are written with a unit (`us`, `ms`, `s`, `min`), so is memory
(`B`, `KiB`, `MiB`, `GiB`, `kB`, `MB`, `GB`), and shares with `%`; a bare number is a mistake.
";
/// The tables in the order in which a file has them; others follow.
const ORDER: [&str; 10] = [
    "project",
    "layers",
    "modules",
    "startup",
    "commands",
    "gate",
    "measure",
    "classes",
    "checkpoints",
    "improvement",
];

#[test]
fn the_page_of_every_key_is_made_of_the_schema() {
    let schema = fs::read_to_string(root().join("schemas/budgets.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let page = page(&schema);
    let path = root().join(PAGE);
    if env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        fs::write(&path, &page).expect("the page is written");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "{PAGE} is out of date: run `UPDATE_SCHEMA=1 cargo test --test repository budgets_page`"
    );
}

fn page(schema: &Value) -> String {
    let tables = schema["properties"].as_object().expect("tables");
    let known = ORDER.iter().filter_map(|name| tables.get(*name));
    let others = tables.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    let mut page = OPENING.to_owned();
    for table in known.chain(others.map(|(_, table)| table)) {
        // Of a table of tables, one of them.
        let one = Some(&table["additionalProperties"]).filter(|one| one.is_object() && one["properties"].is_object());
        section(&mut page, one.unwrap_or(table));
    }
    page
}

fn section(page: &mut String, table: &Value) {
    let text = |key: &str| table[key].as_str().unwrap_or_default();
    page.push_str(&format!("\n## `{}`\n\n{}\n\n", text("title"), text("description")));
    page.push_str("| key | example | default | what it says |\n| --- | --- | --- | --- |\n");
    let keys = table["properties"].as_object().into_iter().flatten();
    for (name, key) in keys {
        page.push_str(&row(name, key, is_required(table, name)));
    }
}

fn is_required(table: &Value, name: &str) -> bool {
    let required = table["required"].as_array().into_iter().flatten();
    required.into_iter().any(|required| required == name)
}

fn row(name: &str, key: &Value, is_required: bool) -> String {
    let code = |value: &Value| format!("`{}`", value.to_string().replace('|', "\\|"));
    let example = key["examples"].get(0).map(code).unwrap_or_default();
    let default = match key.get("default") {
        _ if is_required => "required".to_owned(),
        Some(default) => code(default),
        None => String::new(),
    };
    let says = key["description"].as_str().unwrap_or_default().replace('|', "\\|");
    format!("| `{name}` | {example} | {default} | {says} |\n")
}
