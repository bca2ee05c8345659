# expected: import-failed
# Looks like Ctrl-C.
raise KeyboardInterrupt
