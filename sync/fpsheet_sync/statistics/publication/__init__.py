"""Publication: editions, what changed between them, and what is behind a number."""
