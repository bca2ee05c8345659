//! The explanation for a person: the total, the tree, the groups, and what each costly import would save.

use std::fmt::Write;

use super::branches::{Branches, Shown, Stem};
use super::{imports, profile_terminal, share_of_body};
use crate::explain::{ChainStep, Explanation, HeavyLine};
use crate::numbers;
use crate::report::{untrusted, wording};

/// How much of the tree is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Every module by itself, instead of each distribution as one.
    pub modules: bool,
    /// How many levels.
    pub depth: usize,
    /// Branches that take less, in milliseconds, are left out.
    pub smallest_ms: f64,
}

/// The explanation as text.
pub fn render(explanation: &Explanation, options: &Options) -> String {
    let mut text = String::new();
    let total = |text: &mut String| {
        writeln!(
            text,
            "{}: {}, {}, {} ({}, {})\n",
            untrusted::line(&explanation.target),
            numbers::time(explanation.time_ms),
            numbers::bytes(explanation.memory_bytes.max(0).unsigned_abs()),
            numbers::counted(explanation.modules, "module"),
            wording::bracketed_python(&explanation.python_version, explanation.python_chosen_by.as_ref()),
            numbers::counted(explanation.samples, "sample"),
        )
    };
    // Writing to a string cannot fail.
    let _ = total(&mut text);
    if let Some(why) = &explanation.why {
        chain(&mut text, &why.module, why.chain.as_deref());
        return text;
    }
    if let Some(profile) = &explanation.profile {
        profile_terminal::write(&mut text, explanation, profile, options.smallest_ms);
        return text;
    }
    tree(&mut text, explanation, options);
    groups(&mut text, explanation, options);
    bodies(&mut text, &explanation.bodies);
    imports::write(&mut text, &explanation.imports, &explanation.together);
    text
}

fn chain(text: &mut String, module: &str, chain: Option<&[ChainStep]>) {
    let module = untrusted::line(module);
    let Some(steps) = chain else {
        let _ = writeln!(text, "{module} is not loaded by this import");
        return;
    };
    let _ = writeln!(text, "why {module} is loaded:");
    for step in steps {
        let place = step
            .place
            .as_ref()
            .map_or("(no line known)".to_owned(), ToString::to_string);
        let (importer, imported) = (untrusted::line(&step.importer), untrusted::line(&step.imported));
        let _ = writeln!(text, "  {}  {importer} imports {imported}", untrusted::line(&place));
    }
    if steps.is_empty() {
        let _ = writeln!(text, "  it is what was asked for");
    }
}

pub(super) fn tree(text: &mut String, explanation: &Explanation, options: &Options) {
    let stems = explanation.tree.iter().map(|node| Stem {
        module: &node.module,
        group: &node.group,
        parent: node.parent,
        own_ms: node.own_ms,
        missing_ms: 0.0,
        own_memory_bytes: node.own_memory_bytes,
    });
    let _ = writeln!(
        text,
        "{:>9} {:>9} {:>9} {:>9} {:>7}",
        "total", "own", "memory", "own", "modules"
    );
    for Shown { branch, depth } in Branches::of(stems, options.modules).shown(options.smallest_ms, options.depth) {
        let memory = |bytes: i64| numbers::bytes(bytes.max(0).unsigned_abs());
        let _ = writeln!(
            text,
            "{:>9} {:>9} {:>9} {:>9} {:>7}  {}{}",
            numbers::time(branch.cumulative_ms),
            numbers::time(branch.own_ms),
            memory(branch.cumulative_memory_bytes),
            memory(branch.own_memory_bytes),
            numbers::count(branch.modules),
            "  ".repeat(depth),
            untrusted::line(&branch.name()),
        );
    }
    text.push('\n');
}

fn groups(text: &mut String, explanation: &Explanation, options: &Options) {
    let _ = writeln!(text, "by distribution:");
    for group in &explanation.groups {
        if group.own_ms >= options.smallest_ms {
            let _ = writeln!(
                text,
                "{:>9} {:>9} {:>7}  {}",
                numbers::time(group.own_ms),
                numbers::bytes(group.memory_bytes.max(0).unsigned_abs()),
                numbers::count(group.modules),
                untrusted::line(&wording::group(&group.group)),
            );
        }
    }
    text.push('\n');
}

fn bodies(text: &mut String, lines: &[HeavyLine]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "heavy by themselves:");
    for line in lines {
        let _ = writeln!(
            text,
            "  {}  {}\n         {}",
            untrusted::line(&line.place.to_string()),
            untrusted::line(&line.source),
            untrusted::line(&share_of_body(line))
        );
    }
    text.push('\n');
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;
    use crate::explain::{Advice, AdviceKind, Distribution, Group, Node, Reason, Remedy, import_by_hand};
    use crate::observed::Place;

    /// A target of the project that loads two modules of a distribution.
    pub(in crate::report) fn sample() -> Explanation {
        let torch = || {
            Group::Distribution(Distribution {
                name: "torch".to_owned(),
                version: "2.0".to_owned(),
            })
        };
        let node = |module: &str, group, parent, own_ms| Node {
            module: module.to_owned(),
            group,
            parent,
            place: None,
            own_ms,
            cumulative_ms: own_ms,
            own_memory_bytes: 1024,
            cumulative_memory_bytes: 1024,
        };
        Explanation {
            target: "app".to_owned(),
            python_version: "3.13.0".to_owned(),
            python_chosen_by: None,
            time_ms: 111.0,
            memory_bytes: 3072,
            modules: 3,
            samples: 5,
            groups: Vec::new(),
            tree: vec![
                node("app", Group::Project, None, 1.0),
                node("torch", torch(), Some(0), 100.0),
                node("torch.nn\u{1b}[2J", torch(), Some(1), 10.0),
            ],
            imports: Vec::new(),
            together: Vec::new(),
            bodies: Vec::new(),
            why: None,
            profile: None,
        }
    }

    /// The same with a costly import, whose line and file have what Markdown and HTML take for markup.
    pub(in crate::report) fn with_costly_import() -> Explanation {
        let mut costly = import_by_hand(110.0, None);
        costly.place = Some(Place {
            file: "/venv/lib/python3.13/site-packages/shop/core.py".to_owned(),
            line: 3,
        });
        costly.source = Some("import torch  # `<b>`".to_owned());
        costly.advice = Some(Advice {
            kind: AdviceKind::Lazy,
            reason: Reason::Costly { above_ms: 100.0 },
            usage: None,
            remedy: Some(Remedy::LazyKeyword),
        });
        Explanation {
            imports: vec![costly],
            ..sample()
        }
    }

    const OPTIONS: Options = Options {
        modules: false,
        depth: 9,
        smallest_ms: 0.0,
    };

    #[test]
    fn a_distribution_is_one_branch() {
        let text = render(&sample(), &OPTIONS);
        assert!(
            text.contains("   110 ms    110 ms  2.00 KiB  2.00 KiB       2    torch 2.0\n"),
            "{text}"
        );
    }

    #[test]
    fn a_heavy_body_is_named_by_its_line() {
        let mut explanation = sample();
        explanation.bodies.push(HeavyLine {
            module: "app".to_owned(),
            place: crate::observed::Place {
                file: "src/app.py".to_owned(),
                line: 8,
            },
            source: "NAMES = versions()\u{1b}[2J".to_owned(),
            share: 0.93,
            calls: Some("versions".to_owned()),
            body_ms: 40.0,
        });
        let text = render(&explanation, &OPTIONS);
        assert!(text.contains("  src/app.py:8  NAMES = versions()\\x1b[2J\n"), "{text}");
        assert!(
            text.contains("calls `versions`: 93% of the 40.0 ms that the body of `app` takes itself"),
            "{text}"
        );
    }

    #[test]
    fn a_distribution_that_is_called_project_is_none_of_the_projects_code() {
        let mut explanation = sample();
        for node in &mut explanation.tree[1..] {
            node.group = Group::Distribution(Distribution {
                name: "project".to_owned(),
                version: String::new(),
            });
        }
        let text = render(&explanation, &OPTIONS);
        assert!(text.contains("  project\n") && !text.contains("  torch"), "{text}");
    }

    #[test]
    fn the_full_tree_names_modules_and_lets_no_escape_through() {
        let text = render(
            &sample(),
            &Options {
                modules: true,
                ..OPTIONS
            },
        );
        assert!(text.contains("      torch.nn\\x1b[2J\n"), "{text}");
    }
}
