# expected: crashed
# Has the kernel end it at the next call that is neither reading nor writing.
import ctypes

ctypes.CDLL(None).prctl(22, 1, 0, 0, 0)
