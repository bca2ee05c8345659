# expected: ok
# Wants no process beside its own.
import resource
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
