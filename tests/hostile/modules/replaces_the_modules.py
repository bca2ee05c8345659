# expected: ok
# Puts a mapping in the place of the modules that cannot be gone through.
import sys


class Modules(dict):
    def __iter__(self):
        raise RuntimeError

    items = keys = values = copy = get = __iter__


sys.modules = Modules(sys.modules)
