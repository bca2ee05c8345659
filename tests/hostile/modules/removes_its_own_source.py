# expected: ok
# Empties its own source while it is imported, and puts it back.
import os, pathlib
path = pathlib.Path(__file__)
text = path.read_bytes()
path.write_bytes(b'')
path.write_bytes(text)
