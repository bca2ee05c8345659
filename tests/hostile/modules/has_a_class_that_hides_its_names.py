# expected: ok
# Is of a class that answers to nothing.
import sys
import types


class Module(types.ModuleType):
    __slots__ = ()

    @property
    def __dict__(self):
        raise RuntimeError('dict')

    @property
    def __spec__(self):
        return 7

    @property
    def __file__(self):
        raise SystemExit(7)


sys.modules[__name__].__class__ = Module
