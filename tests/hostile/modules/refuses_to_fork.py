# expected: ok
# Has something against forks.
import os


def refuse(*_):
    raise SystemExit(3)


os.register_at_fork(before=refuse, after_in_parent=refuse, after_in_child=refuse)
