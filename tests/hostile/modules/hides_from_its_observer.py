# expected: ok
# Says that nobody may look at its process, and has another name than it had.
import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
ctypes.CDLL(None).prctl(15, b') R 1 (x\n', 0, 0, 0)
