# coding: no-such-encoding
# expected: import-failed
# Names an encoding that there is none of.
