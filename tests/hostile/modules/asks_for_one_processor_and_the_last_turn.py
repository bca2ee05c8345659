# expected: ok
# Has the scheduler treat it worse than all others.
import os

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.nice(19)
