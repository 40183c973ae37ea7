"""Views of findings: for a terminal, for machines."""
