# expected: ok
# Empties its environment.
import os
os.environ.clear()
