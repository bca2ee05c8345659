# expected: ok
# Has a class in its place that raises whatever it is asked for.
import sys


class Mute(type):
    def __getattribute__(cls, name):
        raise RuntimeError(name)


class Module(metaclass=Mute):
    pass


sys.modules[__name__] = Module
