//! The page as `--format html` leaves it on a disk: one file that is the whole page, or a folder for servers whose policy allows neither
//! style nor script inside of it. It is made of a stored report, so that nothing is measured.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::support::Project;

/// The report that core makes its snapshots of: a failing run with pictures, and with text of measured code that wants to do harm.
fn stored_report() -> Value {
    const SNAPSHOT: &str = "crates/core/src/report/snapshots/importgate_core__report__tests__json.snap";
    let snapshot = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT)).expect("the snapshot");
    let (_, report) = snapshot.split_once("\n---\n").expect("a snapshot with its heading");
    serde_json::from_str(report).expect("a report")
}

fn project(report: &Value) -> Project {
    let project = Project::without_budgets(&[]);
    project.write("stored.json", report.to_string());
    project
}

/// Merges the stored report into a page at this path, with the exit code of its verdict and nothing on standard output.
fn page_at(project: &Project, path: &str, code: i32) {
    let run = project.run(&["merge", "stored.json", "--format", &format!("html={path}")]);
    assert_eq!(run.expect_code(code).stdout, "");
}

/// The names of a folder's files, in order.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The values of an attribute in a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let values = page.split(begin.as_str()).skip(1);
    values.filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

/// The page without what stands between these tags, once each.
fn without(page: &str, element: &str) -> String {
    let (before, rest) = page.split_once(&format!("<{element}>")).expect(element);
    let (_, after) = rest.split_once(&format!("</{element}>")).expect(element);
    format!("{before}{after}")
}

#[test]
fn one_file_is_the_whole_page_and_leads_nowhere_else() {
    let project = project(&stored_report());
    page_at(&project, "out/page.html", 1);
    assert_eq!(files(&project.path("out")), ["page.html"]);
    let page = project.read("out/page.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("torch"), "{page}");
    let markup = without(&without(&page, "style"), "script");
    for element in ["<link", "<script", "<style", "<img", "<iframe"] {
        assert!(!markup.contains(element), "{element}");
    }
    let addresses = [values(&markup, "href"), values(&markup, "src")].concat();
    assert!(
        addresses.iter().all(|address| address.starts_with('#')),
        "{addresses:?}"
    );
}

#[test]
fn a_folder_has_style_and_script_beside_the_page() {
    let project = project(&stored_report());
    page_at(&project, "site/", 1);
    assert_eq!(
        files(&project.path("site")),
        ["importgate.css", "importgate.js", "index.html"]
    );
    let page = project.read("site/index.html");
    assert!(!page.contains("<style") && values(&page, "style").is_empty(), "{page}");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script src=\"importgate.js\"></script>"));
    let addresses = [values(&page, "href"), values(&page, "src")].concat();
    let others: Vec<&str> = addresses
        .into_iter()
        .filter(|address| !address.starts_with('#'))
        .collect();
    assert_eq!(others, ["importgate.css", "importgate.js"]);

    // A folder that is there is one without a stroke at its end too, and what is not the page's stays.
    project.write("site/kept.txt", "");
    page_at(&project, "site", 1);
    assert_eq!(files(&project.path("site")).len(), 4);
    assert_eq!(project.read("site/index.html"), page);
}

#[test]
fn the_exit_code_is_that_of_the_verdict() {
    let mut report = stored_report();
    report["verdict"] = json!("pass");
    report["findings"] = json!([]);
    let project = project(&report);
    page_at(&project, "page.html", 0);
    assert!(project.read("page.html").starts_with("<!doctype html>"));
}
