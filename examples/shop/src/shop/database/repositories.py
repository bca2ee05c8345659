"""What the services are handed: products and orders, stored in SQLite."""

from shop.database.models import Order, OrderLine, Product
from shop.database.session import Session


def _insert(session, item):
    values = item.stored()
    statement = "INSERT INTO {} ({}) VALUES ({})".format(
        item.table, ", ".join(values), ", ".join("?" for _ in values)
    )
    return session.execute(statement, tuple(values.values())).lastrowid


class Products:
    """The table of products."""

    def __init__(self, session: Session):
        self._session = session

    def all(self):
        """Every product, in the order of the titles."""
        return [Product.from_row(row) for row in self._session.execute("SELECT * FROM products ORDER BY title")]

    def by_slug(self, slug):
        """The product with this slug, or None."""
        row = self._session.execute("SELECT * FROM products WHERE slug = ?", (slug,)).fetchone()
        return None if row is None else Product.from_row(row)

    def insert(self, slug, title, price, stock):
        """Stores a new product."""
        _insert(self._session, Product(slug=slug, title=title, price=price, stock=stock))
        return self.by_slug(slug)

    def change_stock(self, slug, pieces):
        """Adds pieces to the stock, or takes them off."""
        self._session.execute("UPDATE products SET stock = stock + ? WHERE slug = ?", (pieces, slug))


class Orders:
    """The tables of orders and their lines."""

    def __init__(self, session: Session):
        self._session = session

    def insert(self, customer, lines, gross, placed):
        """Stores an order with its lines, and returns its number."""
        with self._session.transaction():
            number = _insert(self._session, Order(customer=customer, gross=gross, placed=placed))
            for product, pieces in lines:
                _insert(self._session, OrderLine(order_id=number, product_id=product.id, pieces=pieces))
        return number
