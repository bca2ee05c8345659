# expected: exited
# Ends without telling the interpreter.
import os
os._exit(0)
