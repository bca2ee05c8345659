"""What is in stock, and who has it reserved."""

from shop.core import LOG, OutOfStock


class Inventory:
    """Reservations come off the stock at once and go back when an order falls through."""

    def __init__(self, products):
        self._products = products

    def reserve(self, product, pieces):
        """Takes the pieces off the stock."""
        if pieces < 1:
            raise ValueError("an order line has at least one piece")
        if product.stock < pieces:
            raise OutOfStock("{} of {} wanted, {} there".format(pieces, product.slug, product.stock))
        self._products.change_stock(product.slug, -pieces)
        LOG.info("reserved %d of %s", pieces, product.slug)

    def release(self, product, pieces):
        """Puts them back."""
        self._products.change_stock(product.slug, pieces)
        LOG.info("released %d of %s", pieces, product.slug)
