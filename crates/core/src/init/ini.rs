//! Reads setup.cfg, tox.ini and pytest.ini as `configparser` does, as far as finding packages and entry points needs.

use std::collections::BTreeMap;

/// The sections of a file, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ini {
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

impl Ini {
    /// Reads what it can; a line that is none of these is left out.
    pub(super) fn parse(text: &str) -> Self {
        let mut ini = Self::default();
        let mut section = String::new();
        let mut key: Option<String> = None;
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            let is_continued = line.starts_with([' ', '\t']);
            if let (true, Some(key)) = (is_continued, &key) {
                let value = ini.value_mut(&section, key);
                value.push('\n');
                value.push_str(trimmed);
            } else if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.trim().to_owned();
                key = None;
            } else if let Some((name, value)) = trimmed.split_once(['=', ':']) {
                // Keys are the same in any case, and dashes are underscores to setuptools.
                let name = name.trim().to_lowercase().replace('-', "_");
                *ini.value_mut(&section, &name) = value.trim().to_owned();
                key = Some(name);
            }
        }
        ini
    }

    fn value_mut(&mut self, section: &str, key: &str) -> &mut String {
        let section = self.sections.entry(section.to_owned()).or_default();
        section.entry(key.to_owned()).or_default()
    }

    /// One value.
    pub(super) fn value(&self, section: &str, key: &str) -> Option<&str> {
        self.sections.get(section)?.get(key).map(String::as_str)
    }

    /// A list, one item a line or with commas between them.
    pub(super) fn list(&self, section: &str, key: &str) -> Vec<&str> {
        let items = self.value(section, key).unwrap_or_default().split(['\n', ',']);
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// The lines of a value that may have commas in its items.
    pub(super) fn lines(&self, section: &str, key: &str) -> Vec<&str> {
        let items = self.value(section, key).unwrap_or_default().lines();
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// Pairs of a value, such as `http = httpie.__main__:main` in each line.
    pub(super) fn pairs(&self, section: &str, key: &str) -> Vec<(&str, &str)> {
        let lines = self.lines(section, key).into_iter();
        let pairs = lines.filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.trim(), value.trim())).collect()
    }

    /// The keys of a section.
    pub(super) fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        let keys = self.sections.get(section).into_iter().flat_map(BTreeMap::keys);
        keys.map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_over_several_lines() {
        let ini = Ini::parse(
            "[metadata]\nName = acme\n; no\n[options]\npackages = find:\ninstall-requires =\n    requests>=2 # no\n    # comment\n\n    rich\n\
             [options.entry_points]\nconsole_scripts =\n    acme = acme.cli:main\n",
        );
        assert_eq!(ini.value("metadata", "name"), Some("acme"));
        assert_eq!(ini.list("options", "install_requires"), ["requests>=2 # no", "rich"]);
        assert_eq!(
            ini.pairs("options.entry_points", "console_scripts"),
            [("acme", "acme.cli:main")]
        );
        assert_eq!(
            ini.keys("options").collect::<Vec<_>>(),
            ["install_requires", "packages"]
        );
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["", "[", "=", "[]\n = \n  x", "\u{1f600}", "key\n value"] {
            Ini::parse(text);
        }
    }
}
