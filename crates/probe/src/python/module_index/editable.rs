//! Where editable installs say that their modules are: in lines of `.pth` files that name a folder, and in the mapping
//! of a finder that a `.pth` file imports, as setuptools writes it. Both are read as text; nothing of them is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::files;

/// What the `.pth` files of one site folder add.
#[derive(Debug, Default)]
pub(super) struct Editable {
    /// Folders for the end of the search path.
    pub(super) folders: Vec<PathBuf>,
    /// Modules and packages with the places that a finder maps them to, without a file's suffix.
    pub(super) mapped: BTreeMap<String, Vec<PathBuf>>,
}

impl Editable {
    /// Reads the `.pth` files of a site folder, in the order of their names.
    pub(super) fn read(site: &Path) -> Self {
        let mut editable = Self::default();
        let mut files: Vec<PathBuf> = fs::read_dir(site)
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.path())
            .collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "pth"));
        files.sort();
        for file in files {
            let Ok(bytes) = files::read(&file, files::TEXT_BYTES) else {
                continue;
            };
            for line in String::from_utf8_lossy(&bytes).lines().map(str::trim_end) {
                editable.add_line(site, line);
            }
        }
        editable
    }

    fn add_line(&mut self, site: &Path, line: &str) {
        if line.trim_start().is_empty() || line.starts_with('#') {
            return;
        }
        if let Some(code) = line.strip_prefix("import ").or_else(|| line.strip_prefix("import\t")) {
            for finder in code.split([';', ',', ' ', '\t']).filter(|word| is_finder(word)) {
                self.add_finder(&site.join(format!("{finder}.py")));
            }
            return;
        }
        let folder = site.join(line);
        if folder.is_dir() {
            self.folders.push(folder);
        }
    }

    fn add_finder(&mut self, file: &Path) {
        let Ok(code) = files::read_text(file) else { return };
        for variable in ["MAPPING", "NAMESPACES"] {
            for (module, places) in dictionary(&code, variable) {
                self.mapped
                    .entry(module)
                    .or_default()
                    .extend(places.into_iter().map(PathBuf::from));
            }
        }
    }
}

fn is_finder(word: &str) -> bool {
    word.starts_with("__editable___") && word.ends_with("_finder")
}

/// Reads a dictionary of texts, or of lists of texts, that a line of Python code assigns to a variable.
fn dictionary(code: &str, variable: &str) -> BTreeMap<String, Vec<String>> {
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let assigns = |line: &str| line.starts_with(variable) && line[variable.len()..].starts_with([' ', ':', '=']);
    let Some(literal) = code
        .lines()
        .find(|line| assigns(line))
        .and_then(|line| line.split_once('='))
    else {
        return entries;
    };
    let mut characters = literal.1.chars().peekable();
    let mut key: Option<String> = None;
    while let Some(character) = characters.next() {
        let text = match character {
            '}' => break,
            quote @ ('\'' | '"') => text_literal(quote, &mut characters),
            _ => continue,
        };
        if characters.peek() == Some(&':') {
            entries.entry(text.clone()).or_default();
            key = Some(text);
        } else if let Some(places) = key.as_ref().and_then(|key| entries.get_mut(key)) {
            places.push(text);
        }
    }
    entries
}

/// The rest of a text literal, as Python's `repr` writes it.
fn text_literal(quote: char, characters: &mut impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    while let Some(character) = characters.next() {
        match character {
            end if end == quote => break,
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('x') => text.extend(code_point(characters, 2)),
                Some('u') => text.extend(code_point(characters, 4)),
                Some('U') => text.extend(code_point(characters, 8)),
                Some(other) => text.push(other),
                None => break,
            },
            plain => text.push(plain),
        }
    }
    text
}

fn code_point(characters: &mut impl Iterator<Item = char>, digits: usize) -> Option<char> {
    let digits: String = characters.take(digits).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::dictionary;

    #[test]
    fn the_mapping_of_a_finder_is_read() {
        let code = "import sys\nMAPPING: dict[str, str] = {'shop': '/it\\'s/sh\\x6fp', \"b\": \"/b: {}\"}\n\
                    NAMESPACES: dict[str, list[str]] = {'ns': ['/one', '/two'], 'empty': []}\nPATH = 1\n";
        let mapping = dictionary(code, "MAPPING");
        assert_eq!(mapping["shop"], ["/it's/shop"]);
        assert_eq!(mapping["b"], ["/b: {}"]);
        let namespaces = dictionary(code, "NAMESPACES");
        assert_eq!(namespaces["ns"], ["/one", "/two"]);
        assert!(namespaces["empty"].is_empty());
    }

    #[test]
    fn code_without_a_whole_mapping_maps_nothing() {
        for code in [
            "",
            "MAPPINGS = {'a': 'b'}",
            "MAPPING = {",
            "MAPPING",
            "MAPPING = {'a",
            "MAPPING = 'a'",
        ] {
            assert!(dictionary(code, "MAPPING").is_empty(), "{code}");
        }
    }
}
