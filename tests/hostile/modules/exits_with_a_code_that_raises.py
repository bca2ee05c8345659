# expected: exited
# Ends with an exception that does not say how.
class Leave(SystemExit):
    @property
    def code(self):
        raise RuntimeError


raise Leave
