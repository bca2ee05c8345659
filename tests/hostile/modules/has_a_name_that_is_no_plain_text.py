# expected: ok
# Is called by what only looks like a text, and raises where it is compared.
class Name(str):
    def __eq__(self, other):
        raise RuntimeError('compared')

    __ne__ = __lt__ = __contains__ = __add__ = __getitem__ = __eq__

    def __hash__(self):
        raise RuntimeError('hashed')

    def __str__(self):
        return 7

    def __getattribute__(self, name):
        raise RuntimeError(name)


__file__ = Name(__file__)
__package__ = Name(__package__)
__cached__ = Name('cached')
__name__ = Name(__name__)
