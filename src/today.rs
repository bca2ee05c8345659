//! Which day it is, for what ends on a date: the date of the clock in UTC, so that every machine of a run agrees, whatever its time
//! zone. Core is given the date as a value.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// The date that the command line gave in the place of the clock's.
static GIVEN: OnceLock<Date> = OnceLock::new();

/// Has [`date`] answer this from now on.
pub(crate) fn take_for_today(date: Date) {
    // A process has one command line.
    let _ = GIVEN.set(date);
}

/// Today.
pub(crate) fn date() -> Date {
    GIVEN.get().copied().unwrap_or_else(of_the_clock)
}

/// The time of day when something began so long ago, such as `14:02:03 UTC`.
pub(crate) fn time_of_day(ago: Duration) -> String {
    let began = SystemTime::now().checked_sub(ago).unwrap_or(UNIX_EPOCH);
    format!("{} UTC", utc(began).strftime("%H:%M:%S"))
}

fn of_the_clock() -> Date {
    utc(SystemTime::now()).date()
}

/// A clock that is far off is no reason to end a run: it is held to the days that there are.
fn utc(time: SystemTime) -> DateTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Offset::UTC.to_datetime(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
}

/// A date as it is written, such as 2027-03-31.
pub(crate) fn parse(text: &str) -> Result<Date, String> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = is_plain.then(|| text.parse::<Date>().ok()).flatten();
    date.ok_or_else(|| "write it as year, month and day, such as 2027-03-31".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_that_there_is() {
        assert_eq!(parse("2027-03-31"), Ok(Date::constant(2027, 3, 31)));
        for wrong in [
            "2027-02-29",
            "31.03.2027",
            "2027-3-31",
            "20270331",
            "2027-03-31T00:00",
            "",
            "-027-03-31",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_clock_shows_a_day_of_these_years() {
        assert!((2025..2200).contains(&of_the_clock().year()));
    }
}
