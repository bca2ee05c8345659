# expected: ok
# Has imports do something else.
import builtins, importlib


def no(*_, **__):
    raise ImportError


builtins.__import__ = importlib.import_module = importlib._bootstrap._find_and_load = no
