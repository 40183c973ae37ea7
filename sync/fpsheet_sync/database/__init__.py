"""Database: tables, keys, migrations and how the store is opened."""
