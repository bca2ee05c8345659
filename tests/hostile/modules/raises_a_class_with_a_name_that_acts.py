# expected: import-failed
# Names an exception so that a log obeys it.
raise type('\n::error::x\x1b[31m', (Exception,), {})('no')
