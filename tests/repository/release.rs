//! `package/release`, the part of a release that is not building: on copies of the repository, so that it can be wrong there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

/// As much of the repository as the program reads, in a folder of its own.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let copy = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for folder in ["package", "action/pins", "docs", "dist"] {
            fs::create_dir_all(copy.path(folder)).expect("a folder");
        }
        for file in [
            "package/release",
            "action/pins/requirements.txt",
            "action/pins/SHA256SUMS",
        ] {
            fs::copy(root.join(file), copy.path(file)).expect(file);
        }
        copy.write(
            "Cargo.toml",
            "[workspace.package]\nversion = \"1.2.0\"\n\n[workspace.dependencies]\n\
             importgate-core = { path = \"crates/core\", version = \"1.2.0\" }\n",
        );
        copy.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2030-01-02\n\n- New.\n\n## [1.1.0] - 2029-01-02\n\n- Old.\n");
        copy.write("README.md", "pip install importgate==1.2.0\n");
        copy.write("docs/github.md", "- uses: importgate/importgate@v1.2.0\n");
        copy
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).expect(file);
    }

    fn release(&self, words: &[&str]) -> Output {
        let mut command = Command::new("python3");
        command
            .arg(self.path("package/release"))
            .args(words)
            .current_dir(self.folder.path());
        command.output().expect("python3")
    }

    fn said(&self, words: &[&str]) -> (bool, String) {
        let output = self.release(words);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// A wheel with a program that says who it is, a manual page and a licence.
    fn wheel(&self) -> String {
        let name = "importgate-1.2.0-py3-none-macosx_11_0_arm64.whl";
        let code = format!(
            "import zipfile\nwith zipfile.ZipFile('dist/{name}', 'w') as wheel:\n    \
             wheel.writestr('importgate-1.2.0.data/scripts/importgate', '#!/bin/sh\\necho it is me\\n')\n    \
             wheel.writestr('importgate-1.2.0.data/data/share/man/man1/importgate.1', 'a page')\n    \
             wheel.writestr('importgate-1.2.0.dist-info/licenses/LICENSE-MIT', 'a licence')\n    \
             wheel.writestr('importgate-1.2.0.dist-info/RECORD', 'of no use')\n"
        );
        let made = Command::new("python3")
            .args(["-c", &code])
            .current_dir(self.folder.path())
            .status();
        assert!(made.expect("python3").success());
        format!("dist/{name}")
    }
}

fn digest(file: &Path) -> String {
    let digest = Sha256::digest(fs::read(file).expect("a file"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_tag_has_to_be_the_version_that_is_said_everywhere() {
    let copy = Copy::new();
    assert_eq!(copy.said(&["check", "v1.2.0"]), (true, String::new()));
    assert_eq!(copy.said(&["notes", "v1.2.0"]), (true, "- New.\n".to_owned()));
    for (tag, file, text, expected) in [
        ("1.2.0", "README.md", "", "the tag is 1.2.0, and Cargo.toml says 1.2.0"),
        (
            "v1.3.0",
            "README.md",
            "",
            "the tag is v1.3.0, and Cargo.toml says 1.2.0",
        ),
        (
            "v1.2.0",
            "README.md",
            "pip install importgate==1.1.0\n",
            "README.md:1 names 1.1.0",
        ),
        (
            "v1.2.0",
            "docs/github.md",
            "- uses: importgate/importgate/comment@v1.1.0\n",
            "docs/github.md:1 names 1.1.0",
        ),
        (
            "v1.2.0",
            "CHANGELOG.md",
            "## [1.2.0]\n",
            "CHANGELOG.md has no section `## [1.2.0] - DATE`",
        ),
    ] {
        let copy = Copy::new();
        copy.write(file, text);
        let (passed, said) = copy.said(&["check", tag]);
        assert!(!passed && said.contains(expected), "{tag} {file}: {said}");
    }
}

#[test]
fn an_archive_has_the_program_and_is_the_same_whenever_it_is_packed() {
    let copy = Copy::new();
    let wheel = copy.wheel();
    let (name, mut digests) = ("importgate-1.2.0-aarch64-apple-darwin", Vec::new());
    for out in ["once", "again"] {
        fs::create_dir(copy.path(out)).expect("a folder");
        let (packed, said) = copy.said(&["archive", &wheel, "aarch64-apple-darwin", out]);
        assert!(packed, "{said}");
        digests.push(digest(&copy.path(out).join(format!("{name}.tar.gz"))));
    }
    assert_eq!(digests[0], digests[1]);
    let sum = fs::read_to_string(copy.path(&format!("once/{name}.tar.gz.sha256"))).expect("a digest");
    assert_eq!(sum, format!("{}  {name}.tar.gz\n", digests[0]));

    let unpacked = Command::new("tar")
        .args(["-xzf", &format!("once/{name}.tar.gz")])
        .current_dir(copy.folder.path())
        .status();
    assert!(unpacked.expect("tar").success());
    let said = Command::new(copy.path(name).join("importgate"))
        .output()
        .expect("the program");
    assert_eq!(said.stdout, b"it is me\n");
    let mut there: Vec<String> = fs::read_dir(copy.path(name))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(there, ["LICENSE-MIT", "importgate", "share"]);
}

#[test]
fn pins_have_the_digest_of_everything_that_the_action_may_download() {
    let copy = Copy::new();
    let wheel = copy.wheel();
    assert!(!copy.said(&["pins", "dist"]).0, "pins without an archive");
    assert!(copy.said(&["archive", &wheel, "aarch64-apple-darwin", "dist"]).0);
    copy.write("dist/importgate-1.2.0.tar.gz", "the source distribution");
    for _ in 0..2 {
        let (pinned, said) = copy.said(&["pins", "dist"]);
        assert!(pinned, "{said}");
    }
    let read = |file: &str| fs::read_to_string(copy.path(file)).expect(file);
    let requirements = read("action/pins/requirements.txt");
    let expected = format!(
        "importgate==1.2.0 \\\n    --hash=sha256:{}\n",
        digest(&copy.path(&wheel))
    );
    assert!(
        requirements.starts_with('#') && requirements.ends_with(&expected),
        "{requirements}"
    );
    assert_eq!(requirements.matches("importgate==").count(), 1, "{requirements}");
    let archive = "importgate-1.2.0-aarch64-apple-darwin.tar.gz";
    let sums = read("action/pins/SHA256SUMS");
    assert!(
        sums.ends_with(&format!("{}  {archive}\n", digest(&copy.path("dist").join(archive)))),
        "{sums}"
    );
    assert!(!sums.contains("importgate-1.2.0.tar.gz"), "{sums}");
}
