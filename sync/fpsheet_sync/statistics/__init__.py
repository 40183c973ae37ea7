"""Statistics: the records of the database become the declared tables of a release."""
