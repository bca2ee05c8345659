# expected: ok
# Has a finder that fails for every import after it.
import sys


class Finder:
    def find_spec(self, *_):
        raise RuntimeError


sys.meta_path.insert(0, Finder())
