# expected: ok
# Starts a process that the gate is the parent of.
import ctypes
import os
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(56, 0x8000 | 17, 0, 0, 0, 0) == 0:
    os._exit(9)
