"""Merge: how the rows of a file become records. Knows no database."""
