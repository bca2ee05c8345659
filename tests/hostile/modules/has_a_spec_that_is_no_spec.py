# expected: ok
# Keeps in its spec what nobody looks for there.
class Origin(str):
    def startswith(self, *_):
        raise SystemExit(0)

    endswith = rpartition = partition = split = __fspath__ = startswith


__spec__.origin = Origin(__spec__.origin)
__spec__.cached = 7
__spec__.submodule_search_locations = object()
__spec__.loader_state = __spec__
__loader__ = None
