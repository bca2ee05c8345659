# expected: import-failed
# Raises in code of a file whose name has commands for terminals and services.
exec(compile('def act():\n    raise RuntimeError\nact()', '\x1b[31m\n::error::/no', 'exec'))
