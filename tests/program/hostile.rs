//! What measured code prints or raises is untrusted: nothing of it acts in a terminal, a page or a log.

use super::support::{Project, Run};

/// Text that acts: a workflow command, a window title, a colour, a return to the line's beginning, markup.
const ACTING: &str = "\\n::error file=x::gotcha\\n##[error]gotcha\\n\\x1b]0;gotcha\\x07\\x1b[31m\\r\\u202e\
                      <script>gotcha</script> | ![gotcha](http://x) @everyone";

fn check(project: &Project) -> Run {
    let mut command = project.command(&["check", "--samples", "2", "--color", "always"]);
    for format in [
        "terminal=table.txt",
        "markdown=summary.md",
        "github=commands.txt",
        "json=report.json",
    ] {
        command.args(["--format", format]);
    }
    command.args(["--format", "terminal"]);
    Run::of(command, project)
}

/// Asserts that nothing of [`ACTING`] stands raw in any output.
fn assert_harmless(project: &Project, run: &Run) {
    let terminal = anstream::adapter::strip_str(&run.stdout).to_string();
    let outputs = [
        ("standard output", terminal),
        ("standard error", run.stderr.clone()),
        ("table", project.read("table.txt")),
        ("page", project.read("summary.md")),
        ("commands", project.read("commands.txt")),
        ("JSON", project.read("report.json")),
    ];
    for (name, text) in &outputs {
        for character in ['\u{1b}', '\u{7}', '\r', '\u{202e}'] {
            assert!(!text.contains(character), "{name} has {character:?}: {text:?}");
        }
        for line in text.lines() {
            let line = line.trim_start();
            assert!(!line.starts_with("##["), "{name}: {line}");
            let own = line.starts_with("::error ") && line.contains("title=importgate: ");
            let own = own || line.starts_with("::error ") && line.contains("title=importgate%3A ");
            assert!(!line.starts_with("::") || *name == "commands" && own, "{name}: {line}");
            assert!(!line.starts_with("::error file=x::"), "{name}: {line}");
        }
    }
    let page = outside_code(&outputs[3].1);
    assert!(!page.contains("<script>") && !page.contains("![gotcha]("), "{page}");
    let raw = &run.stdout;
    assert!(!raw.contains("\u{1b}]0;"), "{raw:?}");
}

/// What Markdown renders of a page: between the fences of a block of code, and in a span of code, markup is text. A line whose
/// spans are not closed has none.
fn outside_code(page: &str) -> String {
    let outside_spans = |line: &str| {
        let parts: Vec<&str> = line.split('`').collect();
        if parts.len() % 2 == 1 {
            parts.into_iter().step_by(2).collect()
        } else {
            line.to_owned()
        }
    };
    let outside_blocks: String = page.split("```").step_by(2).collect();
    let lines: Vec<String> = outside_blocks.lines().map(outside_spans).collect();
    lines.join("\n")
}

#[test]
fn text_that_an_exception_carries_does_not_act() {
    let project = Project::of_module(&format!("print('{ACTING}')\nraise RuntimeError('{ACTING}')\n"), "");
    let run = check(&project).expect_code(1);
    assert!(run.stdout.contains("gotcha"), "{}", run.stdout);
    assert_harmless(&project, &run);
}

#[test]
fn text_that_is_printed_by_an_import_that_exits_does_not_act() {
    let source = format!("import sys\nsys.stderr.write('{ACTING}\\n' * 1000)\nsys.exit('{ACTING}')\n");
    let project = Project::of_module(&source, "");
    let run = check(&project).expect_code(1);
    assert_harmless(&project, &run);
}

#[test]
fn names_that_an_import_makes_up_do_not_act() {
    let source = format!(
        "import sys, types, warnings\nsys.modules['{ACTING}'] = types.ModuleType('{ACTING}')\nwarnings.warn('{ACTING}')\n"
    );
    let project = Project::of_module(&source, "max-modules = 1\nwarnings = \"fail\"\n");
    let run = check(&project).expect_code(1);
    assert_harmless(&project, &run);
    let recorded = project.record(&[]).expect_code(0);
    assert!(
        !recorded.stdout.contains(['\u{1b}', '\r', '\u{202e}']),
        "{:?}",
        recorded.stdout
    );
    let run = check(&project).expect_code(1);
    assert_harmless(&project, &run);
}

#[test]
fn megabytes_of_output_are_measured_through() {
    let source = "import sys\nfor stream in (sys.stdout, sys.stderr):\n    stream.write('::error::y\\n' * 1_000_000)\n";
    let project = Project::of_module(source, "");
    let run = check(&project).expect_code(0);
    assert!(run.stdout.len() < 10_000, "{}", run.stdout.len());
    assert_harmless(&project, &run);
}
