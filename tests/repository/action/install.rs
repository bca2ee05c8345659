//! Where the action takes its importgate from, in which order, and that nothing is taken whose version or digest is another.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::lines;
use super::runner::{Job, Run};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A job whose action is a copy of ours with pins of its own, and in which every way but the source is shut: what could be found on
/// PATH, by pip and by curl answers with a failure until a test puts something else there.
struct Installation {
    job: Job,
    action: PathBuf,
    called: PathBuf,
}

impl Installation {
    fn new() -> Self {
        let mut job = Job::new();
        let action = job.path("an action's path");
        let (root, called) = (Path::new(env!("CARGO_MANIFEST_DIR")), job.path("called"));
        for folder in ["action/pins", "src", "crates/core/src", "docs"] {
            fs::create_dir_all(action.join(folder)).expect("a folder");
        }
        for file in ["action/install", "action/build", "action/functions"] {
            fs::copy(root.join(file), action.join(file)).expect(file);
        }
        for file in ["Cargo.lock", "src/main.rs", "crates/core/src/lib.rs", "docs/page.md"] {
            fs::write(action.join(file), "before").expect(file);
        }
        let manifest = format!("[workspace.package]\nversion = \"{VERSION}\"\n");
        fs::write(action.join("Cargo.toml"), manifest).expect("a manifest");
        job.set("GITHUB_ACTION_PATH", action.to_str().expect("text"));
        job.set("CALLED", called.to_str().expect("text"));
        let installation = Self { job, action, called };
        installation.pins("requirements.txt", "");
        installation.pins("SHA256SUMS", "");
        installation.tool("importgate", "exit 1");
        for tool in ["python3", "curl"] {
            installation.tool(tool, "exit 1");
        }
        for tool in ["cargo", "rustc"] {
            installation.tool(tool, "");
        }
        installation
    }

    fn pins(&self, file: &str, text: &str) {
        fs::write(self.action.join("action/pins").join(file), text).expect("pins");
    }

    /// A program first on PATH that notes its arguments, one a line, and then does what `script` says.
    fn tool(&self, name: &str, script: &str) {
        let noted = "printf '%s\\n' \"$(basename \"$0\")\" \"$@\" >>\"$CALLED\"";
        self.job.write_executable(
            &format!("bin/{name}"),
            &format!("#!/usr/bin/env bash\n{noted}\n{script}\n"),
        );
    }

    fn install(&self) -> Run {
        let _ = fs::remove_file(&self.called);
        self.job.run("Install")
    }

    fn calls(&self) -> Vec<String> {
        lines(&self.called)
    }

    /// What the program that was taken says when it is asked for anything.
    fn taken(&self) -> String {
        let program = self.job.path("temp/importgate/bin/importgate");
        let said = std::process::Command::new(program)
            .arg("who")
            .env("CALLED", "/dev/null")
            .output();
        String::from_utf8(said.expect("a program was taken").stdout).expect("text")
    }
}

/// A program that answers with a version, and else says where it is from.
fn program(version: &str, from: &str) -> String {
    format!("[ \"$1\" != --version ] || {{ echo 'importgate {version}'; exit; }}\nprintf '{from}'")
}

fn wheel_pins(version: &str) -> String {
    format!("importgate=={version} \\\n    --hash=sha256:{}\n", "0".repeat(64))
}

/// A python3 whose pip unpacks a program of this version, as `--target` has it.
fn pip(version: &str) -> String {
    let program = program(version, "wheel");
    format!(
        "while [ $# -gt 0 ]; do [ \"$1\" != --target ] || target=$2; shift; done\nmkdir -p \"$target/bin\"\n\
         cat >\"$target/bin/importgate\" <<'END'\n#!/usr/bin/env bash\n{program}\nEND\nchmod +x \"$target/bin/importgate\""
    )
}

/// An archive of a release for this machine, as curl would bring it: its bytes' place and the line of SHA256SUMS.
fn archive(installation: &Installation) -> (PathBuf, String) {
    let target = format!(
        "{}-{}",
        std::env::consts::ARCH,
        if cfg!(target_os = "macos") {
            "apple-darwin"
        } else {
            "unknown-linux-gnu"
        }
    );
    let name = format!("importgate-{VERSION}-{target}");
    let text = format!("#!/usr/bin/env bash\n{}\n", program(VERSION, "release"));
    installation
        .job
        .write_executable(&format!("release/{name}/importgate"), &text);
    let file = installation.job.path("release.tar.gz");
    let packed = std::process::Command::new("tar")
        .arg("-czf")
        .arg(&file)
        .arg("-C")
        .arg(installation.job.path("release"))
        .arg(&name)
        .status();
    assert!(packed.expect("tar").success());
    let digest = Sha256::digest(fs::read(&file).expect("the archive"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (file, format!("{digest}  {name}.tar.gz\n"))
}

fn brings(file: &Path) -> String {
    format!(
        "while [ $# -gt 0 ]; do [ \"$1\" != --output ] || output=$2; shift; done\ncp '{}' \"$output\"",
        file.display()
    )
}

#[test]
fn the_one_on_path_is_taken_where_it_is_of_this_version() {
    let installation = Installation::new();
    installation.tool("importgate", &program(VERSION, "path"));
    installation.pins("requirements.txt", &wheel_pins(VERSION));
    let run = installation.install();
    assert_eq!((run.code, run.outputs.len()), (0, 0), "{}", run.output);
    assert_eq!(installation.taken(), "path");
    assert!(!installation.calls().contains(&"python3".to_owned()));
}

#[test]
fn a_wheel_comes_next_and_pip_has_to_hold_it_against_its_digest() {
    let installation = Installation::new();
    installation.tool("importgate", &program("0.0.1", "path"));
    installation.tool("python3", &pip(VERSION));
    installation.pins("requirements.txt", &wheel_pins(VERSION));
    let run = installation.install();
    assert_eq!((run.code, run.outputs.len()), (0, 0), "{}", run.output);
    assert!(
        run.output.contains(&format!("the importgate on PATH is not {VERSION}")),
        "{}",
        run.output
    );
    assert_eq!(installation.taken(), "wheel");
    let calls = installation.calls();
    for argument in ["-I", "--require-hashes", "--only-binary", "--no-deps"] {
        assert!(calls.contains(&argument.to_owned()), "{calls:?}");
    }
}

#[test]
fn the_archive_of_the_release_comes_after_the_wheel() {
    let installation = Installation::new();
    let (file, sum) = archive(&installation);
    installation.pins("requirements.txt", &wheel_pins(VERSION));
    installation.pins("SHA256SUMS", &sum);
    installation.tool("curl", &brings(&file));
    let run = installation.install();
    assert_eq!((run.code, run.outputs.len()), (0, 0), "{}", run.output);
    assert_eq!(installation.taken(), "release");
    let tried: Vec<String> = installation.calls();
    let position = |tool: &str| tried.iter().position(|call| call == tool);
    assert!(position("python3") < position("curl"), "{tried:?}");
}

#[test]
fn an_archive_with_another_digest_is_not_unpacked_and_said() {
    let installation = Installation::new();
    let (file, sum) = archive(&installation);
    installation.pins("SHA256SUMS", &sum);
    fs::write(&file, "another").expect("a file");
    installation.tool("curl", &brings(&file));
    let run = installation.install();
    assert_eq!(run.code, 0, "{}", run.output);
    assert!(run.output.contains("::warning::the digest of"), "{}", run.output);
    assert!(run.outputs[0].starts_with("identity="), "it goes on with the source");
    assert!(!installation.job.has_file_named("archive.tar.gz"));
}

#[test]
fn a_commit_that_is_no_release_asks_no_index() {
    let installation = Installation::new();
    for (requirements, sums) in [
        (String::new(), String::new()),
        (
            wheel_pins("0.0.1"),
            format!("{}  importgate-0.0.1-x86_64-unknown-linux-gnu.tar.gz\n", "0".repeat(64)),
        ),
    ] {
        installation.pins("requirements.txt", &requirements);
        installation.pins("SHA256SUMS", &sums);
        let run = installation.install();
        assert!(run.outputs[0].starts_with("identity="), "{}", run.output);
        let calls = installation.calls();
        assert!(
            !calls.iter().any(|call| call == "python3" || call == "curl"),
            "{calls:?}"
        );
    }
}

#[test]
fn without_rust_it_says_what_was_tried() {
    let installation = Installation::new();
    fs::remove_file(installation.job.path("bin/cargo")).expect("the stand-in");
    let folders = ["bash", "git", "sed", "dirname", "grep", "mkdir", "basename"];
    for tool in folders {
        let found = std::env::split_paths(&std::env::var_os("PATH").expect("PATH"))
            .map(|folder| folder.join(tool))
            .find(|file| file.exists())
            .expect(tool);
        std::os::unix::fs::symlink(found, installation.job.path("bin").join(tool)).expect("a link");
    }
    let run = installation
        .job
        .run_with_path("Install", &[installation.job.path("bin")]);
    assert_eq!(run.code, 1, "{}", run.output);
    assert!(run.output.contains("::error::"), "{}", run.output);
    assert!(run.output.contains("there is no Rust"), "{}", run.output);
}

#[test]
fn a_build_is_asked_for_once_and_its_key_follows_the_source() {
    let installation = Installation::new();
    let mut identity = installation.install().outputs;
    assert_eq!(installation.install().outputs, identity);
    for file in ["src/main.rs", "crates/core/src/lib.rs", "docs/page.md"] {
        fs::write(installation.action.join(file), "after").expect("file");
        let other = installation.install().outputs;
        assert_ne!(other, identity, "{file}");
        identity = other;
    }

    let job = &installation.job;
    fs::remove_file(&installation.called).expect("rustc was called");
    assert_eq!(job.run("Build").code, 0);
    let arguments = installation.calls();
    let root = job.path("temp/importgate");
    for argument in [".", root.to_str().expect("text")] {
        assert!(arguments.contains(&argument.to_owned()), "{arguments:?}");
    }
    fs::remove_file(&installation.called).expect("cargo was called");
    job.write_executable("temp/importgate/bin/importgate", "#!/bin/sh\n");
    assert_eq!(job.run("Build").code, 0);
    assert!(!installation.called.exists(), "built again although a build was there");
}

#[test]
fn the_toolchain_is_that_of_the_actions_folder_and_not_of_the_checkout() {
    let installation = Installation::new();
    installation.tool("cargo", "pwd -P >>\"$CALLED\"");
    assert_eq!(installation.job.run("Build").code, 0);
    let folder = installation.action.canonicalize().expect("the action");
    let calls = installation.calls();
    assert_eq!(calls.last().map(String::as_str), folder.to_str(), "{calls:?}");
}
