# expected: import-failed
# Loads as a library what is none.
import importlib.machinery
import importlib.util
import os
import tempfile
path = os.path.join(tempfile.mkdtemp(), 'broken.so')
with open(path, 'wb') as file:
    file.write(b'\x7fELF' + os.urandom(4096))
loader = importlib.machinery.ExtensionFileLoader('broken', path)
importlib.util.module_from_spec(importlib.util.spec_from_file_location('broken', path, loader=loader))
