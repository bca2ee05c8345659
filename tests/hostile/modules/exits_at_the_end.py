# expected: ok
# Ends with another code when the interpreter ends.
import atexit, os
atexit.register(os._exit, 9)
