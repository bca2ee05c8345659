# expected: ok
# Puts a number in its place.
import sys
sys.modules[__name__] = 7
