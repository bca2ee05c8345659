# expected: ok
# Changes its directory.
import os
os.chdir('/')
