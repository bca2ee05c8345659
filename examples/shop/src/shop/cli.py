"""The command line: `python -m shop.cli demo`."""

import argparse

from shop import __version__
from shop.application import Application
from shop.core import Settings
from shop.utils.text import table

DELIVERY = (
    ("Blue cup, 0.3 l", "7.90", 40),
    ("Green tea, 100 g", "5.20", 120),
    ("Tea strainer, fine", "3.75", 25),
)


def demo(application):
    """Stocks the shelves, sells something, and shows what is left."""
    application.backoffice.stock_up(DELIVERY)
    receipt = application.checkout.buy("Ada", {"blue-cup-0-3-l": 2, "green-tea-100-g": 30})
    return "{}\n\n{}".format(receipt, table(application.storefront.browse(), ("slug", "price", "stock")))


def main(arguments=None):
    """Runs one command."""
    parser = argparse.ArgumentParser(prog="shop", description="A small shop.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="stock the shelves and sell something")
    search = commands.add_parser("search", help="look for products")
    search.add_argument("words", nargs="+")
    options = parser.parse_args(arguments)

    application = Application(Settings.from_environment())
    if options.command == "demo":
        print(demo(application))
    else:
        print(table(application.storefront.search(" ".join(options.words)), ("slug", "price", "stock")))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
