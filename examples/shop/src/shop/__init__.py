"""A small shop in four layers: utils, services, facades and database.

The package itself loads nothing: whoever imports one part of it should pay for that part alone.
"""

__version__ = "1.4.0"
