# expected: import-failed
# Changes whatever tells what interprets it.
import sys
sys.version_info = (2, 7)
sys.implementation = sys.flags = sys.argv = sys.byteorder = sys.platform = sys.maxsize = None
sys.getfilesystemencoding = sys.getsizeof = sys._getframe = sys.exc_info = None
