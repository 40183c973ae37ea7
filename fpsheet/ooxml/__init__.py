"""OOXML: how the parts of an Excel file are opened, read and written."""
