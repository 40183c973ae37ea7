"""Tables: counts laid out as the tables of an edition."""
