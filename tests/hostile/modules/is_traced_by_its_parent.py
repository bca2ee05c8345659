# expected: hang
# Stops at each signal until the one who started it has it go on.
import ctypes
import os
import signal
ctypes.CDLL(None).ptrace(0, 0, 0, 0)
os.kill(os.getpid(), signal.SIGWINCH)
