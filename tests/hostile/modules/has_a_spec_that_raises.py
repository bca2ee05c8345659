# expected: ok
# Has a spec that answers no question but with an exception.
class Spec:
    def __getattr__(self, name):
        raise RuntimeError(name)


__spec__ = Spec()
