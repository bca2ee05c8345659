"""Finding products."""

from shop.core import NotFound
from shop.utils.paging import paginate
from shop.utils.text import slug


class Catalogue:
    """Products by their slug, and in pages."""

    def __init__(self, products, page_size):
        self._products = products
        self._page_size = page_size

    def product(self, key):
        """The product with this slug."""
        found = self._products.by_slug(key)
        if found is None:
            raise NotFound("product", key)
        return found

    def add(self, title, price, stock=0):
        """Adds a product; its slug follows from its title."""
        return self._products.insert(slug(title), title, price, stock)

    def page(self, number=1):
        """All products in the order of their titles."""
        return paginate(self._products.all(), number, self._page_size)

    def search(self, words, number=1):
        """Products whose title has every one of the words."""
        wanted = words.casefold().split()
        found = [item for item in self._products.all() if all(word in item.title.casefold() for word in wanted)]
        return paginate(found, number, self._page_size)
