//! Names of Python modules, and the nearest valid name to a mistyped one.

use crate::observed::{ModuleIndex, is_identifier};

/// True for a dotted name whose every part is an identifier.
pub(super) fn is_module_name(name: &str) -> bool {
    name.split('.').all(is_identifier)
}

/// The module that somebody may have meant with a path, a hyphen or a file name.
pub(super) fn meant_module(name: &str) -> Option<String> {
    let stem = name.trim().trim_start_matches("./").trim_end_matches('/');
    let stem = stem.strip_suffix(".py").unwrap_or(stem);
    let dotted = stem.replace(['/', '\\'], ".").replace('-', "_");
    (dotted != name && is_module_name(&dotted)).then_some(dotted)
}

/// The candidate with the smallest edit distance to a name, where that is small enough to be a typo.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let allowed = (length / 3).clamp(1, 3);
    // Each edit changes the length by one at most, and most candidates need not be looked at.
    let is_near = |candidate: &&str| candidate.chars().count().abs_diff(length) <= allowed;
    let distances = candidates
        .into_iter()
        .filter(is_near)
        .map(|candidate| (edit_distance(name, candidate), candidate));
    distances
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The existing module that a name is probably meant to be: each part that does not exist is replaced by its nearest
/// sibling, as far down as there is one.
pub(super) fn nearest_module(name: &str, index: &dyn ModuleIndex) -> Option<String> {
    let mut found = String::new();
    for part in name.split('.') {
        let exact = if found.is_empty() {
            part.to_owned()
        } else {
            format!("{found}.{part}")
        };
        if index.exists(&exact) {
            found = exact;
            continue;
        }
        let siblings = index.children(&found);
        match nearest(&exact, siblings.iter().map(String::as_str)) {
            Some(sibling) => found = sibling.to_owned(),
            None => break,
        }
    }
    // A name that stops short of what was asked for is no replacement for it.
    let complete = !found.is_empty() && found.split('.').count() == name.split('.').count();
    (complete && found != name).then_some(found)
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one word to another
/// (optimal string alignment: Damerau's operations, no substring edited twice).
fn edit_distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut current = vec![row];
        for column in 1..=right.len() {
            let replaced = last[column - 1] + usize::from(left[row - 1] != right[column - 1]);
            let mut best = replaced.min(last[column] + 1).min(current[column - 1] + 1);
            let swapped =
                row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
            if swapped {
                best = best.min(before_last[column - 2] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_edits() {
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("max-tme", "max-time"), 1);
        assert_eq!(edit_distance("tiemout", "timeout"), 1);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }

    #[test]
    fn only_a_near_name_is_offered() {
        assert_eq!(nearest("max-tme", ["max-time", "max-memory"]), Some("max-time"));
        assert_eq!(nearest("colour", ["max-time", "max-memory"]), None);
    }

    #[test]
    fn module_names_are_dotted_identifiers() {
        for good in ["a", "a.b_c", "_private", "größe.x1"] {
            assert!(is_module_name(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "1a", "a-b", "a/b", "a b", "a.*"] {
            assert!(!is_module_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_path_or_a_hyphen_is_understood() {
        assert_eq!(meant_module("shop/services.py").as_deref(), Some("shop.services"));
        assert_eq!(meant_module("my-shop").as_deref(), Some("my_shop"));
        assert_eq!(meant_module("a b"), None);
    }
}
