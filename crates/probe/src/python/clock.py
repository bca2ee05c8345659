"""Where the probe reads the clock: each clock under one name, taken hold of before measured code can replace it.

Both give whole nanoseconds from a start of their own, so only differences say something.
"""
import time

# CPU time of the calling thread. It is a system call, which takes microseconds on some virtual machines.
_thread_cpu_clock = time.thread_time_ns
# Time that passes for everybody. It costs a tenth of the other, and also runs while the thread waits.
_wall_clock = time.perf_counter_ns
# What the process has taken until here: the start of the interpreter without `site`, and next to nothing of ours.
_CPU_AT_BEGIN = _thread_cpu_clock()
