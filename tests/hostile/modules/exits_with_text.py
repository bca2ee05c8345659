# expected: exited
# Ends with a text in the place of a code.
import sys
sys.exit('\x1b[31mno\n::error::no')
