"""Upkeep: building the database anew from its files, and how long records are kept."""
