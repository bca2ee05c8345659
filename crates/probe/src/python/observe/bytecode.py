"""In which state the bytecode of a module is once it was imported, which is how the next start finds it (PEP 552)."""
import _imp

_MAGIC = _modules["_frozen_importlib_external"].MAGIC_NUMBER
_source_hash = _imp.source_hash
_BY_HASH, _CHECKED = 1, 2  # bits of a bytecode file's flags
_MAY_WRITE_AND_ENTER = _posix.W_OK | _posix.X_OK
_may = _posix.access


def _bytecode_state(origin, cached):
    """Fresh, stale, missing or unchecked; fresh where nothing is compiled."""
    if origin is None or cached is None or not origin.endswith(".py"):
        return "fresh"
    try:
        header = _read_head(cached)
    except (OSError, ValueError):
        return "missing"
    if len(header) < 16 or header[:4] != _MAGIC:
        return "stale"
    try:
        flags = _number(header[4:8])
        if flags & _BY_HASH:
            return _state_by_hash(flags, header[8:16], origin)
        status = _stat(origin)
    except (OSError, ValueError):
        return "stale"
    written, size = int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF
    return "fresh" if (written, size) == (_number(header[8:12]), _number(header[12:16])) else "stale"


def _state_by_hash(flags, made_from, origin):
    """The state of a file that says by a hash what it was made from; an interpreter can be told how much of that to check."""
    if _source_hash(_number(_MAGIC), _read_whole(origin)) == made_from:
        return "fresh"
    policy = _imp.check_hash_based_pycs
    is_checked = policy == "always" or (policy != "never" and flags & _CHECKED)
    return "stale" if is_checked else "unchecked"


def _number(little_endian):
    return int.from_bytes(little_endian, "little")


def _read_head(path):
    """The first bytes of a bytecode file."""
    descriptor = _open_file(path)
    try:
        return _read(descriptor, 16)
    finally:
        _close(descriptor)


def _obstacle(module, cached):
    """What keeps the bytecode of a module from being written, the firmest obstacle first; None where nothing can be seen."""
    loader = getattr(_attribute(module, "__spec__"), "loader", None)
    if type(loader).__name__ == "zipimporter":
        return "archive"
    folder = cached.rpartition("/")[0]
    while folder and not _kind(folder):
        folder = folder.rpartition("/")[0]
    can_write = _is_folder(folder or "/") and _may(folder or "/", _MAY_WRITE_AND_ENTER)
    if not can_write:
        return "folder"
    return "setting" if sys.dont_write_bytecode else None
