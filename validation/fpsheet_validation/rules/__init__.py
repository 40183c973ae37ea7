"""Rules: everything above one value, from the row to the whole workbook."""
