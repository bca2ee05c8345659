# expected: exited
# Decides itself what becomes of errors.
import os
import sys
sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *_: os._exit(3)
import threading
threading.excepthook = sys.excepthook


class Last:
    def __del__(self):
        raise RuntimeError('last')


last = Last()
del last
