"""Ledger: what is written for each file that was merged, and what can be read back from it."""
