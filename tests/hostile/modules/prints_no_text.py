# expected: ok
# Prints bytes that are no text.
import os
os.write(1, bytes(range(256)) * 100)
os.write(2, b'\xff\xfe\x00')
