# expected: import-failed
# Claims a line that no file has.
code = compile('\n' * 70_000 + 'raise RuntimeError', '<\x1b[31m>', 'exec')
exec(code)
