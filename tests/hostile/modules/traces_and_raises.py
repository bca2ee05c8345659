# expected: import-failed
# Raises in every call.
import sys


def trace(*_):
    raise RuntimeError


sys.setprofile(trace)
