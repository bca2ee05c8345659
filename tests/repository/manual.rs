//! The manual pages in the repository are those that the command line gives. They are kept, and not made while building, so that whoever
//! packs the source for another system has them without running what was built. `UPDATE_MANUAL=1 cargo test --test repository manual`
//! rewrites them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::CommandFactory;
use importgate::cli::Cli;

/// Where the package for pip has what it installs.
fn share(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("package/files/data/share")
        .join(folder)
}

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).expect("a folder of manual pages");
    files
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a page"))
        })
        .collect()
}

#[test]
fn that_of_every_command_is_up_to_date() {
    let made = tempfile::tempdir().expect("a folder");
    clap_mangen::generate_to(Cli::command(), made.path()).expect("manual pages");
    let (made, kept) = (pages(made.path()), share("man/man1"));
    if env::var_os("UPDATE_MANUAL").is_some_and(|value| value == "1") {
        for name in pages(&kept).keys() {
            fs::remove_file(kept.join(name)).expect("an old page");
        }
        for (name, text) in &made {
            fs::write(kept.join(name), text).expect("a new page");
        }
    }
    assert!(
        pages(&kept) == made,
        "the manual is out of date: run `UPDATE_MANUAL=1 cargo test --test repository manual`"
    );
}

#[test]
fn completions_come_from_the_program_that_is_installed() {
    for (shell, file) in [
        ("bash", "bash-completion/completions/importgate"),
        ("fish", "fish/vendor_completions.d/importgate.fish"),
        ("zsh", "zsh/site-functions/_importgate"),
    ] {
        let script = fs::read_to_string(share(file)).expect(file);
        assert!(script.contains(&format!("importgate completions {shell}")), "{file}");
    }
}
