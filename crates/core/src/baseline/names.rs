//! Lists of names as text: the modules of a closure, the files that an import read. Sorted names begin alike, so each is written by
//! what is new in it: it stands beside the one before, or with its joint in front below that, and each `^` goes up from there by one
//! part. `sqlalchemy … .orm … .path … query … ^pool` is `sqlalchemy`, `sqlalchemy.orm`, `sqlalchemy.orm.path`, `sqlalchemy.orm.query`,
//! `sqlalchemy.pool`.

use std::borrow::Cow;
use std::fmt::Write;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// What goes up from the name before by one part.
const UP: char = '^';
/// What two hexadecimal digits follow that stand for a character; alone it is the empty word.
const ESCAPE: char = '%';
/// What stands between the words of a line.
const SPACE: char = ' ';
/// How long a line becomes at most, unless one name alone is longer.
const WIDTH: usize = 108;
/// One name of so many ends its line, whichever stand around it. So a name that comes or goes moves those behind it no further than
/// to the next such end, and a diff shows a line or two.
const NAMES_FOR_AN_END: u64 = 16;

/// A text of the file, which is not copied where it has no escapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;

        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrowing)
    }
}

/// Names with a word each that says what they are, as lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Names<'a>(#[serde(borrow)] Vec<Text<'a>>);

impl<'a> Names<'a> {
    /// Writes names in ascending order, whose parts a `joint` joins, each with a word without spaces.
    pub(super) fn written<'n>(joint: char, names: impl Iterator<Item = (&'n str, String)>) -> Self {
        let (mut lines, mut line, mut previous) = (Vec::new(), String::new(), None);
        for (name, word) in names {
            let shortened = shortened(previous, name, joint);
            if !line.is_empty() && line.len() + shortened.len() + word.len() + 2 > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(SPACE);
            }
            line.extend([shortened.as_str(), " ", &word]);
            if ends_a_line(name) {
                lines.push(std::mem::take(&mut line));
            }
            previous = Some(name);
        }
        lines.extend((!line.is_empty()).then_some(line));
        Self(lines.into_iter().map(|line| Text(Cow::Owned(line))).collect())
    }

    /// True where there are no names.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|line| line.0.as_ref())
    }

    /// The names with their words.
    ///
    /// # Errors
    /// What is wrong with a line; also where the names are not in ascending order, each once.
    pub(super) fn read<T>(
        &self,
        joint: char,
        mut word: impl FnMut(&str) -> Option<T>,
    ) -> Result<Vec<(String, T)>, String> {
        let mut names: Vec<(String, T)> = Vec::new();
        for line in self.lines() {
            let mut words = line.split(SPACE);
            while let Some(shortened) = words.next() {
                let previous = names.last().map(|(name, _)| name.as_str());
                let name = whole(previous, shortened, joint).ok_or_else(|| {
                    format!(
                        "{shortened:?} is no name that follows {:?}",
                        previous.unwrap_or_default()
                    )
                })?;
                if previous.is_some_and(|previous| previous >= name.as_str()) {
                    return Err(format!("{name:?} is out of order, or comes twice"));
                }
                let what = words.next().unwrap_or_default();
                let what = word(what).ok_or_else(|| format!("{what:?} does not say what {name:?} is"))?;
                names.push((name, what));
            }
        }
        Ok(names)
    }
}

/// True for one of so many names, which depends on nothing but the name.
fn ends_a_line(name: &str) -> bool {
    // The FNV-1a hash. Where its last byte alone differs, only its upper half is well mixed.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 40).is_multiple_of(NAMES_FOR_AN_END)
}

fn shortened(previous: Option<&str>, name: &str, joint: char) -> String {
    let previous = previous.unwrap_or_default();
    let common = common_parts(previous, name, joint);
    let (below, rest) = match common {
        0 => (previous, name),
        common => (&previous[common..], &name[common + joint.len_utf8()..]),
    };
    if common > 0 && below.is_empty() {
        return format!("{joint}{}", escaped(rest));
    }
    let inner = if common > 0 { &below[joint.len_utf8()..] } else { below };
    let mut text: String = std::iter::repeat_n(UP, inner.matches(joint).count()).collect();
    match rest.strip_prefix(joint) {
        // It would be taken for a name below the one before.
        Some(after) => {
            push_escape(&mut text, joint);
            text.extend((!after.is_empty()).then(|| escaped(after)));
        }
        None => text.push_str(&escaped(rest)),
    }
    text
}

/// The length of the whole parts that two names begin with alike, of which `name` has at least one more.
fn common_parts(previous: &str, name: &str, joint: char) -> usize {
    let ends = name.match_indices(joint).map(|(end, _)| end);
    let is_common = |end: &usize| {
        previous.as_bytes().get(..*end) == Some(&name.as_bytes()[..*end])
            && (previous.len() == *end || previous[*end..].starts_with(joint))
    };
    ends.filter(|end| *end > 0).take_while(is_common).last().unwrap_or(0)
}

fn whole(previous: Option<&str>, shortened: &str, joint: char) -> Option<String> {
    let previous = previous.unwrap_or_default();
    let (above, rest) = match shortened.strip_prefix(joint) {
        Some(rest) => (previous, rest),
        None => {
            let rest = shortened.trim_start_matches(UP);
            (above(previous, shortened.len() - rest.len() + 1, joint)?, rest)
        }
    };
    let rest = unescaped(rest)?;
    if above.is_empty() {
        return Some(rest.into_owned());
    }
    let mut name = String::with_capacity(above.len() + rest.len() + joint.len_utf8());
    name.push_str(above);
    name.push(joint);
    name.push_str(&rest);
    Some(name)
}

/// What is left of a name without so many parts; nothing where it has just that many, and `None` where it has fewer.
fn above(name: &str, parts: usize, joint: char) -> Option<&str> {
    let mut above = name;
    for part in 1..=parts {
        above = match above.rsplit_once(joint) {
            Some((above, _)) => above,
            None if part == parts => "",
            None => return None,
        };
    }
    Some(above)
}

fn needs_escape(letter: char) -> bool {
    letter.is_ascii_control() || matches!(letter, SPACE | UP | ESCAPE | '"' | '\\')
}

fn escaped(text: &str) -> String {
    if text.is_empty() {
        return ESCAPE.to_string();
    }
    let mut word = String::with_capacity(text.len());
    for letter in text.chars() {
        if needs_escape(letter) {
            push_escape(&mut word, letter);
        } else {
            word.push(letter);
        }
    }
    word
}

fn push_escape(word: &mut String, letter: char) {
    write!(word, "{ESCAPE}{:02x}", u32::from(letter)).expect("a string takes what is written to it");
}

fn unescaped(word: &str) -> Option<Cow<'_, str>> {
    if !word.contains(ESCAPE) {
        return (!word.is_empty()).then_some(Cow::Borrowed(word));
    }
    if word.len() == ESCAPE.len_utf8() {
        return Some(Cow::Borrowed(""));
    }
    let mut parts = word.split(ESCAPE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let letter = char::from(u8::from_str_radix(digits, 16).ok()?);
        text.push(Some(letter).filter(char::is_ascii)?);
        text.push_str(rest);
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn lines(joint: char, names: &[&str]) -> Vec<String> {
        let written = Names::written(joint, names.iter().map(|name| (*name, "w".to_owned())));
        written.lines().map(str::to_owned).collect()
    }

    fn names(joint: char, text: &str) -> Result<Vec<String>, String> {
        let lines = Names(vec![Text(Cow::Borrowed(text))]);
        let read = lines.read(joint, |word| (word == "w").then_some(()))?;
        Ok(read.into_iter().map(|(name, ())| name).collect())
    }

    #[test]
    fn a_name_says_what_is_new_in_it() {
        let modules = ["a", "a.b", "a.b.c", "a.b.d", "a.e", "ab", "ab..x", "b.c"];
        assert_eq!(
            lines('.', &modules).join(" "),
            "a w .b w .c w d w ^e w ^ab w ..x w ^^b.c w"
        );
        assert_eq!(
            lines('/', &["", "/root/a b", "/root/c", "^x%"]).join(" "),
            "% w %2froot/a%20b w c w ^^%5ex%25 w"
        );
    }

    #[test]
    fn what_no_list_can_say_is_refused() {
        assert_eq!(names('.', "a w .b w"), Ok(vec!["a".to_owned(), "a.b".to_owned()]));
        for (text, problem) in [
            ("^a w", "\"^a\" is no name that follows \"\""),
            ("a w ^b w", "\"^b\" is no name that follows \"a\""),
            ("a w  w", "\"\" is no name that follows \"a\""),
            ("a%2 w", "\"a%2\" is no name that follows \"\""),
            ("%80 w", "\"%80\" is no name that follows \"\""),
            ("%é w", "\"%é\" is no name that follows \"\""),
            ("b w a w", "\"a\" is out of order, or comes twice"),
            ("a w a w", "\"a\" is out of order, or comes twice"),
            ("a", "\"\" does not say what \"a\" is"),
            ("a v", "\"v\" does not say what \"a\" is"),
        ] {
            assert_eq!(names('.', text), Err(problem.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_name_that_comes_changes_few_lines() {
        let areas = ["alpha", "beta", "gamma", "delta"];
        let name = |index: usize| {
            format!(
                "package.{}.{}",
                areas[index % 4],
                index.wrapping_mul(0x9e37_79b9) % 100_000
            )
        };
        let all: BTreeSet<String> = (0..400).map(name).collect();
        let written = |names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            lines('.', &names)
        };
        let before = written(&all);
        assert!(
            before.iter().all(|line| line.len() <= WIDTH) && before.len() < 100,
            "{before:?}"
        );
        for new in ["package.beta.5", "package.delta.7", "package.alpha.1"] {
            let after = written(&all.iter().cloned().chain([new.to_owned()]).collect());
            let gone = before.iter().filter(|line| !after.contains(line)).count();
            assert!(gone <= 5, "{gone} lines are gone");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(names in proptest::collection::btree_set("[a-c.^% \"\\\\é]{0,6}", 0..12)) {
            for joint in ['.', '/', 'a'] {
                let written = Names::written(joint, names.iter().map(|name| (name.as_str(), name.len().to_string())));
                let read = written.read(joint, |word| word.parse::<usize>().ok());
                let expected: Vec<_> = names.iter().map(|name| (name.clone(), name.len())).collect();
                prop_assert_eq!(read, Ok(expected));
            }
        }
    }
}
