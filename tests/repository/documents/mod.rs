//! The README and the pages of the site: what they quote, show and link exists.

mod examples;
mod links;
mod shell;

use std::fs;
use std::path::Path;

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A page of Markdown.
pub(crate) struct Page {
    /// Its path from the root of the repository.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Code between fences, or indented.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The word behind the opening fence; empty for indented code.
    pub(crate) language: String,
    pub(crate) code: String,
}

/// Where a reader of Markdown is.
enum Reading {
    Text { is_after_blank: bool },
    Indented,
    Fenced { indent: usize },
}

impl Page {
    /// The page at this path from the root of the repository.
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).expect(name);
        let name = name.to_owned();
        Self { name, text }
    }

    /// The README and every page of the site.
    pub(crate) fn all() -> Vec<Self> {
        let mut names = vec!["README.md".to_owned()];
        let mut folders = vec!["docs".to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root().join(&folder)).expect("a readable folder") {
                let entry = entry.expect("a readable entry");
                let name = format!("{folder}/{}", entry.file_name().to_str().expect("text"));
                if entry.path().is_dir() {
                    folders.push(name);
                } else if name.ends_with(".md") {
                    names.push(name);
                }
            }
        }
        names.sort();
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// The blocks of code, in their order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        self.read_through().0
    }

    /// What stands between backticks outside of blocks, each with its blanks as one.
    pub(crate) fn quoted(&self) -> Vec<String> {
        let prose = self.read_through().1;
        let quoted = prose.split('`').skip(1).step_by(2);
        quoted
            .map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// The blocks, and everything else.
    fn read_through(&self) -> (Vec<Block>, String) {
        let (mut blocks, mut prose): (Vec<Block>, String) = (Vec::new(), String::new());
        let mut reading = Reading::Text { is_after_blank: true };
        for line in self.text.lines() {
            let words = line.trim_start();
            let indent = line.len() - words.len();
            let is_fence = words.starts_with("```");
            reading = match reading {
                Reading::Fenced { .. } if is_fence => Reading::Text { is_after_blank: true },
                Reading::Fenced { indent } => {
                    add(&mut blocks, line.get(indent..).unwrap_or(words));
                    Reading::Fenced { indent }
                }
                _ if is_fence => {
                    blocks.push(Block::of(words.trim_start_matches('`')));
                    Reading::Fenced { indent }
                }
                Reading::Text { is_after_blank: true }
                    if indent >= 4 && !words.is_empty() && !words.starts_with("- ") =>
                {
                    blocks.push(Block::of(""));
                    add(&mut blocks, &line[4..]);
                    Reading::Indented
                }
                Reading::Indented if indent >= 4 || words.is_empty() => {
                    add(&mut blocks, line.get(4..).unwrap_or_default());
                    Reading::Indented
                }
                _ => {
                    prose.push_str(line);
                    prose.push('\n');
                    Reading::Text {
                        is_after_blank: words.is_empty(),
                    }
                }
            };
        }
        (blocks, prose)
    }
}

impl Block {
    fn of(language: &str) -> Self {
        Self {
            language: language.trim().to_owned(),
            code: String::new(),
        }
    }
}

fn add(blocks: &mut [Block], line: &str) {
    let block = blocks.last_mut().expect("a block was begun");
    block.code.push_str(line);
    block.code.push('\n');
}

#[test]
fn code_is_told_from_text() {
    let page = Page {
        name: String::new(),
        text: "Say `a\nb`:\n\n    one\n\n    two\nno\n    code\n\n- item\n\n  ```sh\n  three\n  ```\nand `c`\n"
            .to_owned(),
    };
    let block = |language: &str, code: &str| Block {
        language: language.to_owned(),
        code: code.to_owned(),
    };
    assert_eq!(page.blocks(), [block("", "one\n\ntwo\n"), block("sh", "three\n")]);
    assert_eq!(page.quoted(), ["a b", "c"]);
}
