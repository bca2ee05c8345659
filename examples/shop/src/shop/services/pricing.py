"""What an order comes to."""

import decimal

from shop.utils.money import total


class Quote:
    """The parts of a price, ready to be shown."""

    __slots__ = ("discount", "gross", "net", "vat")

    def __init__(self, net, discount, vat):
        self.net = net
        self.discount = discount
        self.vat = vat
        self.gross = net - discount + vat


class Pricing:
    """Volume discounts and value-added tax."""

    #: From so many pieces on, this share is taken off.
    STEPS = ((100, decimal.Decimal("0.10")), (20, decimal.Decimal("0.05")))

    def __init__(self, currency, vat):
        self._currency = currency
        self._vat = vat

    def share_off(self, pieces):
        """The discount for this number of pieces, as a share."""
        for least, share in self.STEPS:
            if pieces >= least:
                return share
        return decimal.Decimal(0)

    def quote(self, lines):
        """The price of (product, pieces) lines."""
        lines = list(lines)
        net = total((product.price * pieces for product, pieces in lines), self._currency)
        discount = net * self.share_off(sum(pieces for _, pieces in lines))
        return Quote(net, discount, (net - discount) * self._vat)
