//! The JSON Schema of the budgets file, for editors: made of the same declarations that the file is read by.

use serde_json::{Map, Value as Json, json};

use super::keys::{FILE, Keys, Names, Section, Tables, module_pattern, name_pattern};

/// Where the catalogue that editors read has it.
const ID: &str = "https://json.schemastore.org/importgate.json";

/// The JSON Schema of a budgets file, and of the table `[tool.importgate]` of a pyproject.toml, which has the same keys. It is of the draft
/// that Taplo and the catalogue ask for.
///
/// What it accepts the program may still refuse, where it takes more than the shape of a value to tell: a time above an hour, bounds
/// that contradict each other, modules that do not exist. What the program accepts it accepts.
pub fn schema() -> String {
    let properties: Map<String, Json> = FILE
        .iter()
        .map(|section| (section.name.to_owned(), of_section(section)))
        .collect();
    let measured = FILE.iter().filter(|section| section.is_measured);
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID,
        "title": "Budgets of importgate",
        "description": "What Python imports may cost: importgate.toml, budgets.toml, or [tool.importgate] in pyproject.toml.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "anyOf": measured.map(|section| names_something(section.name)).collect::<Json>(),
    });
    let mut text = format!("{schema:#}");
    text.push('\n');
    text
}

/// A file without anything to measure is a mistake.
fn names_something(section: &str) -> Json {
    json!({"required": [section], "properties": {section: {"minProperties": 1}}})
}

fn of_section(section: &Section) -> Json {
    let table = of_table(section);
    let pattern = match section.tables {
        Tables::One => return table,
        Tables::Named(Names::Chosen) => name_pattern(),
        Tables::Named(Names::Module) => module_pattern(),
        Tables::NamedBeside(own) => return beside(section, own, table),
    };
    json!({
        "type": "object",
        "title": format!("[{}]", section.name),
        "description": section.about,
        "additionalProperties": table,
        "propertyNames": {"pattern": pattern},
    })
}

/// A section with keys of its own beside tables of any name.
fn beside(section: &Section, own: Keys, table: Json) -> Json {
    let heading = format!("[{}]", section.name);
    let own = own.iter().flat_map(|group| group.iter());
    let properties: Map<String, Json> = own.map(|key| (key.name().to_owned(), key.schema(&heading))).collect();
    json!({
        "type": "object",
        "title": heading,
        "description": section.about,
        "properties": properties,
        "additionalProperties": table,
    })
}

fn of_table(section: &Section) -> Json {
    let heading = section.heading();
    let properties: Map<String, Json> = section
        .keys()
        .map(|key| (key.name().to_owned(), key.schema(&heading)))
        .collect();
    let required: Vec<&str> = section
        .keys()
        .filter(|key| key.is_required())
        .map(|key| key.name())
        .collect();
    let mut table = json!({
        "type": "object",
        "title": heading,
        "description": section.about,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    for (member, rule) in (section.rules)() {
        table[member] = rule;
    }
    table
}
