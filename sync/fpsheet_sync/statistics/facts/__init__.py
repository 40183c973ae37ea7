"""Facts: who and what the statistics count, as queries of one citizen, case or day."""
