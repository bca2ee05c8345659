# expected: ok
# Nobody may do anything with what is written from now on.
import os

os.umask(0o777)
