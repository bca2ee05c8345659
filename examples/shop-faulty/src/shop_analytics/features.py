"""Products as vectors, and the column that keeps them."""

import heavytensor

DIMENSIONS = 16


def product_vector(title):
    """A title as a vector: how often each group of letters occurs."""
    counts = [0.0] * DIMENSIONS
    for character in title.casefold():
        counts[ord(character) % DIMENSIONS] += 1.0
    return heavytensor.Tensor(counts).normalised()


class VectorColumn:
    """A vector as numbers with a space between them."""

    sql = "TEXT NOT NULL"

    @staticmethod
    def store(value):
        return " ".join("{:.6f}".format(number) for number in value)

    @staticmethod
    def load(text):
        return heavytensor.Tensor(float(number) for number in text.split(" "))


def column_types():
    """The kinds of columns that this extra adds."""
    return {"vector": VectorColumn()}
