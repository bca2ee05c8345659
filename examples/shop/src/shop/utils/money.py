"""Amounts of money that cannot be mixed up between currencies."""

import decimal

from shop.core import CENT


class Money:
    """An amount in one currency, rounded to cents."""

    __slots__ = ("amount", "currency")

    def __init__(self, amount, currency="EUR"):
        self.amount = decimal.Decimal(amount).quantize(CENT, rounding=decimal.ROUND_HALF_EVEN)
        self.currency = currency

    def _same_currency(self, other):
        if self.currency != other.currency:
            raise ValueError("cannot mix {} and {}".format(self.currency, other.currency))

    def __add__(self, other):
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other):
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor):
        return Money(self.amount * decimal.Decimal(factor), self.currency)

    def __eq__(self, other):
        return isinstance(other, Money) and (self.amount, self.currency) == (other.amount, other.currency)

    def __hash__(self):
        return hash((self.amount, self.currency))

    def __lt__(self, other):
        self._same_currency(other)
        return self.amount < other.amount

    def __repr__(self):
        return "Money({}, {!r})".format(self.amount, self.currency)

    def __str__(self):
        return "{:,.2f} {}".format(self.amount, self.currency)


def total(amounts, currency="EUR"):
    """The sum of the amounts; nothing at all is zero in the given currency."""
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result
