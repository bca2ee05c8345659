# expected: ok
# Takes a tenth of a second for each name that it does not have.
import time


def __getattr__(name):
    time.sleep(0.1)
    raise AttributeError(name)
