"""Buying, from a basket of slugs to a receipt."""

from shop.services.catalogue import Catalogue
from shop.services.orders import Orders


class Receipt:
    """What the customer gets to see."""

    __slots__ = ("gross", "number", "vat")

    def __init__(self, number, gross, vat):
        self.number = number
        self.gross = gross
        self.vat = vat

    def __str__(self):
        return "order {}: {} (of it VAT {})".format(self.number, self.gross, self.vat)


class Checkout:
    """One call for the whole purchase."""

    def __init__(self, catalogue: Catalogue, orders: Orders):
        self._catalogue = catalogue
        self._orders = orders

    def buy(self, customer, basket):
        """Buys a basket, a mapping from slug to pieces."""
        lines = [(self._catalogue.product(slug), pieces) for slug, pieces in basket.items()]
        number, quote = self._orders.place(customer, lines)
        return Receipt(number, quote.gross, quote.vat)
