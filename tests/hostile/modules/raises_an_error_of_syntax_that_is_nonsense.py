# expected: import-failed
# Raises an error of syntax in a file that is none, at a place that is none.
error = SyntaxError('bad')
error.filename, error.lineno, error.offset, error.text = b'\xff', 10 ** 30, -5, 7
error.end_lineno = error.end_offset = object()
raise error
