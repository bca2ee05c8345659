# expected: import-failed
# Misses a module whose name raises where it is compared, hashed or taken apart.
class Name(str):
    def refuse(self, *_):
        raise RuntimeError

    __eq__ = __hash__ = __str__ = split = partition = rpartition = startswith = refuse


raise ModuleNotFoundError('gone', name=Name('gone.part'))
