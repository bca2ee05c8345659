# expected: ok
# Turns what is open into something else.
import os

other = os.open("/dev/null", os.O_RDWR)
for descriptor in range(3, 300):
    os.dup2(other, descriptor)
