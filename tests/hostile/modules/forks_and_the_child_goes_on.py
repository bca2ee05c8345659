# expected: exited
# Ends, and leaves the import to a child.
import os
if os.fork():
    os._exit(0)
