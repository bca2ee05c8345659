# expected: ok
# Allows calls no deeper than they are now.
import sys
for depth in range(1, 1000):
    try:
        sys.setrecursionlimit(depth)
        break
    except RecursionError:
        pass
