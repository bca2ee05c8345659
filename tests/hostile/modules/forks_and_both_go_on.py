# expected: ok
# Comes to its end twice.
import os
os.fork()
