# expected: crashed
# May compute for no more than a second, and computes for longer.
import resource
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True:
    pass
