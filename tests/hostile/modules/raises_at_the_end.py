# expected: ok
# Raises when the interpreter ends.
import atexit
atexit.register(lambda: 1 / 0)
