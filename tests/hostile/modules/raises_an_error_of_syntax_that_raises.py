# expected: import-failed
# Raises an error of syntax that raises when it is asked where it is.
class Nowhere(SyntaxError):
    @property
    def filename(self):
        raise RuntimeError

    lineno = text = filename


raise Nowhere
