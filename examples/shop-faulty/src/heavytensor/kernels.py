"""One class for each operation and element type, as code generators leave them behind."""

import operator

from heavytensor.dtypes import DTYPES

OPERATIONS = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "eq", "ne", "ge", "gt")
}


class Kernel:
    """Applies one operation to the elements of two vectors."""

    dtype = ""
    operation = None

    @classmethod
    def apply(cls, left, right):
        return [cls.operation(one, other) for one, other in zip(left, right)]


REGISTRY = {
    (name, dtype): type(
        "{}_{}".format(name, dtype), (Kernel,), {"dtype": dtype, "operation": staticmethod(function)}
    )
    for name, function in OPERATIONS.items()
    for dtype in DTYPES
}
