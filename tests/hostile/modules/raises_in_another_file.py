# expected: import-failed
# Raises in code that says to be of a file that is not its own, at a line that this does not have.
exec(compile('\n' * 70000 + 'raise RuntimeError', '/etc/passwd', 'exec'))
