"""Floor 2: rows become findings. Parsing of typed values, rules, the pandera checks."""
