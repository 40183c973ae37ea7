"""Programs for those who build fpsheet; none of them is installed."""
