# expected: ok
# Has time stand still.
import time
for name in ('time', 'perf_counter', 'perf_counter_ns', 'monotonic', 'monotonic_ns', 'process_time', 'process_time_ns',
             'thread_time', 'thread_time_ns', 'sleep', 'clock_gettime', 'clock_gettime_ns'):
    setattr(time, name, lambda *_: 0)
import resource
resource.getrusage = lambda *_: None
