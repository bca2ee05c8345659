"""The tables as classes."""

from shop.database.types import COLUMN_TYPES


class Model:
    """A row. A subclass names its table and its columns; the rest follows."""

    table = ""
    columns = {}

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.kinds = {name: COLUMN_TYPES[kind] for name, kind in cls.columns.items()}

    def __init__(self, **values):
        for name in self.columns:
            setattr(self, name, values.get(name))

    @classmethod
    def create_sql(cls):
        """The statement that makes the table."""
        columns = ", ".join("{} {}".format(name, kind.sql) for name, kind in cls.kinds.items())
        return "CREATE TABLE {} ({})".format(cls.table, columns)

    @classmethod
    def from_row(cls, row):
        """An object from the columns of a row, in their order."""
        return cls(**{name: kind.load(value) for (name, kind), value in zip(cls.kinds.items(), row)})

    def stored(self):
        """Every column but the key, as the database keeps it."""
        return {
            name: kind.store(getattr(self, name)) for name, kind in self.kinds.items() if self.columns[name] != "key"
        }


class Product(Model):
    """Something to buy."""

    table = "products"
    columns = {"id": "key", "slug": "unique", "title": "text", "price": "money", "stock": "integer"}


class Order(Model):
    """A purchase."""

    table = "orders"
    columns = {"id": "key", "customer": "text", "gross": "money", "placed": "moment"}


class OrderLine(Model):
    """So many pieces of one product in an order."""

    table = "order_lines"
    columns = {"id": "key", "order_id": "integer", "product_id": "integer", "pieces": "integer"}


MODELS = (Product, Order, OrderLine)
