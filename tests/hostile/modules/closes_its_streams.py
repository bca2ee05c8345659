# expected: ok
# Closes what it may print to.
import os
for descriptor in (0, 1, 2):
    os.close(descriptor)
