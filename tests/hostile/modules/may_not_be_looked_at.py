# expected: ok
# Forbids that others look at its memory.
import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
