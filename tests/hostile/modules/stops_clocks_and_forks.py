# expected: ok
# Patches what measures, forks and writes in the modules that others import.
import json, os, time
time.perf_counter = time.perf_counter_ns = time.process_time = time.monotonic_ns = lambda: 0
os.fork = os.write = os.getpid = os._exit = json.dumps = json.loads = None
