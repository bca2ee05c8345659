# expected: ok
# Lowers the limit of calls.
import sys
sys.setrecursionlimit(60)
