"""Sheets of a received workbook: from the XML of their rows to frames."""
