# expected: ok
# Is a package in very many folders.
__path__ = ['/nowhere/%d' % number for number in range(100000)]
try:
    from . import has_no_part
except ImportError:
    pass
