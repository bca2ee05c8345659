"""How values of the shop are stored in a column, and read back."""

import datetime

from shop.utils.money import Money

try:
    # The analytics extra brings column types of its own. Most installations do without it.
    from shop_analytics import features as _analytics
except ImportError:
    _analytics = None


class MoneyColumn:
    """Cents and currency in one text, such as `1999 EUR`."""

    sql = "TEXT NOT NULL"

    @staticmethod
    def store(value):
        return "{} {}".format(int(value.amount * 100), value.currency)

    @staticmethod
    def load(text):
        cents, currency = text.split(" ")
        return Money(cents, currency) * "0.01"


class MomentColumn:
    """A point in time, in ISO 8601."""

    sql = "TEXT NOT NULL"

    @staticmethod
    def store(value):
        return value.isoformat()

    @staticmethod
    def load(text):
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


class PlainColumn:
    """What SQLite knows by itself."""

    def __init__(self, sql):
        self.sql = sql

    @staticmethod
    def store(value):
        return value

    @staticmethod
    def load(value):
        return value


COLUMN_TYPES = {
    "integer": PlainColumn("INTEGER NOT NULL"),
    "key": PlainColumn("INTEGER PRIMARY KEY"),
    "moment": MomentColumn(),
    "money": MoneyColumn(),
    "text": PlainColumn("TEXT NOT NULL"),
    "unique": PlainColumn("TEXT NOT NULL UNIQUE"),
}

if _analytics is not None:
    COLUMN_TYPES.update(_analytics.column_types())
