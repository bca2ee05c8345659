# expected: exited
# Ends without telling the interpreter, with a code.
import os
os._exit(7)
