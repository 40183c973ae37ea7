"""Confidentiality: what of a release may be printed so that nobody is revealed.

A pure library over numbers: it knows no database and no workbook.
"""
