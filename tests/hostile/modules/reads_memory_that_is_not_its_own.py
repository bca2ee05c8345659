# expected: crashed
# Ends with a fault of memory.
import ctypes
ctypes.string_at(8)
