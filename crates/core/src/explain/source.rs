//! What a line of Python says for itself. It is read without a parser: from a line and the indentation above it.

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Its text, without the white space around it.
    pub text: String,
    /// True where it stands in a `try` statement, whose handler would not see what a lazy import raises.
    pub in_try: bool,
    /// True where the import of its module does not run it: it stands in a function, or under `if __name__ == "__main__"`.
    pub runs_later: bool,
}

/// True where an interpreter of this feature version, such as `3.15`, knows `lazy import` (PEP 810).
pub fn has_lazy_imports(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    let feature_version = (numbers.next(), numbers.next());
    feature_version >= (Some(3), Some(15))
}

/// The line with this number, one-based, of a source text.
pub fn line(source: &str, number: u32) -> Option<SourceLine> {
    let lines: Vec<&str> = source.lines().collect();
    let position = usize::try_from(number).ok()?.checked_sub(1)?;
    let text = lines.get(position)?;
    let mut indentation = indentation_of(text);
    let (mut in_try, mut runs_later) = (false, false);
    for above in lines[..position].iter().rev() {
        let begin = above.trim_start();
        if indentation == 0 {
            break;
        }
        if !begin.is_empty() && !begin.starts_with('#') && indentation_of(above) < indentation {
            indentation = indentation_of(above);
            in_try |= begin.starts_with("try:");
            runs_later |= ["def ", "async def ", "if __name__ =="]
                .iter()
                .any(|head| begin.starts_with(head));
        }
    }
    Some(SourceLine {
        text: text.trim().to_owned(),
        in_try,
        runs_later,
    })
}

/// The modules that `__lazy_modules__` has to name for a statement (PEP 810): those behind `import`, or the one behind `from`,
/// in full. `package` is the package that the statement stands in.
pub(super) fn lazy_names(statement: &str, package: &str) -> Vec<String> {
    let first_word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    if let Some(names) = statement.strip_prefix("import ") {
        let names = names.split('#').next().unwrap_or_default();
        return names
            .split(',')
            .map(first_word)
            .filter(|name| !name.is_empty())
            .collect();
    }
    let Some(from) = statement.strip_prefix("from ").map(first_word) else {
        return Vec::new();
    };
    let name = from.trim_start_matches('.');
    let dots = from.len() - name.len();
    let mut above = package;
    for _ in 1..dots {
        above = above.rsplit_once('.').map_or("", |(above, _)| above);
    }
    let parts = if dots == 0 { vec![name] } else { vec![above, name] };
    vec![
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("."),
    ]
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "import os\ntry:\n    # faster\n    import ujson as json\nexcept ImportError:\n    import json\n\
                          if os:\n    import csv\n\
                          def read():\n    if os:\n        import csv\nif __name__ == '__main__':\n    import sys\n";

    #[test]
    fn a_statement_in_try_is_told_from_others() {
        let runs_later = |number| line(SOURCE, number).map(|line| line.runs_later);
        assert_eq!([4, 8, 11, 13].map(runs_later), [false, false, true, true].map(Some));
        let in_try = |number| line(SOURCE, number).map(|line| line.in_try);
        assert_eq!(in_try(1), Some(false));
        assert_eq!(in_try(4), Some(true));
        assert_eq!(in_try(6), Some(false));
        assert_eq!(in_try(8), Some(false));
        assert_eq!((in_try(0), in_try(14)), (None, None));
    }

    #[test]
    fn lazy_modules_are_named_in_full() {
        let names = |statement| lazy_names(statement, "shop.web").join(" ");
        assert_eq!(names("import os.path, json as j  # both"), "os.path json");
        assert_eq!(names("from email import message"), "email");
        assert_eq!(names("from . import views"), "shop.web");
        assert_eq!(names("from .forms import ("), "shop.web.forms");
        assert_eq!(names("from ..core import money"), "shop.core");
        assert_eq!(names("__import__(name)"), "");
    }

    #[test]
    fn lazy_imports_came_with_a_version() {
        assert!(["3.15", "3.16", "4.0"].into_iter().all(has_lazy_imports));
        assert!(!["3.14", "3.9", "3", ""].into_iter().any(has_lazy_imports));
    }

    #[test]
    fn the_text_is_the_statement() {
        assert_eq!(
            line(SOURCE, 4).map(|line| line.text).as_deref(),
            Some("import ujson as json")
        );
    }
}
