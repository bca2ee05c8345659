# expected: import-failed
# Claims that its source is a device that never ends.
exec(compile('raise RuntimeError', '/dev/zero', 'exec'))
