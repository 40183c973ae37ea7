"""The results of our own formulas, worked out without a spreadsheet program."""
