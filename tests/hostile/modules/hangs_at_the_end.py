# expected: ok
# Does not end when its import has.
import atexit, time
atexit.register(time.sleep, 3600)
