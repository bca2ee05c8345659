# expected: import-failed
# Takes away what lists frames and stacks, and raises.
import linecache, sys, traceback
sys._getframe = sys._current_frames = sys.exc_info = sys.excepthook = linecache.getline = None
traceback.TracebackException = traceback.walk_tb = traceback.extract_tb = None
raise RuntimeError
