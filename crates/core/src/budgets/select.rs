//! Which targets the words of a command line mean.

use super::{Pattern, Target};

/// The targets that words select, in their own order; all of them where there are no words. A word is a target's name, or a
/// pattern as in the budgets file.
///
/// # Errors
/// The words that match nothing.
pub fn select(targets: &[Target], words: &[String]) -> Result<Vec<Target>, Vec<String>> {
    if words.is_empty() {
        return Ok(targets.to_vec());
    }
    let is_unmatched = |word: &&String| !targets.iter().any(|target| means(word, target));
    let unmatched: Vec<String> = words.iter().filter(is_unmatched).cloned().collect();
    if !unmatched.is_empty() {
        return Err(unmatched);
    }
    let is_meant = |target: &&Target| words.iter().any(|word| means(word, target));
    Ok(targets.iter().filter(is_meant).cloned().collect())
}

fn means(word: &str, target: &Target) -> bool {
    target.name == word || Pattern::parse(word).is_ok_and(|pattern| pattern.matches(&target.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;

    fn selected(words: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let names = ["shop", "shop.cli", "shop.web", "layer:core"];
        let targets = names.map(|name| Target::module(name, Limits::default()));
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let selected = select(&targets, &words)?;
        Ok(selected.into_iter().map(|target| target.name).collect())
    }

    #[test]
    fn words_are_names_or_patterns_and_the_order_is_that_of_the_targets() {
        let names = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(selected(&["layer:core", "shop"]), names(&["shop", "layer:core"]));
        assert_eq!(selected(&["shop.*"]), names(&["shop.cli", "shop.web"]));
        assert_eq!(selected(&["shop.cli", "shop.*"]), names(&["shop.cli", "shop.web"]));
        assert_eq!(selected(&[]).map(|all| all.len()), Ok(4));
    }

    #[test]
    fn words_without_a_match_are_all_said() {
        assert_eq!(
            selected(&["shop", "shopping", "cli.*"]),
            Err(vec!["shopping".to_owned(), "cli.*".to_owned()])
        );
    }
}
