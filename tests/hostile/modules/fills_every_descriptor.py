# expected: implausible
# Writes to whatever is open until nothing more goes in.
import os

for descriptor in range(3, 300):
    try:
        os.set_blocking(descriptor, False)
        while True:
            os.write(descriptor, b"x" * 65536)
    except OSError:
        pass
