# expected: import-failed
# Claims that its source is a pipe that nobody writes to.
import os, tempfile
pipe = os.path.join(tempfile.mkdtemp(), 'pipe')
os.mkfifo(pipe)
exec(compile('raise RuntimeError', pipe, 'exec'))
