"""Receipts on their way home: as files, as a workbook, and put into the kommune's own file."""
