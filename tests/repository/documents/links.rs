//! Links into this repository. Those from page to page are checked where the site is built.

use super::{Page, root};

/// Where a file of the repository is shown.
const FILES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

#[test]
fn links_to_files_of_the_repository_lead_to_one() {
    let mut missing = Vec::new();
    for page in Page::all() {
        for rest in page.text.split(FILES).skip(1) {
            let path = rest.split([')', '#', '>', ' ', '\n', '"']).next().unwrap_or_default();
            if !root().join(path).exists() {
                missing.push(format!("{}: {path}", page.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn links_of_the_readme_lead_to_files() {
    let readme = Page::read("README.md");
    let targets = readme.text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let sources = readme
        .text
        .split("src=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'));
    let paths = targets.chain(sources).map(|(target, _)| target);
    let own = paths.filter(|path| !path.starts_with("http"));
    for path in own {
        let file = path.split('#').next().unwrap_or_default();
        assert!(root().join(file).exists(), "{path}");
    }
}
