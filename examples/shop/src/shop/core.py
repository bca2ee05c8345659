"""The kernel that every process of the shop loads first: settings, errors and the log.

The budgets name it in `preload`, so that a layer is charged for what it adds and not for the standard-library modules
that are there anyway.
"""

import datetime
import decimal
import logging
import os
import typing

LOG = logging.getLogger("shop")

#: Prices are rounded to cents in one place only, here.
CENT = decimal.Decimal("0.01")


class ShopError(Exception):
    """What the shop reports to its caller; everything else is a bug."""


class NotFound(ShopError):
    """Something was asked for by a key that nothing has."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__("no {} with the key {!r}".format(kind, key))
        self.kind = kind
        self.key = key


class OutOfStock(ShopError):
    """More was ordered than there is."""


class Settings:
    """What differs between one installation and another."""

    __slots__ = ("currency", "database", "page_size", "vat")

    def __init__(self, currency: str, database: str, page_size: int, vat: decimal.Decimal) -> None:
        self.currency = currency
        self.database = database
        self.page_size = page_size
        self.vat = vat

    @classmethod
    def from_environment(cls, environment: typing.Optional[typing.Mapping[str, str]] = None) -> "Settings":
        """Reads SHOP_CURRENCY, SHOP_DATABASE, SHOP_PAGE_SIZE and SHOP_VAT."""
        values = os.environ if environment is None else environment
        return cls(
            currency=values.get("SHOP_CURRENCY", "EUR"),
            database=values.get("SHOP_DATABASE", ":memory:"),
            page_size=int(values.get("SHOP_PAGE_SIZE", "20")),
            vat=decimal.Decimal(values.get("SHOP_VAT", "0.19")),
        )


def now() -> datetime.datetime:
    """The one clock of the shop, so that a test can replace it."""
    return datetime.datetime.now(datetime.timezone.utc)
