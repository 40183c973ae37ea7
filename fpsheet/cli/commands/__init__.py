"""Commands: what each of them takes, calls and shows."""
