//! How numbers are written for people: three significant digits, a unit that fits, and a sign where it is a change.
//! A figure that is written with these looks the same wherever it is met.

/// Shown where a number is not finite.
const UNKNOWN: &str = "?";

/// A duration given in milliseconds, such as `9.87 ms`, `312 ms` or `8.91 s`.
pub(crate) fn time(milliseconds: f64) -> String {
    let magnitude = milliseconds.abs();
    if magnitude >= 999.5 {
        format!("{} s", significant(milliseconds / 1000.0, 3))
    } else {
        format!("{} ms", significant(milliseconds, 3))
    }
}

/// A duration of any size, such as `55.0 ns`, `9.87 us` or `312 ms`: what benchmarks measure may be far below a millisecond.
pub(crate) fn any_time(milliseconds: f64) -> String {
    match milliseconds.abs() {
        size if size >= 0.9995 || size == 0.0 => time(milliseconds),
        size if size >= 0.000_999_5 => format!("{} us", significant(milliseconds * 1e3, 3)),
        _ => format!("{} ns", significant(milliseconds * 1e6, 3)),
    }
}

/// A number without a unit, such as `0.912` or `1,203`.
pub(crate) fn number(number: f64) -> String {
    significant(number, 3)
}

/// A change of a duration, in milliseconds, with its sign: `+2.93 ms`.
pub(crate) fn time_change(milliseconds: f64) -> String {
    signed(milliseconds, time)
}

/// A limit in milliseconds as somebody wrote it: no digit is added and none is rounded away, `10 ms`, `2.5 ms`, `1.2 s`.
pub(crate) fn time_limit(milliseconds: f64) -> String {
    if !milliseconds.is_finite() {
        return UNKNOWN.to_owned();
    }
    let (value, unit) = if milliseconds.abs() >= 1000.0 {
        (milliseconds / 1000.0, "s")
    } else {
        (milliseconds, "ms")
    };
    let digits = format!("{value:.6}");
    format!("{} {unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// The wall-clock length of a run, in seconds: `0.84 s`, `21.4 s`, `3 min 05 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    if !seconds.is_finite() {
        return UNKNOWN.to_owned();
    }
    if seconds < 99.95 {
        return format!("{} s", significant(seconds, 2));
    }
    let whole = seconds.round() as u64;
    format!("{} min {:02} s", count(whole / 60), whole % 60)
}

/// An amount of memory in bytes, such as `512 B`, `4.10 MiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    memory(bytes as f64)
}

/// A change of an amount of memory, in bytes, with its sign: `+583 MiB`.
pub(crate) fn bytes_change(bytes: i64) -> String {
    signed(bytes as f64, memory)
}

/// A share in percent, such as `2.10%`.
pub(crate) fn percent(percent: f64) -> String {
    format!("{}%", significant(percent, 2))
}

/// How many times as much something is: `4.2`, `180`.
pub(crate) fn times(times: f64) -> String {
    significant(times, 1)
}

/// A change in percent with its sign: `+31.2%`, `+9,913%`.
pub(crate) fn percent_change(change: f64) -> String {
    signed(change, percent)
}

/// A count with its thousands set apart: `1,203`.
pub(crate) fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// A count with its noun: `1 sample`, `1,203 samples`. For nouns that take an `s`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A part of a whole: `3 of 25 runs`, `1 of 1 runs`. What is counted in parts is more than one. For nouns that take an `s`.
pub(crate) fn part_of(part: u64, whole: u64, noun: &str) -> String {
    format!("{} of {} {noun}s", count(part), count(whole))
}

fn memory(bytes: f64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes.abs() < 1024.0 {
        return format!("{bytes:.0} B");
    }
    let mut value = bytes / 1024.0;
    let mut unit = 0;
    // 999.5 would be written with four digits.
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", significant(value, 2), UNITS[unit])
}

/// Three significant digits, but never more than `most_decimals` after the point: further ones of a tiny number say nothing.
fn significant(value: f64, most_decimals: usize) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let magnitude = value.abs();
    let decimals = match magnitude {
        _ if magnitude >= 99.95 => 0,
        _ if magnitude >= 9.995 => 1,
        _ if magnitude >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.*}", decimals.min(most_decimals));
    // A number that rounds to nothing has no sign.
    if text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.')) {
        "0".to_owned()
    } else {
        grouped(&text)
    }
}

/// Sets the thousands of the part before the point apart.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

fn signed(value: f64, write: impl Fn(f64) -> String) -> String {
    let text = write(value);
    if text.starts_with(['-', '?']) || !text.contains(|letter: char| ('1'..='9').contains(&letter)) {
        text
    } else {
        format!("+{text}")
    }
}

/// Two quantities with a word between them, and their unit once where they have the same: `217 of 500 ms`, `900 ms → 1.20 s`.
pub(crate) fn beside(first: &str, between: &str, second: &str) -> String {
    match (first.rsplit_once(' '), second.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} {between} {second}"),
        _ => format!("{first} {between} {second}"),
    }
}

/// The first of some names, and how many more there are: `a, b and 3 more`.
pub fn first_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let mut names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let tail = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    names.join(", ") + &tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_the_unit_that_fits() {
        let cases = [
            (0.0, "0 ms"),
            (0.0004, "0 ms"),
            (0.0123, "0.012 ms"),
            (0.5124, "0.512 ms"),
            (0.9999, "1.00 ms"),
            (9.874, "9.87 ms"),
            (9.996, "10.0 ms"),
            (96.14, "96.1 ms"),
            (99.96, "100 ms"),
            (999.4, "999 ms"),
            (999.6, "1.00 s"),
            (8914.0, "8.91 s"),
            (1_234_567.0, "1,235 s"),
            (-3.2, "-3.20 ms"),
            (f64::NAN, "? ms"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(time(milliseconds), expected);
        }
    }

    #[test]
    fn a_unit_that_two_quantities_share_is_written_once() {
        assert_eq!(beside("217 ms", "of", "500 ms"), "217 of 500 ms");
        assert_eq!(beside("900 ms", "→", "1.20 s"), "900 ms → 1.20 s");
        assert_eq!(beside("1", "→", "2"), "1 → 2");
    }

    #[test]
    fn limits_are_written_as_they_were_given() {
        for (milliseconds, expected) in [
            (10.0, "10 ms"),
            (2.5, "2.5 ms"),
            (1200.0, "1.2 s"),
            (120.125, "120.125 ms"),
        ] {
            assert_eq!(time_limit(milliseconds), expected);
        }
    }

    #[test]
    fn changes_carry_a_sign_unless_they_round_to_nothing() {
        assert_eq!(time_change(2.93), "+2.93 ms");
        assert_eq!(time_change(-2.93), "-2.93 ms");
        assert_eq!(time_change(-0.0001), "0 ms");
        assert_eq!(percent_change(31.24), "+31.2%");
        assert_eq!(percent_change(9913.2), "+9,913%");
        assert_eq!(percent_change(-0.244), "-0.24%");
        assert_eq!(bytes_change(-4_299_161), "-4.10 MiB");
        assert_eq!(bytes_change(0), "0 B");
    }

    #[test]
    fn memory_never_needs_four_digits() {
        for (amount, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (1_048_000, "1.00 MiB"),
            (4_299_161, "4.10 MiB"),
            (611_319_808, "583 MiB"),
            (u64::MAX, "16,777,216 TiB"),
        ] {
            assert_eq!(bytes(amount), expected);
        }
    }

    #[test]
    fn counts_are_grouped_and_take_their_noun() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_203), "1,203");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "sample"), "1 sample");
        assert_eq!(counted(1_203, "module"), "1,203 modules");
        assert_eq!(part_of(1, 1, "target"), "1 of 1 targets");
        assert_eq!(part_of(3, 1_203, "run"), "3 of 1,203 runs");
    }

    #[test]
    fn runs_are_told_in_seconds_and_then_in_minutes() {
        assert_eq!(seconds(0.844), "0.84 s");
        assert_eq!(seconds(21.38), "21.4 s");
        assert_eq!(seconds(99.96), "1 min 40 s");
        assert_eq!(seconds(185.0), "3 min 05 s");
    }
}
