"""The shop's rules. A service is handed what it stores things in, and so never imports the database."""
