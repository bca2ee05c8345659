# expected: import-failed
# Raises ten megabytes.
raise RuntimeError('x' * 10_000_000)
