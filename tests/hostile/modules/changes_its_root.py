# expected: ok
# Sees no file of before any more.
import os
import tempfile
if os.getuid() == 0:
    os.chroot(tempfile.mkdtemp())
    os.chdir('/')
