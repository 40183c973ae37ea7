"""Views: findings, conflicts, histories and status, as a person or a program is shown them."""
