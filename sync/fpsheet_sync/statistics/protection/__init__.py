"""Protection: what a reader knows of an edition's numbers, and how these are rounded."""
