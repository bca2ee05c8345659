# expected: ok
# Lets every other process go first.
import os
os.nice(19)
