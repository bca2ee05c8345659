//! The readers of `readers.py`, in the environment that `tests/formats/environment` makes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the reader of a kind makes of a text; `None` where the readers are not installed. Fails where it refuses the text.
pub(crate) fn read(kind: &str, text: &str) -> Option<Value> {
    read_each(kind, &[text.to_owned()]).map(|read| read[0].clone())
}

/// The same of several texts, which one process reads.
pub(crate) fn read_each(kind: &str, texts: &[String]) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/readers.py");
    let python = python()?;
    if kind == "chrome-trace" && !installed().join("node_modules").exists() {
        println!("skipped: the reader of {kind} is for Node, which was not there for `make formats`");
        return None;
    }
    let mut reader = Command::new(python)
        .arg(script)
        .arg(kind)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the reader starts");
    let mut input = reader.stdin.take().expect("a pipe");
    // The reader takes in everything before it prints.
    let texts = serde_json::to_vec(texts).expect("JSON");
    input.write_all(&texts).expect("the reader reads");
    drop(input);
    let output = reader.wait_with_output().expect("the reader ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{kind} is refused: {complaint}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON of the reader"))
}

/// The interpreter that has the readers.
fn python() -> Option<PathBuf> {
    let folder = installed();
    if folder.join("ready").exists() {
        return Some(folder.join("bin/python"));
    }
    let is_required = std::env::var_os("IMPORTGATE_FORMATS").is_some_and(|value| value == "required");
    assert!(!is_required, "no readers of formats: `make formats` installs them");
    println!("skipped: no readers of formats; `make formats` installs them");
    None
}

/// Where `make formats` puts the readers.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/formats")
}
