//! The explanation for a person: the total, the tree, the groups, and what each costly import would save.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::imports;
use crate::explain::{ChainStep, Explanation, Group, HeavyLine, Node};
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
            "{}: {}, {}, {} (Python {}, {})\n",
            untrusted::line(&explanation.target),
            numbers::time(explanation.time_ms),
            numbers::bytes(explanation.memory_bytes.max(0).unsigned_abs()),
            numbers::counted(explanation.modules, "module"),
            explanation.python_version,
            numbers::counted(explanation.samples, "sample"),
        )
    };
    // Writing to a string cannot fail.
    let _ = total(&mut text);
    if let Some(why) = &explanation.why {
        chain(&mut text, &why.module, why.chain.as_deref());
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

/// What a line of the tree stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Module(&'a str),
    /// The modules of one group below the same parent.
    Group(&'a Group),
}

impl Subject<'_> {
    fn name(self) -> String {
        match self {
            Self::Module(module) => module.to_owned(),
            Self::Group(group) => wording::group(group),
        }
    }
}

/// A line of the tree.
struct Branch<'a> {
    subject: Subject<'a>,
    own_ms: f64,
    own_memory_bytes: i64,
    cumulative_ms: f64,
    cumulative_memory_bytes: i64,
    modules: u64,
    below: Vec<usize>,
}

/// Turns the tree into branches, a parent always before its children.
fn branches(nodes: &[Node], by_module: bool) -> (Vec<Branch<'_>>, Vec<usize>) {
    let mut branches: Vec<Branch<'_>> = Vec::new();
    let mut roots = Vec::new();
    let mut branch_of: Vec<usize> = Vec::with_capacity(nodes.len());
    let mut known: BTreeMap<(Option<usize>, Subject<'_>), usize> = BTreeMap::new();
    for node in nodes {
        let parent = node.parent.map(|parent| branch_of[parent]);
        let subject = if by_module || node.group == Group::Project {
            Subject::Module(&node.module)
        } else {
            Subject::Group(&node.group)
        };
        let is_group = matches!(subject, Subject::Group(_));
        let same = parent.filter(|&parent| is_group && branches[parent].subject == subject);
        let position = same.unwrap_or_else(|| {
            *known.entry((parent, subject)).or_insert_with(|| {
                branches.push(Branch {
                    subject,
                    own_ms: 0.0,
                    own_memory_bytes: 0,
                    cumulative_ms: 0.0,
                    cumulative_memory_bytes: 0,
                    modules: 0,
                    below: Vec::new(),
                });
                let position = branches.len() - 1;
                match parent {
                    Some(parent) => branches[parent].below.push(position),
                    None => roots.push(position),
                }
                position
            })
        });
        branches[position].own_ms += node.own_ms;
        branches[position].own_memory_bytes += node.own_memory_bytes;
        branches[position].modules += 1;
        branch_of.push(position);
    }
    for position in (0..branches.len()).rev() {
        let branch = &branches[position];
        let (mut time, mut memory) = (branch.own_ms, branch.own_memory_bytes);
        for &below in &branch.below {
            time += branches[below].cumulative_ms;
            memory += branches[below].cumulative_memory_bytes;
        }
        branches[position].cumulative_ms = time;
        branches[position].cumulative_memory_bytes = memory;
    }
    (branches, roots)
}

fn tree(text: &mut String, explanation: &Explanation, options: &Options) {
    let (branches, roots) = branches(&explanation.tree, options.modules);
    let _ = writeln!(
        text,
        "{:>9} {:>9} {:>9} {:>9} {:>7}",
        "total", "own", "memory", "own", "modules"
    );
    let mut stack: Vec<(usize, usize)> = Vec::new();
    push_sorted(&mut stack, &branches, &roots, 0);
    while let Some((position, depth)) = stack.pop() {
        let branch = &branches[position];
        if branch.cumulative_ms < options.smallest_ms || depth >= options.depth {
            continue;
        }
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
            untrusted::line(&branch.subject.name()),
        );
        push_sorted(&mut stack, &branches, &branch.below, depth + 1);
    }
    text.push('\n');
}

fn push_sorted(stack: &mut Vec<(usize, usize)>, branches: &[Branch<'_>], positions: &[usize], depth: usize) {
    let mut sorted = positions.to_vec();
    sorted.sort_by(|&left, &right| branches[left].cumulative_ms.total_cmp(&branches[right].cumulative_ms));
    stack.extend(sorted.into_iter().map(|position| (position, depth)));
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
        let calls = line.calls.as_ref();
        let calls = calls.map_or_else(String::new, |name| format!("calls `{name}`: "));
        let share = format!(
            "{calls}{:.0}% of the {} that the body of `{}` takes itself",
            line.share * 100.0,
            numbers::time(line.body_ms),
            line.module
        );
        let _ = writeln!(
            text,
            "  {}  {}\n         {}",
            untrusted::line(&line.place.to_string()),
            untrusted::line(&line.source),
            untrusted::line(&share)
        );
    }
    text.push('\n');
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::explain::Distribution;

    /// A target of the project that loads two modules of a distribution.
    pub(in super::super) fn sample() -> Explanation {
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
        assert!(text.contains("  project \n") && !text.contains("  torch"), "{text}");
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
