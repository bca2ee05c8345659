"""The element types."""

DTYPES = tuple(
    "{}{}".format(kind, bits) for kind in ("int", "uint", "float", "complex") for bits in (8, 16, 32, 64, 128)
)


def promote(first, second):
    """The type that holds values of both."""
    return max(first, second, key=DTYPES.index)


PROMOTION = {(first, second): promote(first, second) for first in DTYPES for second in DTYPES}
