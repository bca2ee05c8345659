# expected: ok
# Lies wherever it is asked for the first time.
def places():
    yield '/nowhere'
    raise RuntimeError('asked')


__path__ = places()
