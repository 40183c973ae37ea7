"""Departement: the steps of the departement, from the inbox to editions, exports and receipts."""
