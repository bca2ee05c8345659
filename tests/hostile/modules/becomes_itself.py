# expected: exited
# Starts again in its own process, with the same words.
import os
import sys

with open("/proc/self/cmdline", "rb") as words:
    os.execv(sys.executable, words.read().split(b"\0")[:-1])
