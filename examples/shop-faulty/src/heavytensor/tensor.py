"""The class that everybody imports the package for."""

from heavytensor import tables


class Tensor:
    """A vector of numbers."""

    def __init__(self, values):
        self.values = [float(value) for value in values]

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)

    def norm(self):
        return sum(value * value for value in self.values) ** 0.5

    def normalised(self):
        """The vector of length one in the same direction; zero stays zero."""
        norm = self.norm() or 1.0
        return Tensor(value / norm for value in self.values)

    def sine(self):
        return Tensor(tables.sine(value) for value in self.values)
