"""Orders from the basket to the shelf."""

from shop.core import LOG, ShopError, now
from shop.services.inventory import Inventory
from shop.services.pricing import Pricing
from shop.utils.retry import retry


class Orders:
    """Places orders: reserve first, then price, then store."""

    def __init__(self, orders, inventory: Inventory, pricing: Pricing):
        self._orders = orders
        self._inventory = inventory
        self._pricing = pricing

    def place(self, customer, lines):
        """Stores the order and returns its number with its quote; on failure nothing stays reserved."""
        lines = list(lines)
        if not lines:
            raise ShopError("an order has at least one line")
        reserved = []
        try:
            for product, pieces in lines:
                self._inventory.reserve(product, pieces)
                reserved.append((product, pieces))
            quote = self._pricing.quote(lines)
            number = retry(lambda: self._orders.insert(customer, lines, quote.gross, now()))
        except Exception:
            for product, pieces in reserved:
                self._inventory.release(product, pieces)
            raise
        LOG.info("order %d of %s: %s", number, customer, quote.gross)
        return number, quote
