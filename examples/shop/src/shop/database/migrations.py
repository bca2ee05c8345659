"""Bringing a database up to the version that this code expects."""

from shop.core import LOG
from shop.database.models import MODELS


def _create_tables(session):
    for model in MODELS:
        session.execute(model.create_sql())


def _index_order_lines(session):
    session.execute("CREATE INDEX order_lines_by_order ON order_lines (order_id)")


#: The steps in their order. A step that has been released is never edited, only followed by another.
STEPS = (_create_tables, _index_order_lines)


def migrate(session):
    """Takes every step that the database has not yet taken, each in a transaction of its own."""
    (version,) = session.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(STEPS[version:], start=version + 1):
        with session.transaction():
            step(session)
            session.execute("PRAGMA user_version = {:d}".format(number))
        LOG.info("migrated to version %d", number)
