"""What a customer can do without buying."""

from shop.services.catalogue import Catalogue
from shop.utils.text import shorten


class Storefront:
    """Pages of the catalogue as plain rows, fit for a template or a terminal."""

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue

    @staticmethod
    def _row(product):
        return {
            "slug": product.slug,
            "title": shorten(product.title, 40),
            "price": str(product.price),
            "stock": product.stock,
        }

    def browse(self, number=1):
        """One page of everything."""
        return [self._row(product) for product in self._catalogue.page(number)]

    def search(self, words, number=1):
        """One page of what matches."""
        return [self._row(product) for product in self._catalogue.search(words, number)]
