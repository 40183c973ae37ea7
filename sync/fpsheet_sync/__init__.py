"""Floor 3: submissions become the central database, and the database becomes statistics tables."""
