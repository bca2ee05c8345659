"""Where things are kept: SQLite, with its rows turned into objects."""
