# expected: crashed
# Ends with a signal that nothing can handle.
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
