"""What the rules say, as tables."""
