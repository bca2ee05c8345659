# expected: import-failed
# Calls itself without end.
def call():
    call()


call()
