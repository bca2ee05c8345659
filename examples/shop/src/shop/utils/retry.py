"""Trying again what may work the second time."""

import time

from shop.core import LOG


def delays(first, factor, limit):
    """Seconds to wait before each further attempt: first, first × factor, …, never above the limit."""
    delay = first
    while True:
        yield min(delay, limit)
        delay *= factor


def retry(action, attempts=3, on=(OSError,), first=0.05, factor=2.0, limit=1.0, sleep=time.sleep):
    """The result of the action, or the last exception once the attempts are used up."""
    waits = delays(first, factor, limit)
    for attempt in range(1, attempts + 1):
        try:
            return action()
        except on as error:
            if attempt == attempts:
                raise
            LOG.warning("attempt %d of %d failed: %s", attempt, attempts, error)
            sleep(next(waits))
