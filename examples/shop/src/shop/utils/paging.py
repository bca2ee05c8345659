"""Long lists in pages."""


class Page:
    """One page of a longer list."""

    __slots__ = ("items", "number", "size", "total")

    def __init__(self, items, number, size, total):
        self.items = items
        self.number = number
        self.size = size
        self.total = total

    @property
    def last(self):
        """The number of the last page; an empty list has one page too."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self):
        return self.number < self.last

    def __iter__(self):
        return iter(self.items)


def paginate(items, number, size):
    """The page with this one-based number."""
    if number < 1 or size < 1:
        raise ValueError("pages and their sizes start at 1")
    start = (number - 1) * size
    return Page(items[start : start + size], number, size, len(items))
