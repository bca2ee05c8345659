# expected: hang
# Stops as Ctrl-Z does.
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
