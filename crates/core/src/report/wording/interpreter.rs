//! Which interpreter measured, and why it was that one.

use crate::observed::{ChosenBy, Interpreter};

/// `Python 3.13.0 (.venv beside budgets.toml)`.
pub(in crate::report) fn python(version: &str, chosen: Option<&ChosenBy>) -> String {
    let why = chosen.map_or_else(String::new, |chosen| format!(" ({})", chosen_by(chosen)));
    format!("Python {version}{why}")
}

/// The same inside of brackets: `Python 3.13.0, .venv beside budgets.toml`.
pub(in crate::report) fn bracketed_python(version: &str, chosen: Option<&ChosenBy>) -> String {
    let why = chosen.map_or_else(String::new, |chosen| format!(", {}", chosen_by(chosen)));
    format!("Python {version}{why}")
}

/// The first line of a run: `importgate 0.1.0, budgets.toml, Python 3.13.0 (.venv beside budgets.toml)`.
pub fn headline(budgets: &str, interpreter: &Interpreter) -> String {
    let python = python(&interpreter.version, interpreter.chosen_by.as_ref());
    format!("importgate {}, {budgets}, {python}", env!("CARGO_PKG_VERSION"))
}

/// What an interpreter was found by, in a few words.
pub fn chosen_by(chosen: &ChosenBy) -> String {
    match chosen {
        ChosenBy::Named(by) => by.clone(),
        ChosenBy::Variable(name) => format!("${name}"),
        ChosenBy::DotVenv(file) if file.is_empty() => ".venv here".to_owned(),
        ChosenBy::DotVenv(file) => format!(".venv beside {file}"),
        ChosenBy::Manager(name) => format!("the environment of {name}"),
        ChosenBy::Path(name) => format!("{name} on PATH"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_told_with_what_it_was_found_by() {
        let beside = ChosenBy::DotVenv("importgate.toml".to_owned());
        assert_eq!(
            python("3.13.0", Some(&beside)),
            "Python 3.13.0 (.venv beside importgate.toml)"
        );
        assert_eq!(python("3.13.0", None), "Python 3.13.0");
        let path = ChosenBy::Path("python3".to_owned());
        assert_eq!(bracketed_python("3.8.1", Some(&path)), "Python 3.8.1, python3 on PATH");
        assert_eq!(chosen_by(&ChosenBy::Variable("VIRTUAL_ENV".to_owned())), "$VIRTUAL_ENV");
        assert_eq!(
            chosen_by(&ChosenBy::Manager("Poetry".to_owned())),
            "the environment of Poetry"
        );
    }
}
