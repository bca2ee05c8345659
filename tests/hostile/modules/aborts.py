# expected: crashed
# Ends with SIGABRT.
import os
os.abort()
