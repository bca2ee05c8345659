"""The connection, and its transactions."""

import contextlib
import sqlite3

from shop.core import LOG


class Session:
    """One connection to the shop's database."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")

    @contextlib.contextmanager
    def transaction(self):
        """All of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def execute(self, statement, values=()):
        """Runs one statement."""
        LOG.debug("%s %r", statement, values)
        return self._connection.execute(statement, values)

    def close(self):
        self._connection.close()
