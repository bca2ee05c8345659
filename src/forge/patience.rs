//! Whether a request is sent again, and when. Services ask for patience by a status and a header; a job that waits costs its owner money,
//! and one that does not is refused for longer.

use std::time::Duration;

/// How often a request is sent at most.
const TRIES: u32 = 4;
/// The pause before the second try; each further one is four times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How long it waits where a service says that it is asked too often, and not until when.
const UNSAID: Duration = Duration::from_secs(60);

/// What a response says about patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hints {
    /// `Retry-After`, in seconds.
    pub(super) retry_after: Option<u64>,
    /// How many requests are left, by the rate limit's own header.
    pub(super) remaining: Option<u64>,
    /// When there are more, in seconds since 1970.
    pub(super) reset: Option<u64>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// A response with this status.
    Response(u16, Hints),
    /// Nothing: no connection, or none in time.
    Nothing,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Take what came.
    Take,
    /// Send it again after this long.
    Again(Duration),
    /// Give up: the service wants it to wait for so long.
    GiveUp(Duration),
}

/// What to do after so many tries, at `now` in seconds since 1970, where waiting may take no longer than `left`. A request that must not
/// be done twice is not repeated where it may have been done.
pub(super) fn next(came: Came, tries: u32, may_repeat: bool, left: Duration, now: u64) -> Next {
    let pause = FIRST_PAUSE * 4u32.saturating_pow(tries.saturating_sub(1));
    let wait = |pause: Duration| {
        if pause <= left {
            Next::Again(pause)
        } else {
            Next::GiveUp(pause)
        }
    };
    match came {
        Came::Response(status, hints) if is_limited(status, hints) => {
            let until = hints.reset.map(|reset| reset.saturating_sub(now));
            let asked = hints.retry_after.or(until.filter(|_| hints.remaining == Some(0)));
            let asked = asked.map_or(UNSAID, Duration::from_secs);
            if tries < TRIES {
                wait(asked)
            } else {
                Next::GiveUp(asked)
            }
        }
        Came::Response(500 | 502..=504, hints) if may_repeat && tries < TRIES => {
            match wait(hints.retry_after.map_or(pause, Duration::from_secs)) {
                Next::GiveUp(_) => Next::Take,
                next => next,
            }
        }
        Came::Nothing if may_repeat && tries < TRIES && pause <= left => Next::Again(pause),
        Came::Response(..) | Came::Nothing => Next::Take,
    }
}

/// True where a service says that it is asked too often. GitHub says so by the status of what is forbidden, too.
fn is_limited(status: u16, hints: Hints) -> bool {
    match status {
        429 => true,
        403 => hints.retry_after.is_some() || hints.remaining == Some(0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Duration = Duration::from_secs(60);

    fn after(status: u16, hints: Hints, tries: u32, may_repeat: bool) -> Next {
        next(Came::Response(status, hints), tries, may_repeat, LEFT, 1_000)
    }

    fn retry_after(seconds: u64) -> Hints {
        Hints {
            retry_after: Some(seconds),
            ..Hints::default()
        }
    }

    #[test]
    fn a_rate_limit_is_waited_for_as_long_as_it_says_and_no_longer_than_there_is_time() {
        let used_up = |reset| Hints {
            remaining: Some(0),
            reset: Some(reset),
            ..Hints::default()
        };
        for may_repeat in [true, false] {
            assert_eq!(
                after(429, retry_after(7), 1, may_repeat),
                Next::Again(Duration::from_secs(7))
            );
            assert_eq!(
                after(403, used_up(1_020), 1, may_repeat),
                Next::Again(Duration::from_secs(20))
            );
            assert_eq!(
                after(403, used_up(4_600), 1, may_repeat),
                Next::GiveUp(Duration::from_secs(3_600))
            );
            assert_eq!(after(403, used_up(900), 1, may_repeat), Next::Again(Duration::ZERO));
            assert_eq!(after(429, Hints::default(), 1, may_repeat), Next::Again(UNSAID));
            assert_eq!(
                after(429, retry_after(0), TRIES, may_repeat),
                Next::GiveUp(Duration::ZERO)
            );
        }
    }

    #[test]
    fn what_is_forbidden_is_no_rate_limit() {
        let some_left = Hints {
            remaining: Some(4_000),
            reset: Some(4_600),
            ..Hints::default()
        };
        assert_eq!(after(403, some_left, 1, true), Next::Take);
        assert_eq!(after(404, Hints::default(), 1, true), Next::Take);
        assert_eq!(after(200, some_left, 1, true), Next::Take);
    }

    #[test]
    fn a_fault_of_the_service_is_tried_again_unless_it_may_have_been_done() {
        assert_eq!(after(502, Hints::default(), 1, true), Next::Again(FIRST_PAUSE));
        assert_eq!(after(502, Hints::default(), 3, true), Next::Again(FIRST_PAUSE * 16));
        assert_eq!(after(502, Hints::default(), TRIES, true), Next::Take);
        assert_eq!(after(502, Hints::default(), 1, false), Next::Take);
        assert_eq!(after(503, retry_after(3_600), 1, true), Next::Take);
        assert_eq!(next(Came::Nothing, 1, true, LEFT, 0), Next::Again(FIRST_PAUSE));
        assert_eq!(next(Came::Nothing, 1, false, LEFT, 0), Next::Take);
        assert_eq!(next(Came::Nothing, 1, true, Duration::ZERO, 0), Next::Take);
    }
}
