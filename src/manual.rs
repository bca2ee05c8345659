//! The pages of the site that the program has in it, so that a finding explains itself where there is no network.

/// The page that lists every finding, by this name.
pub(crate) const FINDINGS: &str = "findings";

/// Each name with its page, as it stands in docs/findings.
macro_rules! pages {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../docs/findings/", $name, ".md")))),+]
    };
}

static PAGES: [(&str, &str); 36] = pages![
    "allowance-ended",
    "allowance-ends",
    "allowed",
    "circular-import",
    "crashed",
    "drift",
    "exited",
    "failed-requests",
    "forbidden",
    "forbidden-effect",
    "foreign-baseline",
    "hang",
    "heavy-module",
    "implausible",
    "import-cycle",
    "import-failed",
    "import-order",
    "inconclusive",
    "memory-regression",
    "missing-dependency",
    "no-baseline",
    "order-dependent",
    "out-of-bounds",
    "over-memory",
    "over-modules",
    "over-new-modules",
    "over-time",
    "over-total-time",
    "regression",
    "slowdown",
    "stale-baseline-entry",
    "start-changed",
    "unfounded-entry",
    "unstable",
    "unused-allowance",
    "warning-raised",
];

/// The page of this name, in Markdown.
pub(crate) fn page(name: &str) -> Option<&'static str> {
    if name == FINDINGS {
        return Some(include_str!("../docs/findings/index.md"));
    }
    PAGES.iter().find(|(known, _)| *known == name).map(|(_, page)| *page)
}

/// The names of all pages.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name).chain([FINDINGS])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use importgate_core::report::json;

    /// The codes of findings, by the schema of the report, which has them all.
    fn codes() -> BTreeSet<String> {
        let schema: serde_json::Value = serde_json::from_str(&json::schema()).expect("JSON");
        let codes = schema["$defs"]["Code"]["oneOf"].as_array().expect("one entry a code");
        let name = |code: &serde_json::Value| code["const"].as_str().expect("a name").to_owned();
        codes.iter().map(name).collect()
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let embedded: BTreeSet<String> = PAGES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(embedded, codes());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings");
        let files = std::fs::read_dir(folder).expect("docs/findings");
        let stem = |file: std::fs::DirEntry| Some(file.path().file_stem()?.to_str()?.to_owned());
        let mut files: BTreeSet<String> = files.filter_map(|file| stem(file.ok()?)).collect();
        assert!(files.remove("index"));
        assert_eq!(files, codes());
    }

    #[test]
    fn every_page_has_its_name_what_is_printed_and_what_to_do() {
        for (name, page) in PAGES {
            assert!(page.starts_with(&format!("# {name}\n")), "{name}");
            assert!(page.contains("\n```text\n"), "{name} has no example");
            for heading in ["## Why it is decided so", "## What to do", "## How to set it"] {
                assert!(page.contains(&format!("\n{heading}\n")), "{name} lacks {heading}");
            }
            assert!(
                !page.lines().any(|line| line.starts_with('|')),
                "{name}: no terminal shows a table"
            );
        }
    }

    #[test]
    fn the_list_of_findings_has_every_page() {
        let list = page(FINDINGS).expect("the list");
        for (name, _) in PAGES {
            assert!(list.contains(&format!("[`{name}`]({name}.md)")), "{name}");
        }
    }
}
