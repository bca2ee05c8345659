//! Which program a command's first word means: one that is installed beside the project's interpreter comes before any on PATH, as in
//! an activated environment, so that nobody has to activate one.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The program of this name. `python` and `python3` are the interpreter itself; a name with a slash, and one that is not beside the
/// interpreter, stay as they are.
pub fn program(interpreter: &Path, name: &OsStr) -> OsString {
    if name == "python" || name == "python3" {
        return interpreter.as_os_str().to_owned();
    }
    let is_plain = !name.is_empty() && !name.as_encoded_bytes().contains(&b'/');
    let beside = interpreter.with_file_name(name);
    if is_plain && beside.is_file() {
        beside.into_os_string()
    } else {
        name.to_owned()
    }
}
