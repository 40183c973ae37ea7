"""Receipts: what became of a submission, as a file and as a workbook."""
