//! Own times as text: units separated by spaces, `-` for a module without one.

use crate::observed::LARGEST_AMOUNT;

/// The stored unit of own times, in nanoseconds. Ten microseconds keep a thousand modules within three kilobytes, and are
/// a fiftieth of the smallest change that a gate looks at.
pub(super) const OWN_TIME_UNIT_NS: u64 = 10_000;

/// The text of times in nanoseconds. The remainder of each is carried over to the next, so that the sum over any part of the list is
/// right to one unit however many modules it has.
pub(super) fn written(times: impl Iterator<Item = Option<u64>>) -> String {
    let unit = u128::from(OWN_TIME_UNIT_NS);
    let (mut exact, mut written) = (0_u128, 0_u128);
    let words = times.map(|time| match time {
        None => "-".to_owned(),
        Some(nanoseconds) => {
            exact += u128::from(nanoseconds);
            let reached = (exact + unit / 2) / unit;
            let units = reached - written;
            written = reached;
            units.to_string()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// So many units in nanoseconds; `None` where that is more than an import takes.
pub(super) fn in_nanoseconds(units: u64) -> Option<u64> {
    units
        .checked_mul(OWN_TIME_UNIT_NS)
        .filter(|&nanoseconds| nanoseconds <= LARGEST_AMOUNT)
}

/// The times that a text stands for, in nanoseconds.
///
/// # Errors
/// Which word is none.
pub(super) fn read(text: &str) -> Result<Vec<Option<u64>>, String> {
    let nanoseconds = |digits: &str| in_nanoseconds(digits.parse().ok()?);
    let time = |word: &str| match word {
        "-" => Ok(None),
        digits => match nanoseconds(digits) {
            None => Err(format!("{digits:?} is not a number of units")),
            some => Ok(some),
        },
    };
    let words = text.split(' ').filter(|word| !word.is_empty());
    words.map(time).collect()
}
