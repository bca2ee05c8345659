# expected: ok
# Prints more than any pipe holds.
import sys
for stream in (sys.stdout, sys.stderr):
    stream.write('::error::y\n' * 500_000)
