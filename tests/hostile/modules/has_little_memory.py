# expected: ok
# Lowers the limit of memory to little more than it has.
import resource
with open('/proc/self/statm') as file:
    pages = int(file.read().split()[0])
limit = pages * resource.getpagesize() + (64 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
