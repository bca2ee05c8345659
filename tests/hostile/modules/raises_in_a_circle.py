# expected: import-failed
# Raises an exception that is its own cause by way of another.
first, second = ValueError('a'), TypeError('b')
first.__cause__, second.__cause__ = second, first
raise second
