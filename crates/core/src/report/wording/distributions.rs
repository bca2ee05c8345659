//! What was installed, upgraded or removed since the baseline, in one line.

use crate::numbers;
use crate::observed::DistributionChange;

/// How many distributions the line names.
const NAMED: usize = 8;

/// `since the baseline: rich 13.7.1 → 15.0.0, click 8.2 installed, six 1.16 removed`, in the order of the changes; nothing where
/// there are none.
pub(super) fn since(changes: &[DistributionChange]) -> Option<String> {
    if changes.is_empty() {
        return None;
    }
    let named: Vec<String> = changes.iter().take(NAMED).map(change).collect();
    let mut line = format!("since the baseline: {}", named.join(", "));
    let more = changes.len().saturating_sub(NAMED) as u64;
    if more > 0 {
        line.push_str(&format!(", and {} more", numbers::count(more)));
    }
    Some(line)
}

fn change(change: &DistributionChange) -> String {
    let name = &change.name;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{name} {before} → {after}"),
        (None, Some(version)) => format!("{name} {version} installed"),
        (Some(version), None) => format!("{name} {version} removed"),
        (None, None) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_said_in_its_words() {
        let changes = [
            DistributionChange::typed("rich", Some("13.7.1"), Some("15.0.0")),
            DistributionChange::typed("click", None, Some("8.2")),
            DistributionChange::typed("six", Some("1.16"), None),
        ];
        assert_eq!(
            since(&changes).as_deref(),
            Some("since the baseline: rich 13.7.1 → 15.0.0, click 8.2 installed, six 1.16 removed")
        );
        assert_eq!(since(&[]), None);
    }

    #[test]
    fn of_many_the_first_are_named() {
        let changes: Vec<_> = (0..20)
            .map(|index| DistributionChange::typed(&format!("p{index}"), None, Some("1")))
            .collect();
        let line = since(&changes).expect("a line");
        assert!(line.ends_with("p7 1 installed, and 12 more"), "{line}");
    }
}
