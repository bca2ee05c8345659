# expected: exited
# Ends with a code that no system has.
raise SystemExit(10 ** 40)
