# expected: ok
# Has a name that looks like what the system says of a process.
import ctypes
ctypes.CDLL(None).prctl(15, b') Z 0 0 0 0 -1', 0, 0, 0)
