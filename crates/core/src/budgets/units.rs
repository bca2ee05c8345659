//! Values with units: `"10ms"`, `"64MiB"`, `"5%"`. A bare number is refused, since nobody can tell by reading it whether
//! it means seconds or milliseconds. Decimal fractions are allowed; exponents, signs and separators are not.

use std::fmt::Write;

/// A unit with what a number in it is multiplied and divided by. Dividing keeps 7% the float nearest to 0.07, where a
/// multiplication by 0.01 would round twice.
type Unit = (&'static str, f64, f64);

/// Units of time, in milliseconds. The micro sign and the Greek letter look alike; both are typed.
const TIME_UNITS: [Unit; 6] = [
    ("us", 1.0, 1e3),
    ("\u{b5}s", 1.0, 1e3),
    ("\u{3bc}s", 1.0, 1e3),
    ("ms", 1.0, 1.0),
    ("s", 1e3, 1.0),
    ("min", 60e3, 1.0),
];

/// Units of memory, in bytes.
const MEMORY_UNITS: [Unit; 8] = [
    ("B", 1.0, 1.0),
    ("KiB", 1024.0, 1.0),
    ("MiB", 1_048_576.0, 1.0),
    ("GiB", 1_073_741_824.0, 1.0),
    ("kB", 1e3, 1.0),
    ("KB", 1e3, 1.0),
    ("MB", 1e6, 1.0),
    ("GB", 1e9, 1.0),
];

/// Units of rates, so many a second.
const RATE_UNITS: [Unit; 3] = [("/s", 1.0, 1.0), ("/min", 1.0, 60.0), ("/h", 1.0, 3600.0)];

/// The unit of shares, as a fraction.
const SHARE_UNITS: [Unit; 1] = [("%", 1.0, 100.0)];

/// Why a text is no value of its kind, with what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// A time in milliseconds, such as `10ms`, `1.5s`, `250us` or `2min`.
///
/// # Errors
/// Where the text is no number with one of these units.
pub fn time_ms(text: &str) -> Result<f64, UnitError> {
    let time = quantity(text, "a time", &TIME_UNITS, "ms", "`us`, `ms`, `s` or `min`")?;
    if time > LONGEST_TIME_MS {
        return Err(UnitError {
            message: format!("\"{text}\" is longer than a year"),
            help: "no import takes that long; leave the key out where there is to be no limit".to_owned(),
        });
    }
    Ok(time)
}

/// A year, in milliseconds: whoever writes more has mistyped, and sums of such times would not fit into the clocks of a system.
pub const LONGEST_TIME_MS: f64 = 365.0 * 24.0 * 3600.0 * 1000.0;

/// An amount of memory in bytes, rounded to whole ones, such as `10MiB`, `512KiB` or `1.5GB`.
///
/// # Errors
/// Where the text is no number with one of these units.
pub fn memory_bytes(text: &str) -> Result<u64, UnitError> {
    let bytes = quantity(
        text,
        "an amount of memory",
        &MEMORY_UNITS,
        "MiB",
        "`B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`",
    )?;
    // A float converts to the nearest integer in range; the caller's range check refuses what is too large.
    Ok(bytes.round() as u64)
}

/// A share as a fraction, such as `10%` for 0.1.
///
/// # Errors
/// Where the text is no number followed by `%`.
pub fn share(text: &str) -> Result<f64, UnitError> {
    quantity(text, "a share", &SHARE_UNITS, "%", "`%`")
}

/// A rate, so many a second, such as `1000/s`.
///
/// # Errors
/// Where the text is no number with one of these units.
pub(super) fn rate(text: &str) -> Result<f64, UnitError> {
    quantity(text, "a rate", &RATE_UNITS, "/s", "`/s`, `/min` or `/h`")
}

/// What a rate looks like.
pub(super) fn rate_pattern() -> String {
    pattern(&RATE_UNITS)
}

/// What a time looks like, as a pattern of JSON Schema.
pub(super) fn time_pattern() -> String {
    pattern(&TIME_UNITS)
}

/// What an amount of memory looks like.
pub(super) fn memory_pattern() -> String {
    pattern(&MEMORY_UNITS)
}

/// What a share looks like.
pub(super) fn share_pattern() -> String {
    pattern(&SHARE_UNITS)
}

fn pattern(units: &[Unit]) -> String {
    let names: Vec<&str> = units.iter().map(|(name, ..)| *name).collect();
    format!(r"^\s*[0-9]+(\.[0-9]*)?\s*({})\s*$", names.join("|"))
}

/// What to write instead of a number without a unit.
pub(super) fn with_usual_unit(number: &str, usual: &str) -> String {
    match number.parse::<f64>() {
        // A share below one is more often a fraction than a part of a percent.
        Ok(fraction) if usual == "%" && fraction > 0.0 && fraction < 1.0 => {
            format!(
                "write \"{}\", or \"{number}%\" if that is meant",
                format_share(fraction)
            )
        }
        _ => format!("write \"{number}{usual}\""),
    }
}

/// A time as the budgets file would write it, in the largest unit that leaves it exact to the microsecond.
pub fn format_time(ms: f64) -> String {
    let (unit, length) = if ms >= 60e3 && ms % 60e3 == 0.0 {
        ("min", 60e3)
    } else if ms >= 1e3 && ms % 10.0 == 0.0 {
        ("s", 1e3)
    } else if ms >= 1.0 || ms == 0.0 {
        ("ms", 1.0)
    } else {
        ("us", 1e-3)
    };
    format!("{}{unit}", rounded(ms / length))
}

/// An amount of memory as the budgets file would write it, in the largest unit that leaves it exact.
pub fn format_memory(bytes: u64) -> String {
    const BINARY: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match BINARY
        .iter()
        .find(|(_, size)| bytes >= *size && bytes.is_multiple_of(*size))
    {
        Some((unit, size)) => format!("{}{unit}", bytes / size),
        None => format!("{bytes}B"),
    }
}

/// A share as the budgets file would write it.
pub fn format_share(fraction: f64) -> String {
    format!("{}%", rounded(fraction * 100.0))
}

/// The number without the digits that binary fractions add: 0.1 × 3 is written 0.3.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// Splits a text into number and unit, and multiplies.
fn quantity(text: &str, kind: &str, units: &[Unit], usual: &str, unit_names: &str) -> Result<f64, UnitError> {
    let trimmed = text.trim();
    let help = format!("write a number with {unit_names}, such as \"10{usual}\"");
    let (sign, unsigned) = match trimmed.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, trimmed),
    };
    let digits_end = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (digits, unit) = (&unsigned[..digits_end], unsigned[digits_end..].trim_start());
    let number = match digits.parse::<f64>() {
        Ok(number) if number.is_finite() && digits.starts_with(|c: char| c.is_ascii_digit()) => number,
        _ => {
            return Err(UnitError {
                message: format!("\"{text}\" is not {kind}"),
                help,
            });
        }
    };
    if unit.is_empty() {
        let message = format!("\"{text}\" has no unit");
        return Err(UnitError {
            message,
            help: format!("{}; accepted units: {unit_names}", with_usual_unit(trimmed, usual)),
        });
    }
    if let Some((_, multiply, divide)) = units.iter().find(|(name, ..)| *name == unit) {
        return Ok(sign * number * multiply / divide);
    }
    let mut help = format!("accepted units: {unit_names}");
    if let Some(meant) = meant_unit(unit, units) {
        // Writing to a String cannot fail.
        let _ = write!(help, "; did you mean \"{digits}{meant}\"?");
    }
    Err(UnitError {
        message: format!("\"{text}\" is not {kind}: unknown unit `{unit}`"),
        help,
    })
}

/// The unit that differs from a text only in case, or that the text spells out.
fn meant_unit(unit: &str, units: &[Unit]) -> Option<&'static str> {
    let lower = unit.to_lowercase();
    let spelled = match lower.as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "msec" | "msecs" | "millisecond" | "milliseconds" => "ms",
        "usec" | "usecs" | "microsecond" | "microseconds" => "us",
        "m" | "mins" | "minute" | "minutes" => "min",
        "b" | "byte" | "bytes" => "B",
        "k" | "ki" => "KiB",
        "mi" => "MiB",
        "g" | "gi" => "GiB",
        "percent" | "pct" => "%",
        other => other,
    };
    let by_case = units.iter().find(|(name, ..)| name.eq_ignore_ascii_case(spelled));
    let mebibytes = (lower == "m")
        .then(|| units.iter().find(|(name, ..)| *name == "MiB"))
        .flatten();
    by_case.or(mebibytes).map(|(name, ..)| *name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_unit_has_its_size() {
        assert_eq!(time_ms("10ms"), Ok(10.0));
        assert_eq!(time_ms("1.5 s"), Ok(1500.0));
        assert_eq!(time_ms("250us"), Ok(0.25));
        assert_eq!(time_ms("250µs"), time_ms("250us"));
        assert_eq!(time_ms("2min"), Ok(120_000.0));
        assert_eq!(memory_bytes("10MiB"), Ok(10 * 1024 * 1024));
        assert_eq!(memory_bytes("1.5kB"), Ok(1500));
        assert_eq!(memory_bytes("2KB"), memory_bytes("2kB"));
        assert_eq!(memory_bytes("1GiB"), Ok(1 << 30));
        assert_eq!(share("10%"), Ok(0.1));
    }

    #[test]
    fn a_negative_value_is_read_so_that_its_range_can_be_refused() {
        assert_eq!(time_ms("-3ms"), Ok(-3.0));
        assert_eq!(memory_bytes("-3MiB"), Ok(0));
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let help = |text| time_ms(text).expect_err("no time").help;
        assert_eq!(help("10"), "write \"10ms\"; accepted units: `us`, `ms`, `s` or `min`");
        assert_eq!(
            help("10MS"),
            "accepted units: `us`, `ms`, `s` or `min`; did you mean \"10ms\"?"
        );
        assert_eq!(
            help("2 seconds"),
            "accepted units: `us`, `ms`, `s` or `min`; did you mean \"2s\"?"
        );
        assert_eq!(
            help("soon"),
            "write a number with `us`, `ms`, `s` or `min`, such as \"10ms\""
        );
        assert!(
            memory_bytes("10M")
                .expect_err("no memory")
                .help
                .ends_with("did you mean \"10MiB\"?")
        );
        assert!(
            memory_bytes("10mib")
                .expect_err("no memory")
                .help
                .ends_with("did you mean \"10MiB\"?")
        );
    }

    #[test]
    fn a_time_fits_into_a_clock() {
        assert!(time_ms("525600min").is_ok_and(|time| time <= LONGEST_TIME_MS));
        let refused = time_ms("525601min").expect_err("more than a year");
        assert!(refused.message.contains("longer than a year"), "{}", refused.message);
    }

    #[test]
    fn what_is_no_plain_decimal_number_is_refused() {
        for text in [
            "", " ", "ms", ".5ms", "1e3ms", "1_000ms", "1,5ms", "+1ms", "1.2.3ms", "--1ms", "NaNms", "infs",
        ] {
            assert!(time_ms(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_written_in_the_largest_fitting_unit() {
        assert_eq!(format_time(60.0 * 60e3), "60min");
        assert_eq!(format_time(1500.0), "1.5s");
        assert_eq!(format_time(0.5), "500us");
        assert_eq!(format_time(12.5), "12.5ms");
        assert_eq!(format_memory(1 << 40), "1024GiB");
        assert_eq!(format_memory(1025), "1025B");
        assert_eq!(format_share(0.1), "10%");
    }

    proptest! {
        #[test]
        fn times_survive_being_written(microseconds in 0_u64..4_000_000_000) {
            let ms = microseconds as f64 / 1e3;
            let back = time_ms(&format_time(ms)).expect("what is written can be read");
            prop_assert!((back - ms).abs() <= ms * 1e-12);
        }

        #[test]
        fn memory_survives_being_written(bytes in 0_u64..(1 << 40)) {
            prop_assert_eq!(memory_bytes(&format_memory(bytes)), Ok(bytes));
        }

        #[test]
        fn shares_survive_being_written(hundredths in 0_u32..100_000) {
            let fraction = f64::from(hundredths) / 1e4;
            let back = share(&format_share(fraction)).expect("what is written can be read");
            prop_assert!((back - fraction).abs() < 1e-12);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", number in "[-+]?[0-9.]{0,400}", unit in "(ms|s|KiB|%|µs)?") {
            for text in [text, format!("{number}{unit}")] {
                let _ = (time_ms(&text), memory_bytes(&text), share(&text));
            }
        }
    }
}
