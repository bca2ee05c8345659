# expected: ok
# Lowers the limit of descriptors to nothing.
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
