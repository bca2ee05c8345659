//! Kinds of values. Each is read and described in one place, so that what an editor accepts is what the program accepts: as far as JSON
//! Schema can say it, since a pattern tells a time from any other text, and not whether it is above an hour.

use std::ops::RangeInclusive;

use serde_json::{Value as Json, json};

use crate::budgets::Cited;
use crate::budgets::benchmarks::NamePattern;
use crate::budgets::limits::{is_module_name, module_help, not_a_module};
use crate::budgets::names;
use crate::budgets::pattern::Pattern;
use crate::budgets::quantity::Quantity;
use crate::budgets::select::CHECKPOINT;
use crate::budgets::units;
use crate::budgets::value::{Located, Value};
use crate::budgets::withheld::{VariablePattern, is_variable_name};

/// A kind of value.
pub(in crate::budgets) trait Kind {
    /// What is read.
    type Value;

    /// The value, if it is one; whatever does not fit is reported.
    fn read(&self, value: &Value<'_>) -> Option<Located<Self::Value>>;

    /// Which values there are.
    fn schema(&self) -> Json;

    /// A value as JSON, and TOML, write it.
    fn written(&self, value: &Self::Value) -> Json;
}

/// A list with the place of each element.
type List<T> = Vec<Located<T>>;

/// A time in milliseconds, within these.
pub(in crate::budgets) struct Time(pub(super) RangeInclusive<f64>);

/// An amount of memory in bytes, within these.
pub(in crate::budgets) struct Memory(pub(super) RangeInclusive<u64>);

/// A share as a fraction, within these.
pub(in crate::budgets) struct Share(pub(super) RangeInclusive<f64>);

/// A time, an amount of memory, a rate, a share, or a number without a unit.
pub(in crate::budgets) struct AnyQuantity;

/// At least one name of a benchmark, or pattern of such names.
pub(in crate::budgets) struct BenchmarkNames;

/// A whole number within these.
pub(in crate::budgets) struct Count(pub(super) RangeInclusive<u64>);

/// A text that is not blank.
pub(in crate::budgets) struct Text;

/// A list of such texts, in which none stands twice; it may be empty.
pub(in crate::budgets) struct Texts;

/// A command: a program and its arguments.
pub(in crate::budgets) struct CommandLine;

/// Names of modules; an empty list takes back what a wider table asks.
pub(in crate::budgets) struct ModuleNames;

/// At least one name of a module.
pub(in crate::budgets) struct SomeModuleNames;

/// At least one pattern of module names.
pub(in crate::budgets) struct Patterns;

/// At least one name of a target, pattern of such names, or group of targets.
pub(in crate::budgets) struct Words {
    /// Whether a checkpoint may be one of the groups.
    pub(super) checkpoints: bool,
}

/// One of a few words.
pub(in crate::budgets) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

/// A list of words out of a few, in which none stands twice.
pub(in crate::budgets) struct Choices<T: 'static>(pub(super) &'static [(&'static str, T)]);

/// A table with the value of each environment variable that it names.
pub(in crate::budgets) struct Variables;

/// Names of environment variables, each of which may end in an asterisk, in which none stands twice; it may be empty.
pub(in crate::budgets) struct VariableNames;

/// A function to call: `module:function`.
pub(in crate::budgets) struct Call;

/// A table with a time in milliseconds, within these, for each module that it names.
pub(in crate::budgets) struct TimesOfModules(pub(super) RangeInclusive<f64>);

impl Kind for Time {
    type Value = f64;

    fn read(&self, value: &Value<'_>) -> Option<Located<f64>> {
        value.time_ms(&self.0)
    }

    fn schema(&self) -> Json {
        text_like(&units::time_pattern())
    }

    fn written(&self, ms: &f64) -> Json {
        units::format_time(*ms).into()
    }
}

impl Kind for Memory {
    type Value = u64;

    fn read(&self, value: &Value<'_>) -> Option<Located<u64>> {
        value.memory_bytes(&self.0)
    }

    fn schema(&self) -> Json {
        text_like(&units::memory_pattern())
    }

    fn written(&self, bytes: &u64) -> Json {
        units::format_memory(*bytes).into()
    }
}

impl Kind for Share {
    type Value = f64;

    fn read(&self, value: &Value<'_>) -> Option<Located<f64>> {
        value.share(&self.0)
    }

    fn schema(&self) -> Json {
        text_like(&units::share_pattern())
    }

    fn written(&self, fraction: &f64) -> Json {
        units::format_share(*fraction).into()
    }
}

impl Kind for AnyQuantity {
    type Value = Quantity;

    fn read(&self, value: &Value<'_>) -> Option<Located<Quantity>> {
        value.quantity()
    }

    fn schema(&self) -> Json {
        let patterns = [
            units::time_pattern(),
            units::memory_pattern(),
            units::rate_pattern(),
            units::share_pattern(),
        ];
        let written = patterns.iter().map(|pattern| text_like(pattern));
        let number = json!({"type": "number", "minimum": 0});
        json!({"anyOf": written.chain([number]).collect::<Json>()})
    }

    fn written(&self, quantity: &Quantity) -> Json {
        quantity.written().into()
    }
}

impl Kind for BenchmarkNames {
    type Value = List<NamePattern>;

    fn read(&self, value: &Value<'_>) -> Option<Located<Self::Value>> {
        let texts = value.some_texts(true, "\"db.*\"")?;
        let patterns = texts.value.iter().map(|text| text.with(NamePattern::new(&text.value)));
        Some(texts.with(patterns.collect()))
    }

    fn schema(&self) -> Json {
        some(set_of(text_like(NOT_BLANK)))
    }

    fn written(&self, patterns: &Self::Value) -> Json {
        list_of(patterns, |pattern| pattern.text().into())
    }
}

impl Kind for Count {
    type Value = u64;

    fn read(&self, value: &Value<'_>) -> Option<Located<u64>> {
        value.count(&self.0)
    }

    fn schema(&self) -> Json {
        json!({"type": "integer", "minimum": self.0.start(), "maximum": self.0.end()})
    }

    fn written(&self, count: &u64) -> Json {
        (*count).into()
    }
}

impl Kind for Text {
    type Value = String;

    fn read(&self, value: &Value<'_>) -> Option<Located<String>> {
        value.text()
    }

    fn schema(&self) -> Json {
        text_like(NOT_BLANK)
    }

    fn written(&self, text: &String) -> Json {
        text.as_str().into()
    }
}

impl Kind for Texts {
    type Value = List<String>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<String>>> {
        value.texts(true)
    }

    fn schema(&self) -> Json {
        set_of(text_like(NOT_BLANK))
    }

    fn written(&self, texts: &List<String>) -> Json {
        list_of(texts, |text| text.as_str().into())
    }
}

impl Kind for CommandLine {
    type Value = List<String>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<String>>> {
        value.some_texts(false, "[\"shop\", \"--help\"]")
    }

    fn schema(&self) -> Json {
        json!({"type": "array", "items": text_like(NOT_BLANK), "minItems": 1})
    }

    fn written(&self, words: &List<String>) -> Json {
        list_of(words, |word| word.as_str().into())
    }
}

impl Kind for ModuleNames {
    type Value = List<String>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<String>>> {
        Some(only_modules(value.texts(true)?, value))
    }

    fn schema(&self) -> Json {
        set_of(text_like(&module_pattern()))
    }

    fn written(&self, names: &List<String>) -> Json {
        list_of(names, |name| name.as_str().into())
    }
}

impl Kind for SomeModuleNames {
    type Value = List<String>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<String>>> {
        Some(only_modules(value.some_texts(true, "\"shop.cli\"")?, value))
    }

    fn schema(&self) -> Json {
        some(set_of(text_like(&module_pattern())))
    }

    fn written(&self, names: &List<String>) -> Json {
        ModuleNames.written(names)
    }
}

impl Kind for Patterns {
    type Value = List<Pattern>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<Pattern>>> {
        let texts = value.some_texts(true, "\"shop.services.*\"")?;
        let pattern = |text: &Located<String>| match Pattern::parse(&text.value) {
            Ok(pattern) => Some(text.with(pattern)),
            Err(error) => {
                value.report_at(&text.span, &error.message, error.help);
                None
            }
        };
        Some(texts.with(texts.value.iter().filter_map(pattern).collect()))
    }

    fn schema(&self) -> Json {
        let part = format!(r"\.({IDENTIFIER}|\*\*?)");
        some(set_of(text_like(&format!("^{IDENTIFIER}({part})*$"))))
    }

    fn written(&self, patterns: &List<Pattern>) -> Json {
        list_of(patterns, |pattern| pattern.to_string().into())
    }
}

impl Kind for Words {
    type Value = List<String>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<String>>> {
        let mut words = value.some_texts(true, "\"shop.database.*\"")?;
        words.value.retain(|word| {
            let nested = !self.checkpoints && word.value.starts_with(CHECKPOINT);
            if nested {
                let help = "name its targets, or the layers that they stand in".to_owned();
                value.report_at(&word.span, "a checkpoint has no checkpoint in it", Some(help));
            }
            !nested
        });
        Some(words)
    }

    fn schema(&self) -> Json {
        let mut word = text_like(NOT_BLANK);
        if !self.checkpoints {
            word["not"] = json!({"pattern": format!("^{CHECKPOINT}")});
        }
        some(set_of(word))
    }

    fn written(&self, words: &List<String>) -> Json {
        list_of(words, |word| word.as_str().into())
    }
}

impl<T: Copy + PartialEq> Kind for Choice<T> {
    type Value = T;

    fn read(&self, value: &Value<'_>) -> Option<Located<T>> {
        value.choice(self.0)
    }

    fn schema(&self) -> Json {
        json!({"type": "string", "enum": words_of(self.0)})
    }

    fn written(&self, choice: &T) -> Json {
        self.0
            .iter()
            .find(|(_, known)| known == choice)
            .map(|(word, _)| *word)
            .into()
    }
}

impl<T: Copy + PartialEq> Kind for Choices<T> {
    type Value = List<T>;

    fn read(&self, value: &Value<'_>) -> Option<Located<List<T>>> {
        value.choices(self.0)
    }

    fn schema(&self) -> Json {
        set_of(json!({"type": "string", "enum": words_of(self.0)}))
    }

    fn written(&self, choices: &List<T>) -> Json {
        list_of(choices, |choice| Choice(self.0).written(choice))
    }
}

impl Kind for TimesOfModules {
    type Value = Vec<(String, Cited<f64>)>;

    fn read(&self, value: &Value<'_>) -> Option<Located<Self::Value>> {
        let table = value.table(Vec::new())?;
        let mut times = Vec::new();
        for (named, time) in table.named_values() {
            if time.is_table() {
                let message = format!("`{}` takes a time with its unit, not a table", named.name);
                let help = "a dotted name stands in quotes, such as `\"lxml.etree\" = \"5ms\"`".to_owned();
                table.report(&named.span, &message, Some(help));
            } else if names::is_module_name(&named.name) {
                times.extend(time.time_ms(&self.0).map(|time_ms| (named.name, time_ms.cited())));
            } else {
                table.report(&named.span, &not_a_module(&named.name), module_help(&named.name));
            }
        }
        Some(value.located(times))
    }

    fn schema(&self) -> Json {
        json!({
            "type": "object",
            "additionalProperties": Time(self.0.clone()).schema(),
            "propertyNames": {"pattern": module_pattern()},
        })
    }

    fn written(&self, times: &Self::Value) -> Json {
        let time = |(name, time): &(String, Cited<f64>)| (name.clone(), units::format_time(time.value).into());
        Json::Object(times.iter().map(time).collect())
    }
}

impl Kind for Variables {
    type Value = Vec<(String, Cited<String>)>;

    fn read(&self, value: &Value<'_>) -> Option<Located<Self::Value>> {
        let table = value.table(Vec::new())?;
        let mut variables = Vec::new();
        for (named, text) in table.named_values() {
            if OWN_VARIABLES.contains(&named.name.as_str()) {
                let message = format!("`{}` is set for each sample by importgate itself", named.name);
                table.report(&named.span, &message, None);
            } else if is_variable_name(&named.name) {
                variables.extend(text.any_text().map(|text| (named.name, text.cited())));
            } else {
                let message = format!("`{}` is no name of an environment variable", named.name);
                table.report(&named.span, &message, None);
            }
        }
        Some(value.located(variables))
    }

    fn schema(&self) -> Json {
        json!({
            "type": "object",
            "additionalProperties": {"type": "string"},
            "propertyNames": {"pattern": VARIABLE, "not": {"enum": OWN_VARIABLES}},
        })
    }

    fn written(&self, variables: &Self::Value) -> Json {
        let variable = |(name, value): &(String, Cited<String>)| (name.clone(), value.value.as_str().into());
        Json::Object(variables.iter().map(variable).collect())
    }
}

impl Kind for VariableNames {
    type Value = List<VariablePattern>;

    fn read(&self, value: &Value<'_>) -> Option<Located<Self::Value>> {
        let texts = value.texts(true)?;
        let pattern = |text: &Located<String>| {
            let pattern = VariablePattern::parse(&text.value);
            if pattern.is_none() {
                let message = format!("\"{}\" is no name of an environment variable", text.value);
                let help = "a name, or the beginning of names with `*` at its end, such as \"DEPLOY_*\"".to_owned();
                value.report_at(&text.span, &message, Some(help));
            }
            Some(text.with(pattern?))
        };
        Some(texts.with(texts.value.iter().filter_map(pattern).collect()))
    }

    fn schema(&self) -> Json {
        set_of(text_like(r"^[A-Za-z_][A-Za-z0-9_]*\*?$"))
    }

    fn written(&self, patterns: &Self::Value) -> Json {
        list_of(patterns, |pattern| pattern.to_string().into())
    }
}

impl Kind for Call {
    type Value = String;

    fn read(&self, value: &Value<'_>) -> Option<Located<String>> {
        let text = value.text()?;
        let is_call = text
            .value
            .split_once(':')
            .is_some_and(|(module, function)| names::is_module_name(module) && names::is_module_name(function));
        if !is_call {
            let help = "name a module and a function of it, such as \"django:setup\"".to_owned();
            value.report_at(&text.span, &format!("\"{}\" is no call", text.value), Some(help));
        }
        is_call.then_some(text)
    }

    fn schema(&self) -> Json {
        let dotted = format!(r"{IDENTIFIER}(\.{IDENTIFIER})*");
        text_like(&format!("^{dotted}:{dotted}$"))
    }

    fn written(&self, call: &String) -> Json {
        call.as_str().into()
    }
}

/// Variables that importgate sets or takes out for each sample.
const OWN_VARIABLES: [&str; 6] = [
    "PYTHONHASHSEED",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONVERBOSE",
    "PYTHONINSPECT",
    "PYTHONTRACEMALLOC",
    "PYTHONDUMPREFS",
];

/// What names an environment variable.
const VARIABLE: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

/// A text with at least one character to be seen.
const NOT_BLANK: &str = r"\S";

/// One part of a module's name. Beyond ASCII every character passes, since what Python takes there is no class that all readers of
/// patterns know.
const IDENTIFIER: &str = r"[^\x00-@\[-^`{-\x7f][^\x00-/:-@\[-^`{-\x7f]*";

/// The name that somebody chose for a table.
pub(in crate::budgets) fn name_pattern() -> String {
    r"^[^\x00-,/:-@\[-^`{-\x7f]+$".to_owned()
}

/// The name of one module.
pub(in crate::budgets) fn module_pattern() -> String {
    format!(r"^{IDENTIFIER}(\.{IDENTIFIER})*$")
}

fn only_modules(mut listed: Located<List<String>>, value: &Value<'_>) -> Located<List<String>> {
    listed.value.retain(|name| is_module_name(name, value));
    listed
}

fn text_like(pattern: &str) -> Json {
    json!({"type": "string", "pattern": pattern})
}

fn set_of(items: Json) -> Json {
    json!({"type": "array", "items": items, "uniqueItems": true})
}

fn some(mut list: Json) -> Json {
    list["minItems"] = json!(1);
    list
}

fn words_of<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(word, _)| *word).collect()
}

fn list_of<T>(list: &List<T>, written: impl Fn(&T) -> Json) -> Json {
    list.iter().map(|element| written(&element.value)).collect()
}
