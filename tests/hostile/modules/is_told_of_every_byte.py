# expected: ok
# Gets a signal whenever a descriptor can be read or written.
import fcntl
import os
for descriptor in range(256):
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    except OSError:
        pass
