//! Where something stands in the text of a baseline, for citations: targets, and the limits that tightened by themselves.

use std::collections::BTreeMap;

use super::Baseline;
use crate::observed::EnvironmentKey;

/// The lines of one entry's targets. They stand there as [`Baseline::render`] lays them out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryLines {
    targets: BTreeMap<String, usize>,
    limits: BTreeMap<(String, String), usize>,
}

impl EntryLines {
    /// The line that a target begins in.
    pub fn of_target(&self, target: &str) -> Option<usize> {
        self.targets.get(target).copied()
    }

    /// The line of a limit that tightened by itself, by its key.
    pub fn of_limit(&self, target: &str, key: &str) -> Option<usize> {
        self.limits.get(&(target.to_owned(), key.to_owned())).copied()
    }
}

impl Baseline {
    /// Where the targets of an entry stand.
    pub fn lines_of(&self, key: &EnvironmentKey) -> EntryLines {
        let entry = self.entry(key);
        let names: BTreeMap<String, &String> = entry
            .into_iter()
            .flat_map(|entry| entry.targets.keys())
            .map(|name| (opening(name), name))
            .collect();
        let environment = opening(&key.to_string());
        let mut lines = EntryLines::default();
        let (mut in_entry, mut target, mut in_ratchet) = (false, None, false);
        for (number, line) in (1..).zip(self.render().lines()) {
            let line = line.trim();
            in_entry |= line == environment;
            if let Some(name) = names.get(line).filter(|_| in_entry) {
                (target, in_ratchet) = (Some((*name).clone()), false);
                lines.targets.entry((*name).clone()).or_insert(number);
            } else if line == "\"ratchet\": {" {
                in_ratchet = true;
            } else if line.starts_with('}') {
                in_ratchet = false;
            } else if let (true, Some(target), Some((field, _))) = (in_ratchet, &target, line.split_once(':')) {
                let limit = (target.clone(), field.trim_matches('"').to_owned());
                lines.limits.entry(limit).or_insert(number);
            }
        }
        lines
    }
}

fn opening(name: &str) -> String {
    format!("{}: {{", serde_json::Value::from(name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample_data::{baseline, key};

    #[test]
    fn a_target_is_found_where_it_stands() {
        let baseline = baseline();
        let line = baseline.lines_of(&key()).of_target("shop.utils").expect("a line");
        let text = baseline.render();
        assert_eq!(
            text.lines().nth(line - 1).map(str::trim),
            Some("\"shop.utils\": {"),
            "{text}"
        );
        assert_eq!(baseline.lines_of(&key()).of_target("shop"), None);
    }
}
