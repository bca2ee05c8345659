# expected: ok
# Lowers the limit of a file's size to nothing.
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
