# expected: ok
# Leaves when what watches it is given back.
import os
import sys
import weakref


class Watched:
    pass


watched = Watched()
sys.modules['watched'] = watched
weakref.finalize(watched, os._exit, 0)
