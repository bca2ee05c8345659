# expected: crashed
# Ends with the signal that time limits use.
import os, signal
os.kill(os.getpid(), signal.SIGTERM)
