# expected: ok
# Puts a module under a name that raises where it is compared or taken apart.
import sys, types


class Name(str):
    def __hash__(self):
        return 1

    def refuse(self, *_):
        raise RuntimeError

    __eq__ = startswith = partition = encode = refuse


sys.modules[Name('own.name')] = types.ModuleType('own')
