"""Puts the layers together. The only place that knows all of them."""

from shop.core import Settings
from shop.facades.backoffice import Backoffice
from shop.facades.checkout import Checkout
from shop.facades.storefront import Storefront
from shop.services.catalogue import Catalogue
from shop.services.inventory import Inventory
from shop.services.orders import Orders
from shop.services.pricing import Pricing


class Application:
    """An open shop."""

    def __init__(self, settings: Settings) -> None:
        # The database is the heaviest layer. What only prints a help text or a version never needs it.
        from shop.database import migrations, repositories, session

        self.session = session.Session(settings.database)
        migrations.migrate(self.session)
        products = repositories.Products(self.session)
        inventory = Inventory(products)
        catalogue = Catalogue(products, settings.page_size)
        orders = Orders(repositories.Orders(self.session), inventory, Pricing(settings.currency, settings.vat))
        self.storefront = Storefront(catalogue)
        self.checkout = Checkout(catalogue, orders)
        self.backoffice = Backoffice(catalogue, inventory, settings.currency)
