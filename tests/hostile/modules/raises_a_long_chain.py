# expected: import-failed
# Raises with ten thousand causes.
error = RuntimeError('first')
for number in range(10_000):
    later = RuntimeError(str(number))
    later.__cause__ = error
    error = later
raise error
