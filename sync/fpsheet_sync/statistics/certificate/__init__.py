"""The certificate: a search for other citizens who would give the same printed numbers."""
