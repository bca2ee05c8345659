# expected: hang
# Waits five hundred calls deep.
import time


def call(depth):
    if depth:
        call(depth - 1)
    time.sleep(3600)


call(500)
