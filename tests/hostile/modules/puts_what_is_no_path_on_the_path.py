# expected: ok
# Looks for modules where nothing can be.
import sys


class Entry:
    def __fspath__(self):
        raise RuntimeError('asked')


sys.path[:0] = [None, 7, b'bytes', Entry(), '\0', 'x' * 100000, '\udcff', '/dev/zero', '/dev/stdin']
sys.path_importer_cache.clear()
