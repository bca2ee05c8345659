"""What the people behind the counter do."""

from shop.services.catalogue import Catalogue
from shop.services.inventory import Inventory
from shop.utils.money import Money


class Backoffice:
    """Filling the shelves."""

    def __init__(self, catalogue: Catalogue, inventory: Inventory, currency: str):
        self._catalogue = catalogue
        self._inventory = inventory
        self._currency = currency

    def stock_up(self, deliveries):
        """Takes deliveries in: rows of title, price and pieces. Returns the slugs."""
        slugs = []
        for title, price, pieces in deliveries:
            product = self._catalogue.add(title, Money(price, self._currency))
            self._inventory.release(product, pieces)
            slugs.append(product.slug)
        return slugs
