"""Tables of functions, built at import so that the first call is fast. This is where time and memory go."""

import math

SIZE = 1 << 20
STEP = 2.0 * math.pi / SIZE

SINE = [math.sin(index * STEP) for index in range(SIZE)]
LOGARITHM = [math.log1p(index / SIZE) for index in range(SIZE)]


def sine(value):
    """The sine of the nearest entry."""
    return SINE[int(value / STEP) % SIZE]


def logarithm(value):
    """The logarithm of a value from 1 up to 2, of the nearest entry."""
    return LOGARITHM[min(int((value - 1.0) * SIZE), SIZE - 1)]
