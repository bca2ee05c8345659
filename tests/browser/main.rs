//! The page in a real browser: this runs the Node tests beside it, which make pages with the program and look at them in Chromium.
//! `make test-browser` installs what they need first; it is no part of `cargo test`.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs Chromium and Node: make test-browser"]
fn the_page_in_a_browser() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let mut files: Vec<_> = std::fs::read_dir(&tests)
        .expect("the folder of the tests")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no tests in {}", tests.display());
    let ended = Command::new("node")
        .arg("--test")
        .args(files)
        .env("IMPORTGATE_PROGRAM", env!("CARGO_BIN_EXE_importgate"))
        .status()
        .expect("Node starts");
    assert!(ended.success(), "the page does not work in a browser; see above");
}
