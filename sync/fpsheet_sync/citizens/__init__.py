"""Citizens: who is the same citizen, in one kommune, between kommuner and after erasure."""
