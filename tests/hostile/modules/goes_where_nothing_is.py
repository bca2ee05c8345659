# expected: ok
# Changes to a directory and removes it.
import os, tempfile
folder = tempfile.mkdtemp()
os.chdir(folder)
os.rmdir(folder)
