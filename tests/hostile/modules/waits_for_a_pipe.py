# expected: hang
# Opens a pipe that nobody writes to.
import os, tempfile
pipe = os.path.join(tempfile.mkdtemp(), 'pipe')
os.mkfifo(pipe)
open(pipe)
