# expected: ok
# Starts fifty processes that wait.
import os, time
for _ in range(50):
    if os.fork() == 0:
        time.sleep(3600)
