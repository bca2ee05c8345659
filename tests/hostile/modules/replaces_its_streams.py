# expected: ok
# Puts something else where streams are.
import sys
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
