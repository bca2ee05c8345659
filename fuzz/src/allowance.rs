//! The file of an allowance: what is read of it is written, and read again to the same.

use importgate_core::budgets::{Allowance, AllowanceFile, read_allowances};

use crate::printed::assert_inert;

/// Holds one file against itself.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match read(text) {
        Ok(allowance) => {
            let again = read(&allowance.render()).expect("what is written is read");
            // Where it stands in the file is another line now.
            let expected = Allowance {
                line: again.line.clone(),
                until_line: again.until_line.clone(),
                ..allowance.clone()
            };
            assert_eq!(again, expected);
            let name = allowance.file_name();
            assert!(
                name.len() < 255 && !name.starts_with('.') && !name.contains('/'),
                "{name:?}"
            );
            assert_inert(&name);
        }
        Err(mistakes) => assert_inert(&mistakes),
    }
}

fn read(text: &str) -> Result<Allowance, String> {
    let file = AllowanceFile { text, name: "a.toml" };
    let mut allowances = read_allowances(&[file]).map_err(|mistakes| mistakes.to_string())?;
    Ok(allowances.remove(0))
}
