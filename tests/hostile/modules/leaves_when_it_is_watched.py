# expected: exited
# Is told of everything and leaves at the first word.
import os
import sys

sys.addaudithook(lambda *_: os._exit(0))
