# expected: ok
# Lowers the limit of memory to what it has.
import resource
with open('/proc/self/statm') as file:
    pages = int(file.read().split()[0])
limit = pages * resource.getpagesize() + (1 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
